"""A centre that uses references and message ids again, whose clocks are wrong and whose places are vague: whatever it
tells, and in whatever order, these things hold."""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from dispatch.core.commands import Answer, AnswerAlert
from dispatch.core.consequences import reserved
from dispatch.core.events import DEFAULT_INTEGRATION
from dispatch.core.incident import AlertStatus
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from dispatch.incidents.engine import Taken
from dispatch.incidents.intake import understand
from dispatch.incidents.live import LiveIncident
from dispatch.records import CallRecord
from geo.places.geodesic import geodesic_m
from tests.integration.dispatch.engines import Desk, desk, place, rescuer

REFERENCES = ["0001", "0002"]
HERE, NEAR, FAR = 0.0, 60.0, 3_000.0
EXACT = [None, 8.0]
VAGUE = [2_500.0, 8_000.0]
AHEAD, BEHIND, DAYS_BEHIND = [180.0, 28_800.0, 200_000.0], [-90.0, -600.0], [-10_800.0, -172_800.0]
OLD = timedelta(hours=2)
PEOPLE = [rescuer(f"r{number}", at + 15.0 * number) for number, at in enumerate([HERE] * 5 + [FAR] * 5)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A place that is told. off_s: how far the sender's clock is ahead, negative where it is behind."""

    kind: str
    cad_ref: str
    east_m: float
    accuracy_m: float | None
    off_s: float

    @property
    def is_call(self) -> bool:
        return self.kind == "call.created"

    @property
    def is_exact(self) -> bool:
        return self.accuracy_m in EXACT

    def told_at(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.off_s)

    def written(self, now: datetime) -> bytes:
        where = place(self.east_m, 0)
        location = {"lon": where.lon, "lat": where.lat, "datum": "wgs84", "accuracy_m": self.accuracy_m, "floor": "5"}
        data = {"cad_ref": self.cad_ref, "location": location}
        return json.dumps({"type": self.kind, "timestamp": self.told_at(now).isoformat(), "data": data}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message as it was sent, and what became of it."""

    message_id: str
    body: bytes
    taken: Taken


class CentreMachine(RuleBasedStateMachine):
    """Bytes go in where 120's do, behind the signature; the engine and its journal are the real ones."""

    def __init__(self, database: Path) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        opened = desk(f"sqlite+aiosqlite:///{database}", PEOPLE, policy=Policy(alerts=3, decline_rest_s=0, rest_s=0))
        self.desk: Desk = self._wait_for(lambda: self._stack.enter_async_context(opened))
        self.said: list[Said] = []
        self.created: set[str] = set()
        self._message_ids = 0

    def teardown(self) -> None:
        self._wait_for(self._stack.aclose)
        self._runner.close()

    def _wait_for(self, work: Callable[[], Any]) -> Any:
        return self._runner.run(work())

    def _live(self, incident_id: str) -> LiveIncident:
        found: LiveIncident | None = self._wait_for(lambda: self.desk.engine.live.find(incident_id))
        assert found is not None, "whatever was taken is kept"
        return found

    def _open(self) -> list[LiveIncident]:
        return [self._live(incident_id) for incident_id in self.desk.engine.live.open_ids]

    def _tell(self, body: bytes, message_id: str) -> Taken:
        now = self.desk.clock.now()
        message = understand(body, area=None, received_at=now)
        record = CallRecord(
            message_id=message_id,
            integration=DEFAULT_INTEGRATION,
            received_at=now,
            type=str(message.type or ""),
            attention=message.attention,
            detail=message.detail,
            body=body,
        )
        before = {(one.message_id, one.body): one.taken.incident_id for one in self.said}
        taken: Taken = self._wait_for(lambda: self.desk.engine.take_call(message, record))
        told_before = before.get((message_id, body))
        assert taken.duplicate == (told_before is not None), "a repeat is the same id and the same bytes, and only that"
        assert told_before in {None, taken.incident_id}
        self.said.append(Said(message_id=message_id, body=body, taken=taken))
        return taken

    def _message_id(self, used: int | None) -> str:
        """A new one, or one that has been used."""
        if used is not None and self.said:
            return self.said[used % len(self.said)].message_id
        self._message_ids += 1
        return f"m{self._message_ids}"

    @rule(
        word=st.builds(
            Word,
            kind=st.sampled_from(["call.created", "call.created", "call.updated"]),
            cad_ref=st.sampled_from(REFERENCES),
            east_m=st.sampled_from([HERE, NEAR, FAR]),
            accuracy_m=st.sampled_from(EXACT + VAGUE),
            off_s=st.sampled_from([0.0, 0.0, *AHEAD, *BEHIND, *DAYS_BEHIND]),
        ),
        used=st.none() | st.integers(0, 30),
    )
    def a_place_is_told(self, word: Word, used: int | None) -> None:
        held = {one.incident.incident_id: one for one in self._open()}
        taken = self._tell(word.written(self.desk.clock.now()), self._message_id(used))
        if taken.duplicate:
            return
        is_second = word.is_call and taken.incident_id in self.created
        self.created |= {taken.incident_id} if word.is_call else set()
        after, before = self._live(taken.incident_id), held.get(taken.incident_id)
        if after.incident.closed:
            self._is_no_new_call(word, taken, after, is_second=is_second)
        else:
            self._is_where_it_was_told(word, after)
        if before is not None and not word.is_exact:
            self._has_undone_nothing(before, after)
        if before is None and timedelta(seconds=-word.off_s) > OLD:
            assert not after.incident.alerts, "an old call rings nobody by itself"

    def _is_no_new_call(self, word: Word, taken: Taken, after: LiveIncident, *, is_second: bool) -> None:
        """What was said before the end and comes behind it is no news, but for a second call under its reference."""
        assert taken.attention or not (is_second or word.off_s >= 0), "somebody looks at what is said after the end"
        assert not (word.is_call and word.off_s >= 0), "a call after the end rings"
        is_elsewhere = word.is_exact and word.east_m == FAR and _is_exact(after) and _metres(after, HERE) < 2 * NEAR
        placed_at = after.incident.location_reported_at
        is_newer = placed_at is not None and word.told_at(self.desk.clock.now()) > placed_at
        assert not (is_second and is_elsewhere and is_newer), "a call elsewhere is another patient's"

    def _is_where_it_was_told(self, word: Word, after: LiveIncident) -> None:
        assert after.incident.located
        if word.is_exact and word.off_s >= 0:
            assert _metres(after, word.east_m) < 1.0, "the last exact word is in force, whoever's clock was ahead"

    def _has_undone_nothing(self, before: LiveIncident, after: LiveIncident) -> None:
        assert _on_the_way(before) <= _on_the_way(after), "a vague place calls nobody off"
        if before.details is not None and _is_exact(before):
            assert after.details is not None
            assert after.details.place == before.details.place, "a vague place replaces no exact one"

    @precondition(lambda self: self.said)
    @rule(used=st.integers(0, 30))
    def a_message_is_repeated(self, used: int) -> None:
        said = self.said[used % len(self.said)]
        version = self._live(said.taken.incident_id).incident.version
        self._tell(said.body, said.message_id)
        assert self._live(said.taken.incident_id).incident.version == version, "a repeat changes nothing"

    @rule(
        kind=st.sampled_from(["call.closed", "call.cancelled", "ambulance.arrived"]),
        cad_ref=st.sampled_from(REFERENCES),
        off_s=st.sampled_from([0.0, *AHEAD, *BEHIND]),
        used=st.none() | st.integers(0, 30),
    )
    def an_end_is_told(self, kind: str, cad_ref: str, off_s: float, used: int | None) -> None:
        told_at = self.desk.clock.now() + timedelta(seconds=off_s)
        told = {"type": kind, "timestamp": told_at.isoformat(), "data": {"cad_ref": cad_ref}}
        self._tell(json.dumps(told).encode(), self._message_id(used))

    @rule(answer=st.sampled_from([Answer.ACCEPT, Answer.ACCEPT, Answer.DECLINE]), which=st.integers(0, 20))
    def somebody_answers(self, answer: Answer, which: int) -> None:
        ringing = self.desk.engine.live.ringing()
        if not ringing:
            return
        alert_id, rescuer_id = ringing[which % len(ringing)]
        said = AnswerAlert(alert_id=alert_id, rescuer_id=rescuer_id, answer=answer)
        code = ""
        try:
            self._wait_for(lambda: self.desk.engine.answer(said))
        except Refused as refused:
            code = refused.code
        assert code in {"", "too_late"}

    @rule(seconds=st.sampled_from([1.0, 40.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.desk.clock.advance(self.desk.clock.now() + timedelta(seconds=seconds))
        for one in self._open():
            incident_id = one.incident.incident_id
            self._wait_for(lambda incident_id=incident_id: self.desk.engine.reach_deadline(incident_id))

    @invariant()
    def a_reference_is_one_open_call(self) -> None:
        open_refs = Counter(one.incident.cad_ref for one in self._open() if one.incident.cad_ref)
        assert all(count == 1 for count in open_refs.values())

    @invariant()
    def nobody_is_promised_twice(self) -> None:
        promised = Counter(key for one in self._open() for key in reserved(one.incident))
        assert all(count == 1 for count in promised.values())

    @invariant()
    def the_journal_says_the_same(self) -> None:
        # Whoever is set free may be rung for another call, a moment later.
        self._wait_for(self.desk.settle)
        for one in self._open():
            incident_id = one.incident.incident_id
            stored = self._wait_for(lambda incident_id=incident_id: self.desk.reader.find_incident(incident_id))
            assert stored == one.incident


def _metres(live: LiveIncident, east_m: float) -> float:
    """How far the incident's place is from there; its place must be known."""
    assert live.details is not None
    there = place(east_m, 0)
    return float(geodesic_m(live.details.place.lon, live.details.place.lat, there.lon, there.lat))


def _is_exact(live: LiveIncident) -> bool:
    return live.details is not None and live.details.accuracy_m in EXACT


def _on_the_way(live: LiveIncident) -> set[str]:
    return {one.alert_id for one in live.incident.held_alerts if one.status is AlertStatus.ACCEPTED}


def test_no_call_is_swallowed_and_no_vague_word_undoes_a_better_one(migrated_database: Path, tmp_path: Path) -> None:
    numbers = count(1)

    def machine() -> CentreMachine:
        path = tmp_path / f"{next(numbers)}.sqlite3"
        shutil.copy(migrated_database, path)
        return CentreMachine(path)

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            # To find the shortest story of a fault would take longer than a test may.
            phases=[Phase.generate],
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
