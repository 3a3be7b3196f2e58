"""Sends callbacks: in order within an incident, incidents side by side, again and again for a day.

All that must survive is in the table; what is held here is only who is being served at this moment.
"""

import asyncio
import random
import time
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from dispatch.callbacks.outbox import DEAD, DELIVERED, PENDING, Outbox, StoredCallback
from dispatch.callbacks.retrying import Answer, Outcome, Retrying, find_retry_after_s, judge, next_attempt_at
from dispatch.callbacks.targets import CallbackTarget, FindCallbackTarget
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Requests to one receiver at a time, each of another incident."""
LOOK_S = 2.0
"""The table is looked at this often even when nothing was written here: another process may have."""
GATHER_S = 0.02
"""Wake-ups this close together are one look."""
LOOK_SHARE = 0.2
"""Looking at a great backlog takes no more than this share of the time."""
FAULT_PAUSE_S = 1.0
SMALL_BODY = 16 * 1024
"""A receiver's answer up to this size is read to its end, so that the connection can be used again."""
NOT_TAKEN = Answer(status=None, error="the receiver answered that it has not taken it")


class CallbackMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.attempts = Counter(
            "rescue_callbacks",
            "Attempts to deliver a callback, by outcome.",
            ["integration", "outcome"],
            registry=registry,
        )
        self.waiting = Gauge(
            "rescue_callbacks_waiting",
            "Callbacks that are pending, and dead letters.",
            ["integration", "state"],
            registry=registry,
        )
        self._shown: set[tuple[str, str]] = set()

    def show(self, waiting: Mapping[tuple[str, str], int]) -> None:
        """How many wait, by integration and state; none where there were some before."""
        self._shown |= waiting.keys()
        for integration, state in self._shown:
            count = waiting.get((integration, state), 0)
            self.waiting.labels(integration=integration, state=state).set(count)


class Deliverer:
    """`run()` until cancelled; `wake()` when something was written."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        find_target: FindCallbackTarget,
        metrics: CallbackMetrics,
        rules: Retrying,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rng: random.Random | None = None,
    ) -> None:
        self._outbox = outbox
        self._find_target = find_target
        self._metrics = metrics
        self._rules = rules
        self._now = now
        self._rng = rng or random.Random()
        self._awake = asyncio.Event()
        self._serving: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        """Deliver what is due, whatever faults the database and the receivers have."""
        # Neither a redirect nor a proxy of the environment may lead a callback anywhere but to the configured URL.
        async with httpx.AsyncClient(timeout=self._rules.timeout_s, follow_redirects=False, trust_env=False) as http:
            try:
                while True:
                    self._awake.clear()
                    began = time.perf_counter()
                    try:
                        await self._look(http)
                    except Exception as error:
                        await self._pause_after(error)
                    await self._rest(least_s=max(GATHER_S, (time.perf_counter() - began) / LOOK_SHARE))
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _rest(self, least_s: float) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._awake.wait()
        except TimeoutError:
            return
        await asyncio.sleep(min(least_s, LOOK_S))

    async def _look(self, http: httpx.AsyncClient) -> None:
        waiting = await self._outbox.count_waiting()
        self._metrics.show(waiting)
        serving = Tally(self._serving.values())
        for integration in [integration for integration, state in waiting if state == PENDING]:
            free = AT_ONCE - serving[integration]
            if free <= 0:
                continue
            for callback in await self._outbox.find_due(integration, but_of=self._serving, limit=free):
                self._serving[callback.incident_id] = integration
                task = asyncio.create_task(self._serve(http, callback))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _serve(self, http: httpx.AsyncClient, callback: StoredCallback) -> None:
        """This callback and those of its incident that follow it, until one must wait."""
        due: StoredCallback | None = callback
        try:
            while due is not None:
                goes_on = await self._attempt(http, due)
                due = await self._outbox.find_first(due.incident_id) if goes_on else None
        except Exception as error:
            # What was sent and could not be noted is sent once more, with the same id.
            await self._pause_after(error)
        finally:
            del self._serving[callback.incident_id]
            self.wake()

    async def _pause_after(self, error: Exception) -> None:
        if isinstance(error, DatabaseAway):
            log.warning("callbacks_wait_for_the_database", retry_s=FAULT_PAUSE_S)
        else:
            log.error("callbacks_failed", retry_s=FAULT_PAUSE_S, exc_info=error)
        await asyncio.sleep(FAULT_PAUSE_S)

    async def _attempt(self, http: httpx.AsyncClient, callback: StoredCallback) -> bool:
        """True where the incident's next callback may be sent now."""
        target = self._find_target(callback.integration)
        answer = await self._post(http, target, callback) if target else Answer(status=None, error="no URL is set")
        outcome = judge(answer.status)
        now, due_at = self._now(), None
        if outcome is Outcome.RETRIED:
            due_at = next_attempt_at(
                answer,
                attempts=callback.attempts + 1,
                since=callback.tried_since,
                now=now,
                rules=self._rules,
                rng=self._rng,
            )
            outcome = Outcome.RETRIED if due_at else Outcome.DEAD
        state = {Outcome.DELIVERED: DELIVERED, Outcome.DEAD: DEAD, Outcome.RETRIED: PENDING}[outcome]
        await self._outbox.record(callback, state=state, next_attempt_at=due_at, error=answer.error)
        self._metrics.attempts.labels(integration=callback.integration, outcome=outcome).inc()
        if outcome is not Outcome.DELIVERED:
            self._tell_of_failure(callback, outcome, answer)
        if due_at:
            asyncio.get_running_loop().call_later(max(0.0, (due_at - now).total_seconds()), self.wake)
        return due_at is None

    async def _post(self, http: httpx.AsyncClient, target: CallbackTarget, callback: StoredCallback) -> Answer:
        answer: Answer | None = None
        try:
            headers, content = target.request(callback.callback_id, callback.body, self._now())
        except ValueError as error:
            return Answer(status=None, error=f"the dialect cannot say it: {error}")
        try:
            async with (
                # The client's own limits are for each step; a receiver that drips must not hold us for ever.
                asyncio.timeout(self._rules.timeout_s),
                http.stream("POST", target.url, content=content, headers=headers) as response,
            ):
                came = _answer(response, self._now())
                if target.reads_answers and response.is_success:
                    return came if target.took(await _read_start(response)) else NOT_TAKEN
                answer = came
                if int(response.headers.get("content-length", SMALL_BODY + 1)) <= SMALL_BODY:
                    await response.aread()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            # An answer that has come counts, even where the rest of it has not.
            return answer or Answer(status=None, error=f"no answer: {type(error).__name__}")
        return answer

    def _tell_of_failure(self, callback: StoredCallback, outcome: Outcome, answer: Answer) -> None:
        tell = log.error if outcome is Outcome.DEAD else log.warning
        tell(
            f"callback_{outcome}",
            callback_id=callback.callback_id,
            integration=callback.integration,
            type=callback.type,
            attempts=callback.attempts + 1,
            error=answer.error,
        )


async def _read_start(response: httpx.Response) -> bytes:
    """What is larger is no receipt."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > SMALL_BODY:
            break
    return bytes(body)


def _answer(response: httpx.Response, now: datetime) -> Answer:
    status = response.status_code
    return Answer(
        status=status,
        error="" if response.is_success else f"HTTP {status}",
        retry_after_s=find_retry_after_s(response.headers.get("retry-after"), now),
    )
