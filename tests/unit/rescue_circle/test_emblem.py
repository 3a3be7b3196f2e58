"""The emblem of whoever runs the service: a drawing, or nothing at all."""

import struct
import zlib
from pathlib import Path

import pytest

from rescue_circle.emblem import MOST_BYTES, UnusableEmblem, read_emblem, with_emblem
from rescue_circle.settings_loading import BadSettings, get_settings
from rescue_circle.web_pages import ASK_FIRST, WebFile
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
DRAWING = f'{HEAD}<style>.a{{fill:url(#g)}}</style><path id="g" class="a" d="M0 0h9v9z"/><use href="#g"/></svg>'


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\x00" * ((width + 1) * height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def saved(folder: Path, body: bytes | str) -> Path:
    path = folder / "emblem"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (DRAWING.encode(), "image/svg+xml"),
        (b'<?xml version="1.0"?>\n' + DRAWING.encode(), "image/svg+xml"),
        (png(64, 64), "image/png"),
    ],
)
def test_a_drawing_is_taken_by_what_it_is_and_served_so_that_nothing_in_it_can_run(
    tmp_path: Path, body: bytes, content_type: str
) -> None:
    served = read_emblem(saved(tmp_path, body))

    assert (served.path, served.body, served.content_type, served.caching) == (
        "/emblem",
        body,
        content_type,
        ASK_FIRST,
    )
    assert "default-src 'none'" in served.headers["content-security-policy"]
    assert "sandbox" in served.headers["content-security-policy"]
    assert served.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"{HEAD}<script>alert(1)</script></svg>", "script"),
        (f"{HEAD}<g><foreignObject/></g></svg>", "foreignObject"),
        (f'{HEAD}<path onload="x()"/></svg>', "onload"),
        (f'{HEAD}<image href="https://elsewhere.example/x.png"/></svg>', "another file"),
        (f'{HEAD}<use xlink:href="file:///etc/passwd#x"/></svg>', "another file"),
        (f'{HEAD}<a href=" javascript:alert(1)"/></svg>', "another file"),
        (f"{HEAD}<style>@import 'https://elsewhere.example';</style></svg>", "another file"),
        (f'{HEAD}<path style="fill:url(https://elsewhere.example#g)"/></svg>', "another file"),
        (f'<!DOCTYPE svg [<!ENTITY a "aaaa">]>{HEAD}<text>&a;</text></svg>', "document type"),
        (f'<?xml-stylesheet href="https://elsewhere.example"?>{HEAD}</svg>', "processing instruction"),
        ("<html><body/></html>", "neither an SVG nor a PNG"),
        ("<svg><path/></svg>", "neither an SVG nor a PNG"),
        (f"{HEAD}<path>", "neither a well-formed SVG nor a PNG"),
        (b"GIF89a", "neither a well-formed SVG nor a PNG"),
        (b"", "neither a well-formed SVG nor a PNG"),
        (png(64, 64)[:40], "damaged PNG"),
        (png(4_000, 1), "4000 x 1 pixels"),
        (DRAWING.encode() + b" " * MOST_BYTES, "larger than 256 KiB"),
    ],
)
def test_what_is_no_mere_drawing_is_refused_with_what_to_do(tmp_path: Path, body: bytes | str, said: str) -> None:
    with pytest.raises(UnusableEmblem, match=said):
        read_emblem(saved(tmp_path, body))


def test_without_an_emblem_of_their_own_the_pages_bear_ours(tmp_path: Path) -> None:
    own = WebFile(path="/icon.svg", body=b"<svg/>", content_type="image/svg+xml", caching=ASK_FIRST)

    assert with_emblem({"/icon.svg": own}, None)["/emblem"].body == own.body
    assert with_emblem({"/icon.svg": own}, saved(tmp_path, DRAWING))["/emblem"].body == DRAWING.encode()
    assert with_emblem({}, None) == {}


def test_a_wrong_emblem_ends_the_start_by_the_name_of_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESCUE_WEBHOOK_SECRET", WEBHOOK_SECRET)
    monkeypatch.setenv("RESCUE_TOKEN_SECRET", TOKEN_SECRET)
    monkeypatch.setenv("RESCUE_EMBLEM", str(tmp_path / "nothing.svg"))

    with pytest.raises(BadSettings, match=r"RESCUE_EMBLEM: .*nothing\.svg cannot be read: No such file"):
        get_settings()
