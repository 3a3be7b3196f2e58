"""Zip files, unpacked within bounds: how many members, how large, how tightly packed; none within another."""

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from registry.importers.files import UnreadableFile
from registry.importers.reading.limits import (
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_MATTERS_FROM_BYTES,
    TooLarge,
)

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
# What systems and tools leave behind in an archive.
_LITTER = ("__macosx/", ".ds_store", "thumbs.db")


def members_of(packed: zipfile.ZipFile, file: str) -> list[zipfile.ZipInfo]:
    """The files within, without folders and litter.

    Raises:
        UnreadableFile: it is empty or under a password.
        TooLarge: it says itself that it is larger than any list.
    """
    members = [item for item in packed.infolist() if not item.is_dir() and not _is_litter(item.filename)]
    if not members:
        raise UnreadableFile(f"{file} is an empty archive")
    if any(item.flag_bits & _ENCRYPTED for item in members):
        raise UnreadableFile(f"{file} is under a password: unpack it and import the file within")
    if len(members) > MAX_MEMBERS:
        raise TooLarge(f"{file} holds {len(members)} files: unpack it and import the list among them")
    size = sum(item.file_size for item in members)
    if size > MAX_UNPACKED_BYTES:
        raise TooLarge(f"{file} would unpack to {size / 2**20:,.0f} MB, more than any list: it is not read")
    for item in members:
        if item.file_size > RATIO_MATTERS_FROM_BYTES and item.file_size > MAX_RATIO * max(item.compress_size, 1):
            raise TooLarge(
                f"{file}: {item.filename} is packed {item.file_size // max(item.compress_size, 1)} times: no list is"
            )
    return members


def check_office_file(path: Path, file: str) -> None:
    """That an XLSX, ODS or KMZ is whole and no larger unpacked than it says. Raises: UnreadableFile, TooLarge."""
    with opened(path, file) as packed:
        for item in members_of(packed, file):
            _copy(packed, item, None, file)


def unpack(path: Path, folder: Path, file: str) -> list[Path]:
    """Every member as a file below `folder`. Raises: UnreadableFile, TooLarge."""
    found = []
    with opened(path, file) as packed:
        for number, item in enumerate(members_of(packed, file)):
            name = PurePosixPath(_true_name(item)).name
            # Each folder of the archive has one here, so that the parts of a shapefile stay side by side; none of the
            # archive's own paths is followed.
            inner = folder / f"{abs(zlib.crc32(str(PurePosixPath(item.filename).parent).encode()))}"
            inner.mkdir(exist_ok=True)
            target = inner / (name if len(name.encode()) < 200 else f"{number}{PurePosixPath(name).suffix}")
            _copy(packed, item, target, file)
            found.append(target)
    return found


def opened(path: Path, file: str) -> zipfile.ZipFile:
    """Raises: UnreadableFile."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise UnreadableFile(f"{file} is no whole archive ({error}): download it again") from error


def _copy(packed: zipfile.ZipFile, item: zipfile.ZipInfo, target: Path | None, file: str) -> None:
    """The library stops at the size that the archive states, so that a false one ends in a wrong checksum."""
    try:
        with packed.open(item) as source:
            if target is None:
                while source.read(_CHUNK):
                    pass
                return
            with target.open("wb") as copy:
                while chunk := source.read(_CHUNK):
                    copy.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise UnreadableFile(f"{file} is no whole archive ({error}): download it again") from error


def _true_name(item: zipfile.ZipInfo) -> str:
    """Chinese Windows writes names in GBK without saying so, and the library reads them as DOS ones."""
    if item.flag_bits & 0x800 or item.filename.isascii():
        return item.filename
    raw = item.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return item.filename


def _is_litter(name: str) -> bool:
    lower = name.lower()
    return (
        lower.startswith(_LITTER[0]) or lower.rpartition("/")[2] in _LITTER or lower.rpartition("/")[2].startswith("._")
    )
