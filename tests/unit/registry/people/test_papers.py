"""Which certificates count, by the rules of a city, and how soon they run out."""

from datetime import UTC, date, datetime

import pytest

from registry.eligibility import Answer, is_dispatchable, verdicts_on
from registry.models import BY_HAND, Availability, Certificate, PaperStanding, Pause, Rescuer
from registry.people.expiry import warning_of
from registry.people.trust import ANY_LIST, CityRules
from registry.people.weeks import week_of

NOW = datetime(2025, 3, 3, 4, 0, tzinfo=UTC)
COUNTS, UNVERIFIED, NOT_ACCEPTED = PaperStanding.COUNTS, PaperStanding.UNVERIFIED, PaperStanding.NOT_ACCEPTED


def standing(rules: CityRules, source: str, *, kind: str = "红十字救护员证", verified: bool = False) -> PaperStanding:
    return rules.standing_of(kind=kind, source=source, is_verified=verified)


def test_a_city_that_says_nothing_trusts_every_list_and_looks_at_what_officers_type() -> None:
    silent = CityRules()

    assert standing(silent, "city list") is COUNTS
    assert standing(silent, BY_HAND) is UNVERIFIED
    assert standing(silent, BY_HAND, verified=True) is COUNTS


def test_a_list_may_be_trusted_where_others_are_not() -> None:
    rules = CityRules(trusted={ANY_LIST: False, "red cross": True})

    assert standing(rules, "red cross") is COUNTS
    assert standing(rules, "a company") is UNVERIFIED
    assert standing(rules, "a company", verified=True) is COUNTS


def test_a_kind_that_the_city_does_not_take_counts_for_nothing_however_it_is_spelt() -> None:
    rules = CityRules(accepted=frozenset({"bls", "红十字救护员证"}))

    assert standing(rules, "list", kind=" B L S ") is COUNTS
    assert standing(rules, "list", kind="yoga", verified=True) is NOT_ACCEPTED


def rescuer(*papers: Certificate, pause: Pause | None = None, availability: Availability | None = None) -> Rescuer:
    return Rescuer(
        rescuer_id="r",
        certificates=papers,
        on_duty=True,
        home_lon=113.6,
        home_lat=34.7,
        pause=pause,
        availability=availability,
    )


def paper(held: PaperStanding, until: date = date(2026, 1, 1)) -> Certificate:
    return Certificate(kind="BLS", valid_until=until, standing=held)


@pytest.mark.parametrize(
    ("papers", "reason"),
    [
        ([paper(COUNTS)], "ready_at_home"),
        ([paper(UNVERIFIED), paper(COUNTS)], "ready_at_home"),
        ([paper(UNVERIFIED)], "certificate_unverified"),
        ([paper(NOT_ACCEPTED)], "certificate_not_accepted"),
        ([paper(UNVERIFIED), paper(COUNTS, date(2025, 1, 1))], "certificate_unverified"),
        ([paper(UNVERIFIED, date(2025, 1, 1))], "certificate_expired"),
    ],
)
def test_why_a_certificate_does_not_let_its_holder_go(papers: list[Certificate], reason: str) -> None:
    assert is_dispatchable(rescuer(*papers), NOW).reason == reason


def test_a_pause_and_the_hours_of_the_week_keep_somebody_from_being_rung() -> None:
    paused = rescuer(paper(COUNTS), pause=Pause(since=NOW))
    evenings = Availability(weekly=week_of("18:00-22:00"))
    noon = Availability(quiet=week_of("11:30-14:00"))

    assert is_dispatchable(paused, NOW).answer is Answer.NO
    both = verdicts_on(rescuer(paper(COUNTS), pause=paused.pause, availability=evenings), NOW)
    assert [one.reason for one in both] == ["paused", "not_available"]
    assert is_dispatchable(rescuer(paper(COUNTS), availability=noon), NOW).reason == "quiet_hours"


@pytest.mark.parametrize(
    ("left", "warning"),
    [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, 0), (-400, 0)],
)
def test_warnings_are_due_two_months_one_month_and_a_week_before(left: int, warning: int | None) -> None:
    day = date(2025, 3, 3)

    assert warning_of(date.fromordinal(day.toordinal() + left), day) == warning
