"""Officers keep devices and cabinets over HTTP; who may see what of them, and that a code is told to nobody else."""

from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from tests.support.service import Service

pytestmark = pytest.mark.both_databases
R, D, V = Access.REGISTRY_OFFICER, Access.DISPATCHER, Access.VOLUNTEER
CODE = "4711-2580"


def aed_id_of(service: Service, ref: str = "aed-open") -> str:
    return next(str(aed["aed_id"]) for aed in service.get("/api/aeds")["aeds"] if aed["source_ref"] == ref)


def ask(service: Service, method: str, what: str, access: Access = R, **options: Any) -> httpx.Response:
    return service.request(method, f"/api/aeds/{aed_id_of(service)}/{what}", access, **options)


def test_a_device_is_described_field_by_field(standing_service: Service) -> None:
    first = ask(standing_service, "PATCH", "device", json={"maker": "Mindray", "battery_expires_on": "2031-06"})
    second = ask(standing_service, "PATCH", "device", json={"maker": None, "lock": "keeper", "why": "seen"})

    assert (first.status_code, second.status_code) == (200, 200), first.text + second.text
    told = ask(standing_service, "GET", "device", D).json()
    assert told["aed_id"] == aed_id_of(standing_service)
    assert {name: value for name, value in told["device"].items() if value is not None} == {
        "battery_expires_on": "2031-06-30",
        "lock": "keeper",
    }


@pytest.mark.parametrize(
    "body", [{"lock": "chain"}, {"battery_expires_on": "soon"}, {"code": CODE}, {"names": {"x": 1}}]
)
def test_what_cannot_be_meant_is_refused(standing_service: Service, body: dict[str, Any]) -> None:
    refused = ask(standing_service, "PATCH", "device", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")


def test_the_code_is_for_officers_alone(standing_service: Service) -> None:
    assert ask(standing_service, "PUT", "cabinet-code", json={"code": CODE}).status_code == 204
    assert ask(standing_service, "GET", "cabinet-code").json() == {"code": CODE}
    for access in (D, V):
        assert ask(standing_service, "GET", "cabinet-code", access).status_code == 403
    lookers = (
        ask(standing_service, "GET", "device", D).text,
        str(standing_service.get("/api/aeds")),
        str(standing_service.get("/api/public/aeds?west=113.66&south=34.75&east=113.67&north=34.76")),
        str(standing_service.get("/api/console/aeds")),
    )
    assert not any(CODE in text for text in lookers)
    assert ask(standing_service, "GET", "device", D).json()["has_cabinet_code"]

    assert ask(standing_service, "DELETE", "cabinet-code").status_code == 204
    gone = ask(standing_service, "GET", "cabinet-code")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_cabinet_code")


def test_two_cabinets_do_not_share_a_qr_code(standing_service: Service) -> None:
    other = next(aed["aed_id"] for aed in standing_service.get("/api/aeds")["aeds"] if aed["source_ref"] != "aed-open")
    assert ask(standing_service, "PATCH", "device", json={"cabinet_qr": "QR-1"}).is_success
    refused = standing_service.request("PATCH", f"/api/aeds/{other}/device", R, json={"cabinet_qr": "QR-1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "cabinet_qr_taken")


def test_who_is_no_officer_describes_nothing_and_what_is_unknown_is_not_found(standing_service: Service) -> None:
    assert ask(standing_service, "PATCH", "device", D, json={"maker": "x"}).status_code == 403
    assert ask(standing_service, "GET", "device", V).status_code == 403
    assert standing_service.request("GET", "/api/aeds/a9/device", R).status_code == 404
    assert standing_service.request("PATCH", "/api/aeds/a9/device", R, json={"maker": "x"}).status_code == 404
