"""Officers send and look at photos of AEDs over HTTP: who may, what is refused, and what of a phone is not kept."""

import io
from typing import Any

import httpx
import pytest
from PIL import ExifTags, Image

from dispatch.access.tokens import Access
from tests.support.service import Service

pytestmark = pytest.mark.both_databases
R, D, V = Access.REGISTRY_OFFICER, Access.DISPATCHER, Access.VOLUNTEER


def phones_photo(side: int = 2_000) -> bytes:
    """Noisy, so that it is larger than most requests may be, and with what a phone notes."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretPhone"
    exif[ExifTags.Base.Orientation] = 6
    file = io.BytesIO()
    Image.effect_noise((side, side // 2), 60).convert("RGB").save(file, "JPEG", exif=exif)
    return file.getvalue()


def ask(service: Service, method: str, what: str = "", access: Access = R, **options: Any) -> httpx.Response:
    aeds = service.get("/api/aeds")["aeds"]
    aed_id = next(aed["aed_id"] for aed in aeds if aed["source_ref"] == "aed-open")
    return service.request(method, f"/api/registry/aeds/{aed_id}/photos{what}", access, **options)


def test_a_photo_is_sent_looked_at_and_removed(standing_service: Service) -> None:
    sent = phones_photo()
    kept = ask(standing_service, "POST", "?why=seen", content=sent, headers={"content-type": "image/jpeg"})

    assert (kept.status_code, len(sent) > 65_536) == (201, True), kept.text
    told = kept.json()
    assert (told["width"], told["height"], told["by"]) == (800, 1_600, "tests")
    number = f"/{told['photo_id']}"
    whole = ask(standing_service, "GET", number, D)
    small = ask(standing_service, "GET", f"{number}?size=thumbnail", D)
    assert (whole.headers["content-type"], whole.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert [Image.open(io.BytesIO(one.content)).size for one in (whole, small)] == [(800, 1_600), (160, 320)]
    assert b"Secret" not in whole.content
    assert told in ask(standing_service, "GET", "", D).json()

    assert ask(standing_service, "DELETE", number).status_code == 204
    gone = ask(standing_service, "GET", number)
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_photo")


def test_only_officers_change_photos_and_volunteers_see_none(standing_service: Service) -> None:
    for access in (D, V):
        assert ask(standing_service, "POST", "", access, content=b"x").status_code == 403
        assert ask(standing_service, "DELETE", "/1", access).status_code == 403
    assert ask(standing_service, "GET", "", V).status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "bad_photo"),
        (b"GIF89a", 422, "bad_photo"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), 422, "bad_photo"),
        (bytes(12 * 1024 * 1024 + 1), 422, "bad_photo"),
        (bytes(12 * 1024 * 1024 + 2), 413, "body_too_large"),
    ],
    ids=["empty", "gif", "heic", "too large", "much too large"],
)
def test_what_is_no_photo_is_refused(standing_service: Service, body: bytes, status: int, code: str) -> None:
    refused = ask(standing_service, "POST", content=body)

    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999", "1e3"])
def test_numbers_that_no_photo_has(standing_service: Service, number: str) -> None:
    assert ask(standing_service, "GET", f"/{number}").status_code == 404
