"""Whom the relay rings, when, and what it does when channels fail: with channels in memory."""

import asyncio
from datetime import UTC, datetime

from dispatch.callbacks.retrying import Outcome
from dispatch.channels.health import FAULTS
from dispatch.channels.port import TAKEN, Attempt, Fault, Kind, Message
from dispatch.channels.relay import AT_ONCE, Relay
from dispatch.core.consequences import rescuer_recipient
from dispatch.operations.metrics import Metrics
from dispatch.records import InboxRow
from tests.support.waiting import until

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
BROKEN = Attempt(outcome=Outcome.RETRIED, error="HTTP 500", fault=Fault.CARRIER)
REFUSED = Attempt(outcome=Outcome.RETRIED, error="HTTP 403", fault=Fault.ADDRESS)


class Recorder:
    """A channel that reaches everybody and answers as told, then takes."""

    name = "sms"

    def __init__(self, *answers: Attempt) -> None:
        self.sent: list[Message] = []
        self.held = asyncio.Event()
        self.held.set()
        self._answers = list(answers)

    def reaches(self, rescuer_id: str) -> bool:
        return rescuer_id != "unknown"

    def carrier_to(self, rescuer_id: str) -> str:
        return "other" if rescuer_id.startswith("other") else "gateway"

    async def send(self, message: Message) -> Attempt:
        self.sent.append(message)
        await self.held.wait()
        return self._answers.pop(0) if self._answers else TAKEN

    @property
    def kinds(self) -> list[tuple[Kind, str]]:
        return [(one.kind, one.ref) for one in self.sent]


class Failing(Recorder):
    async def send(self, message: Message) -> Attempt:
        self.sent.append(message)
        raise RuntimeError("a fault of ours")


def relay_of(*channels: Recorder, connected: frozenset[str] = frozenset(), within_s: float = 60.0) -> Relay:
    return Relay(
        channels,
        is_connected=lambda recipient: recipient in {rescuer_recipient(one) for one in connected},
        may_ring=lambda rescuer_id: rescuer_id != "withdrawn",
        metrics=Metrics(),
        acknowledged_within_s=within_s,
    )


def row(kind: str, alert_id: str = "a-1", rescuer_id: str = "r1") -> InboxRow:
    return InboxRow(
        recipient=rescuer_recipient(rescuer_id), seq=1, kind=kind, incident_id="a", alert_id=alert_id, at=NOW, body={}
    )


async def test_who_has_no_stream_is_rung_and_called_off_the_same_way() -> None:
    sms = Recorder()
    relay = relay_of(sms)
    relay.offer([row("alert")])
    assert sms.sent == []
    await until(lambda: sms.sent)
    relay.offer([row("alert_ended")])
    await until(lambda: len(sms.sent) == 2)

    assert sms.kinds == [(Kind.ALARM, "a-1"), (Kind.CALL_OFF, "a-1")]
    await relay.close()


async def test_who_acknowledges_on_a_stream_hears_of_no_channel() -> None:
    sms = Recorder()
    relay = relay_of(sms, connected=frozenset({"r1"}), within_s=0.0)
    relay.offer([row("alert")])
    relay.acknowledged("a-1")
    relay.offer([row("alert", "b-1", "r2")])
    await until(lambda: sms.sent)
    relay.offer([row("alert_ended")])
    await asyncio.sleep(0)

    assert sms.kinds == [(Kind.ALARM, "b-1")]
    await relay.close()


async def test_who_stays_silent_on_a_stream_is_rung_too() -> None:
    sms = Recorder()
    relay = relay_of(sms, connected=frozenset({"r1"}), within_s=0.0)
    relay.offer([row("alert")])
    await until(lambda: sms.sent)

    assert sms.kinds == [(Kind.ALARM, "a-1")]
    await relay.close()


async def test_a_phone_that_has_the_alert_and_cannot_sound_is_rung_another_way() -> None:
    sms = Recorder()
    relay = relay_of(sms, connected=frozenset({"r1"}))
    relay.offer([row("alert")])
    relay.acknowledged("a-1")
    relay.has_no_sound("a-1")
    relay.acknowledged("a-1")
    relay.has_no_sound("a-1")
    await until(lambda: sms.sent)
    relay.offer([row("alert", "b-1", "r2")])
    await until(lambda: len(sms.sent) > 1)

    assert sms.kinds == [(Kind.ALARM, "a-1"), (Kind.ALARM, "b-1")]
    await relay.close()


async def test_a_phone_in_somebodys_hands_is_not_rung_another_way() -> None:
    sms = Recorder()
    relay = relay_of(sms, connected=frozenset({"r1"}))
    relay.offer([row("alert", "a-1"), row("alert", "a-2"), row("assignment", "a-2")])
    relay.seen("a-1")
    for alert_id in ("a-1", "a-2", "of-nobody"):
        relay.has_no_sound(alert_id)
    relay.offer([row("alert", "b-1", "r2")])
    await until(lambda: sms.sent)

    assert sms.kinds == [(Kind.ALARM, "b-1")]
    await relay.close()


async def test_whoever_withdrew_or_is_out_of_reach_is_sent_nothing() -> None:
    sms = Recorder()
    relay = relay_of(sms)
    relay.offer([row("alert", "a-1", "withdrawn"), row("alert", "a-2", "unknown"), row("alert", "a-3", "r3")])
    await until(lambda: sms.sent)

    assert sms.kinds == [(Kind.ALARM, "a-3")]
    assert await relay.names_of("withdrawn") == []
    assert await relay.send_test("withdrawn", "t", NOW) is None
    await relay.close()


async def test_a_carrier_that_keeps_failing_is_not_counted_on_until_it_works_again() -> None:
    sms = Recorder(*[BROKEN] * FAULTS)
    relay = relay_of(sms)
    assert await relay.names_of("r1") == ["sms"]
    for number in range(FAULTS):
        assert await relay.send_test("r1", f"t{number}", NOW) is None

    assert await relay.names_of("r2") == []
    assert await relay.names_of("other-1") == ["sms"]
    assert relay.reaches("r1"), "whoever has nothing else is tried all the same"
    assert await relay.send_test("r1", "last", NOW) == "sms"
    assert await relay.names_of("r2") == ["sms"]
    await relay.close()


async def test_addresses_that_are_refused_say_nothing_of_others() -> None:
    sms = Recorder(*[REFUSED] * FAULTS)
    relay = relay_of(sms)
    for number in range(FAULTS):
        await relay.send_test("r1", f"t{number}", NOW)

    assert await relay.names_of("r1") == []
    assert await relay.names_of("r2") == ["sms"]
    assert relay.reaches("r1")
    await relay.close()


async def test_one_recipients_fault_is_not_the_channels() -> None:
    sms = Recorder(*[Attempt(outcome=Outcome.DEAD, error="HTTP 422")] * (FAULTS + 1))
    relay = relay_of(sms)
    for number in range(FAULTS + 1):
        await relay.send_test("r1", f"t{number}", NOW)

    assert await relay.names_of("r1") == ["sms"]
    await relay.close()


async def test_a_channel_that_raises_is_only_a_channel_that_failed() -> None:
    broken, sms = Failing(), Recorder()
    relay = relay_of(broken, sms)

    assert await relay.send_test("r1", "t", NOW) == "sms"
    relay.offer([row("alert")])
    await until(lambda: len(sms.sent) == 2)
    await relay.close()


async def test_a_channel_that_hangs_holds_nobody_up_and_ends_with_the_service() -> None:
    sms = Recorder()
    sms.held.clear()
    relay = relay_of(sms)
    relay.offer([row("alert", f"a-{number}", f"r{number}") for number in range(100)])
    await until(lambda: len(sms.sent) == AT_ONCE)
    await relay.close()

    assert len(sms.sent) == AT_ONCE


async def test_a_carrier_that_hangs_holds_up_no_other() -> None:
    sms = Recorder()
    sms.held.clear()
    relay = relay_of(sms)
    relay.offer([row("alert", f"a-{number}", f"r{number}") for number in range(AT_ONCE)])
    await until(lambda: len(sms.sent) == AT_ONCE)
    relay.offer([row("alert", "b-1", "other-1")])
    await until(lambda: sms.kinds[-1] == (Kind.ALARM, "b-1"))
    await relay.close()


async def test_who_waits_for_the_next_attempt_holds_up_nobody() -> None:
    sms = Recorder(*[BROKEN] * AT_ONCE)
    relay = relay_of(sms)
    relay.offer([row("alert", f"a-{number}", f"r{number}") for number in range(AT_ONCE)])
    await until(lambda: len(sms.sent) == AT_ONCE)
    relay.offer([row("alert", "b-1", "r-late")])
    await until(lambda: len(sms.sent) > AT_ONCE)

    assert sms.kinds[AT_ONCE] == (Kind.ALARM, "b-1")
    await relay.close()


async def test_an_alert_that_is_over_is_not_tried_again() -> None:
    sms = Recorder(BROKEN)
    relay = relay_of(sms)
    relay.offer([row("alert")])
    await until(lambda: sms.sent)
    relay.offer([row("assignment")])
    relay.offer([row("alert", "b-1", "r2")])
    await until(lambda: len(sms.sent) == 2)

    assert sms.kinds == [(Kind.ALARM, "a-1"), (Kind.ALARM, "b-1")]
    await relay.close()


async def test_an_alert_of_a_former_process_is_taken_up() -> None:
    sms = Recorder()
    relay = relay_of(sms, within_s=0.0)
    relay.take_up("a-1", "r1")
    await until(lambda: sms.sent)

    assert (sms.sent[0].id_in("sms"), sms.sent[0].id_in("voice")) == ("sms_alarm_a-1", "voice_alarm_a-1")
    await relay.close()
