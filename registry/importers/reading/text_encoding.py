"""What a text is encoded in: a detector's word checked against the letters of the languages, and how sure that is.

No detector alone is right, and an encoding that decodes proves nothing: GB18030 decodes almost anything. Where two fit
equally the file is refused with both readings, because a wrong letter in a street's name is found by nobody later.
"""

import codecs
from dataclasses import dataclass

import chardet

from registry.importers.files import WrongEncoding
from registry.importers.reading.letters import CANDIDATES, likeness

# Lines with letters beyond ASCII are looked at up to here; what they say does not change in a longer text.
_SAMPLE_BYTES = 120_000
# A reading below this is no language's; two nearer to each other than that are equally good.
_MIN_LIKENESS = 0.6
_NEAR = 0.12
# By so much the detector must prefer one of two readings whose letters are equally good.
_CLEARLY = 5.0
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHOWN = {
    "utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "utf-32": "UTF-32", "cp950": "Big5", "big5hkscs": "Big5", "cp932": "Shift-JIS (CP932)", "gb18030": "GB18030",
    "cp949": "CP949", "euc_jp": "EUC-JP", "iso2022_jp": "ISO-2022-JP", "mac_roman": "Mac Roman",
}  # fmt: skip


class UnclearEncoding(WrongEncoding):
    """Several encodings make as good a text of the bytes."""

    code = "unclear_encoding"


@dataclass(frozen=True, slots=True)
class FoundEncoding:
    """A codec's name, and whether nothing else comes near."""

    name: str
    is_sure: bool

    @property
    def shown(self) -> str:
        """The name that people know it by."""
        return shown_encoding(self.name)


def decoded(data: bytes, file: str, encoding: str | None) -> tuple[str, FoundEncoding]:
    """The text, without its byte order mark, in the encoding named or in the one found.

    Raises:
        WrongEncoding: the text is not in it, or in none that is known; the message names the line.
        UnclearEncoding: several fit as well; the message shows what each makes of a line.
    """
    if encoding is not None:
        found = FoundEncoding(_codec(encoding), True)
        if found.name == "utf-8":
            found = FoundEncoding("utf-8-sig", True)
    else:
        found = find_encoding(data, file)
    try:
        return data.decode(found.name).lstrip("\ufeff"), found
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WrongEncoding(
            f"{file} is not {found.shown} (line {line}): save it as UTF-8, or name its encoding by --encoding, such as "
            "gb18030 (China), big5 (Taiwan, Hong Kong), cp932 (Japan), cp949 (Korea), cp1252 (western Europe)"
        ) from error


def find_encoding(data: bytes, file: str) -> FoundEncoding:
    """Raises: WrongEncoding, UnclearEncoding."""
    certain = _by_form(data)
    if certain is not None:
        return FoundEncoding(certain, True)
    sample = _sample(data)
    readings = _readings(sample)
    if not readings or readings[0][0] < _MIN_LIKENESS:
        raise WrongEncoding(_nothing_fits(data, sample, file))
    detected = _detected(sample)
    best, name, text = readings[0]
    rivals = [(score, other, read) for score, other, read in readings[1:] if read != text and score > best - _NEAR]
    if not rivals:
        return FoundEncoding(name, bool(detected) and max(detected, key=detected.__getitem__) in _same(name, readings))
    preferred = sorted([readings[0], *rivals], key=lambda reading: -detected.get(reading[1], 0.0))
    first, second = (detected.get(reading[1], 0.0) for reading in preferred[:2])
    if first > _CLEARLY * second:
        return FoundEncoding(preferred[0][1], False)
    shown = "; ".join(f"{other}: {_first_strange_line(read)}" for _, other, read in [readings[0], *rivals][:4])
    raise UnclearEncoding(f"{file} could be in several encodings: name the one that makes sense by --encoding. {shown}")


def shown_encoding(name: str) -> str:
    """A codec's name as people know it."""
    return _SHOWN.get(name, name.upper().replace("_", "-"))


def _codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise WrongEncoding(f"{encoding!r} is no known encoding: try utf-8, gb18030 or cp932") from error


def _by_form(data: bytes) -> str | None:
    """What bytes can be by their form alone: all but impossible to hit by chance."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    head = data[:4096]
    if b"\0" in head:
        # Every ASCII character has one zero byte in UTF-16: before it in big-endian order, after it in little-endian.
        before, after = head[0::2].count(0), head[1::2].count(0)
        return "utf-16-be" if before > after else "utf-16-le"
    if b"\x1b$" in head and data.isascii():
        return "iso2022_jp"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A download that was cut within its last character.
        return "utf-8" if error.start >= len(data) - 3 and error.reason == "unexpected end of data" else None
    return "utf-8"


def _sample(data: bytes) -> bytes:
    """Lines that are not plain ASCII; in every candidate a line's end is a byte of its own."""
    lines, size = [], 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE_BYTES:
                break
    return b"\n".join(lines)


def _readings(sample: bytes) -> list[tuple[float, str, str]]:
    """(likeness, encoding, text) of every candidate that decodes, best first."""
    found = []
    for name in CANDIDATES:
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        found.append((likeness(text, name), name, text))
    return sorted(found, key=lambda reading: -reading[0])


def _detected(sample: bytes) -> dict[str, float]:
    """The detector's confidence by codec."""
    found: dict[str, float] = {}
    for answer in chardet.detect_all(sample, ignore_threshold=True):
        try:
            name = codecs.lookup(str(answer["encoding"])).name.replace("-", "_")
        except LookupError:
            continue
        for codec in _ALIASES.get(name, (name,)):
            found[codec] = max(found.get(codec, 0.0), float(answer["confidence"] or 0.0))
    return found


# What the detector calls by the name of a part, by what it is a part of.
_ALIASES = {
    "gb2312": ("gb18030",), "gbk": ("gb18030",), "big5": ("cp950", "big5hkscs"), "shift_jis": ("cp932",),
    "euc_kr": ("cp949",), "iso8859_1": ("cp1252",), "iso8859_9": ("cp1254",), "cp858": ("cp850",),
}  # fmt: skip


def _same(name: str, readings: list[tuple[float, str, str]]) -> set[str]:
    """All encodings that make the same text as `name` does."""
    text = next(read for _, other, read in readings if other == name)
    return {other for _, other, read in readings if read == text}


def _nothing_fits(data: bytes, sample: bytes, file: str) -> str:
    advice = "save it as UTF-8, or name its encoding by --encoding, such as gb18030, big5, cp932, cp949 or cp1252"
    lines = data.splitlines()
    bad = [number for number, line in enumerate(lines, start=1) if not line.isascii() and not _is_utf8(line)]
    if len(bad) <= max(len(sample.splitlines()) // 10, 0):
        return (
            f"{file} is UTF-8 but for line {bad[0]}, which is in another encoding: mend that line, and save it as UTF-8"
        )
    return f"nobody can tell what {file} is encoded in (first in line {bad[0]}): {advice}"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first_strange_line(text: str) -> str:
    line = next(line for line in text.splitlines() if not line.isascii())
    at = next(index for index, character in enumerate(line) if ord(character) > 127)
    return line[max(at - 10, 0) : at + 30].strip()
