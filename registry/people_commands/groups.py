"""`registry organisations`, `registry teams`: what people belong to; `registry rescuers set` assigns them."""

from typing import Annotated

import typer

from registry.people.kinds import PersonKind
from registry.people_commands.shared import ByOption, WhyOption, author
from registry.register.changing import assign_people
from registry.register.groups import (
    Organisation,
    Team,
    add_organisation,
    add_team,
    list_organisations,
    list_teams,
)
from registry.register.people_list import Search, list_people
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
_PART = 50
DistrictOption = Annotated[str, typer.Option("--district")]


def add_group_commands(registry: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    organisations = typer.Typer(no_args_is_help=True, help="Organisations: look, add.")
    registry.add_typer(organisations, name="organisations")
    _add_organisations(organisations, run)
    teams = typer.Typer(no_args_is_help=True, help="Teams: look, add.")
    registry.add_typer(teams, name="teams")
    _add_teams(teams, run)


def _add_organisations(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(database: DatabaseOption = None) -> None:
        """Organisations by name, with how many people belong to each."""

        async def work(db: Database) -> list[Organisation]:
            async with db.read() as connection:
                return await list_organisations(connection)

        for one in run(database, work):
            say(f"{one.organisation_id}  {_named(one.name, one.district)}: {one.people} people")

    @app.command("add")
    def add_command(
        name: NameArgument,
        *,
        district: DistrictOption = "",
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Enter an organisation."""

        async def work(db: Database) -> Organisation:
            async with db.write() as connection:
                return await add_organisation(connection, author(by, why), name=name, district=district)

        say(f"{run(database, work).organisation_id} is {name}.")


def _add_teams(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(database: DatabaseOption = None) -> None:
        """Teams by name, with how many people belong to each."""

        async def work(db: Database) -> list[Team]:
            async with db.read() as connection:
                return await list_teams(connection)

        for one in run(database, work):
            of = f" of {one.organisation_id}" if one.organisation_id else ""
            say(f"{one.team_id}  {_named(one.name, one.district)}{of}: {one.people} people")

    @app.command("add")
    def add_command(
        name: NameArgument,
        *,
        organisation: Annotated[str | None, typer.Option("--organisation", help="Its id")] = None,
        district: DistrictOption = "",
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Enter a team."""

        async def work(db: Database) -> Team:
            async with db.write() as connection:
                return await add_team(
                    connection, author(by, why), name=name, district=district, organisation_id=organisation
                )

        say(f"{run(database, work).team_id} is {name}.")


def add_assign_command(app: typer.Typer, run: Run) -> None:
    """Add it to `registry rescuers`."""

    @app.command("assign")
    def assign_command(
        *,
        source: Annotated[str, typer.Option("--list", help="Everybody of this list")],
        kind: Annotated[PersonKind | None, typer.Option("--kind")] = None,
        organisation: Annotated[str | None, typer.Option("--organisation", help='Its id; "" for none')] = None,
        team: Annotated[str | None, typer.Option("--team", help='Its id; "" for none')] = None,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Say of everybody of a list what they are, and where they belong."""
        given = {"kind": kind, "organisation_id": organisation, "team_id": team}
        fields = {name: value or None for name, value in given.items() if value is not None}

        async def work(db: Database) -> int:
            after, done = "", 0
            # In parts: a call that comes meanwhile waits for one of them, not for a city.
            while True:
                async with db.read() as connection:
                    found = await list_people(
                        connection, db.personal_keys, Search(source=source), after=after, limit=_PART
                    )
                if not found:
                    return done
                async with db.write() as connection:
                    ids = [one.rescuer_id for one in found]
                    done += len(await assign_people(connection, db.personal_keys, ids, fields, author(by, why)))
                after = ids[-1]

        say(f"{run(database, work)} people of {source} are changed.")


def _named(name: str, district: str) -> str:
    return f"{name}, {district}" if district else name
