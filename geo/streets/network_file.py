"""The file of a walk network: a checked header, then arrays that are mapped into memory as they lie."""

import json
import mmap
import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_MAGIC = b"RCWALK\r\n"
# 2: connected parts, and how much edges are to be preferred to one another. 3: ground that has hours.
_VERSION = 3
# Magic, version, bytes of header text, checksum of header text, checksum of everything after it.
_PREFIX = struct.Struct("<8sIIII")
_ALIGNMENT = 64


class NetworkFileError(ValueError):
    """A network file cannot be used; the message says what to do."""


class CorruptNetwork(NetworkFileError):
    """The file is a walk network but damaged or cut short."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path} is damaged ({what}): build it again with `rescue-circle geo build`")


class ForeignNetworkFile(NetworkFileError):
    """The file is no walk network, or one of another version of this program."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path} {what}: build one with `rescue-circle geo build EXTRACT.osm.pbf -o CITY.net`")


class OtherNetworkFormat(ForeignNetworkFile):
    """The file was made by an older or a newer version of this program."""

    def __init__(self, path: Path, version: int) -> None:
        age = "an older" if version < _VERSION else "a newer"
        NetworkFileError.__init__(
            self,
            f"{path} was made by {age} version of this program (format {version}, this one reads {_VERSION}): build it "
            "again from its extract with `rescue-circle geo build EXTRACT.osm.pbf -o CITY.net`",
        )


def write_network_file(path: Path, meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write all or nothing: the file appears under its name only when it is complete and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries, end = [], 0
    for name, array in arrays.items():
        entries.append({"name": name, "dtype": array.dtype.str, "shape": array.shape, "offset": end})
        end += _padded(array.nbytes)
    header = json.dumps({"meta": dict(meta), "arrays": entries, "bytes": end}, ensure_ascii=False).encode()
    header += b" " * (_padded(_PREFIX.size + len(header)) - _PREFIX.size - len(header))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(_PREFIX.size))
            file.write(header)
            checksum = 0
            for array in arrays.values():
                data = np.ascontiguousarray(array).tobytes()
                data += bytes(_padded(len(data)) - len(data))
                checksum = zlib.crc32(data, checksum)
                file.write(data)
            file.seek(0)
            file.write(_PREFIX.pack(_MAGIC, _VERSION, len(header), zlib.crc32(header), checksum))
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes a file for its owner only; a network is as public as any other file made here.
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_network_file(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Header values and read-only arrays over the mapped file.

    Every byte is checked once (about a second for a gigabyte): a flipped bit in an index would crash a compiled loop.

    Raises:
        ForeignNetworkFile: not a walk network, or of another version.
        CorruptNetwork: cut short or changed since it was written.
        FileNotFoundError: no such file.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        prefix = file.read(_PREFIX.size)
        if prefix[: len(_MAGIC)] != _MAGIC[: len(prefix)] or not prefix:
            raise ForeignNetworkFile(path, "is not a walk network")
        if len(prefix) < _PREFIX.size:
            raise CorruptNetwork(path, "cut short")
        _magic, version, header_size, header_sum, data_sum = _PREFIX.unpack(prefix)
        if version != _VERSION:
            raise OtherNetworkFormat(path, version)
        header = file.read(header_size)
        if zlib.crc32(header) != header_sum:
            raise CorruptNetwork(path, "its header does not match its checksum")
        content = json.loads(header)
        start = _PREFIX.size + header_size
        if size != start + content["bytes"]:
            raise CorruptNetwork(path, f"{size} bytes instead of {start + content['bytes']}")
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if zlib.crc32(mapped[start:]) != data_sum:
        raise CorruptNetwork(path, "its content does not match its checksum")
    arrays = {entry["name"]: _mapped_array(mapped, start, entry) for entry in content["arrays"]}
    return content["meta"], arrays


def _mapped_array(mapped: memoryview, start: int, entry: dict[str, Any]) -> Array:
    count = int(np.prod(entry["shape"], dtype=np.int64))
    if count == 0:
        return np.empty(entry["shape"], np.dtype(entry["dtype"]))
    flat = np.frombuffer(mapped, dtype=np.dtype(entry["dtype"]), count=count, offset=start + entry["offset"])
    return flat.reshape(entry["shape"])


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
