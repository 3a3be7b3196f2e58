"""What the live picture answers in one look at many says the same as the rules say of each."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geo.places.projection import LocalPlane
from registry.eligibility import (
    DEFAULT_LIMITS,
    Answer,
    find_standing_answer,
    is_dispatchable,
    is_usable,
    position_of,
    usability,
)
from registry.models import Aed, AedState, Availability, Certificate, PaperStanding, Pause, Presence, Rescuer
from registry.people.weeks import week_of
from registry.roster import Roster

DAY = date(2025, 3, 5)
LON, LAT = 113.66, 34.75
days = st.none() | st.integers(-3, 3).map(lambda number: DAY + timedelta(days=number))
certificates = st.lists(
    st.builds(
        Certificate,
        kind=st.just("red_cross"),
        valid_from=days,
        valid_until=days,
        standing=st.sampled_from([PaperStanding.COUNTS, *PaperStanding]),
    ),
    max_size=3,
)
instants = st.integers(-4 * 24, 4 * 24).map(lambda hours: datetime(2025, 3, 5, tzinfo=UTC) + timedelta(hours=hours))
presences = st.none() | st.builds(
    Presence,
    lon=st.sampled_from([LON, LON + 0.0005, LON + 0.03]),
    lat=st.just(LAT),
    accuracy_m=st.sampled_from([5.0, 336.0, 337.0, 2500.0, 4000.0]),
    observed_at=instants,
)
pauses = st.none() | st.builds(Pause, since=instants, until=st.none() | instants)
weeks = st.sampled_from(["", "Mo-Fr 09:00-17:00", "22:00-07:00", "We", "Mo-Su 00:00-24:00"]).map(week_of)
hours = st.none() | st.builds(
    Availability,
    weekly=weeks,
    quiet=weeks,
    time_zone=st.sampled_from(["", "Asia/Urumqi", "Asia/Kathmandu", "Europe/Vaduz"]),
)
people = st.builds(
    Rescuer,
    rescuer_id=st.just("r"),
    certificates=certificates.map(tuple),
    on_duty=st.booleans(),
    presence=presences,
    home_lon=st.just(LON),
    home_lat=st.none() | st.just(LAT),
    off_consent=st.booleans(),
    erased_at=st.none() | instants,
    pause=pauses,
    availability=hours,
)


@given(st.lists(people, min_size=1, max_size=3), st.lists(instants, min_size=1, max_size=4))
def test_who_may_go_is_who_the_rules_let_go_whenever_one_asks(states: list[Rescuer], asked: list[datetime]) -> None:
    roster = Roster([states[0]], plane=LocalPlane(LON, LAT), limits=DEFAULT_LIMITS)
    for state in states:
        roster.put(state)
        for at in asked:
            found = roster.around(LON, LAT, 100.0, at, seen_since=at)
            where = position_of(state, at)
            is_near = where is not None and where.lon != LON + 0.03
            allowed = is_near and is_dispatchable(state, at).answer is Answer.YES
            assert roster.ids(found.key) == (("r",) if allowed else ())


HOURS = [
    "", "24/7", "Mo-Fr 08:00-17:00", 'Mo-Fr 08:00-12:00 "by appointment"', "SH Mo-Fr 08:00-16:00", "PH off",
    "sunrise-sunset", "Mo - Fr 7:00", "off", "unknown", "Mo-Su 22:00-02:00",
]  # fmt: skip


@given(
    st.builds(
        Aed,
        aed_id=st.just("a"),
        lon=st.just(LON),
        lat=st.just(LAT),
        time_zone=st.sampled_from(["Asia/Shanghai", "Europe/Vaduz", "Nowhere/Land"]),
        access=st.sampled_from(["", "yes", "private", "fee", "customers"]),
        opening_hours=st.sampled_from(HOURS),
        state=st.sampled_from(AedState),
    ),
    instants,
)
def test_hours_read_once_answer_as_hours_read_anew(aed: Aed, at: datetime) -> None:
    assert usability(aed)(at) is is_usable(aed, at).answer
    assert find_standing_answer(aed) in {None, is_usable(aed, at).answer}
