"""Files of a run that appear complete or not at all: written in a folder beside, then moved into place."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_files(folder: Path) -> Iterator[Path]:
    """A folder to write into; what is in it when the block ends replaces the files of the same name in `folder`.

    Whatever ends the block early, Ctrl-C too, leaves `folder` as it was. A GeoPackage writes a journal beside itself,
    hence a folder of its own rather than one temporary name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=folder, prefix=".unfinished."))
    try:
        yield staging
        for path in sorted(staging.iterdir()):
            # Some writers make files for their owner only; a plan is as public as any other file made here.
            path.chmod(0o666 & ~_umask())
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
