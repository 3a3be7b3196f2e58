"""120 hears of everything, in order and signed, however badly its own end behaves."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dispatch.access.tokens import Access
from rescue_circle.cli import app
from rescue_circle.settings_loading import BadSettings, get_settings
from tests.support.phone import phone_of
from tests.support.plain_http import fetch
from tests.support.process import running, standing_by
from tests.support.receiver import CALLBACK_SECRET, Attempt, Misbehaviour, Receiver, Reply, receiving
from tests.support.service import WEBHOOK_SECRET, Service, call, signed
from tests.support.town import Town
from tests.support.waiting import eventually

both_databases = pytest.mark.both_databases


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@contextmanager
def calling_back(town: Town, database: str, folder: Path, receiver: Receiver, **settings: str) -> Iterator[Service]:
    with running(town, database, folder / "service.log", **{**receiver.settings, **settings}) as service:
        yield service


@pytest.fixture
def service(town: Town, town_database: str, tmp_path: Path, receiver: Receiver) -> Iterator[Service]:
    """A service that calls the receiver back."""
    with calling_back(town, town_database, tmp_path, receiver) as one:
        yield one


def nobody_and_end(service: Service, cad_ref: str) -> str:
    """A call with nobody near that is cancelled: two callbacks, nobody_available and closed."""
    incident_id: str = service.post_call(call(cad_ref=cad_ref)).json()["incident_id"]
    assert service.post_call(call("call.cancelled", cad_ref=cad_ref)).status_code == 202
    return incident_id


def in_order(attempts: list[Attempt]) -> bool:
    """No incident's callback was sent before the one ahead of it was taken, or given up."""
    seqs: dict[str | None, int] = {}
    for one in attempts:
        if one.seq < seqs.get(one.cad_ref, 1):
            return False
        seqs[one.cad_ref] = one.seq
    return True


def callbacks(service: Service, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get("/api/callbacks?" + "&".join(f"{k}={v}" for k, v in query.items()))
    return found


@both_databases
async def test_120_hears_every_turn_of_a_rescue_in_order(service: Service, receiver: Receiver) -> None:
    async with phone_of(service, "r00") as one, phone_of(service, "r01") as other:
        incident_id = service.post_call(call()).json()["incident_id"]
        alerts = {phone: await phone.expect("alert") for phone in (one, other)}
        fetcher = next(phone for phone, alert in alerts.items() if alert["role"] == "fetch_aed")
        alert_id = alerts[fetcher]["alert_id"]
        for answer in ("accept", "aed_collected", "arrived"):
            assert (await fetcher.ask(answer, alert_id=alert_id))["ok"]
        service.request("POST", f"/api/incidents/{incident_id}/stand-down").raise_for_status()
        kinds = eventually(lambda: "closed" in receiver.kinds() and receiver.kinds())

    assert kinds == ["alerted", "accepted", "aed_collected", "arrived", "stood_down", "closed"]
    messages = [one.message for one in receiver.attempts]
    assert [message["data"]["seq"] for message in messages] == [1, 2, 3, 4, 5, 6]
    assert {message["data"]["cad_ref"] for message in messages} == {"ZZ-1"}
    assert {message["data"]["alert_id"] for message in messages[1:4]} == {alert_id}
    assert messages[3]["data"]["counts"] == {"ringing": 1, "on_the_way": 0, "on_scene": 1, "aeds_on_scene": 1}
    assert (messages[4]["data"]["ringing_called_off"], messages[4]["data"]["responders_called_off"]) == (1, 1)
    assert not [word for word in ("r00", "r01", "+86139", "中原路") if word in json.dumps(messages, ensure_ascii=False)]


BAD_DAYS = {
    "answers 500": Reply(status=500),
    "answers 404": Reply(status=404),
    "asks to wait": Reply(status=429, headers={"retry-after": "0"}),
    "sends elsewhere": Reply(status=307, headers={"location": "/elsewhere"}),
    "hangs": Misbehaviour.HANG,
    "closes the connection": Misbehaviour.CLOSE,
    "drips": Misbehaviour.DRIP,
}


@both_databases
def test_a_receiver_that_fails_twice_gets_everything_in_order_all_the_same(
    town: Town, town_database: str, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave = lambda _kind, data, number: BAD_DAYS[data["cad_ref"]] if number <= 2 else Reply()

    with calling_back(town, town_database, tmp_path, receiver, RESCUE_CALLBACK_TIMEOUT_S="1") as service:
        for bad_day in BAD_DAYS:
            nobody_and_end(service, bad_day)
        eventually(lambda: [one["state"] for one in callbacks(service)] == ["delivered"] * 2 * len(BAD_DAYS))

    for bad_day in BAD_DAYS:
        mine = [one for one in receiver.attempts if one.cad_ref == bad_day]
        tries = {kind: len(list(same)) for kind, same in groupby(mine, key=lambda one: one.kind)}
        assert list(tries) == ["nobody_available", "closed"]
        # A good answer that a busy machine gives too late is one that has failed.
        assert min(tries.values()) >= 3
        assert len({one.callback_id for one in mine}) == 2
    assert in_order(receiver.attempts)
    assert {one.path for one in receiver.attempts} == {"/callbacks"}


def test_an_incident_whose_callbacks_fail_holds_up_no_other(service: Service, receiver: Receiver) -> None:
    receiver.behave = lambda _kind, data, _number: Reply(status=503) if data["cad_ref"] == "bad" else Reply()

    nobody_and_end(service, "bad")
    for number in range(12):
        nobody_and_end(service, f"good-{number}")
    eventually(lambda: len(receiver.taken()) == 24)

    assert {one.kind for one in receiver.attempts if one.cad_ref == "bad"} == {"nobody_available"}
    assert in_order(receiver.attempts)
    assert {one["type"] for one in callbacks(service, state="pending")} == {
        "incident.nobody_available",
        "incident.closed",
    }


def test_a_receiver_that_fails_at_random_hears_many_incidents_whole_and_in_order(
    service: Service, receiver: Receiver
) -> None:
    dice = random.Random(1)
    sorts: list[Reply | Misbehaviour] = [Reply(status=500), Reply(status=429), Misbehaviour.CLOSE, Reply(), Reply()]
    receiver.behave = lambda _kind, _data, _number: dice.choice(sorts)

    references = [f"R-{number}" for number in range(15)]
    for cad_ref in references:
        nobody_and_end(service, cad_ref)
    eventually(lambda: len({one.callback_id for one in receiver.taken()}) == 30)

    assert all(receiver.kinds(cad_ref) == ["nobody_available", "closed"] for cad_ref in references)
    assert in_order(receiver.attempts)


def test_every_integration_is_called_back_at_its_own_address(
    town: Town, town_database: str, tmp_path: Path, receiver: Receiver
) -> None:
    file = tmp_path / "integrations.toml"
    with receiving() as other:
        file.write_text(
            f"""
            [120]
            secrets = ["{WEBHOOK_SECRET}"]
            callback_url = "{receiver.url}"
            callback_secret = "{CALLBACK_SECRET}"

            [zhongmou]
            secrets = ["{WEBHOOK_SECRET}"]
            callback_url = "{other.url}?from=rescue-circle"
            callback_secret = "{CALLBACK_SECRET}"

            [silent]
            secrets = ["{WEBHOOK_SECRET}"]
            """,
            encoding="utf-8",
        )
        settings = {"RESCUE_WEBHOOK_SECRET": "", "RESCUE_INTEGRATIONS": str(file), "RESCUE_CALLBACK_URL": ""}
        with calling_back(town, town_database, tmp_path, receiver, **settings) as service:
            for number, name in enumerate(("120", "zhongmou", "silent")):
                raw = json.dumps(call(cad_ref=f"of {name}", north_m=100.0 * number)).encode()
                url = f"{service.url}/webhooks/{name}"
                assert fetch("POST", url, content=raw, headers=signed(raw)).status_code == 202
            eventually(lambda: len(callbacks(service, state="delivered")) == 2)
            waiting = callbacks(service, state="pending")

    assert [one.cad_ref for one in receiver.attempts] == ["of 120"]
    assert [(one.cad_ref, one.path) for one in other.attempts] == [("of zhongmou", "/callbacks?from=rescue-circle")]
    assert waiting == []


def test_retry_after_is_waited_for(service: Service, receiver: Receiver) -> None:
    receiver.behave = lambda _kind, _data, number: (
        Reply(status=429, headers={"retry-after": "1"}) if number == 1 else Reply()
    )

    service.post_call(call())
    eventually(receiver.taken)

    first, second = receiver.attempts
    assert second.at - first.at >= 1.0


@both_databases
def test_a_dead_letter_lets_the_next_pass_is_listed_and_can_be_sent_again(service: Service, receiver: Receiver) -> None:
    receiver.behave = lambda kind, _data, _number: Reply(status=410 if kind == "nobody_available" else 200)
    incident_id = nobody_and_end(service, "A")
    eventually(receiver.taken)

    [dead] = eventually(lambda: callbacks(service, state="dead"))
    assert (dead["type"], dead["incident_id"], dead["seq"]) == ("incident.nobody_available", incident_id, 1)
    assert (dead["attempts"], dead["last_error"]) == (1, "HTTP 410")

    receiver.behave = lambda _kind, _data, _number: Reply()
    again = service.request("POST", f"/api/callbacks/{dead['callback_id']}/retry")
    eventually(lambda: len(receiver.taken()) == 2)
    eventually(lambda: not callbacks(service, state="dead") and not callbacks(service, state="pending"))

    assert (again.status_code, again.json()["state"]) == (200, "pending")
    assert receiver.taken()[-1].callback_id == dead["callback_id"]
    assert [one["state"] for one in callbacks(service, incident_id=incident_id)] == ["delivered", "delivered"]
    twice = service.request("POST", f"/api/callbacks/{dead['callback_id']}/retry")
    assert (twice.status_code, twice.json()["code"]) == (409, "callback_delivered")


@pytest.mark.parametrize(
    "callback_id", ["cb_nothing_1", "cb_nothing", "nothing", "cb__", "cb_a_-1", "cb_a_" + "9" * 30]
)
def test_an_id_that_names_no_callback_is_not_found(standing_service: Service, callback_id: str) -> None:
    answer = standing_service.request("POST", f"/api/callbacks/{callback_id}/retry")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_callback")


def test_what_waits_for_its_next_attempt_is_tried_at_once_when_somebody_says_so(
    town: Town, town_database: str, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave = lambda _kind, _data, number: Reply(status=503 if number == 1 else 204)
    with calling_back(town, town_database, tmp_path, receiver, RESCUE_CALLBACK_RETRY_S="3600") as service:
        service.post_call(call())
        [waiting] = eventually(lambda: [one for one in callbacks(service, state="pending") if one["attempts"] == 1])
        metrics = fetch("GET", f"{service.url}/metrics").text
        service.request("POST", f"/api/callbacks/{waiting['callback_id']}/retry").raise_for_status()
        taken = eventually(receiver.taken)

    assert [one.callback_id for one in taken] == [waiting["callback_id"]]
    assert 'rescue_callbacks_total{integration="120",outcome="retried"} 1.0' in metrics


@both_databases
def test_the_command_lists_dead_letters_and_a_running_service_sends_again_what_it_is_told_to(
    service: Service, town_database: str, receiver: Receiver
) -> None:
    receiver.behave = lambda _kind, _data, _number: Reply(status=422)
    nobody_and_end(service, "A")
    eventually(lambda: len(callbacks(service, state="dead")) == 2)
    receiver.behave = lambda _kind, _data, _number: Reply()

    run = CliRunner().invoke
    shown = run(app, ["callbacks", "list", "--json", "--database", town_database])
    table = run(app, ["callbacks", "list", "--database", town_database], env={"COLUMNS": "200"})
    retried = run(app, ["callbacks", "retry", "--all-dead", "--database", town_database])
    eventually(lambda: len(receiver.taken()) == 2)
    unknown = run(app, ["callbacks", "retry", "cb_x_1", "--database", town_database])

    dead = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {one["type"] for one in dead} == {"incident.nobody_available", "incident.closed"}
    assert all(one["callback_id"] in table.stdout for one in dead)
    assert retried.exit_code == 0
    assert retried.stdout.startswith("2 to be sent again")
    assert receiver.kinds() == ["nobody_available", "closed"]
    assert (unknown.exit_code, unknown.stderr) == (2, "there is no callback 'cb_x_1'\n")


def test_a_receiver_that_never_answers_well_is_given_up_and_the_next_callback_gets_its_turn(
    town: Town, town_database: str, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave = lambda _kind, _data, _number: Reply(status=500)
    with calling_back(town, town_database, tmp_path, receiver, RESCUE_CALLBACK_GIVE_UP_S="2") as service:
        nobody_and_end(service, "A")
        dead = eventually(lambda: len(found := callbacks(service, state="dead")) == 2 and found)
        metrics = fetch("GET", f"{service.url}/metrics").text

    assert dead[0]["last_error"] == "HTTP 500"
    assert in_order(receiver.attempts)
    assert 'rescue_callbacks_total{integration="120",outcome="dead"} 2.0' in metrics


@both_databases
def test_a_service_killed_in_the_middle_sends_the_rest_when_it_is_back_and_repeats_under_the_same_id(
    town: Town, town_database: str, tmp_path: Path, unused_tcp_port: int, receiver: Receiver
) -> None:
    # The first of A arrives, but its answer never does; all of B fails.
    receiver.behave = lambda _kind, data, _number: Misbehaviour.HANG if data["cad_ref"] == "A" else Reply(status=503)
    log = tmp_path / "service.log"
    with standing_by(town, town_database, log, unused_tcp_port, **receiver.settings) as process:
        process.start(RESCUE_CALLBACK_TIMEOUT_S="30")
        for cad_ref in ("A", "B"):
            nobody_and_end(process.service, cad_ref)
        eventually(lambda: {one.cad_ref for one in receiver.attempts} == {"A", "B"})
        process.kill()
        before = list(receiver.attempts)

        receiver.behave = lambda _kind, _data, _number: Reply()
        process.start()
        eventually(lambda: len(receiver.taken()) == 4)
        eventually(lambda: [one["state"] for one in callbacks(process.service)] == ["delivered"] * 4)

    for cad_ref in ("A", "B"):
        assert receiver.kinds(cad_ref) == ["nobody_available", "closed"]
    assert {one.callback_id for one in before} <= {one.callback_id for one in receiver.taken()}
    assert len({one.callback_id for one in receiver.taken()}) == 4
    assert in_order(receiver.attempts)


def test_a_service_that_is_told_of_no_receiver_writes_no_callbacks(standing_service: Service) -> None:
    incident_id = nobody_and_end(standing_service, "no-receiver")

    assert callbacks(standing_service, incident_id=incident_id) == []


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"RESCUE_CALLBACK_URL": "https://120.example/"}, "needs a secret"),
        ({"RESCUE_CALLBACK_URL": "ftp://120.example/"}, "RESCUE_CALLBACK_URL"),
        (
            {"RESCUE_CALLBACK_URL": "https://120.example/", "RESCUE_CALLBACK_SECRET": "whsec_c2hvcnQ="},
            "24 random bytes",
        ),
        (
            {
                "RESCUE_CALLBACK_URL": "https://120.example/",
                "RESCUE_CALLBACK_SECRET": "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz",
            },
            "another secret",
        ),
    ],
)
def test_a_receiver_without_a_good_secret_of_its_own_keeps_the_service_from_starting(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], complaint: str
) -> None:
    for name, value in {
        "RESCUE_WEBHOOK_SECRET": "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz",
        "RESCUE_TOKEN_SECRET": "tests-only-secret-for-signing-tokens",
        **settings,
    }.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(BadSettings, match=complaint):
        get_settings()


def test_only_dispatchers_and_administrators_see_callbacks(standing_service: Service) -> None:
    codes = {role: standing_service.request("GET", "/api/callbacks", role).status_code for role in Access}

    assert {role for role, code in codes.items() if code == 200} == {Access.DISPATCHER, Access.ADMIN}
