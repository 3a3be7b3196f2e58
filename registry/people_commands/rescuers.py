"""`registry rescuers`: look at people, enter and correct them, leave them alone for a while."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from geo.places.datum import Datum, convert, parse_datum
from registry.eligibility import get_time_zone
from registry.history.log import list_changes
from registry.hours.holidays import find_country
from registry.people.kinds import PersonKind, Transport
from registry.people_commands.groups import add_assign_command
from registry.people_commands.shared import (
    CITY_ZONE,
    ByOption,
    LimitOption,
    RescuerArgument,
    WhyOption,
    ZoneOption,
    author,
    day_of,
    show_person,
)
from registry.places.districts import get_district
from registry.places.within import load_people_living_in
from registry.register.changing import add_person, change_person, checked_fields
from registry.register.leaving_alone import pause, resume, set_hours
from registry.register.people_list import Found, Search, list_people
from registry.register.person_file import PersonFile, get_person
from registry.register.typed import BadPersonField, checked_phone
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

NameOption = Annotated[str | None, typer.Option("--name")]
PhoneOption = Annotated[str | None, typer.Option("--phone")]
KindOption = Annotated[PersonKind | None, typer.Option("--kind")]
OrganisationOption = Annotated[str | None, typer.Option("--organisation", help='Its id; "" for none')]
TeamOption = Annotated[str | None, typer.Option("--team", help='Its id; "" for none')]
TransportOption = Annotated[Transport | None, typer.Option("--transport")]
InsuranceOption = Annotated[str | None, typer.Option("--insurance", help="How the person is insured")]
HomeOption = Annotated[str | None, typer.Option("--home", metavar="LON,LAT", help='In the --datum; "" for none')]
WorkOption = Annotated[str | None, typer.Option("--work", metavar="LON,LAT", help='In the --datum; "" for none')]
DatumOption = Annotated[str | None, typer.Option("--datum", help="Of positions: wgs84, gcj02 or bd09")]
_MAY_BE_NONE = frozenset({"organisation_id", "team_id"})
_PLACES = frozenset({"home", "work"})


def add_rescuer_commands(registry: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    app = typer.Typer(no_args_is_help=True, help="People: look, enter, correct, leave alone.")
    registry.add_typer(app, name="rescuers")
    _add_looking(app, run)
    _add_entering(app, run)
    add_assign_command(app, run)
    _add_leaving_alone(app, run)


def _add_looking(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(
        *,
        name: Annotated[str | None, typer.Option("--name", help="A part of it")] = None,
        phone: Annotated[str | None, typer.Option("--phone", help="All of it")] = None,
        rescuer_id: Annotated[str | None, typer.Option("--id", help="How it begins")] = None,
        kind: KindOption = None,
        organisation: OrganisationOption = None,
        team: TeamOption = None,
        expiring_before: Annotated[str | None, typer.Option(metavar="DAY", help="Last certificate ends before")] = None,
        district: Annotated[str | None, typer.Option(help="Who lives in it: its name, code or id")] = None,
        after: Annotated[str, typer.Option(help="Go on behind this id")] = "",
        limit: LimitOption = 50,
        time_zone: ZoneOption = CITY_ZONE,
        database: DatabaseOption = None,
    ) -> None:
        """People of the register, by id."""

        async def work(db: Database) -> list[Found]:
            search = Search(
                name=name,
                phone_e164=None if phone is None else checked_phone(phone, _region(time_zone)),
                rescuer_id=rescuer_id,
                kind=kind,
                organisation_id=organisation,
                team_id=team,
                expiring_before=None if expiring_before is None else day_of(expiring_before),
            )
            async with db.read() as connection:
                if district is not None:
                    wanted = await get_district(connection, district)
                    search = replace(search, among=await load_people_living_in(connection, wanted))
                return await list_people(connection, db.personal_keys, search, after=after, limit=limit)

        for one in run(database, work):
            until = f"until {one.valid_until}" if one.valid_until else "no end or none"
            state = "; paused" if one.paused_at else ""
            group = ", ".join(filter(None, (one.kind.value, one.organisation, one.team)))
            say(f"{one.rescuer_id}  {one.name}  {one.phone_e164}  {group}; certificate {until}{state}")

    @app.command("show")
    def show_command(rescuer: RescuerArgument, database: DatabaseOption = None) -> None:
        """All that the register holds of a person."""

        async def work(db: Database) -> PersonFile:
            async with db.read() as connection:
                return await get_person(connection, db.personal_keys, rescuer)

        show_person(run(database, work))

    @app.command("history")
    def history_command(rescuer: RescuerArgument, limit: LimitOption = 50, database: DatabaseOption = None) -> None:
        """What people changed of a person, the newest first."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                await get_person(connection, db.personal_keys, rescuer)
                return await list_changes(connection, kind="rescuer", subject_id=rescuer, limit=limit)

        for one in run(database, work):
            change, by = one.change, one.author
            values = f"{dict(change.before or {})} -> {dict(change.after or {})}"
            why = f" ({by.why})" if by.why else ""
            say(f"{one.change_id}  {by.at:%Y-%m-%d %H:%M} UTC  {by.by}: {change.action} {values}{why}")


def _add_entering(app: typer.Typer, run: Run) -> None:
    @app.command("add")
    def add_command(
        *,
        name: Annotated[str, typer.Option("--name")],
        phone: PhoneOption = None,
        rescuer_id: Annotated[str, typer.Option("--id", help="Default: one is made")] = "",
        kind: KindOption = None,
        organisation: OrganisationOption = None,
        team: TeamOption = None,
        transport: TransportOption = None,
        insurance: InsuranceOption = None,
        home: HomeOption = None,
        work_place: WorkOption = None,
        datum: DatumOption = None,
        off_duty: Annotated[bool, typer.Option("--off-duty", help="Not to be rung yet")] = False,
        time_zone: ZoneOption = CITY_ZONE,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Enter a person by hand. They are rung once a certificate of theirs counts."""
        given = {
            "name": name,
            "phone": phone,
            "kind": kind,
            "organisation_id": organisation,
            "team_id": team,
            "transport": transport,
            "insurance_note": insurance,
            "home": home,
            "work": work_place,
        }

        async def work(db: Database) -> PersonFile:
            fields = _fields(time_zone, datum, **given)
            async with db.write() as connection:
                return await add_person(
                    connection, db.personal_keys, fields, author(by, why), rescuer_id=rescuer_id, on_duty=not off_duty
                )

        show_person(run(database, work))

    @app.command("set")
    def set_command(
        rescuer: RescuerArgument,
        *,
        name: NameOption = None,
        phone: PhoneOption = None,
        kind: KindOption = None,
        organisation: OrganisationOption = None,
        team: TeamOption = None,
        transport: TransportOption = None,
        insurance: InsuranceOption = None,
        home: HomeOption = None,
        work_place: WorkOption = None,
        datum: DatumOption = None,
        time_zone: ZoneOption = CITY_ZONE,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Set what is right of a person. Lists leave name, phone and home alone from then on."""
        given = {
            "name": name,
            "phone": phone,
            "kind": kind,
            "organisation_id": organisation,
            "team_id": team,
            "transport": transport,
            "insurance_note": insurance,
            "home": home,
            "work": work_place,
        }

        async def work(db: Database) -> PersonFile:
            fields = _fields(time_zone, datum, **given)
            async with db.write() as connection:
                return await change_person(connection, db.personal_keys, rescuer, fields, author(by, why))

        show_person(run(database, work))


def _add_leaving_alone(app: typer.Typer, run: Run) -> None:
    @app.command("pause")
    def pause_command(
        rescuer: RescuerArgument,
        *,
        until: Annotated[str | None, typer.Option(metavar="DAY", help="Rung again from this day on")] = None,
        time_zone: ZoneOption = CITY_ZONE,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Ring a person no more, until a day or until `resume`."""

        async def work(db: Database) -> PersonFile:
            day = None if until is None else day_of(until)
            async with db.write() as connection:
                return await pause(
                    connection, db.personal_keys, rescuer, author(by, why), until=day, zone=get_time_zone(time_zone)
                )

        run(database, work)
        say(f"{rescuer} is not rung until {until or 'an officer says so'}.")

    @app.command("resume")
    def resume_command(
        rescuer: RescuerArgument, *, why: WhyOption = "", by: ByOption = None, database: DatabaseOption = None
    ) -> None:
        """End a pause."""

        async def work(db: Database) -> PersonFile:
            async with db.write() as connection:
                return await resume(connection, db.personal_keys, rescuer, author(by, why))

        run(database, work)
        say(f"{rescuer} has no pause.")

    @app.command("available")
    def available_command(
        rescuer: RescuerArgument,
        *,
        weekly: Annotated[str, typer.Option(help='Such as "Mo-Fr 18:00-22:00"; "" for all hours')] = "",
        quiet: Annotated[str, typer.Option(help='Such as "22:00-07:00"; "" for none')] = "",
        zone: Annotated[str, typer.Option("--zone", help="Of the person's clocks; \"\" for the city's")] = "",
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Say in which hours of a week a person may be rung, and in which not."""

        async def work(db: Database) -> PersonFile:
            async with db.write() as connection:
                return await set_hours(
                    connection, db.personal_keys, rescuer, author(by, why), weekly=weekly, quiet=quiet, time_zone=zone
                )

        show_person(run(database, work))


def _fields(time_zone: str, datum: str | None, **given: Any) -> dict[str, Any]:
    """What was given, checked: "" of what may be none is none.

    Raises:
        BadPersonField, IdentityCardTyped, UnknownDatum, UnknownTimeZone
    """
    fields = {name: value for name, value in given.items() if value is not None}
    for name in _MAY_BE_NONE & fields.keys():
        fields[name] = fields[name] or None
    for name in _PLACES & fields.keys():
        fields[name] = _place(name, fields[name], datum) if fields[name] else None
    if not fields:
        raise BadPersonField("nothing was said: give at least one option, such as --name")
    return checked_fields(fields, region=_region(time_zone))


def _place(name: str, text: str, datum: str | None) -> tuple[float, float]:
    if datum is None:
        raise BadPersonField(f"--{name}: say in which --datum it is, wgs84, gcj02 or bd09")
    try:
        lon, lat = map(float, text.split(","))
    except ValueError:
        raise BadPersonField(f"--{name}: write LON,LAT, such as 113.66,34.75") from None
    if not (-180 <= lon <= 180 and -90 < lat < 90):
        raise BadPersonField(f"--{name}: longitude comes first, and both are degrees")
    lon, lat = convert(lon, lat, source=parse_datum(datum), target=Datum.WGS84)
    return float(lon), float(lat)


def _region(time_zone: str) -> str:
    """The country of phones without a country code."""
    return find_country(get_time_zone(time_zone).key) or "CN"
