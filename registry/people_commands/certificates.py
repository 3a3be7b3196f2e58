"""`registry verify`, `registry renew`, `registry certificates`: what people hold, what runs out, what counts here."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from registry.eligibility import get_time_zone, local_day
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
from registry.register.city_rules import (
    KindRule,
    SourceRule,
    accept_kinds,
    list_kinds,
    list_sources,
    trust_source,
)
from registry.register.expiring import Expiring, list_expiring
from registry.register.papers import NewPaper, add_paper, remove_paper, renew_paper, verify_paper
from registry.register.person_file import PersonFile
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

NumberArgument = Annotated[int, typer.Argument(metavar="CERTIFICATE", min=0, help="From `registry rescuers show`")]
KindOption = Annotated[str, typer.Option("--kind", help="Such as 红十字救护员证")]
UntilOption = Annotated[str, typer.Option("--until", metavar="DAY", help="The last day on which it counts")]
FromOption = Annotated[str | None, typer.Option("--from", metavar="DAY")]
SerialOption = Annotated[str, typer.Option("--number", help="Printed on it")]
IssuerOption = Annotated[str, typer.Option("--issuer")]
SeenOption = Annotated[bool, typer.Option("--seen", help="You have it before you: it is verified at once")]


def add_certificate_commands(registry: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    _add_verify(registry, run)
    _add_renew(registry, run)
    app = typer.Typer(no_args_is_help=True, help="Certificates: enter, strike out, what runs out, what counts.")
    registry.add_typer(app, name="certificates")
    _add_entering(app, run)
    _add_expiring(app, run)
    _add_sources(app, run)
    _add_kinds(app, run)


def _add_verify(app: typer.Typer, run: Run) -> None:
    @app.command("verify")
    def verify_command(
        rescuer: RescuerArgument,
        certificate: NumberArgument,
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """You have seen a certificate: it counts, also where its list is not trusted unseen."""

        async def work(db: Database) -> PersonFile:
            async with db.write() as connection:
                return await verify_paper(connection, db.personal_keys, rescuer, certificate, author(by, why))

        show_person(run(database, work))


def _add_renew(app: typer.Typer, run: Run) -> None:
    @app.command("renew")
    def renew_command(
        rescuer: RescuerArgument,
        certificate: NumberArgument,
        *,
        kind: KindOption,
        until: UntilOption,
        since: FromOption = None,
        serial: SerialOption = "",
        issuer: IssuerOption = "",
        seen: SeenOption = False,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Let a new certificate follow an old one, which stays in the person's history."""

        async def work(db: Database) -> PersonFile:
            paper = _paper(kind, serial, issuer, since=since, until=until)
            async with db.write() as connection:
                return await renew_paper(
                    connection, db.personal_keys, rescuer, certificate, paper, author=author(by, why), is_seen=seen
                )

        show_person(run(database, work))


def _add_entering(app: typer.Typer, run: Run) -> None:
    @app.command("add")
    def add_command(
        rescuer: RescuerArgument,
        *,
        kind: KindOption,
        until: UntilOption,
        since: FromOption = None,
        serial: SerialOption = "",
        issuer: IssuerOption = "",
        seen: SeenOption = False,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Enter a certificate. It counts once it is verified, or at once with --seen."""

        async def work(db: Database) -> PersonFile:
            paper = _paper(kind, serial, issuer, since=since, until=until)
            async with db.write() as connection:
                return await add_paper(connection, db.personal_keys, rescuer, paper, author(by, why), is_seen=seen)

        show_person(run(database, work))

    @app.command("remove")
    def remove_command(
        rescuer: RescuerArgument,
        certificate: NumberArgument,
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Strike out a certificate that is not the person's, or that was typed wrongly."""

        async def work(db: Database) -> PersonFile:
            async with db.write() as connection:
                return await remove_paper(connection, db.personal_keys, rescuer, certificate, author(by, why))

        show_person(run(database, work))


def _add_expiring(app: typer.Typer, run: Run) -> None:
    @app.command("expiring")
    def expiring_command(
        *,
        within_days: Annotated[int, typer.Option(min=0, max=3650)] = 60,
        day: Annotated[str | None, typer.Option(help="As of this day; default today in the city")] = None,
        since: Annotated[str | None, typer.Option(metavar="DAY", help="Leave out those that ran out before")] = None,
        limit: LimitOption = 50,
        time_zone: ZoneOption = CITY_ZONE,
        database: DatabaseOption = None,
    ) -> None:
        """Certificates that run out soon, or have, and that no later one follows; the soonest first."""

        async def work(db: Database) -> list[Expiring]:
            today = day_of(day) if day else local_day(datetime.now(UTC), get_time_zone(time_zone))
            first = day_of(since) if since else None
            async with db.read() as connection:
                return await list_expiring(connection, today, within_days=within_days, since=first, limit=limit)

        for one in run(database, work):
            left = f"{one.days_left} days left" if one.days_left >= 0 else f"ran out {-one.days_left} days ago"
            warning = "" if one.warning_days is None else f"; warning {one.warning_days}"
            say(f"{one.valid_until}  {one.rescuer_id} certificate {one.number}, {one.kind}: {left}{warning}")
            if near := one.nearest_station:
                where = ", ".join(part for part in (near.name, near.address) if part)
                say(f"      nearest practice station: {where}, {near.distance_m} m")


def _add_sources(app: typer.Typer, run: Run) -> None:
    @app.command("sources")
    def sources_command(database: DatabaseOption = None) -> None:
        """Whose certificates count unseen: lists by name, registry for what officers type, * for any other list."""

        async def work(db: Database) -> list[SourceRule]:
            async with db.read() as connection:
                return await list_sources(connection)

        for one in run(database, work):
            rule = "trusted" if one.trusted else "each must be verified"
            by_default = "" if one.has_rule else " (unless you say otherwise)"
            say(f"{one.source}: {rule}{by_default}; {one.certificates} certificates, {one.unverified} not verified")

    @app.command("trust")
    def trust_command(
        source: Annotated[
            str, typer.Argument(metavar="LIST", help="Its name, registry (what officers type), or * for any other list")
        ],
        *,
        no: Annotated[bool, typer.Option("--no", help="An officer has to verify each of its certificates")] = False,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Let certificates of a list count unseen, or with --no only once an officer has verified each."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await trust_source(connection, source, author(by, why), trusted=not no)

        run(database, work)
        say(f"Certificates of {source} count {'once they are verified' if no else 'unseen'}.")


def _add_kinds(app: typer.Typer, run: Run) -> None:
    @app.command("kinds")
    def kinds_command(database: DatabaseOption = None) -> None:
        """Kinds of certificates that people hold, and whether each counts."""

        async def work(db: Database) -> list[KindRule]:
            async with db.read() as connection:
                return await list_kinds(connection)

        for one in run(database, work):
            say(f"{one.kind or '(no kind)'}: {'counts' if one.accepted else 'does not count'}, {one.certificates} held")

    @app.command("accept")
    def accept_command(
        kinds: Annotated[list[str] | None, typer.Argument(metavar="[KIND]...")] = None,
        *,
        every: Annotated[bool, typer.Option("--all", help="Every kind counts")] = False,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Let exactly these kinds count, or every one with --all."""
        if every is bool(kinds):
            raise typer.BadParameter("name the kinds that count, or say --all")

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await accept_kinds(connection, kinds or [], author(by, why))

        run(database, work)
        say("Every kind counts." if every else f"These count: {', '.join(kinds or [])}.")


def _paper(kind: str, serial: str, issuer: str, *, since: str | None, until: str) -> NewPaper:
    return NewPaper(
        kind=kind,
        serial=serial,
        issuer=issuer,
        valid_from=None if since is None else day_of(since),
        valid_until=day_of(until),
    )
