"""Exports for a running service: each is written by another process into a file that is gone once it has been sent."""

import asyncio
import io
import json
import os
import tempfile
import time
import weakref
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import structlog

from registry.children.asking import ChildFailed, ChildRefused, answer_of
from registry.exporters.formats import Format, ending_of
from registry.exporters.refused import ExportRefused
from registry.storage.database import Database

log = structlog.get_logger(__name__)

LONGEST_S = 120.0
"""After which an export is given up: one of 10,000 AEDs takes a few seconds (assumption: no registry is so slow)."""

MOST_WAITING = 4
KEPT_S = 60.0
"""So long the public's file of a format serves everybody."""

_CHUNK = 1 << 16
_PASSED_ON = ("PG", "PATH", "HOME", "LANG", "LC_", "PYTHON", "TMPDIR", "SYSTEMROOT")


class ExportsBusy(RuntimeError):
    """Others are waiting for exports already, or this one has failed: try again in a moment."""

    code = "exports_busy"


class Exports:
    """One export at a time; others wait for it, and are turned away where many do."""

    def __init__(self, database: Database) -> None:
        self._url = database.url.render_as_string(hide_password=False)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._public: dict[Format, tuple[float, BinaryIO]] = {}
        weakref.finalize(self, _close_all, self._public)

    async def write(self, chosen: Format, sources: Sequence[str] = (), district: str | None = None) -> BinaryIO:
        """An officer's export, open to be read; its file is nowhere any more.

        Raises:
            ExportRefused, ExportsBusy
        """
        async with self._my_turn():
            with tempfile.TemporaryDirectory(prefix="export-") as folder:
                path = Path(folder) / f"aeds{ending_of(chosen)}"
                await self._run(path, chosen, sources, public=False, district=district)
                return path.open("rb")

    async def write_public(self, chosen: Format) -> BinaryIO:
        """The public's, at most a minute old, open to be read.

        Raises:
            ExportRefused, ExportsBusy
        """
        async with self._my_turn():
            written_s, file = self._public.get(chosen, (0.0, None))
            if file is None or time.monotonic() - written_s >= KEPT_S:
                if file is not None:
                    file.close()
                file = await self._written_public(chosen)
                self._public[chosen] = time.monotonic(), file
            return cast("BinaryIO", io.BufferedReader(_Again(file.fileno())))

    async def _written_public(self, chosen: Format) -> BinaryIO:
        # Open and without a name: whatever ends this process leaves nothing behind.
        with tempfile.TemporaryDirectory(prefix="exports-") as folder:
            path = Path(folder) / f"aeds{ending_of(chosen)}"
            await self._run(path, chosen, (), public=True)
            return path.open("rb")

    async def write_feed(self, path: Path) -> None:
        """A file of the city's feed, into its place.

        Raises:
            ExportRefused, ExportsBusy
        """
        async with self._my_turn():
            await self._run(path, Format.GEOPARQUET, (), public=True, is_feed=True)

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise ExportsBusy("others are waiting for exports already: try again in a moment")
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1

    async def _run(
        self,
        path: Path,
        chosen: Format,
        sources: Sequence[str],
        *,
        public: bool,
        district: str | None = None,
        is_feed: bool = False,
    ) -> None:
        what = {"format": chosen, "sources": list(sources), "public": public, "district": district, "feed": is_feed}
        job = json.dumps({"database": self._url, "path": str(path), **what}).encode()
        try:
            await answer_of("registry.exporters.child", job, passes_on=_PASSED_ON, limit_s=LONGEST_S)
        except ChildRefused as refused:
            raise ExportRefused(str(refused)) from refused
        except ChildFailed as failed:
            log.warning("export_failed", returncode=failed.exit_code, format=chosen)
            raise ExportsBusy("the export could not be written: try again in a moment") from failed


def _close_all(files: Mapping[Format, tuple[float, BinaryIO]]) -> None:
    for _, file in files.values():
        file.close()


class _Again(io.RawIOBase):
    """An open file from its beginning, whoever else reads it meanwhile, and also when the first one is closed."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self._at = os.dup(number), 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def readinto(self, buffer: Any) -> int:
        some = os.pread(self._number, len(buffer), self._at)
        buffer[: len(some)] = some
        self._at += len(some)
        return len(some)

    def close(self) -> None:
        if not self.closed:
            os.close(self._number)
        super().close()


async def chunks_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """What is in it, piece by piece; closed at the end."""
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
