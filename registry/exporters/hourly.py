"""The public's AEDs as GeoParquet in a folder for other systems of the city, again and again: one file for each time.

Each is there whole under its name or not at all, so whoever reads the newest name never reads half a file.
"""

import asyncio
import re
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from registry.exporters.refused import ExportRefused
from registry.exporters.serving import Exports, ExportsBusy

log = structlog.get_logger(__name__)

RETRY_S = 60.0
"""After one that could not be written; the figures say so meanwhile."""

_NAME = re.compile(r"aeds-(\d{8}T\d{6}Z)\.parquet")
_WRITTEN_AT = "%Y%m%dT%H%M%SZ"
LEFT_OVER_S = 3_600.0
"""A half-written one that is older is nobody's any more."""


def name_at(at: datetime) -> str:
    """Of the file that is written then: their names sort by time."""
    return f"aeds-{at.astimezone(UTC).strftime(_WRITTEN_AT)}.parquet"


def newest_at(folder: Path) -> datetime | None:
    """When the newest file in the folder was written; None where there is none."""
    return max(_files(folder), default=None)


def remove_old(folder: Path, before: datetime) -> int:
    """Delete those from before then but for the newest, and what a killed writer has left; how many files."""
    files = _files(folder)
    for at in (old := [at for at in sorted(files)[:-1] if at < before]):
        files[at].unlink(missing_ok=True)
    for left in folder.glob(".export-*"):
        if time.time() - left.stat().st_mtime > LEFT_OVER_S:
            shutil.rmtree(left, ignore_errors=True)
    return len(old)


class HourlyFiles:
    """`run()` until cancelled. Real time. written, failed: how many since the start."""

    def __init__(
        self,
        exports: Exports,
        folder: Path,
        *,
        every_s: float,
        kept: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._exports = exports
        self._folder = folder
        self._every = timedelta(seconds=every_s)
        self._kept = kept
        self._now = now
        self.newest_at = newest_at(folder)
        self.written = self.failed = 0

    @property
    def age_s(self) -> float:
        """Of the newest file; since 1970 where there is none, which any rule of alarm notices."""
        return self._now().timestamp() - (self.newest_at.timestamp() if self.newest_at else 0.0)

    async def run(self) -> None:
        """Write whenever it is time, also at once where a start finds the newest too old."""
        pause_s = 0.0
        while True:
            await asyncio.sleep(pause_s)
            pause_s = await self.turn()

    async def turn(self) -> float:
        """Write where it is time; seconds until it is time to look again."""
        now = self._now()
        # One from the future was written by a clock that has been set back since.
        due = self.newest_at + self._every if self.newest_at and self.newest_at <= now else now
        if due > now:
            return (due - now).total_seconds()
        try:
            await self._write(now)
        except (ExportRefused, ExportsBusy, OSError) as error:
            self.failed += 1
            log.error("feed_file_not_written", reason=str(error), retry_s=RETRY_S)
            return min(RETRY_S, self._every.total_seconds())
        except Exception:
            # Calls must not end with a file that nobody waits for.
            self.failed += 1
            log.exception("feed_file_not_written", retry_s=RETRY_S)
            return min(RETRY_S, self._every.total_seconds())
        return self._every.total_seconds()

    async def _write(self, now: datetime) -> None:
        await self._exports.write_feed(self._folder / name_at(now))
        self.newest_at = now
        self.written += 1
        removed = await asyncio.to_thread(remove_old, self._folder, now - self._kept)
        log.info("feed_file_written", removed=removed)


def _files(folder: Path) -> dict[datetime, Path]:
    found = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return {_instant(match[1]): path for match, path in found if match}


def _instant(text: str) -> datetime:
    return datetime.strptime(text, _WRITTEN_AT).replace(tzinfo=UTC)
