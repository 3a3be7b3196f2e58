"""A city's own call log as a scenario: what each row tells, what no row tells, and which rows cannot be believed.

A row is one arrest: a date, a place and the minutes after which the first unit was there. Nothing is dropped silently:
a row that cannot be read is listed with its line and reason, and a response time that cannot be true is flagged; its
call is replayed without that ambulance and left out of the race against it.
"""

import csv
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from dispatch.contracts.webhook import CallLocation, MessageType
from geo.places.datum import Datum
from simulators.call_generator import CALLS_BY_HOUR, FICTIONAL_CALLER, CallModel
from simulators.report import Json, percentiles
from simulators.scenario import Scenario, ScenarioHead, ScenarioMessage

LONGEST_MIN = 60.0
"""A first unit that took longer than this is taken for a slip of the record (assumption)."""
BLOCK_ACCURACY_M = 100.0
"""A log gives the block, not the door (assumption)."""
LISTED = 20


class UnusableLog(ValueError):
    """The call log cannot be replayed; the message says what it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogColumns:
    """Headers of the log. `date_format` as in strptime; one with %H gives real times of day, others seeded ones."""

    call_id: str = "id"
    date: str = "date"
    lon: str = "lon"
    lat: str = "lat"
    response_min: str = "min_response_min"
    address: str = "block_street"
    date_format: str = "%m/%d/%Y"
    datum: Datum = Datum.WGS84

    @property
    def has_times(self) -> bool:
        return "%H" in self.date_format


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """One readable row. `response_s` is None where `flag` says why it cannot be used."""

    call_id: str
    line: int
    at: datetime
    lon: float
    lat: float
    address: str
    response_s: float | None
    flag: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLog:
    """All rows of a file: those that can be replayed, in order of time, and (line, reason) of those that cannot."""

    name: str
    columns: LogColumns
    calls: tuple[LoggedCall, ...]
    unreadable: tuple[tuple[int, str], ...] = field(default=())

    def sample(self, count: int, *, seed: int) -> "CallLog":
        """`count` calls drawn at random, in order of time; all of them where there are no more."""
        if count >= len(self.calls):
            return self
        drawn = sorted(random.Random(f"sample/{seed}").sample(range(len(self.calls)), count))
        return CallLog(
            name=self.name,
            columns=self.columns,
            calls=tuple(self.calls[index] for index in drawn),
            unreadable=self.unreadable,
        )

    def statement(self) -> Json:
        """What the report says of the log: counts, response times as recorded, outliers, and what is assumed."""
        usable = [call.response_s / 60.0 for call in self.calls if call.response_s is not None]
        flagged = [call for call in self.calls if call.flag]
        places = Counter((call.at.date(), call.lon, call.lat) for call in self.calls)
        return {
            "file": self.name,
            "calls": len(self.calls),
            "from": self.calls[0].at.date().isoformat(),
            "to": self.calls[-1].at.date().isoformat(),
            "unreadable_rows": [{"line": line, "reason": reason} for line, reason in self.unreadable],
            "response_min": percentiles(usable, (10, 50, 90), digits=2),
            "response_outliers": {
                "counts": dict(sorted(Counter(call.flag for call in flagged).items())),
                "handled": "replayed without an ambulance and left out of every comparison with it",
                "first": [
                    {"line": call.line, "id": call.call_id, "minutes": call.told, "why": call.flag}
                    for call in sorted(flagged, key=lambda call: (call.flag != "too_long", call.line))[:LISTED]
                ],
            },
            "same_day_and_place": sum(count - 1 for count in places.values()),
            "times_of_day": "from the log" if self.columns.has_times else "invented by seed: the log has dates only",
        }


def read_call_log(
    path: Path, columns: LogColumns, *, time_zone: ZoneInfo, seed: int, longest_min: float = LONGEST_MIN
) -> CallLog:
    """Read every row; the same file and seed give the same log.

    Raises:
        UnusableLog: no such file, a column is missing, or no row can be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableLog(f"{path} cannot be read as UTF-8 text: {error}") from error
    rows = csv.DictReader(text.splitlines())
    wanted = (columns.call_id, columns.date, columns.lon, columns.lat, columns.response_min)
    missing = [name for name in wanted if name not in (rows.fieldnames or ())]
    if missing:
        raise UnusableLog(f"{path.name} has no column {', '.join(missing)}: name its columns by --...-column")
    calls, unreadable, seen = [], [], set()
    for line, row in enumerate(rows, start=2):
        try:
            call = _read_row(row, line, columns, time_zone=time_zone, seed=seed, longest_min=longest_min)
            if call.call_id in seen:
                raise ValueError(f"the id {call.call_id} has been there before")
        except ValueError as error:
            unreadable.append((line, str(error)))
            continue
        seen.add(call.call_id)
        calls.append(call)
    if not calls:
        why = f"line {unreadable[0][0]}: {unreadable[0][1]}" if unreadable else "it is empty"
        raise UnusableLog(f"{path.name} has no call that can be read ({why})")
    calls.sort(key=lambda call: (call.at, call.line))
    return CallLog(name=path.name, columns=columns, calls=tuple(calls), unreadable=tuple(unreadable))


def lengths_s(log: CallLog, model: CallModel | None = None) -> list[float]:
    """Seconds from each call to its end; one whose response time is flagged lasts as long as the log's median call."""
    model = model or CallModel()
    usual_s = median([call.response_s for call in log.calls if call.response_s is not None] or [model.response_s])
    return [(usual_s if call.response_s is None else call.response_s) + model.close_after_s for call in log.calls]


def log_scenario(log: CallLog, *, seed: int, model: CallModel | None = None) -> Scenario:
    """The log as 120 would have told it: the call, the ambulance at the minute on record, the end of the call.

    120 tells no ETA, because the log has none. Where the response time is flagged, no ambulance comes, and the call is
    closed when that of the log's median call would be.
    """
    # With the offset of that day instead of the zone: differences within a zone leave out the hours of clock changes.
    start = datetime.fromisoformat(log.calls[0].at.isoformat())
    messages: list[ScenarioMessage] = []
    for call, length_s in zip(log.calls, lengths_s(log, model), strict=True):
        messages.extend(_messages(call, (call.at - start).total_seconds(), length_s, log.columns.datum))
    return Scenario(
        head=ScenarioHead(
            scenario=f"call log {log.name}",
            version=1,
            start=start,
            synthetic=False,
            source=f"{log.name}; {log.statement()['times_of_day']}",
            seed=seed,
        ),
        messages=tuple(sorted(messages, key=lambda message: message.offset_s)),
    )


def _read_row(
    row: dict[str, str], line: int, columns: LogColumns, *, time_zone: ZoneInfo, seed: int, longest_min: float
) -> LoggedCall:
    lon, lat = _degrees(row, columns.lon, 180.0), _degrees(row, columns.lat, 90.0)
    at = datetime.strptime((row[columns.date] or "").strip(), columns.date_format).replace(tzinfo=time_zone)
    call_id = (row[columns.call_id] or "").strip()
    if not call_id:
        raise ValueError(f"{columns.call_id} is empty")
    if not columns.has_times:
        at += timedelta(seconds=_second_of_day(random.Random(f"time/{seed}/{call_id}")))
    told = (row[columns.response_min] or "").strip()
    response_s, flag = _believed(told, longest_min)
    return LoggedCall(
        call_id=call_id,
        line=line,
        at=at,
        lon=lon,
        lat=lat,
        address=(row.get(columns.address) or "").strip(),
        response_s=response_s,
        flag=flag,
        told=told,
    )


def _degrees(row: dict[str, str], column: str, limit: float) -> float:
    text = (row[column] or "").strip()
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= limit:
        raise ValueError(f"{column} {text!r} is no number of degrees")
    return value


def _believed(told: str, longest_min: float) -> tuple[float | None, str]:
    """Seconds, or None and why not. Zero minutes mean a crew on the spot or a field never filled in: no race either."""
    try:
        minutes = float(told)
    except ValueError:
        return None, "missing"
    if not math.isfinite(minutes):
        return None, "missing"
    if minutes < 0.0:
        return None, "negative"
    if minutes == 0.0:
        return None, "zero"
    return (None, "too_long") if minutes > longest_min else (minutes * 60.0, "")


def _second_of_day(rng: random.Random) -> float:
    hour: int = rng.choices(range(24), weights=CALLS_BY_HOUR)[0]
    return round(hour * 3600.0 + rng.uniform(0.0, 3600.0), 1)


def _messages(call: LoggedCall, offset_s: float, length_s: float, datum: Datum) -> Sequence[ScenarioMessage]:
    location = CallLocation(
        lon=call.lon, lat=call.lat, datum=datum.value, accuracy_m=BLOCK_ACCURACY_M, address=call.address
    )

    def message(number: int, after_s: float, kind: MessageType, **told: object) -> ScenarioMessage:
        fields = {"offset_s": round(offset_s + after_s, 3), "id": f"log_{call.call_id}_{number}", "type": kind}
        return ScenarioMessage.model_validate({**fields, "cad_ref": f"LOG-{call.call_id}", **told})

    created = message(1, 0.0, MessageType.CALL_CREATED, location=location, caller_phone=FICTIONAL_CALLER)
    closed = message(3, length_s, MessageType.CALL_CLOSED)
    if call.response_s is None:
        return created, closed
    return created, message(2, call.response_s, MessageType.AMBULANCE_ARRIVED), closed
