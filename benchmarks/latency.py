"""Webhook sent to alert on the socket, against the floor or a peer of the same run, in turns so that both meet the same
minute of the machine."""

import asyncio
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.call_line import CallLine
from benchmarks.crowd import Crowd, Phone
from benchmarks.ground import Ground, LonLat, call_body
from benchmarks.servers import Server

PAUSE_S = 0.12
"""Between two calls: what the one before left behind (receipts, logs) is done."""
CALL_LIMIT_S = 10.0


@dataclass
class Side:
    """One of the two that are compared. `closes`: its calls must be closed so that its phones are free again."""

    name: str
    server: Server
    alerts: int
    closes: bool
    crowd: Crowd = field(init=False)
    line: CallLine = field(init=False)
    waits_ms: list[float] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    missing: int = 0
    idle_kb: float = 0.0
    _rang: list[tuple[str, float]] = field(default_factory=list)
    _unanswered: list[tuple[Phone, str]] = field(default_factory=list)
    _complete: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: int = 0

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.server)
        self.line = CallLine(self.server, "/webhooks/120")

    async def gather(self, names: list[str]) -> None:
        """Connect everyone; afterwards `idle_kb` is what each connection added to the process."""
        before_mb = self.server.memory_mb()
        await self.crowd.connect(names, self._on_frame)
        self.idle_kb = round((self.server.memory_mb() - before_mb) * 1024 / len(names), 1)

    async def call(self, number: str, place: LonLat, *, counted: bool) -> None:
        """One call: sent, rung on `alerts` phones, closed."""
        self._rang.clear()
        self._complete.clear()
        self._ended = 0
        body = call_body(f"BENCH-{number}", place)
        with _no_collecting():
            began = await self.line.send(f"msg_{number}", body)
            try:
                await asyncio.wait_for(self._complete.wait(), CALL_LIMIT_S)
            except TimeoutError:
                self.missing += self.alerts - len(self._rang)
        await self.line.answer()
        self._acknowledge()
        if counted:
            self.waits_ms += [(received - began) * 1000.0 for _, received in self._rang]
        self.frames = [text for text, _ in self._rang]
        if self.closes:
            await asyncio.sleep(PAUSE_S / 2)
            await self.line.send(f"msg_{number}_end", call_body(f"BENCH-{number}", place, "call.closed"))
            await self.line.answer()
        await asyncio.sleep(PAUSE_S)
        self._acknowledge()

    async def leave(self) -> None:
        await self.crowd.leave()
        await self.line.close()

    def _on_frame(self, phone: Phone, text: str, received: float) -> None:
        if '"type":"alert"' in text[:40]:
            self._rang.append((text, received))
            if len(self._rang) == self.alerts:
                self._complete.set()
        if self.closes and '"seq":' in text[:60]:
            self._unanswered.append((phone, text))
        elif text.startswith('{"type":"heartbeat"'):
            phone.say_later(text)

    def _acknowledge(self) -> None:
        """Only when all have come: a thousand phones are this one process, and its work on a frame would
        count as the way of the next."""
        for phone, text in self._unanswered:
            phone.say_later(f'{{"type":"ack","seq":{json.loads(text)["seq"]}}}')
        self._unanswered.clear()


@contextmanager
def _no_collecting() -> Iterator[None]:
    """What this process, which only measures, collects of its own garbage is no part of anybody's way."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def in_turns(sides: list[Side], ground: Ground, *, rounds: int, calls: int, prefix: str) -> None:
    """`rounds` times `calls` calls to each side, the same places for all; the first few only warm up."""
    number = 0
    for round_number in range(rounds + 1):
        for side in sides:
            for step in range(calls if round_number else 5):
                place = ground.calls[(round_number * calls + step) % len(ground.calls)]
                number += 1
                await side.call(f"{prefix}-{number}", place, counted=round_number > 0)


def percentile(waits_ms: list[float], percent: float) -> float:
    return round(float(np.percentile(np.array(waits_ms), percent)), 2)


def save_frame(frames: list[str], path: Path) -> int:
    """The median alert as the floor's ready frame; its bytes."""
    frame = sorted(frames, key=len)[len(frames) // 2]
    path.write_text(frame, encoding="utf-8")
    return len(frame.encode())
