"""How often each may do what. The limits are far above honest use; whoever meets one is told so and when to go on.

Real time counts, except that what follows the service's clock may come as much oftener as a simulated one runs faster.
"""

import asyncio
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from dispatch.access.integrations import Integration
from dispatch.access.rate_limit import Rate, RateLimiter
from dispatch.contracts import stream as wire

# All assumptions: there are no published figures of such services.
FAILURES = Rate(per_s=10, burst=600)
"""Failed authentications of one address. One address may be a carrier's, with thousands of phones behind it."""

HELLOS = Rate(per_s=1, burst=300)
"""Connections of one volunteer, whose newest replaces the one before. A phone in a lift comes back again and again."""

POSITIONS = Rate(per_s=2, burst=20)
"""Of one connection. A walker's phone reports every few seconds, and after a tunnel what it has kept."""

DUTIES = Rate(per_s=1, burst=20)
ANSWERS = Rate(per_s=5, burst=50)
"""Of one connection, and of one volunteer over HTTP."""

PINGS = Rate(per_s=2, burst=20)
MALFORMED = Rate(per_s=50, burst=1_000)

OPEN_DOORS = {
    "join": Rate(per_s=1, burst=60),
    "aeds": Rate(per_s=10, burst=200),
    "walk": Rate(per_s=3, burst=60),
    "export": Rate(per_s=1 / 10, burst=20),
    "problem": Rate(per_s=1 / 30, burst=20),
    "confirm": Rate(per_s=1, burst=60),
    "provider": Rate(per_s=1 / 2, burst=120),
    "test_alarm": Rate(per_s=1 / 30, burst=10),
}
"""Of one address, or of one volunteer, at doors that stand open or that ring."""

SIGN_INS = Rate(per_s=1 / 30, burst=10)
"""Of one name from one address, until the right password comes."""

SIGN_INS_OF_ACCOUNT = Rate(per_s=1 / 60, burst=60)
"""Of one name from all addresses together from which it has not been signed in with: guesses from everywhere. Whoever
sits where the account has signed in before is not locked out by them."""

KNOWN_PLACES = 10_000
"""So many pairs of an account and an address are remembered, those used last; a restart forgets them."""

SIGN_INS_OF_ADDRESS = Rate(per_s=1 / 2, burst=120)
"""A centre's desks may share one."""


class TooMany(RuntimeError):
    """More than is allowed; nothing has been lost or changed, and it may be sent again."""

    def __init__(self, code: str, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = max(1, math.ceil(wait_s))


class Limits:
    """The service's limits; one for all its doors."""

    def __init__(
        self,
        integrations: Iterable[Integration],
        *,
        clock_speed: float = 1.0,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now_s = now_s
        self._speed = max(1.0, clock_speed)
        self._messages = {
            one.name: RateLimiter(_a_minutes(one.messages_per_minute, self._speed)) for one in integrations
        }
        self._failures = RateLimiter(FAILURES)
        self._hellos = RateLimiter(HELLOS)
        self._answers = RateLimiter(_faster(ANSWERS, self._speed))
        self._doors = {door: RateLimiter(rate) for door, rate in OPEN_DOORS.items()}
        self._sign_ins, self._sign_ins_of_address = RateLimiter(SIGN_INS), RateLimiter(SIGN_INS_OF_ADDRESS)
        self._sign_ins_of_account = RateLimiter(SIGN_INS_OF_ACCOUNT)
        self._known_places: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take_message(self, integration: str) -> None:
        """An authentic message; only these count, so that nobody else can use up what an integration may send.

        Raises:
            TooMany: it is not taken, and must be sent again.
        """
        wait_s = self._messages[integration].wait_s(integration, self._now_s())
        if wait_s:
            message = "more messages than this integration may send: send it again with the same webhook-id"
            raise TooMany("too_many_messages", message, wait_s)

    def authentication_failed(self, host: str | None) -> None:
        """A token or signature from this address was no good. Whoever has a good one is never turned away for it.

        Raises:
            TooMany: too often.
        """
        wait_s = self._failures.wait_s(network_of(host), self._now_s())
        if wait_s:
            raise TooMany("too_many_failures", "too many failed authentications from this address", wait_s)

    def connects_too_often(self, recipient: str) -> bool:
        return self._hellos.wait_s(recipient, self._now_s()) > 0

    async def wait_to_answer(self, rescuer_id: str) -> None:
        """Before an alert's answer that comes over HTTP: put off where there are too many, never refused."""
        await _put_off(self._answers, rescuer_id, self._now_s)

    def take(self, door: str, who: str | None) -> None:
        """Somebody comes through one of `OPEN_DOORS`; `who`: an address, or a volunteer's id.

        Raises:
            TooMany
        """
        wait_s = self._doors[door].wait_s(network_of(who) if door != "test_alarm" else str(who), self._now_s())
        if wait_s:
            raise TooMany("too_many_requests", "more of this than anybody needs: try again in a while", wait_s)

    def signs_in(self, name: str, host: str | None) -> None:
        """Somebody tries to sign in. Every attempt counts at once, so that many at a time are no way around it.

        Raises:
            TooMany: also the right password is not tried.
        """
        network, now_s = network_of(host), self._now_s()
        wait_s = self._sign_ins_of_address.wait_s(network, now_s) or self._sign_ins.wait_s(f"{name} {network}", now_s)
        if not wait_s and (name, network) not in self._known_places:
            wait_s = self._sign_ins_of_account.wait_s(name, now_s)
        if wait_s:
            raise TooMany("too_many_sign_ins", "too many attempts to sign in: try again in a while", wait_s)

    def signed_in(self, name: str, host: str | None) -> None:
        """It was the right password: the attempts before it were a slip of the fingers."""
        network = network_of(host)
        self._sign_ins.forget(f"{name} {network}")
        self._known_places[name, network] = None
        self._known_places.move_to_end((name, network))
        if len(self._known_places) > KNOWN_PLACES:
            self._known_places.popitem(last=False)

    def of_frames(self) -> "FrameLimits":
        """A new connection's own."""
        return FrameLimits(self._speed, self._now_s)


class FrameLimits:
    """One connection's frames, each kind by itself: a flood of positions keeps no answer from being heard."""

    def __init__(self, speed: float, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._positions = RateLimiter(_faster(POSITIONS, speed))
        self._duties = RateLimiter(_faster(DUTIES, speed))
        self._answers = RateLimiter(_faster(ANSWERS, speed))
        self._pings = RateLimiter(PINGS)
        self._malformed = RateLimiter(MALFORMED)

    async def find_refusal(self, frame: wire.ClientFrame | wire.Result) -> wire.Result | None:
        """What to answer instead of taking the frame, or None. An alert's answer is put off, never refused.

        Raises:
            TooMany: nothing but nonsense comes; hang up.
        """
        match frame:
            case wire.AlertAnswer():
                await _put_off(self._answers, "", self._now_s)
            case wire.Position() if self._positions.wait_s("", self._now_s()):
                return _refusal(frame.id, "too_many_positions", "More positions than count: report less often.")
            case wire.Ping() if self._pings.wait_s("", self._now_s()):
                return _refusal(frame.id, "too_many_pings", "The line is there; ask less often.")
            case wire.Duty() | wire.TestAlarmSeen() if self._duties.wait_s("", self._now_s()):
                return _refusal(frame.id, "too_many_changes", "More changes than count: say it again in a moment.")
            case wire.Result() if wait_s := self._malformed.wait_s("", self._now_s()):
                raise TooMany("too_many_malformed", "too many frames that make no sense", wait_s)
            case _:
                pass
        return None


async def _put_off(limiter: RateLimiter, key: str, now_s: Callable[[], float]) -> None:
    if wait_s := limiter.wait_s(key, now_s()):
        await asyncio.sleep(wait_s)
        limiter.wait_s(key, now_s())


def network_of(host: str | None) -> str:
    """The address that counts: whoever has one IPv6 address has the 2^64 of its network."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _a_minutes(messages: int, speed: float) -> Rate:
    return Rate(per_s=messages * speed / 60, burst=messages)


def _faster(rate: Rate, speed: float) -> Rate:
    return Rate(per_s=rate.per_s * speed, burst=math.ceil(rate.burst * speed))


def _refusal(frame_id: str | None, code: str, message: str) -> wire.Result:
    return wire.Result(re=frame_id, ok=False, code=code, message=message)
