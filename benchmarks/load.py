"""A city's phones for minutes: all connected, positions and calls at a steady rate, answers as people give them."""

import asyncio
import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from benchmarks.crowd import Crowd, Desk, Phone
from benchmarks.ground import Ground, call_body
from benchmarks.latency import percentile
from benchmarks.servers import Server

POSITIONS_PER_S = 300
CALLS_PER_S = 2
CLOSED_AFTER_S = 60.0
"""Each call is closed a minute after it came, so that its phones are free again (assumption)."""
ACCEPTED, DECLINED = 0.377, 0.20
"""Haskins: 37.7 % accept; 20 % decline (assumption); the others stay silent, and the next are rung after 30 s."""
SETTLE_S = 10.0


@dataclass
class Load:
    """What was seen. waits_ms: of alerts of each call's first search."""

    began: dict[str, float] = field(default_factory=dict)
    incident_of: dict[str, str] = field(default_factory=dict)
    rang: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))
    rung_twice: int = 0
    positions: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


async def run_load(server: Server, ground: Ground, *, seconds: float, plot: Path) -> dict[str, Any]:
    """Connect everyone, keep the load up for `seconds`, then compare what rang with what the service says it sent."""
    load, rng = Load(), random.Random(1)
    crowd, desk = Crowd(server), Desk(server, "/webhooks/120")
    before_mb = server.memory_mb()
    await crowd.connect(ground.homes, lambda phone, text, at: _on_frame(load, rng, phone, text, at))
    await asyncio.sleep(2.0)
    idle_mb = server.memory_mb()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as working:
        working.create_task(_positions(load, crowd, ground, rng, until=began + seconds))
        working.create_task(_calls(load, desk, ground, until=began + seconds))
        working.create_task(_watch(load, server, began, until=began + seconds + CLOSED_AFTER_S))
    await asyncio.sleep(SETTLE_S)
    recorded = await _recorded(desk, load)
    await crowd.leave()
    await desk.close()
    _draw(load, plot, phones=len(ground.homes))
    told = {alert_id for alerts in load.rang.values() for alert_id, _ in alerts}
    first = {alert for incident in recorded.values() for alert in incident["first"]}
    waits = [
        (at - load.began[incident]) * 1000.0
        for incident, alerts in load.rang.items()
        if incident in load.began
        for alert_id, at in alerts
        if alert_id in first
    ]
    sent = {alert for incident in recorded.values() for alert in incident["alerts"]}
    half = [mb for at, mb in load.memory if at > seconds / 2]
    start = [mb for at, mb in load.memory if seconds / 6 < at <= seconds / 2]
    return {
        "phones": len(ground.homes),
        "seconds": seconds,
        "positions_per_s": round(load.positions / seconds, 1),
        "calls": len(load.began),
        "alerts_sent": len(sent),
        "alerts_lost": len(sent - told),
        "alerts_rung_twice": load.rung_twice,
        "p50_ms": percentile(waits, 50),
        "p99_ms": percentile(waits, 99),
        "idle_kb_per_phone": round((idle_mb - before_mb) * 1024 / len(ground.homes), 1),
        "memory_mb": {
            "before": round(before_mb, 1), "all connected": round(idle_mb, 1),
            "mean of the first half": round(float(np.mean(start)), 1) if start else None,
            "mean of the second half": round(float(np.mean(half)), 1) if half else None,
            "last": round(load.memory[-1][1], 1),
        },
    }  # fmt: skip


def _on_frame(load: Load, rng: random.Random, phone: Phone, text: str, at: float) -> None:
    if text.startswith('{"type":"heartbeat"'):
        phone.say_later(text)
        return
    frame = json.loads(text)
    if "seq" in frame:
        phone.say_later(f'{{"type":"ack","seq":{frame["seq"]}}}')
    if frame["type"] != "alert":
        return
    alert_id = frame["alert_id"]
    load.rung_twice += alert_id in load.seen
    load.seen.add(alert_id)
    load.rang[frame["incident_id"]].append((alert_id, at))
    draw = rng.random()
    if draw < ACCEPTED + DECLINED:
        word = "accept" if draw < ACCEPTED else "decline"
        answer = {"type": word, "id": alert_id[-40:], "alert_id": alert_id}
        phone.say_later(json.dumps(answer), rng.uniform(3.0, 20.0))


async def _positions(load: Load, crowd: Crowd, ground: Ground, rng: random.Random, *, until: float) -> None:
    phones = list(crowd.phones.values())
    step, began = 0, time.perf_counter()
    while time.perf_counter() < until:
        due = int((time.perf_counter() - began) * POSITIONS_PER_S)
        for _ in range(due - step):
            phone = phones[step % len(phones)]
            lon, lat = ground.homes[phone.name]
            frame = {
                "type": "position", "lon": lon + rng.gauss(0, 2e-4), "lat": lat + rng.gauss(0, 2e-4),
                "datum": "wgs84", "accuracy_m": 15.0, "observed_at": datetime.now(UTC).isoformat(),
            }  # fmt: skip
            await phone.socket.send(json.dumps(frame))
            step += 1
        await asyncio.sleep(0.01)
    load.positions = step


async def _calls(load: Load, desk: Desk, ground: Ground, *, until: float) -> None:
    number, began = 0, time.perf_counter()
    async with asyncio.TaskGroup() as calls:
        while time.perf_counter() < until:
            number += 1
            calls.create_task(_call(load, desk, ground, number))
            await asyncio.sleep(max(began + number / CALLS_PER_S - time.perf_counter(), 0.0))


async def _call(load: Load, desk: Desk, ground: Ground, number: int) -> None:
    place = ground.calls[number % len(ground.calls)]
    began, answer = await desk.exchange(f"load_{number}", call_body(f"LOAD-{number}", place))
    load.began[answer["incident_id"]] = began
    await asyncio.sleep(CLOSED_AFTER_S)
    await desk.send(f"load_{number}_end", call_body(f"LOAD-{number}", place, "call.closed"))


async def _watch(load: Load, server: Server, began: float, *, until: float) -> None:
    while time.perf_counter() < until:
        load.memory.append((time.perf_counter() - began, server.memory_mb()))
        await asyncio.sleep(1.0)


async def _recorded(desk: Desk, load: Load) -> dict[str, dict[str, list[str]]]:
    """By incident: every alert in the service's own journal, and those of the first search."""
    found = {}
    for incident_id in load.began:
        timeline: Any = await desk.get(f"/api/incidents/{incident_id}/timeline")
        alerts, first, searches = [], [], 0
        for entry in timeline:
            searches += entry["type"] == "SearchMade"
            if entry["type"] == "RescuerAlerted":
                alerts.append(entry["data"]["alert_id"])
                first += [entry["data"]["alert_id"]] if searches <= 1 else []
        found[incident_id] = {"alerts": alerts, "first": first}
    return found


def _draw(load: Load, path: Path, *, phones: int) -> None:
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the choice of a backend without a screen

    figure, axes = plt.subplots(figsize=(8, 4))
    axes.plot([at for at, _ in load.memory], [mb for _, mb in load.memory])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds")
    axes.set_ylabel("resident memory of the service, MB")
    axes.set_title(f"{phones:,} phones, {POSITIONS_PER_S} positions/s, {CALLS_PER_S} calls/s")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
