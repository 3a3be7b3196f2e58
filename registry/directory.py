"""The live picture: every AED and rescuer in memory, found by place, written back to the database in batches."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from geo.places.antimeridian import middle_lon
from geo.places.projection import LocalPlane
from geo.places.rtree_index import RTreeIndex
from geo.streets.walk_network import WalkNetwork
from registry.cabinets import Cabinets
from registry.eligibility import DEFAULT_LIMITS, DispatchLimits
from registry.fixes import Fate, follows, judge
from registry.merging import merged, without_position
from registry.models import Aed, Presence, Rescuer
from registry.pairs import Pairs, Together
from registry.personal.same_phones import load_same_phones
from registry.records import Records
from registry.repository import (
    UnknownAed,
    UnknownRescuer,
    load_aeds,
    load_rescuers,
    load_undecided,
)
from registry.roster import Helpers, Holds, Roster
from registry.snap_memory import SnapMemory
from registry.snapshot import Nearby
from registry.storage.database import Database
from registry.turns import Turns
from registry.unwritten import Unwritten

# An AED must stay open this long, or its place closes before a volunteer gets there (assumption: a long first leg).
DEFAULT_HOLD_S = 600.0


class Directory:
    """Who and what is where, now. One thread owns it (its indexes are not thread-safe): the event loop's.

    Changes are in force at once and durable at the next `flush`.
    """

    def __init__(
        self,
        aeds: Iterable[Aed],
        rescuers: Iterable[Rescuer],
        *,
        plane: LocalPlane | None = None,
        limits: DispatchLimits = DEFAULT_LIMITS,
        hold_s: float = DEFAULT_HOLD_S,
        network: WalkNetwork | None = None,
        undecided: Iterable[tuple[str, str]] = (),
        same_phones: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.limits = limits
        self._hold = timedelta(seconds=hold_s)
        self._records = Records(aeds, undecided)
        self._phones = Pairs(same_phones)
        aeds, rescuers = self._records.standing(), list(rescuers)
        around = plane or (network.plane if network else None) or _plane_around(aeds, rescuers)
        self._is_centred = around is not None
        self.plane = around or LocalPlane(0.0, 0.0)
        self._cabinets = Cabinets(aeds, plane=self.plane)
        self._roster = Roster(rescuers, plane=self.plane, limits=limits)
        self._unwritten = Unwritten()
        self._doubted: dict[str, Presence] = {}
        self._forgotten_before: datetime | None = None
        self.consent, self.corrections = Turns(), Turns()
        """Changes of rescuers' consent and corrections of AEDs that this process makes."""
        self._rescuer_snaps, self._aed_snaps = (SnapMemory(network) if network else None for _ in range(2))

    @classmethod
    async def load(
        cls,
        database: Database,
        *,
        plane: LocalPlane | None = None,
        limits: DispatchLimits = DEFAULT_LIMITS,
        hold_s: float = DEFAULT_HOLD_S,
        network: WalkNetwork | None = None,
    ) -> "Directory":
        """The live picture of what the database holds. It remembers who stands where on the `network`."""
        async with database.read() as connection:
            aeds, undecided = await load_aeds(connection), await load_undecided(connection)
            rescuers = await load_rescuers(connection)
            same_phones = await load_same_phones(connection, database.personal_keys)
        return cls(
            aeds,
            rescuers,
            plane=plane,
            limits=limits,
            hold_s=hold_s,
            network=network,
            undecided=undecided,
            same_phones=same_phones,
        )

    @property
    def aed_ids(self) -> Collection[str]:
        """Those of joined and of retired ones included."""
        return self._records.ids

    @property
    def rescuer_ids(self) -> Collection[str]:
        return self._roster.records.keys()

    def people_living_where(self, holds: Holds) -> list[str]:
        """Ids of those whose home is known and lies in an area."""
        return self._roster.living_where(holds)

    @property
    def aed_count(self) -> int:
        return len(self._cabinets.records)

    @property
    def rescuer_count(self) -> int:
        return len(self._roster.records)

    def count_on_duty(self) -> int:
        """People who have said that they may be rung, and have not left."""
        return self._roster.count_on_duty()

    @property
    def trees(self) -> tuple[RTreeIndex, ...]:
        """The indexes of what is registered, for whoever keeps their trees new."""
        return self._cabinets.index, self._roster.home_index

    def nearby(
        self,
        lon: float,
        lat: float,
        *,
        radius_m: float,
        at: datetime,
        reachable_since: datetime | None = None,
        is_on_the_line: Callable[[str], bool] = lambda _rescuer_id: False,
    ) -> Nearby:
        """Dispatchable rescuers and (perhaps) usable AEDs within `radius_m`, straight line; ids in ascending order.

        reachable_since: only rescuers whose phone has been on the line since then, or is now (`is_on_the_line`).
        An AED counts only if its place is still open `hold_s` later.
        """
        helpers = self._roster.around(lon, lat, radius_m, at, reachable_since or at)
        if reachable_since is not None:
            helpers = self._reachable(helpers, is_on_the_line)
        devices = self._cabinets.around(lon, lat, radius_m, throughout=(at, at + self._hold))
        rescuer_snaps, aed_snaps = self._rescuer_snaps, self._aed_snaps
        return Nearby(
            at=at,
            rescuer_id=self._roster.ids(helpers.key),
            rescuer_lon=helpers.lon,
            rescuer_lat=helpers.lat,
            rescuer_at_home=helpers.at_home,
            aed_id=self._cabinets.ids(devices.key),
            aed_lon=devices.lon,
            aed_lat=devices.lat,
            aed_hours_unknown=devices.hours_unknown,
            rescuer_snaps=rescuer_snaps.snaps(helpers.key, helpers.lon, helpers.lat) if rescuer_snaps else None,
            aed_inside_s=devices.inside_s,
            aed_snaps=aed_snaps.snaps(devices.key, devices.lon, devices.lat) if aed_snaps else None,
        )

    def aeds_in(self, west: float, south: float, east: float, north: float) -> list[Aed]:
        """AEDs within a box of WGS-84 degrees, its rim included, whatever their state."""
        return self._cabinets.within(west, south, east, north)

    def retired_aeds(self) -> list[Aed]:
        """AEDs that nobody fetches any more, by id."""
        return self._records.retired()

    def nearest_aeds(self, lon: float, lat: float, count: int) -> list[tuple[Aed, float]]:
        """The `count` AEDs nearest to this place within 40 km, whatever their state, with their metres in a straight
        line; by metres, then by id."""
        return self._cabinets.nearest(lon, lat, count)

    def get_aed(self, aed_id: str) -> Aed:
        """Raises: UnknownAed."""
        aed = self.find_aed(aed_id)
        if aed is None:
            raise UnknownAed(f"no AED {aed_id!r}")
        return aed

    def find_aed(self, aed_id: str) -> Aed | None:
        """The cabinet that an id stands for now: one that was joined to another stands for that."""
        found = self._cabinets.records.get(aed_id)
        return found or self._records.find(self._records.lead(aed_id))

    @property
    def together(self) -> Together:
        """By cabinet: the other ids under which what hangs there may be promised, since they were joined or may be the
        same device."""
        return self._records.together

    @property
    def same_phone(self) -> Together:
        """By rescuer: who else has the same phone number."""
        return self._phones.others

    def aed_inside_s(self, aed: Aed, lon: float, lat: float) -> float:
        """Seconds that bringing the AED to a patient there takes inside its building, beyond the walk itself."""
        return self._cabinets.inside_s(aed, lon, lat)

    def get_rescuer(self, rescuer_id: str) -> Rescuer:
        """Raises: UnknownRescuer."""
        rescuer = self.find_rescuer(rescuer_id)
        if rescuer is None:
            raise UnknownRescuer(f"no rescuer {rescuer_id!r}")
        return rescuer

    def find_rescuer(self, rescuer_id: str) -> Rescuer | None:
        return self._roster.records.get(rescuer_id)

    def take_aed(self, aed_id: str, aed: Aed | None) -> None:
        """Show an AED as the database has it now: new, changed, moved, or None where it is gone.

        Where it was joined or parted, `take_undecided` follows.
        """
        for one in self._records.put(aed_id, aed):
            cabinet = self._records.find(one)
            if cabinet is None or cabinet.retired:
                self._cabinets.remove(one)
            elif cabinet != self._cabinets.records.get(one):
                self._cabinets.put(cabinet)
                self._centre()

    def take_undecided(self, aed_ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> None:
        """Of these AEDs exactly these pairs may be one cabinet."""
        self._records.pair(aed_ids, pairs)

    def take_same_phones(self, rescuer_ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> None:
        """Of these rescuers exactly these pairs have one phone number."""
        self._phones.pair(rescuer_ids, pairs)

    def take_rescuer(self, rescuer_id: str, stored: Rescuer | None) -> None:
        """Show a rescuer as the database has them now, or None where they are gone.

        What their phone said and is not yet written stays in force.
        """
        live = self.find_rescuer(rescuer_id)
        if stored is not None and self._forgotten_before is not None:
            # What was read before they were deleted would bring them back.
            stored = without_position(stored, self._forgotten_before)
        if stored is None or stored.erased_at is not None or stored.off_consent:
            self._keep_nothing(rescuer_id)
        now = merged(live, stored) if live and stored else stored
        if now is None:
            self._roster.remove(rescuer_id)
        elif now != live:
            self._roster.put(now)
            self._centre()

    def record_presence(self, rescuer_id: str, presence: Presence, seen_at: datetime) -> Fate:
        """Take a phone's position, unless the one held says more of where it is now, or it cannot have come so far.

        A far place that is told a second time some seconds later is believed: then the first of all was wrong.

        Raises:
            UnknownRescuer
        """
        self.seen(rescuer_id, seen_at)
        rescuer = self.get_rescuer(rescuer_id)
        if rescuer.erased_at is not None or rescuer.off_consent:
            return Fate.GONE
        doubted = self._doubted.get(rescuer_id)
        stale_after = timedelta(seconds=self.limits.presence_max_age_s)
        fate = judge(rescuer.presence, presence, doubted=doubted, stale_after=stale_after)
        if fate is Fate.JUMP:
            if doubted is None or not follows(presence, doubted):
                self._doubted[rescuer_id] = presence
        elif fate is not Fate.LATE:
            self._doubted.pop(rescuer_id, None)
        if fate is Fate.TAKEN:
            self._roster.put(replace(rescuer, presence=presence))
            self._unwritten.presence.add(rescuer_id)
        return fate

    def seen(self, rescuer_id: str, at: datetime) -> None:
        """Note that the rescuer's phone was on the line.

        Raises:
            UnknownRescuer
        """
        rescuer = self.get_rescuer(rescuer_id)
        gone = rescuer.erased_at is not None or rescuer.off_consent
        if gone or (rescuer.last_seen_at is not None and at <= rescuer.last_seen_at):
            return
        self._roster.put(replace(rescuer, last_seen_at=at))
        self._unwritten.seen.add(rescuer_id)

    @property
    def last_heard_at(self) -> datetime | None:
        """When the last of all phones was on the line, as far as is known."""
        return max((one.last_seen_at for one in self._roster.records.values() if one.last_seen_at), default=None)

    def set_duty(self, rescuer_id: str, on: bool, at: datetime) -> bool:
        """Put a rescuer on or off duty. False where a later change is known already, or the person is erased or off
        consent.

        Raises:
            UnknownRescuer
        """
        rescuer = self.get_rescuer(rescuer_id)
        overtaken = rescuer.duty_changed_at is not None and at < rescuer.duty_changed_at
        if rescuer.erased_at is not None or rescuer.off_consent or overtaken:
            return False
        self._roster.put(replace(rescuer, on_duty=on, duty_changed_at=at))
        self._unwritten.duty.add(rescuer_id)
        return True

    def withdraw_consent(self, rescuer_id: str, at: datetime) -> None:
        """Never ring the rescuer and keep nothing of where they are, from now until they consent anew.

        Raises:
            UnknownRescuer
        """
        rescuer = self.get_rescuer(rescuer_id)
        if rescuer.erased_at is None:
            silent = replace(rescuer, on_duty=False, duty_changed_at=at, presence=None, last_seen_at=None)
            self._roster.put(replace(silent, off_consent=True))
            self._keep_nothing(rescuer_id)

    def give_consent(self, rescuer_id: str) -> None:
        """Take the rescuer's phone at its word again; on duty they go themselves.

        Raises:
            UnknownRescuer
        """
        self._roster.put(replace(self.get_rescuer(rescuer_id), off_consent=False))

    def forget(self, rescuer_id: str, at: datetime) -> None:
        """Take an erased person out of the live picture at once, and keep whoever is not in it yet from coming in."""
        rescuer = self.find_rescuer(rescuer_id)
        self._roster.put(Rescuer(rescuer_id=rescuer_id, erased_at=(rescuer and rescuer.erased_at) or at))
        self._keep_nothing(rescuer_id)

    def forget_positions(self, before: datetime) -> None:
        """Drop positions taken before then, as the database has."""
        self._forgotten_before = before
        self._doubted = {key: fix for key, fix in self._doubted.items() if fix.observed_at > before}
        for rescuer_id, rescuer in list(self._roster.records.items()):
            kept = without_position(rescuer, before)
            if kept is not rescuer:
                self._roster.put(kept)
                self._unwritten.presence.discard(rescuer_id)

    async def flush(self, database: Database) -> int:
        """Write what has changed since the last flush; how many rows. Nothing is lost if it fails."""
        async with self.consent.writing:
            return await self._unwritten.flush(database, self._roster.records)

    def _keep_nothing(self, rescuer_id: str) -> None:
        self._unwritten.forget(rescuer_id)
        self._doubted.pop(rescuer_id, None)

    def _reachable(self, helpers: Helpers, is_on_the_line: Callable[[str], bool]) -> Helpers:
        if helpers.seen.all():
            return helpers
        reachable = helpers.seen.copy()
        silent = np.flatnonzero(~reachable)
        reachable[silent] = [is_on_the_line(rescuer_id) for rescuer_id in self._roster.ids(helpers.key[silent])]
        return helpers.take(reachable)

    def _centre(self) -> None:
        """The first places of all say where the city is; a picture that began empty gets its plane from them."""
        if self._is_centred:
            return
        around = _plane_around(self._cabinets.records.values(), self._roster.records.values())
        if around is None:
            return
        self._is_centred = True
        self.plane = around
        self._cabinets.recentre(around)
        self._roster.recentre(around)


def _plane_around(aeds: Iterable[Aed], rescuers: Iterable[Rescuer]) -> LocalPlane | None:
    places = [(aed.lon, aed.lat) for aed in aeds]
    places += [
        (one.home_lon, one.home_lat) for one in rescuers if one.home_lon is not None and one.home_lat is not None
    ]
    if not places:
        return None
    lon, lat = np.array(places, np.float64).T
    return LocalPlane(middle_lon(lon), float(np.median(lat)))
