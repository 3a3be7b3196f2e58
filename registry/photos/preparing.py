"""Makes of a picture file what is kept: a JPEG of bounded size, without anything that was noted beside the picture.

A file is bounded before it is decoded: by its bytes, and by the pixels that it says it has.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_FILE_BYTES = 12 * 1024 * 1024
"""A phone's photo has 2 to 8 MB."""

MAX_PIXELS = 50_000_000
"""Phones' sensors have 12 to 50 million; decoded they take four bytes each at most."""

LONGEST_SIDE = 1_600
"""Pixels of what is kept: the words on a cabinet can be read (assumption)."""

THUMBNAIL_SIDE = 320
LEAST_SIDE = 64
_QUALITY = 82
_SMOOTH = frozenset({"L", "LA", "RGB", "RGBA"})
"""Modes that can be made smaller without edges; a palette's colours cannot be mixed."""

_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})


class BadPhoto(ValueError):
    """The file is no picture that is taken here; the message says why and what to send instead."""

    code = "bad_photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Two JPEGs; width, height: of the larger one, in pixels."""

    width: int
    height: int
    picture: bytes
    thumbnail: bytes


def require_size(file: bytes) -> None:
    """Raises: BadPhoto: it is empty, or larger than any file that is taken."""
    if not file:
        raise BadPhoto("the file is empty: send a JPEG, PNG or WebP")
    if len(file) > MAX_FILE_BYTES:
        raise BadPhoto(
            f"the file is larger than {MAX_FILE_BYTES // 2**20} MB: save the photo smaller and send it again"
        )


def prepare(file: bytes) -> Prepared:
    """The picture upright, as people see it, without a place, a date, a device or a comment in it.

    Raises:
        BadPhoto
    """
    require_size(file)
    if file[4:8] == b"ftyp" and file[8:12] in _HEIF:
        raise BadPhoto(
            "this is HEIC or AVIF, which is not taken: save it as JPEG (iPhone: Settings, Camera, Formats, Most "
            "Compatible) and send it again"
        )
    kept = _decoded(file)
    return Prepared(
        width=kept.width, height=kept.height, picture=_jpeg(kept), thumbnail=_jpeg(_within(kept, THUMBNAIL_SIDE))
    )


def _decoded(file: bytes) -> Image.Image:
    try:
        # The library's own limits are warnings and far higher: ours is asked of the header, and nothing is decoded.
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(file), formats=FORMATS) as opened:
            _require_pixels(opened)
            # A JPEG can be decoded at a fraction of its size, with as little memory.
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            # Made small before anything else, which then takes little memory.
            return _plain(ImageOps.exif_transpose(_within(opened, LONGEST_SIDE)))
    except BadPhoto:
        raise
    except Image.DecompressionBombError as error:
        raise BadPhoto(_too_many_pixels()) from error
    except Exception as error:
        # Decoders raise whatever damage leads them to.
        raise BadPhoto(
            "the file is no JPEG, PNG or WebP that can be read: it may be damaged, or of another kind"
        ) from error


def _require_pixels(opened: Image.Image) -> None:
    if opened.width * opened.height > MAX_PIXELS:
        raise BadPhoto(_too_many_pixels())
    if min(opened.size) < LEAST_SIDE:
        raise BadPhoto(f"the picture has {opened.width} x {opened.height} pixels: less than {LEAST_SIDE} show nothing")


def _too_many_pixels() -> str:
    return f"the picture has more than {MAX_PIXELS // 10**6} million pixels: save it smaller and send it again"


def _plain(image: Image.Image) -> Image.Image:
    """Its colours on white, in an image of its own that has nothing else."""
    plain = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        plain.paste(coloured, mask=coloured.getchannel("A"))
    else:
        plain.paste(image.convert("RGB"))
    return plain


def _within(image: Image.Image, side: int) -> Image.Image:
    """A smaller one where it is too large, its notes beside it for now."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    smooth = image if image.mode in _SMOOTH else image.convert(mode)
    share = side / max(smooth.size)
    if share >= 1.0:
        return smooth
    size = (max(1, round(smooth.width * share)), max(1, round(smooth.height * share)))
    return smooth.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
