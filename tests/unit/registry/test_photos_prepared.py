"""What is kept of a picture file: small, upright, a JPEG, and nothing but the picture."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from registry.photos import preparing
from registry.photos.preparing import LONGEST_SIDE, MAX_FILE_BYTES, THUMBNAIL_SIDE, BadPhoto, prepare

RED, BLUE = (220, 20, 20), (20, 20, 220)


def two_halves(width: int = 400, height: int = 200, mode: str = "RGB") -> Image.Image:
    """Red on its left, blue on its right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image.convert(mode)


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture))


def looks_like(image: Image.Image, at: tuple[float, float], colour: tuple[int, int, int]) -> bool:
    found = image.getpixel((int(at[0] * image.width), int(at[1] * image.height)))
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
        *(("PNG", mode) for mode in ("RGB", "RGBA", "P", "1", "L")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    ],
)
def test_every_kind_of_picture_becomes_a_plain_jpeg(kind: str, mode: str) -> None:
    made = prepare(saved(two_halves(mode=mode), kind))

    image = opened(made.picture)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (400, 200))
    assert (made.width, made.height) == (400, 200)
    assert opened(made.thumbnail).size == (320, 160)


@settings(max_examples=15)
@given(width=st.integers(64, 2400), height=st.integers(64, 2400))
def test_sizes_are_bounded_and_proportions_kept(width: int, height: int) -> None:
    made = prepare(saved(Image.new("L", (width, height)), "PNG"))

    picture, thumbnail = opened(made.picture), opened(made.thumbnail)
    assert max(picture.size) == min(max(width, height), LONGEST_SIDE)
    assert max(thumbnail.size) == min(max(width, height), THUMBNAIL_SIDE)
    assert abs(picture.width - width * max(picture.size) / max(width, height)) <= 1


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        (1, (400, 200), (0.25, 0.5)),
        (3, (400, 200), (0.75, 0.5)),
        (6, (200, 400), (0.5, 0.25)),
        (8, (200, 400), (0.5, 0.75)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_stands_as_its_phone_was_held(
    kind: str, orientation: int, size: tuple[int, int], red_at: tuple[float, float]
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation

    image = opened(prepare(saved(two_halves(), kind, exif=exif)).picture)

    assert image.size == size
    assert looks_like(image, red_at, RED)


def test_nothing_that_was_noted_in_a_file_is_kept() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretPhone"
    exif[ExifTags.Base.DateTime] = "2026:01:05 12:00:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (34.0, 45.0, 12.0)
    noted = {"exif": exif, "icc_profile": b"SecretProfile" * 20}
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SecretAuthor")
    files = [
        saved(two_halves(), "JPEG", comment=b"SecretComment", xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>", **noted),
        saved(two_halves(), "WEBP", xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>", **noted),
        saved(two_halves(), "PNG", pnginfo=text, **noted),
    ]
    assert all(b"Secret" in file for file in files)

    for file in files:
        made = prepare(file)
        for picture in (made.picture, made.thumbnail):
            image = opened(picture)
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            assert not image.getexif()
            assert not [mark for mark in (b"Secret", b"Exif", b"ICC_PROFILE", b"xmpmeta", b"2026:") if mark in picture]


def test_what_is_transparent_is_white() -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))

    assert looks_like(opened(prepare(saved(image, "PNG")).picture), (0.5, 0.5), (255, 255, 255))


def bomb(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it has so many pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(7_100, 7_100), (12_000, 12_000), (30_000, 30_000), (65_000, 65_000)])
def test_a_file_that_says_it_has_too_many_pixels_is_refused_without_decoding(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[object] = []

    def note(image: object) -> None:
        decoded.append(image)

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_prepare", note)

    with pytest.raises(BadPhoto, match="more than 50 million pixels"):
        prepare(bomb(width, height))
    assert not decoded


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"avif"])
def test_heic_is_refused_with_what_to_do(brand: bytes) -> None:
    with pytest.raises(BadPhoto, match="Most Compatible"):
        prepare(b"\x00\x00\x00\x18ftyp" + brand + bytes(100))


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"not a picture",
        saved(two_halves(), "GIF"),
        saved(two_halves(), "TIFF"),
        saved(two_halves(2_000, 2_000))[:2_000],
        saved(two_halves(2_000, 2_000), "PNG")[:200],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        bytes(MAX_FILE_BYTES + 1),
        saved(Image.new("RGB", (63, 900))),
    ],
    ids=["empty", "text", "gif", "tiff", "half a jpeg", "half a png", "svg", "too large", "too small"],
)
def test_what_is_no_picture_is_refused(file: bytes) -> None:
    with pytest.raises(BadPhoto):
        prepare(file)


@given(st.binary(max_size=400), st.integers(0, 400))
def test_damage_is_refused_and_never_anything_else(junk: bytes, at: int) -> None:
    whole = saved(two_halves(80, 80))
    try:
        made = prepare(whole[:at] + junk + whole[at + len(junk) :])
    except BadPhoto:
        return
    assert opened(made.picture).format == "JPEG"
    assert max(made.width, made.height) <= preparing.LONGEST_SIDE
