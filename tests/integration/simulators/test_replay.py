"""A whole run against the real service: calls in by webhook, phones on websockets, nothing lost or doubled."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulators.cad import AlreadyReplayed
from simulators.ledger import Ledger
from simulators.report import Json
from simulators.runner import Plan, replay
from simulators.scenario import load_scenario, save_scenario
from simulators.service import Service, ServiceRefused
from simulators.sim_clock import SimClock
from simulators.volunteer import Behaviour
from tests.integration.simulators.conftest import CALM_SPEED, Town, two_calls
from tests.support.command import command
from tests.support.waiting import until

EAGER = Behaviour(seen=1.0, accepted=1.0, declined=0.0, late=0.0, hands_back=0.0, drops=0.0, answer_median_s=5.0)

calmly = pytest.mark.parametrize("speed", [CALM_SPEED])


async def unwatched(_ledger: Ledger, _clock: SimClock) -> None:
    """Nobody looks on."""


async def run(town: Town, behaviour: Behaviour, *, label: str = "") -> Any:
    plan = Plan(scenario=two_calls(), owners=town.owners, seed=1, behaviour=behaviour, run=label)
    async with Service(town.url, token=town.token, secret=town.secret) as service:
        return await replay(service, plan, watch=unwatched)


@calmly
async def test_eager_volunteers_reach_every_patient_with_hands_and_an_aed(town: Town) -> None:
    report = await run(town, EAGER)

    assert report["faults"] == []
    assert report["calls"]["incidents"] == report["calls"]["sent"] == 2
    assert report["alerts"]["sent"] == report["alerts"]["delivered"] > 0
    assert report["simulated_s"]["first_hands"]["n"] == report["simulated_s"]["first_aed"]["n"] == 2
    assert report["simulated_s"]["first_hands"]["p90"] < report["simulated_s"]["ambulance"]["p50"]
    assert report["share_before_ambulance"] == 1.0
    assert report["latency_ms"]["webhook_to_socket"]["n"] > 0


@calmly
async def test_phones_that_lose_their_connection_at_every_alert_lose_no_alert(town: Town) -> None:
    report = await run(
        town, Behaviour(**{name: getattr(EAGER, name) for name in ("seen", "accepted")}, declined=0.0, drops=1.0)
    )

    assert report["faults"] == []
    assert report["alerts"]["sent"] == report["alerts"]["delivered"] > 0
    assert report["phones"]["connections_dropped"] > 0
    assert report["phones"]["reconnects"] >= report["phones"]["connections_dropped"]
    assert [refusal for refusal in report["refused"] if "no_answer" in refusal] == []
    assert report["alerts"]["arrived"] > 0


async def test_a_replay_that_is_broken_off_is_measured_as_far_as_it_came(town: Town) -> None:
    stop = asyncio.Event()

    async def stop_at_the_first_alarm(ledger: Ledger, _clock: SimClock) -> None:
        # 120 may have its answer only after a phone has rung.
        await until(lambda: ledger.rung and ledger.sent)
        stop.set()

    plan = Plan(scenario=two_calls(), owners=town.owners, seed=1, behaviour=EAGER)
    async with Service(town.url, token=town.token, secret=town.secret) as service:
        report = await replay(service, plan, watch=stop_at_the_first_alarm, stop=stop)

    assert report["interrupted"]
    assert report["faults"] == []
    assert report["calls"]["sent"] == report["calls"]["incidents"] == 1
    assert report["calls_planned"] == 2
    assert report["alerts"]["delivered"] == report["alerts"]["sent"] > 0


async def test_the_clock_follows_the_machine_up_to_the_speed_that_is_asked_for(town: Town) -> None:
    late = replace(EAGER, late=0.5)
    plan = Plan(scenario=two_calls(), owners=town.owners, seed=1, behaviour=late, fastest=3_600.0)
    async with Service(town.url, token=town.token, secret=town.secret) as service:
        report = await replay(service, plan, watch=unwatched)
        state, _ = await service.get_clock()

    assert report["faults"] == []
    # Answers that come minutes too late by the volunteers' own doing slow nothing.
    assert 2.0 < report["speeds"]["slowest"] <= report["speeds"]["fastest"] < 3_600.0
    assert state.speed == report["speed"] >= report["speeds"]["slowest"]


async def test_volunteers_who_never_answer_are_timed_out_and_replaced(town: Town) -> None:
    report = await run(town, Behaviour(seen=0.0, accepted=0.0, declined=0.0, drops=0.0))

    assert report["faults"] == []
    assert report["alerts"]["timed_out"] > 0
    assert report["alerts"]["accepted"] == 0
    assert report["simulated_s"]["first_hands"] == {"p50": None, "p90": None, "n": 0}


async def test_a_second_replay_needs_a_label_of_its_own(town: Town) -> None:
    first = await run(town, EAGER)

    with pytest.raises(AlreadyReplayed):
        await run(town, EAGER)
    again: Json = await run(town, EAGER, label="-again")

    assert first["inputs_sha256"] == again["inputs_sha256"]
    assert again["faults"] == []


async def test_a_token_that_is_not_the_simulators_is_refused_with_the_services_reason(town: Town) -> None:
    async with Service(town.url, token="nonsense", secret=town.secret) as service:
        with pytest.raises(ServiceRefused, match="401"):
            await replay(service, Plan(scenario=two_calls(), owners=town.owners, seed=1), watch=unwatched)


def simulate(town: Town, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("rescue-circle")), "simulate", "--url", town.url]
    environment = {"RESCUE_WEBHOOK_SECRET": town.secret, "RESCUE_SIMULATOR_TOKEN": town.token}
    return subprocess.run(
        [*command, "--rescuers", str(town.rescuers), *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_simulate_command_replays_what_it_is_given_and_what_it_generates(town: Town, tmp_path: Path) -> None:
    save_scenario(two_calls(), tmp_path / "calls.jsonl")
    options = ["--accepted", "0.8", "--seen", "1", "--seed", "5", "--report", str(tmp_path / "report.json")]

    done = simulate(town, "--scenario", str(tmp_path / "calls.jsonl"), *options)
    generated = simulate(
        town, "--generate", "2", "--network", str(town.network), "--save-scenario", str(tmp_path / "new.jsonl")
    )

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["calls"]["lost"] == report["alerts"]["lost"] == report["alerts"]["duplicated"] == 0
    assert report["behaviour"]["accepted"]["value"] == 0.8
    assert generated.returncode == 0, generated.stdout + generated.stderr
    assert len(list(load_scenario(tmp_path / "new.jsonl").calls())) == 2


def test_the_simulate_command_says_in_a_sentence_what_it_needs(town: Town, tmp_path: Path) -> None:
    (tmp_path / "strangers.csv").write_text("id,home_lon,home_lat\nnobody,9.52,47.14\n")
    save_scenario(two_calls(), tmp_path / "calls.jsonl")
    scenario = ("--scenario", str(tmp_path / "calls.jsonl"))

    given = ("simulate", "--url", town.url, "--rescuers", str(town.rescuers))
    secrets = {"RESCUE_WEBHOOK_SECRET": town.secret, "RESCUE_SIMULATOR_TOKEN": town.token}

    def refused(*options: str) -> "subprocess.CompletedProcess[str]":
        return command(*given, *options, folder=tmp_path, **secrets)

    refusals = [
        refused(),
        refused("--generate", "2"),
        refused(*scenario, "--rescuers", str(tmp_path / "strangers.csv")),
        refused(*scenario, "--url", "http://127.0.0.1:9"),
        refused(*scenario, "--webhook-secret", "whsec_"),
        refused(*scenario, "--accepted", "0.9"),
    ]

    for refusal, said in zip(
        refusals,
        ("--scenario FILE or --generate N", "--network", "nobody", "Nothing answers", "webhook secret", "exceed seen"),
        strict=True,
    ):
        assert refusal.returncode == 2
        assert said in refusal.stderr
        assert "Traceback" not in refusal.stderr
