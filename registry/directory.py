"""The live picture: every AED and rescuer in memory, found by place, written back to the database in batches."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from geo.projection import LocalPlane
from geo.spatial_index import PointIndex
from registry.database import Database
from registry.eligibility import (
    DEFAULT_LIMITS,
    Answer,
    DispatchLimits,
    Position,
    is_dispatchable,
    is_usable,
    position_of,
)
from registry.merging import merged
from registry.models import Aed, Presence, Rescuer
from registry.repository import UnknownAed, UnknownRescuer, load_aeds, load_rescuers, save_live_changes
from registry.snapshot import Nearby

# An AED must stay open this long, or its place closes before a volunteer gets there (assumption: a long first leg).
DEFAULT_HOLD_S = 600.0
# A write of so many rows holds SQLite's only writer for some milliseconds (assumption: a call can wait for that).
ROWS_A_FLUSH = 200


class Directory:
    """Who and what is where, now. One thread owns it (its indexes are not thread-safe): the event loop's.

    Changes are in force at once and durable at the next `flush`. The index of presences is never rebuilt: what moved
    lies in its grid, which answers as fast as its tree, and a rebuild would hold up the loop.
    """

    def __init__(
        self,
        aeds: Iterable[Aed],
        rescuers: Iterable[Rescuer],
        *,
        plane: LocalPlane | None = None,
        limits: DispatchLimits = DEFAULT_LIMITS,
        hold_s: float = DEFAULT_HOLD_S,
    ) -> None:
        self.limits = limits
        self._hold = timedelta(seconds=hold_s)
        self._aeds = {aed.aed_id: aed for aed in aeds}
        self._rescuers = {rescuer.rescuer_id: rescuer for rescuer in rescuers}
        # Indexes know integers only: an AED's or rescuer's place in these lists, which only grow.
        self._aed_ids = sorted(self._aeds)
        self._rescuer_ids = sorted(self._rescuers)
        self._aed_key = {aed_id: key for key, aed_id in enumerate(self._aed_ids)}
        self._rescuer_key = {rescuer_id: key for key, rescuer_id in enumerate(self._rescuer_ids)}
        self._given_plane = plane
        self._load_indexes()
        self._changed_presence: set[str] = set()
        self._changed_seen: set[str] = set()
        self._changed_duty: set[str] = set()

    @classmethod
    async def load(
        cls,
        database: Database,
        *,
        plane: LocalPlane | None = None,
        limits: DispatchLimits = DEFAULT_LIMITS,
        hold_s: float = DEFAULT_HOLD_S,
    ) -> "Directory":
        """The live picture of what the database holds; `plane` is best the walk network's own."""
        async with database.read() as connection:
            aeds = await load_aeds(connection)
            rescuers = await load_rescuers(connection)
        return cls(aeds, rescuers, plane=plane, limits=limits, hold_s=hold_s)

    @property
    def aed_ids(self) -> Collection[str]:
        return self._aeds.keys()

    @property
    def rescuer_ids(self) -> Collection[str]:
        return self._rescuers.keys()

    @property
    def aed_count(self) -> int:
        return len(self._aeds)

    @property
    def rescuer_count(self) -> int:
        return len(self._rescuers)

    def nearby(
        self, lon: float, lat: float, *, radius_m: float, at: datetime, reachable_since: datetime | None = None
    ) -> Nearby:
        """Dispatchable rescuers and (perhaps) usable AEDs within `radius_m`, straight line; ids in ascending order.

        reachable_since: only rescuers whose phone has been on the line since then.
        An AED counts only if its place is still open `hold_s` later.
        """
        helpers = sorted(self._helpers_around(lon, lat, radius_m, at, reachable_since), key=itemgetter(0))
        keys = self._aed_index.near(lon, lat, radius_m).tolist()
        around = (self._aeds[aed_id] for aed_id in sorted(self._aed_ids[key] for key in keys))
        answers = ((aed, self._usable_throughout(aed, at)) for aed in around)
        found = [(aed, answer is Answer.UNKNOWN) for aed, answer in answers if answer is not Answer.NO]
        return Nearby(
            at=at,
            rescuer_id=tuple(rescuer_id for rescuer_id, _ in helpers),
            rescuer_lon=_floats(position.lon for _, position in helpers),
            rescuer_lat=_floats(position.lat for _, position in helpers),
            rescuer_at_home=np.array([position.at_home for _, position in helpers], dtype=np.bool_),
            aed_id=tuple(aed.aed_id for aed, _ in found),
            aed_lon=_floats(aed.lon for aed, _ in found),
            aed_lat=_floats(aed.lat for aed, _ in found),
            aed_hours_unknown=np.array([unknown for _, unknown in found], dtype=np.bool_),
        )

    def aeds_in(self, west: float, south: float, east: float, north: float) -> list[Aed]:
        """AEDs within a box of WGS-84 degrees, whatever their state."""
        return [a for a in self._aeds.values() if west <= a.lon <= east and south <= a.lat <= north]

    def get_aed(self, aed_id: str) -> Aed:
        """Raises: UnknownAed."""
        aed = self._aeds.get(aed_id)
        if aed is None:
            raise UnknownAed(f"no AED {aed_id!r}")
        return aed

    def find_aed(self, aed_id: str) -> Aed | None:
        return self._aeds.get(aed_id)

    def get_rescuer(self, rescuer_id: str) -> Rescuer:
        """Raises: UnknownRescuer."""
        rescuer = self._rescuers.get(rescuer_id)
        if rescuer is None:
            raise UnknownRescuer(f"no rescuer {rescuer_id!r}")
        return rescuer

    def find_rescuer(self, rescuer_id: str) -> Rescuer | None:
        return self._rescuers.get(rescuer_id)

    def take_aed(self, aed_id: str, aed: Aed | None) -> None:
        """Show an AED as the database has it now: new, changed, moved, or None where it is gone."""
        known = self._aeds.get(aed_id)
        if aed == known:
            return
        key = _key_of(aed_id, self._aed_ids, self._aed_key)
        if aed is None:
            del self._aeds[aed_id]
            self._aed_index.remove(key)
            return
        self._aeds[aed_id] = aed
        if not self._recentred() and (known is None or _place_of(known) != _place_of(aed)):
            self._aed_index.move(key, aed.lon, aed.lat)

    def take_rescuer(self, rescuer_id: str, stored: Rescuer | None) -> None:
        """Show a rescuer as the database has them now, or None where they are gone.

        What their phone said and is not yet written stays in force.
        """
        live = self._rescuers.get(rescuer_id)
        if stored is None or stored.erased_at is not None:
            self._drop_unwritten(rescuer_id)
        now = merged(live, stored) if live and stored else stored
        if now == live:
            return
        key = _key_of(rescuer_id, self._rescuer_ids, self._rescuer_key)
        if now is None:
            del self._rescuers[rescuer_id]
            self._home_index.remove(key)
            self._presence_index.remove(key)
            return
        self._rescuers[rescuer_id] = now
        if now.home_lon is None or not self._recentred():
            self._place_rescuer(key, live, now)

    def record_presence(self, rescuer_id: str, presence: Presence, seen_at: datetime) -> bool:
        """Take a phone's position. False where it is older than the one held, or the person has been erased.

        Raises:
            UnknownRescuer
        """
        self.seen(rescuer_id, seen_at)
        rescuer = self.get_rescuer(rescuer_id)
        held = rescuer.presence
        if rescuer.erased_at is not None or (held is not None and presence.observed_at <= held.observed_at):
            return False
        self._rescuers[rescuer_id] = replace(rescuer, presence=presence)
        self._presence_index.move(self._rescuer_key[rescuer_id], presence.lon, presence.lat)
        self._changed_presence.add(rescuer_id)
        return True

    def seen(self, rescuer_id: str, at: datetime) -> None:
        """Note that the rescuer's phone was on the line.

        Raises:
            UnknownRescuer
        """
        rescuer = self.get_rescuer(rescuer_id)
        if rescuer.erased_at is not None or (rescuer.last_seen_at is not None and at <= rescuer.last_seen_at):
            return
        self._rescuers[rescuer_id] = replace(rescuer, last_seen_at=at)
        self._changed_seen.add(rescuer_id)

    def set_duty(self, rescuer_id: str, on: bool, at: datetime) -> bool:
        """Put a rescuer on or off duty. False where a later change is known already, or the person has been erased.

        Raises:
            UnknownRescuer
        """
        rescuer = self.get_rescuer(rescuer_id)
        overtaken = rescuer.duty_changed_at is not None and at < rescuer.duty_changed_at
        if rescuer.erased_at is not None or overtaken:
            return False
        self._rescuers[rescuer_id] = replace(rescuer, on_duty=on, duty_changed_at=at)
        self._changed_duty.add(rescuer_id)
        return True

    def forget(self, rescuer_id: str, at: datetime) -> None:
        """Take an erased person out of the live picture at once.

        Raises:
            UnknownRescuer
        """
        rescuer = self.get_rescuer(rescuer_id)
        self._rescuers[rescuer_id] = Rescuer(rescuer_id=rescuer_id, erased_at=rescuer.erased_at or at)
        key = self._rescuer_key[rescuer_id]
        self._presence_index.remove(key)
        self._home_index.remove(key)
        self._drop_unwritten(rescuer_id)

    def forget_positions(self, before: datetime) -> None:
        """Drop positions taken before then, as the database has."""
        for rescuer_id, rescuer in self._rescuers.items():
            if rescuer.presence is not None and rescuer.presence.observed_at <= before:
                self._rescuers[rescuer_id] = replace(rescuer, presence=None)
                self._presence_index.remove(self._rescuer_key[rescuer_id])
                self._changed_presence.discard(rescuer_id)

    async def flush(self, database: Database) -> int:
        """Write what has changed since the last flush; how many rows. Nothing is lost if it fails.

        In parts, each a transaction of its own: a call that comes meanwhile waits for one of them, not for all phones.
        """
        most = max(len(changed) for changed in (self._changed_presence, self._changed_seen, self._changed_duty))
        return sum([await self._flush_part(database) for _ in range(0, most, ROWS_A_FLUSH)])

    async def _flush_part(self, database: Database) -> int:
        taken: tuple[set[str], set[str], set[str]] = (set(), set(), set())
        try:
            async with database.write() as connection:
                # Taken only when it is our turn to write, so that the newest state goes in and a change made while
                # the write runs is kept for the next flush.
                taken = self._take_changes()
                presences, seen, duty = ([self._rescuers[key] for key in sorted(keys)] for keys in taken)
                await save_live_changes(database, connection, presences=presences, seen=seen, duty=duty)
        except BaseException:
            self._changed_presence |= taken[0]
            self._changed_seen |= taken[1]
            self._changed_duty |= taken[2]
            raise
        return sum(len(keys) for keys in taken)

    def _drop_unwritten(self, rescuer_id: str) -> None:
        for changed in (self._changed_presence, self._changed_seen, self._changed_duty):
            changed.discard(rescuer_id)

    def _take_changes(self) -> tuple[set[str], set[str], set[str]]:
        changed = (self._changed_presence, self._changed_seen, self._changed_duty)
        presences, seen, duty = (set(islice(ids, ROWS_A_FLUSH)) for ids in changed)
        for ids, taken in zip(changed, (presences, seen, duty), strict=True):
            ids.difference_update(taken)
        return presences, seen, duty

    def _place_rescuer(self, key: int, before: Rescuer | None, now: Rescuer) -> None:
        if before is None or (before.home_lon, before.home_lat) != (now.home_lon, now.home_lat):
            _put(self._home_index, key, now.home_lon, now.home_lat)
        if before is None or before.presence != now.presence:
            presence = now.presence
            _put(self._presence_index, key, presence.lon if presence else None, presence.lat if presence else None)

    def _recentred(self) -> bool:
        """The first places of all say where the city is; a picture that began empty gets its plane from them."""
        if self._is_centred:
            return False
        self._load_indexes()
        return True

    def _load_indexes(self) -> None:
        around = self._given_plane or _plane_around(self._aeds.values(), self._rescuers.values())
        self._is_centred = around is not None
        self.plane = around or LocalPlane(0.0, 0.0)
        self._aed_index = PointIndex(self.plane)
        self._home_index = PointIndex(self.plane)
        self._presence_index = PointIndex(self.plane)
        _fill(self._aed_index, ((self._aed_key[aed.aed_id], *_place_of(aed)) for aed in self._aeds.values()))
        people = [(self._rescuer_key[person.rescuer_id], person) for person in self._rescuers.values()]
        homes = ((key, person.home_lon, person.home_lat) for key, person in people)
        _fill(
            self._home_index,
            ((key, lon, lat) for key, lon, lat in homes if lon is not None and lat is not None),
        )
        seen_at = ((key, person.presence) for key, person in people)
        _fill(
            self._presence_index,
            ((key, *_place_of(presence)) for key, presence in seen_at if presence is not None),
        )

    def _helpers_around(
        self, lon: float, lat: float, radius_m: float, at: datetime, reachable_since: datetime | None
    ) -> Iterator[tuple[str, Position]]:
        # A person is found by the position that counts at `at`: once at most, though both indexes may hold them.
        for index, at_home in ((self._presence_index, False), (self._home_index, True)):
            for key in index.near(lon, lat, radius_m).tolist():
                rescuer = self._rescuers[self._rescuer_ids[key]]
                position = position_of(rescuer, at, self.limits)
                if position is None or position.at_home is not at_home:
                    continue
                if is_dispatchable(rescuer, at, self.limits).answer is Answer.YES and _reachable(
                    rescuer, reachable_since
                ):
                    yield rescuer.rescuer_id, position

    def _usable_throughout(self, aed: Aed, at: datetime) -> Answer:
        answers = {is_usable(aed, at).answer, is_usable(aed, at + self._hold).answer}
        return next(answer for answer in (Answer.NO, Answer.UNKNOWN, Answer.YES) if answer in answers)


def _reachable(rescuer: Rescuer, since: datetime | None) -> bool:
    return since is None or (rescuer.last_seen_at is not None and rescuer.last_seen_at >= since)


def _place_of(thing: Aed | Presence) -> tuple[float, float]:
    return thing.lon, thing.lat


def _key_of(name: str, names: list[str], key: dict[str, int]) -> int:
    """Its place in `names`, at the end where it is new."""
    if name not in key:
        key[name] = len(names)
        names.append(name)
    return key[name]


def _put(index: PointIndex, key: int, lon: float | None, lat: float | None) -> None:
    if lon is None or lat is None:
        index.remove(key)
    else:
        index.move(key, lon, lat)


def _plane_around(aeds: Iterable[Aed], rescuers: Iterable[Rescuer]) -> LocalPlane | None:
    places = [_place_of(aed) for aed in aeds]
    places += [
        (one.home_lon, one.home_lat) for one in rescuers if one.home_lon is not None and one.home_lat is not None
    ]
    if not places:
        return None
    lon0, lat0 = np.median(np.array(places), axis=0)
    return LocalPlane(float(lon0), float(lat0))


def _fill(index: PointIndex, points: Iterable[tuple[int, float, float]]) -> None:
    keys, lon, lat = zip(*points, strict=True) if (points := list(points)) else ((), (), ())
    index.load(np.array(keys, dtype=np.int64), _floats(lon), _floats(lat))


def _floats(values: Iterable[float]) -> NDArray[np.float64]:
    return np.fromiter(values, dtype=np.float64)
