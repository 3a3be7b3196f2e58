"""No request breaks the service: whatever its own description allows or forbids, it answers as the description says."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dispatch.access.tokens import Access
from tests.support.process import running
from tests.support.service import Service, call
from tests.support.town import CENTRE, Town

EXAMPLES = 12
# So that several may run beside each other, and none for minutes.
PARTS = 4
PLACE = {"lon": CENTRE[0], "lat": CENTRE[1], "datum": "wgs84"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def fuzzed(town: Town, filled_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of these tests' own: what they erase nobody misses."""
    folder = tmp_path_factory.mktemp("fuzzed")
    shutil.copy(filled_database, folder / "town.sqlite3")
    with running(town, f"sqlite+aiosqlite:///{folder / 'town.sqlite3'}", folder / "service.log") as service:
        yield service
    assert '"exception": ' not in (folder / "service.log").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def known_ids(fuzzed: Service) -> dict[str, list[str]]:
    """Ids that there are, by the name of the parameter that takes them."""
    incidents = [fuzzed.post_call(call(cad_ref=f"fuzz-{number}")).json()["incident_id"] for number in range(3)]
    return {
        "incident_id": incidents,
        "problem_id": _reported(fuzzed),
        "aed_id": [aed["aed_id"] for aed in fuzzed.get("/api/aeds")["aeds"]],
        "rescuer_id": [f"r{number:02d}" for number in range(12)],
        "course_id": [_planned(fuzzed)],
        "integration": ["120"],
        "role": ["keeper", "deputy"],
    }


def _reported(fuzzed: Service) -> list[str]:
    aed_id = fuzzed.get("/api/aeds")["aeds"][0]["aed_id"]
    answer = requests.post(f"{fuzzed.url}/api/aeds/{aed_id}/problems", json={"kind": "locked"}, timeout=30)
    return [answer.json()["problem_id"]]


def _planned(fuzzed: Service) -> str:
    """A course that has begun, with two people in it."""
    headers = {"authorization": f"Bearer {fuzzed.token(Access.REGISTRY_OFFICER)}"}
    times = {"starts_at": "2025-05-16T01:00:00Z", "ends_at": "2025-05-16T09:00:00Z"}
    plan = {"title": "BLS", "certificate_kind": "BLS", "valid_months": 24, "capacity": 60, **times}
    added = requests.post(f"{fuzzed.url}/api/courses", json=plan, headers=headers, timeout=30)
    course_id: str = added.json()["course_id"]
    people = {"rescuer_ids": ["r00", "r01"]}
    requests.post(f"{fuzzed.url}/api/courses/{course_id}/people", json=people, headers=headers, timeout=30)
    return course_id


@pytest.fixture(scope="module")
def interface(fuzzed: Service) -> BaseSchema:
    document = requests.get(f"{fuzzed.url}/openapi.json", timeout=30).json()
    return schemathesis.openapi.from_dict(_without_tuples(document))


def _without_tuples(schema: Any) -> Any:
    """Schemathesis writes a tuple as draft 4 does and then will not read that; all of ours are numbers."""
    if isinstance(schema, list):
        return [_without_tuples(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _without_tuples(value) for name, value in schema.items()}
    if "prefixItems" in plain:
        plain["items"] = plain.pop("prefixItems")[0]
    return plain


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_to_anybody_is_one_that_the_description_knows(
    fuzzed: Service, interface: BaseSchema, known_ids: dict[str, list[str]], part: int
) -> None:
    """Whoever asks, with any token or none: making up a request costs more than its answers do."""
    tokens = [{"authorization": f"Bearer {fuzzed.token(access, 'r03')}"} for access in Access]
    with requests.Session() as session:
        session.trust_env = False
        for found in list(interface.get_all_operations())[part::PARTS]:
            _fuzz(found.ok(), fuzzed.url, session, [{}, *tokens], known_ids)
    assert fuzzed.get("/readyz")["status"] == "ready"


def _fuzz(
    operation: APIOperation[Any, Any, Any, Any],
    url: str,
    session: requests.Session,
    callers: list[dict[str, str]],
    known_ids: dict[str, list[str]],
) -> None:
    cases = st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @given(case=cases, data=st.data())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def answers(case: schemathesis.Case, data: st.DataObject) -> None:
        for name in case.path_parameters or {}:
            if name in known_ids and data.draw(st.booleans(), label="a known id"):
                case.path_parameters[name] = data.draw(st.sampled_from(known_ids[name]))
        if isinstance(case.body, dict) and "location" in case.body and data.draw(st.booleans(), label="a real place"):
            case.body["location"] = PLACE
        for headers in callers:
            response = case.call(base_url=url, session=session, headers=headers)
            case.validate_response(response, checks=CHECKS)

    answers()
