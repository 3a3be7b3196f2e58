"""What phones say of where they are: used as far as it can be, and answered where it cannot."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.phone import Phone, console_of, phone_of
from tests.support.service import Service, call
from tests.support.town import place

pytestmark = pytest.mark.both_databases


def at(seconds: float = 0.0) -> str:
    """A time so many seconds from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def position(east_m: float = 0.0, **changed: Any) -> dict[str, Any]:
    lon, lat = place(east_m, 0)
    return {"lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 8, "observed_at": at(), **changed}


async def is_rung(service: Service, phone: Phone) -> bool:
    """Whether a call beside the town's centre rings this phone, and not by way of where somebody lives."""
    service.post_call(call())
    alert = await phone.expect("alert")
    return bool(alert["walk_time_s"] == pytest.approx(30 / 1.4, abs=1))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"datum": "mars"}, "unknown_datum"),
        ({"lon": 0, "lat": 0}, "bad_position"),
        ({"lon": 0.0}, "bad_position"),
        ({"lat": 0.0}, "bad_position"),
        ({"lat": 113.0}, "bad_position"),
        ({"lon": place(0, 0)[1], "lat": place(0, 0)[0]}, "bad_position"),
        ({"accuracy_m": 0}, "bad_accuracy"),
        ({"accuracy_m": -1}, "bad_accuracy"),
        ({"accuracy_m": 200_000}, "malformed"),
        ({"observed_at": at(-20)}, "position_late"),
        ({"observed_at": "2020-01-01T00:00:00Z"}, "position_old"),
        ({"lat": place(0, 0)[1] + 0.11}, "position_jump"),
    ],
)
async def test_a_position_that_cannot_be_is_answered_with_why(
    standing_service: Service, change: dict[str, object], code: str
) -> None:
    async with phone_of(standing_service, "r08") as phone:
        assert (await phone.ask("position", **position()))["ok"]
        answer = await phone.ask("position", **{**position(), **change})
        # Nobody who sends no id is left alone with it.
        await phone.send({"type": "position", **position(), **change})
        unasked = await phone.expect("result", lambda frame: frame["re"] is None)

    assert (answer["ok"], answer["code"], unasked["code"]) == (False, code, code)
    assert answer["message"]


async def test_a_coarse_fix_two_seconds_after_a_fine_one_takes_nobody_off_the_map(service: Service) -> None:
    async with phone_of(service, "r11") as phone:
        fine = await phone.ask("position", **position(-30, observed_at=at(-2)))
        coarse = await phone.ask("position", **position(-30, accuracy_m=2500))

        assert (fine["ok"], fine["code"]) == (True, "ok")
        assert (coarse["ok"], coarse["code"]) == (True, "coarser_position")
        assert await is_rung(service, phone)


async def test_a_jump_of_twelve_kilometres_is_not_believed(service: Service) -> None:
    async with phone_of(service, "r11") as phone:
        await phone.ask("position", **position(-30, observed_at=at(-1)))
        jumped = await phone.ask("position", **position(-30, lat=place(0, 0)[1] + 0.11))

        assert (jumped["ok"], jumped["code"]) == (False, "position_jump")
        assert await is_rung(service, phone)


@pytest.mark.parametrize("off_s", [-2700.0, 2700.0])
async def test_a_phone_whose_clock_is_wrong_is_told_and_used_all_the_same(service: Service, off_s: float) -> None:
    async with phone_of(service, "r11") as phone:
        told = await phone.ask("position", **position(-30, observed_at=at(off_s), sent_at=at(off_s)))

        assert (told["ok"], told["code"]) == (True, "clock_wrong")
        assert told["clock_off_s"] == pytest.approx(off_s, abs=10)
        assert await is_rung(service, phone)


async def test_a_phone_that_is_ahead_is_told_though_it_asks_for_no_result_and_only_once(service: Service) -> None:
    async with phone_of(service, "r11") as phone:
        for _ in range(3):
            await phone.send({"type": "position", **position(-30, observed_at=at(2700))})
        told = await phone.expect("result")

        assert (told["re"], told["ok"], told["code"]) == (None, True, "clock_wrong")
        assert told["clock_off_s"] == pytest.approx(2700, abs=10)
        assert await is_rung(service, phone)
    assert [frame["type"] for frame in phone.frames].count("result") == 1


async def test_a_phone_that_is_behind_and_says_not_when_it_sends_is_told_what_is_wrong(service: Service) -> None:
    async with phone_of(service, "r11") as phone:
        answer = await phone.ask("position", **position(-30, observed_at=at(-2700)))

    assert (answer["ok"], answer["code"]) == (False, "position_old")
    assert "2700 s" in answer["message"]
    assert "sent_at" in answer["message"]


async def test_what_is_not_used_is_shown_to_no_dispatcher(service: Service) -> None:
    async with console_of(service) as console, phone_of(service, "r00") as phone:
        service.post_call(call())
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        await phone.ask("position", **position(-30, observed_at=at(-2)))
        await phone.ask("position", **position(5, accuracy_m=2500, observed_at=at(-1)))
        await phone.ask("position", **position(-20))
        shown = [await console.expect("responder_position") for _ in range(2)]

    assert [one["lon"] for one in shown] == pytest.approx([place(-30, 0)[0], place(-20, 0)[0]])
