"""Two officers at one AED: whoever was slower is told so, for each of its parts, and loses nothing of the other's."""

from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from tests.support.service import Service

pytestmark = pytest.mark.both_databases
KEEPER = {"name": "王芳", "phone": "13812345678"}
READY = {"result": "ready", "points": {"indicator": "ok"}}
PARTS: list[tuple[str, str, str, list[dict[str, Any]]]] = [
    ("device", "PATCH", "device", [{"maker": "Mindray"}, {"maker": "Zoll"}]),
    ("cabinet-code", "PUT", "cabinet-code", [{"code": "1111"}, {"code": "2222"}]),
    ("keepers", "PUT", "keepers/keeper", [KEEPER, KEEPER | {"name": "赵强"}]),
    ("inspections", "POST", "inspections", [READY, READY]),
]


def ask(service: Service, method: str, what: str, **options: Any) -> httpx.Response:
    aeds = service.get("/api/aeds")["aeds"]
    aed_id = next(str(aed["aed_id"]) for aed in aeds if aed["source_ref"] == "aed-open")
    return service.request(method, f"/api/aeds/{aed_id}/{what}", Access.REGISTRY_OFFICER, **options)


@pytest.mark.parametrize(("read_at", "method", "what", "bodies"), PARTS, ids=[part[0] for part in PARTS])
def test_a_change_of_what_another_has_changed_is_refused(
    standing_service: Service, read_at: str, method: str, what: str, bodies: list[dict[str, Any]]
) -> None:
    assert ask(standing_service, method, what, json=bodies[0]).is_success
    read = ask(standing_service, "GET", read_at).headers["etag"]
    quicker = ask(standing_service, method, what, json=bodies[1], headers={"if-match": read})
    slower = ask(standing_service, method, what, json=bodies[0], headers={"if-match": read})

    assert quicker.is_success, quicker.text
    assert (slower.status_code, slower.json()["code"]) == (412, "stale")
    assert quicker.headers["etag"] == ask(standing_service, "GET", read_at).headers["etag"] != read
    assert ask(standing_service, method, what, json=bodies[0], headers={"if-match": "*"}).is_success


@pytest.mark.parametrize("what", ["cabinet-code", "keepers/keeper", "device/corrections/maker"])
def test_nothing_is_removed_that_another_has_changed(standing_service: Service, what: str) -> None:
    for _, method, written, bodies in PARTS[:3]:
        assert ask(standing_service, method, written, json=bodies[0]).is_success
    refused = ask(standing_service, "DELETE", what, headers={"if-match": '"older"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "stale")

    place = what.partition("/")[0]
    read = ask(standing_service, "GET", place).headers["etag"]
    assert ask(standing_service, "DELETE", what, headers={"if-match": read}).is_success
