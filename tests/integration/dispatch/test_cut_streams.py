"""A stream that is cut at any frame goes on without loss or repetition, and a phone may stutter as it likes."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.access.tokens import Access
from dispatch.core import events as ev
from tests.support.audit import audit
from tests.support.cutting_proxy import Cut, Direction, cutting_proxy
from tests.support.phone import Frame, phone_of
from tests.support.process import RESTLESS, running
from tests.support.service import Service, call
from tests.support.stubborn import StubbornPhone
from tests.support.town import Town

NEAREST = "r00"
"""Is rung first, to go straight to the patient, and never answers."""
FETCHER = "r01"
"""Is rung second, to bring the AED."""
WORDS = ("accept", "aed_collected", "arrived", "done", "decline", "seen")
ONCE = (ev.AlertAccepted, ev.AedCollected, ev.ResponderArrived, ev.ResponderStoodDown, ev.AedReturned)


@pytest.fixture
def service(town: Town, town_database: str, tmp_path: Path) -> Iterator[Service]:
    with running(town, town_database, tmp_path / "service.log", **RESTLESS) as running_service:
        yield running_service


def every_cut(passed: dict[Direction, int]) -> Iterator[Cut]:
    for direction, count in passed.items():
        for frames in range(count):
            for torn in (False, True):
                yield Cut(direction=direction, frames=frames, torn=torn)


def phone_on(service: Service, rescuer_id: str, find_url: Callable[[], str]) -> StubbornPhone:
    return StubbornPhone(find_url, service.token(Access.VOLUNTEER, rescuer_id))


@asynccontextmanager
async def on_the_line(phone: StubbornPhone) -> AsyncIterator[None]:
    line = asyncio.create_task(phone.run())
    try:
        await phone.welcomed.wait()
        yield
    finally:
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)


class Theatre:
    """The same story again and again, on the same two phones; each time the fetcher's line is cut elsewhere."""

    def __init__(self, service: Service) -> None:
        self.nearest = phone_on(service, NEAREST, lambda: f"{service.websocket_url}/streams/volunteer")
        self.fetcher = phone_on(service, FETCHER, lambda: f"ws://127.0.0.1:{self._port}/streams/volunteer")
        self._service = service
        self._port = 0
        self._stories = 0

    async def play(self, cut: Cut | None) -> dict[Direction, int]:
        """From the first ring to the AED's return; how many frames passed before the cut, or in all."""
        self._stories += 1
        cad_ref, fetcher = f"story-{self._stories}", self.fetcher
        async with cutting_proxy(self._service.url, cut) as proxy:
            self._port = proxy.port
            async with on_the_line(self.nearest), on_the_line(fetcher):
                incident_id = await self._report(call(cad_ref=cad_ref))
                alert = await fetcher.expect("alert", lambda frame: frame["incident_id"] == incident_id)
                alert_id = alert["alert_id"]
                for word in ("seen", "accept", "aed_collected", "arrived"):
                    assert (await fetcher.say(word, alert_id)).ok, cut
                await fetcher.expect("assignment", lambda frame: frame["alert_id"] == alert_id)
                await self._report(call("call.closed", cad_ref=cad_ref))
                await fetcher.expect("alert_ended", lambda frame: frame["alert_id"] == alert_id)
                assert (await fetcher.say("done", alert_id, aed_returned=True)).ok, cut
            assert proxy.was_cut == (cut is not None), cut
            return dict(proxy.passed)

    async def _report(self, message: dict[str, object]) -> str:
        answer = await asyncio.to_thread(self._service.post_call, message)
        return str(answer.json()["incident_id"])


async def test_a_stream_cut_at_any_frame_resumes_without_loss_or_repetition(
    service: Service, town_database: str
) -> None:
    theatre = Theatre(service)
    cuts = list(every_cut(await theatre.play(None)))
    for cut in cuts:
        await theatre.play(cut)
    found = await audit(town_database)

    assert len(cuts) > 30
    assert found.faults == []
    for rescuer_id, phone in ((NEAREST, theatre.nearest), (FETCHER, theatre.fetcher)):
        received = [(frame["seq"], frame["type"], frame["alert_id"]) for frame in phone.durable]
        assert received == found.inboxes[f"rescuer:{rescuer_id}"]
        assert phone.out_of_order == []
        assert len(phone.rung) == len(set(phone.rung)) == len(cuts) + 1
    for alert_id in theatre.fetcher.rung:
        happened = Counter(type(event) for event in found.events_of(alert_id))
        assert [happened[kind] for kind in ONCE] == [1] * len(ONCE)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.sampled_from(WORDS), max_size=10),
    acks=st.lists(st.integers(min_value=0, max_value=2**40), max_size=3),
)
def test_a_phone_that_stutters_and_mixes_up_its_words_is_answered_each_time_and_counted_once(
    service: Service, words: list[str], acks: list[int]
) -> None:
    said, answers, timeline = asyncio.run(stutter(service, words, acks))

    assert [answer["re"] for answer in answers] == said
    happened = [entry["type"] for entry in timeline]
    assert all(happened.count(kind.__name__) <= 1 for kind in (*ONCE, ev.AlertDeclined, ev.ResponderDone))
    for word, kind in (("accept", "AlertAccepted"), ("aed_collected", "AedCollected"), ("arrived", "ResponderArrived")):
        counted = any(answer["ok"] for answer, one in zip(answers, words, strict=True) if one == word)
        assert counted == (kind in happened)


async def stutter(
    service: Service, words: list[str], acks: list[int]
) -> tuple[list[str], list[Frame], list[dict[str, str]]]:
    """Everything is said at once, without waiting for answers: the ids, the answers in their order, what happened."""
    nearest = phone_on(service, NEAREST, lambda: f"{service.websocket_url}/streams/volunteer")
    async with on_the_line(nearest), phone_of(service, FETCHER) as phone:
        incident_id = service.post_call(call(cad_ref=None)).json()["incident_id"]
        alert = await phone.expect("alert", lambda frame: frame["incident_id"] == incident_id)
        said = [f"word-{number}" for number in range(len(words))]
        for frame_id, word in zip(said, words, strict=True):
            await phone.send({"type": word, "id": frame_id, "alert_id": alert["alert_id"]})
            for ack in acks:
                await phone.send(json.dumps({"type": "ack", "seq": ack}))
        answers = [await phone.expect("result", lambda frame: frame["re"] is not None) for _ in words]
        timeline = service.get(f"/api/incidents/{incident_id}/timeline")
        service.request("POST", f"/api/incidents/{incident_id}/stand-down")
        await phone.ask("done", alert_id=alert["alert_id"], aed_returned=True)
    of_alert = [entry for entry in timeline if entry["data"].get("alert_id") == alert["alert_id"]]
    return said, answers, of_alert
