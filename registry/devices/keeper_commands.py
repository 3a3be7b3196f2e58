"""`rescue-circle registry keepers`: who keeps an AED, and their word that it is still there."""

import csv
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from registry.devices import confirming, keeper_store
from registry.devices.command_parts import AedArgument, ByOption, LimitOption, WhyOption, author, days_of
from registry.devices.keepers import Keeper, KeeperRole, phone_e164
from registry.devices.reminding import HEADER, confirm_url, remind, row_of
from registry.repository import load_aeds
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

RoleOption = Annotated[KeeperRole, typer.Option("--role", help="The keeper, or the deputy")]
UrlOption = Annotated[str, typer.Option(help="The address under which phones reach the service")]
RegionOption = Annotated[str, typer.Option(help="Country of a phone without a country code, by two letters")]


def add_commands(app: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    keepers = typer.Typer(no_args_is_help=True, help="Who keeps an AED: look, name, erase, ask whether it is there.")
    app.add_typer(keepers, name="keepers")
    _add_keepers(keepers, run)
    _add_erasing(keepers, run)
    _add_confirming(keepers, run)
    _add_reminding(keepers, run)


def _add_keepers(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(aed: AedArgument, database: DatabaseOption = None) -> None:
        """Keeper and deputy of an AED with their phones."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await keeper_store.list_keepers(connection, db.personal_keys, aed)

        for one in run(database, work):
            say("  ".join(part for part in (one.role, one.name, one.phone_e164, one.email, one.position) if part))

    @app.command("set")
    def set_command(
        aed: AedArgument,
        name: Annotated[str, typer.Option(help="Their name")],
        phone: Annotated[str, typer.Option(help="Their phone")],
        *,
        role: RoleOption = KeeperRole.KEEPER,
        email: Annotated[str, typer.Option(help="Their e-mail")] = "",
        position: Annotated[str, typer.Option(help="What they are on the spot")] = "",
        rescuer: Annotated[str | None, typer.Option(help="Their id where they are a registered rescuer")] = None,
        region: RegionOption = "CN",
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Name the keeper or the deputy; whoever it was before is erased."""

        async def work(db: Database) -> None:
            number = phone_e164(phone, region)
            keeper = Keeper(role=role, name=name, phone_e164=number, email=email, position=position, rescuer_id=rescuer)
            async with db.write() as connection:
                await keeper_store.set_keeper(connection, db.personal_keys, aed, keeper, author(by, why))
            await db.checkpoint()

        run(database, work)
        say(f"Named. Ask them whether it is there: registry keepers link {aed} --role {role}")


def _add_erasing(app: typer.Typer, run: Run) -> None:
    @app.command("remove")
    def remove_command(
        aed: AedArgument,
        *,
        role: RoleOption = KeeperRole.KEEPER,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Erase the keeper or the deputy of an AED."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await keeper_store.remove_keeper(connection, aed, role, author(by, why))
            await db.checkpoint()

        run(database, work)
        say("Erased.")

    @app.command("erase")
    def erase_command(
        phone: Annotated[str, typer.Option(help="Their phone")],
        *,
        region: RegionOption = "CN",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Erase somebody wherever they keep an AED."""

        async def work(db: Database) -> int:
            async with db.write() as connection:
                number = phone_e164(phone, region)
                count = await keeper_store.erase_keeper(connection, db.personal_keys, number, author(by))
            await db.checkpoint()
            return count

        say(f"Erased as a keeper of {run(database, work)} AEDs.")


def _add_confirming(app: typer.Typer, run: Run) -> None:
    @app.command("link")
    def link_command(
        aed: AedArgument,
        *,
        url: UrlOption,
        role: RoleOption = KeeperRole.KEEPER,
        database: DatabaseOption = None,
    ) -> None:
        """A link for the keeper to say by that the AED is there; an earlier one ends."""
        code = confirming.new_code()

        async def work(db: Database) -> Any:
            async with db.write() as connection:
                return await confirming.make_link(connection, aed, role, code=code, at=author(None).at)

        ends = run(database, work)
        say(confirm_url(url, code))
        say(f"It is good until {ends:%Y-%m-%d %H:%M} UTC.")

    @app.command("confirm")
    def confirm_command(aed: AedArgument, *, by: ByOption = None, database: DatabaseOption = None) -> None:
        """Confirm an AED for a keeper who has said that it is there."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await confirming.confirm(connection, aed, author(by))

        run(database, work)
        say(f"{aed} is confirmed.")

    @app.command("confirmations")
    def confirmations_command(aed: AedArgument, *, limit: LimitOption = 20, database: DatabaseOption = None) -> None:
        """When somebody said that the AED is there, the newest first."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await confirming.list_confirmations(connection, aed, limit=limit)

        for one in run(database, work):
            say(f"{one.at:%Y-%m-%d %H:%M} UTC  by {one.by}")


def _add_reminding(app: typer.Typer, run: Run) -> None:
    @app.command("remind")
    def remind_command(
        file: Annotated[
            Path, typer.Argument(metavar="FILE.csv", help="Written for its owner alone; send it on, delete it")
        ],
        *,
        url: UrlOption,
        within: Annotated[str, typer.Option(help="Those whose word is due within so many days or weeks")] = "0d",
        database: DatabaseOption = None,
    ) -> None:
        """Write a link for every keeper whose word is due, with name and phone, for whoever sends the messages."""
        now, days = author(None).at, days_of(within)
        if file.exists():
            raise typer.BadParameter(f"{file} is there already: name a new file")
        rows = run(database, lambda db: _links(db, now, days, url))
        _write(file, rows)
        say(f"{len(rows)} links are in {file}. Earlier ones of these keepers have ended.")


async def _links(db: Database, now: datetime, days: int, url: str) -> list[Sequence[str]]:
    until, rows = now.date() + timedelta(days=days), list[Sequence[str]]()
    cursor, is_more = None, True
    while is_more:
        async with db.write() as connection:
            made, cursor = await remind(
                connection, db.personal_keys, until=until, after=cursor, new_code=confirming.new_code, at=now
            )
            aeds = await load_aeds(connection, [one.aed_id for one in made])
        places = {aed.aed_id: " | ".join(part for part in (aed.name, aed.location_text) if part) for aed in aeds}
        rows += [row_of(one, places[one.aed_id], url) for one in made]
        is_more = cursor is not None
    return rows


def _write(file: Path, rows: Sequence[Sequence[str]]) -> None:
    with open(file, "x", encoding="utf-8-sig", newline="", opener=_for_its_owner) as sheet:
        writer = csv.writer(sheet)
        writer.writerows([HEADER, *rows])


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
