"""Words that one database or the other cannot store break nothing: they are refused or answered like any unknown id."""

import json
from urllib.parse import quote

import pytest

from dispatch.access.tokens import Access
from tests.support.phone import console_of, phone_of
from tests.support.service import Service, call
from tests.support.town import CENTRE

pytestmark = pytest.mark.both_databases
ODD = ["\x00", "a\x00b-1", "\ud800", "a\ud800b-1", "x" * 5000, "-", "💔-1"]


@pytest.mark.parametrize("word", [one for one in ODD if "\ud800" not in one])
@pytest.mark.parametrize(
    "path", ["/api/incidents/{}", "/api/incidents/{}/timeline", "/api/aeds/{}", "/api/rescuers/{}/eligibility"]
)
def test_an_id_that_cannot_be_is_not_found(standing_service: Service, path: str, word: str) -> None:
    answer = standing_service.request("GET", path.format(quote(word, safe="")), Access.ADMIN)

    assert answer.status_code in {404, 422}, answer.text


@pytest.mark.parametrize("word", [one for one in ODD if "\ud800" not in one])
def test_nobody_is_erased_whose_id_cannot_be(standing_service: Service, word: str) -> None:
    path = f"/api/rescuers/{quote(word, safe='')}/personal-data"
    answer = standing_service.request("DELETE", path, Access.REGISTRY_OFFICER)

    assert answer.status_code in {404, 422}, answer.text


@pytest.mark.parametrize("word", ODD)
async def test_an_answer_to_an_alert_that_cannot_be_is_refused(standing_service: Service, word: str) -> None:
    async with phone_of(standing_service, "r05") as phone:
        await phone.send(json.dumps({"type": "accept", "id": "a", "alert_id": word}))
        answer = await phone.expect("result")

        assert not answer["ok"]
        assert (await phone.ask("set_duty", on_duty=True))["type"] == "result", "the stream goes on"


async def test_numbers_beyond_every_column_are_taken_for_what_they_are(standing_service: Service) -> None:
    huge = 2**62
    async with phone_of(standing_service, "r06", last_seq=huge) as phone:
        await phone.send({"type": "ack", "seq": huge})
        assert (await phone.ask("set_duty", on_duty=True))["type"] == "result"
    async with console_of(standing_service, last_seq=huge) as console:
        await console.send({"type": "ack", "seq": huge})


@pytest.mark.parametrize("word", ["\x00", "\ud800", "狗" * 3000])
def test_a_call_with_odd_words_is_a_call(standing_service: Service, word: str) -> None:
    message = call(cad_ref=f"odd-{ODD.index(word) if word in ODD else 'long'}", note=word, caller_phone=word)
    message["data"]["location"] |= {"address": word, "floor": word}
    answer = standing_service.post_call(json.dumps(message).encode())

    assert answer.status_code == 202
    incident = standing_service.get(f"/api/incidents/{answer.json()['incident_id']}")
    assert incident["status"] != ""


def test_a_correction_with_odd_words_is_taken_or_refused(standing_service: Service) -> None:
    aed_id = standing_service.get("/api/aeds")["aeds"][0]["aed_id"]
    for word in ("\x00", "\ud800"):
        body = json.dumps({"location_text": f"一楼{word}"}).encode()
        answer = standing_service.request("PATCH", f"/api/aeds/{aed_id}", Access.REGISTRY_OFFICER, content=body)
        assert answer.status_code in {200, 422}, answer.text


ADDED = {"lon": CENTRE[0], "lat": CENTRE[1], "name": "odd", "state": "missing"}


@pytest.mark.parametrize("word", ODD)
def test_what_officers_say_in_odd_words_is_taken_or_refused(standing_service: Service, word: str) -> None:
    bodies = (
        ("/api/aeds", {**ADDED, "name": f"odd {word}", "why": word}),
        ("/api/aeds", {**ADDED, "opening_hours": word}),
        ("/api/aeds", {**ADDED, "access": word, "floor": word}),
        ("/api/aeds", {**ADDED, "time_zone": word, "datum": word}),
        ("/api/aeds/bulk", {"changes": [{"action": "retire", "aed_id": word, "if_match": word, "why": word}]}),
        ("/api/aeds/doubles/join", {"keep": word, "other": "x", "why": word}),
    )
    for path, body in bodies:
        answer = standing_service.request("POST", path, Access.REGISTRY_OFFICER, content=json.dumps(body).encode())
        assert answer.status_code in {201, 404, 409, 422}, (path, answer.text)
        standing_service.put_away(answer)


@pytest.mark.parametrize("word", [one for one in ODD if "\ud800" not in one])
def test_what_is_asked_of_aeds_and_their_history_in_odd_words_is_answered_or_refused(
    standing_service: Service, word: str
) -> None:
    odd = quote(word, safe="")
    asked = ("aeds?text={}", "aeds?source={}", "aeds?cursor={}", "registry/history?by={}", "registry/history?kind={}")
    for path in (*asked, "registry/history?subject_id={}", "aeds/{}/history"):
        answer = standing_service.request("GET", f"/api/{path.format(odd)}", Access.ADMIN)
        assert answer.status_code in {200, 404, 422}, (path, answer.text)
    for path in ("registry/history/{}/undo", "aeds/{}/retire", "aeds/{}/move"):
        body = {"lon": CENTRE[0], "lat": CENTRE[1], "why": "odd"}
        answer = standing_service.request("POST", f"/api/{path.format(odd)}", Access.ADMIN, json=body)
        assert answer.status_code in {404, 422}, (path, answer.text)
