"""What the commands about people share: options, who gives them, what a user can mend, how a person is printed."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from registry.eligibility import ZHENGZHOU_ZONE, UnknownTimeZone
from registry.history.log import Author
from registry.people.weeks import BadWeek
from registry.register.changing import IdTaken, UnknownGroup
from registry.register.groups import GroupExists
from registry.register.papers import NoRenewal, UnknownCertificate
from registry.register.person_file import Paper, PersonFile
from registry.register.standing import ErasedPerson
from registry.register.typed import LONGEST_NOTE, BadPersonField, IdentityCardTyped, checked_text
from registry.terminal.parts import say, who

USER_ERRORS = (
    *(BadPersonField, BadWeek, ErasedPerson, GroupExists, IdTaken, IdentityCardTyped, NoRenewal, UnknownCertificate),
    *(UnknownGroup, UnknownTimeZone),
)

MOST_SHOWN = 1_000

LimitOption = Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="Show so many")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides; default whoever is logged in")]
WhyOption = Annotated[str, typer.Option("--why", help="For the history")]
RescuerArgument = Annotated[str, typer.Argument(metavar="RESCUER", help="The person's id")]
ZoneOption = Annotated[
    str, typer.Option("--time-zone", envvar="RESCUE_TIME_ZONE", help="The city's, as the service has it")
]
CITY_ZONE = ZHENGZHOU_ZONE.key


def author(by: str | None, why: str = "") -> Author:
    """Raises: IdentityCardTyped, BadPersonField."""
    return Author(by=who(by), at=datetime.now(UTC), why=checked_text("why", why, most=LONGEST_NOTE))


def day_of(text: str) -> date:
    """Raises: BadPersonField."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadPersonField(f"{text!r} is no day: write it as 2026-05-01") from None


def show_person(person: PersonFile) -> None:
    """All that an officer may see, a line for each thing."""
    told = {
        "name": person.name,
        "phone": "there is one that cannot be read here" if person.phone_unreadable else person.phone_e164,
        "kind": person.kind.value,
        "organisation": person.organisation,
        "team": person.team,
        "transport": person.transport.value if person.transport else "",
        "insurance": person.insurance_note,
        "home": _place(person.home),
        "work": _place(person.work),
        "list": person.source,
        "set here": ", ".join(person.corrected),
        "paused": _pause(person),
        "available": person.weekly,
        "quiet": person.quiet,
        "clocks of": person.time_zone,
        "erased": f"{person.erased_at:%Y-%m-%d}" if person.erased_at else "",
    }
    say(person.rescuer_id)
    for name, value in told.items():
        if value:
            say(f"  {name}: {value}")
    for paper in person.papers:
        say(f"  certificate {paper.number}: {_paper(paper)}")


def _place(position: tuple[float, float] | None) -> str:
    return "" if position is None else f"{position[0]:.6f}, {position[1]:.6f}"


def _pause(person: PersonFile) -> str:
    if person.paused_at is None:
        return ""
    until = f"{person.paused_until:%Y-%m-%d %H:%M} UTC" if person.paused_until else "an officer says so"
    return f"since {person.paused_at:%Y-%m-%d}, until {until}"


def _paper(paper: Paper) -> str:
    days = f"{paper.valid_from or '...'} to {paper.valid_until or 'no end'}"
    parts = [paper.kind, paper.serial, days, f"from {paper.source}", paper.standing.value]
    if paper.verified_by:
        parts.append(f"verified by {paper.verified_by}")
    if paper.follows is not None:
        parts.append(f"follows {paper.follows}")
    return ", ".join(part for part in parts if part)
