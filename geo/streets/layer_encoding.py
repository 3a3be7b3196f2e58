"""What the letters of a shapefile are written in where neither the file nor its .cpg says so.

The library takes Latin-1 then, which fits any bytes: 嵩山路 becomes a row of accents, and nothing says that it is
wrong.
"""

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

# Every byte is a letter in it, and back: what was read in it can be read again in another one.
LOSSLESS = "ISO-8859-1"

_CHINESE = re.compile(r"[\x00-\x7f\u2e80-\u9fff\u3000-\u303f\uff00-\uffef·—…“”‘’]*")
# Accents stand alone among plain letters, or two together; in double-byte and Cyrillic texts they come in rows.
_WESTERN = re.compile(r"(?:[\x00-\x7f]|(?<![À-ÿŒœŠšŽžŸ]{2})[À-ÖØ-öø-ÿŒœŠšŽžŸº°´’])*")


class UnknownEncoding(ValueError):
    """Nobody can tell what the letters of a layer are written in; the message asks."""

    def __init__(self, path: Path, sample: str) -> None:
        read = ", ".join(f"{name}: {text}" for name, text in _readings(sample.encode(LOSSLESS)))
        super().__init__(
            f"{path} does not say what its letters are written in (a shapefile without its .cpg?): "
            f"name it by --encoding, whichever makes a name of this one: {read}"
        )


def find_encoding(texts: Iterable[str], *, in_china: bool) -> str | None:
    """The encoding of texts that were read as `LOSSLESS`, None where it cannot be told.

    UTF-8 is all but impossible to hit by chance. GB18030 fits almost anything, so it is taken only in mainland China
    and only if Chinese comes of it; Windows-1252 only elsewhere, and only if it looks like Western names.
    """
    raw = "\n".join(texts).encode(LOSSLESS)
    if _decoded(raw, "utf-8") is not None:
        return "utf-8"
    name, letters = ("gb18030", _CHINESE) if in_china else ("cp1252", _WESTERN)
    text = _decoded(raw, name)
    return name if text is not None and letters.fullmatch(text) else None


def has_code_page(path: Path) -> bool:
    """Whether a shapefile, or the zipped one at `path`, has a .cpg beside it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return any(name.lower().endswith(".cpg") for name in packed.namelist())
    return any(path.with_suffix(suffix).is_file() for suffix in (".cpg", ".CPG"))


def first_strange(texts: Iterable[str]) -> str:
    """The first of the texts that plain letters do not spell, "" where all are plain."""
    return next((text for text in texts if not text.isascii()), "")


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _readings(raw: bytes) -> list[tuple[str, str]]:
    tried = ("gb18030", "big5", "cp932", "cp949", "cp1251", "cp1252", "cp1250")
    return [(name, text) for name in tried if (text := _decoded(raw, name)) is not None]
