"""When a person is left alone: a pause that an officer gives, and the hours of the week that the person gave."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.eligibility import get_time_zone
from registry.history.log import Author, Change, record
from registry.people.weeks import week_of
from registry.people_tables import rescuer_availabilities
from registry.register.changing import NOT_SHOWN
from registry.register.person_file import PersonFile, get_person, hold_file
from registry.register.standing import of_person, put_row, tell_of
from registry.register.typed import BadPersonField, checked_text
from registry.storage.personal_keys import PersonalKeys

_BLANK = {"paused_at": None, "paused_until": None, "weekly": "", "quiet": "", "time_zone": ""}
_LONGEST_HOURS = 500


async def pause(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_id: str,
    author: Author,
    *,
    until: date | None,
    zone: ZoneInfo,
    expected: str | None = None,
) -> PersonFile:
    """Ring a person no more from now on. until: the day from whose beginning they may be rung again, in their zone
    (`zone` where they have none); None: until an officer says so.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged, BadPersonField: the day is not a later one
    """
    person = await hold_file(connection, keys, rescuer_id, expected)
    back_at = None if until is None else _beginning(until, ZoneInfo(person.time_zone) if person.time_zone else zone)
    if back_at is not None and back_at <= author.at:
        raise BadPersonField(f"until {until}: a pause ends on a later day than today")
    paused = {"paused_at": author.at, "paused_until": back_at}
    await put_row(connection, rescuer_availabilities, rescuer_id, paused, blank=_BLANK)
    before = {"until": None if person.paused_until is None else person.paused_until.isoformat()}
    after = {"until": None if until is None else until.isoformat()}
    change = of_person(rescuer_id, "paused", None if person.paused_at is None else before, after)
    return await _told(connection, keys, change, author)


async def resume(
    connection: AsyncConnection, keys: PersonalKeys, rescuer_id: str, author: Author, *, expected: str | None = None
) -> PersonFile:
    """End a pause; where there is none, nothing changes.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged
    """
    person = await hold_file(connection, keys, rescuer_id, expected)
    if person.paused_at is None:
        return person
    over = {"paused_at": None, "paused_until": None}
    await put_row(connection, rescuer_availabilities, rescuer_id, over, blank=_BLANK)
    before = {"until": None if person.paused_until is None else person.paused_until.isoformat()}
    change = of_person(rescuer_id, "resumed", before, None)
    return await _told(connection, keys, change, author)


async def set_hours(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_id: str,
    author: Author,
    *,
    weekly: str,
    quiet: str,
    time_zone: str,
    expected: str | None = None,
) -> PersonFile:
    """When in a week a person may be rung, and when they must not be; "" of either says nothing. time_zone: of their
    clocks, "" for the city's.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged, BadWeek, UnknownTimeZone, IdentityCardTyped,
        BadPersonField
    """
    said = {"weekly": weekly, "quiet": quiet, "time_zone": time_zone}
    hours = {name: checked_text(name, text, most=_LONGEST_HOURS) for name, text in said.items()}
    week_of(hours["weekly"])
    week_of(hours["quiet"])
    if hours["time_zone"]:
        hours["time_zone"] = get_time_zone(hours["time_zone"]).key
    person = await hold_file(connection, keys, rescuer_id, expected)
    changed = [name for name, value in hours.items() if getattr(person, name) != value]
    if not changed:
        return person
    await put_row(connection, rescuer_availabilities, rescuer_id, dict(hours), blank=_BLANK)
    # Hours say when somebody is where: the history tells only that they are others.
    shown = dict.fromkeys(changed, NOT_SHOWN)
    change = of_person(rescuer_id, "hours set", shown, shown)
    return await _told(connection, keys, change, author)


async def _told(connection: AsyncConnection, keys: PersonalKeys, change: Change, author: Author) -> PersonFile:
    await tell_of(connection, change.subject_id)
    await record(connection, change, author)
    return await get_person(connection, keys, change.subject_id)


def _beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
