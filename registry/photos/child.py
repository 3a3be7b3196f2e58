"""Prepares one photo in a process of its own: whoever made the file may have made it to break a decoder.

The file comes on standard input, what is kept goes out on standard output: lengths and sizes on a line of JSON, then
the two pictures.
"""

import contextlib
import json
import os
import sys

from registry.children.asking import REFUSED
from registry.photos.preparing import MAX_FILE_BYTES, BadPhoto, prepare

MOST_MEMORY_BYTES = 1 << 30
MOST_SECONDS = 20
_NICE = 10


def main() -> int:
    """Do the one job."""
    # Calls first, where the machine has not processors enough for both.
    os.nice(_NICE)
    _bound()
    try:
        made = prepare(sys.stdin.buffer.read(MAX_FILE_BYTES + 1))
    except BadPhoto as error:
        print(error)
        return REFUSED
    told = {"width": made.width, "height": made.height, "picture_bytes": len(made.picture)}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + made.picture + made.thumbnail)
    sys.stdout.buffer.flush()
    return 0


def _bound() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        # Not everywhere, and a stricter limit that is set already stays.
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
