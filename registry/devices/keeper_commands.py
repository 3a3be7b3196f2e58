"""`rescue-circle registry keepers`: who keeps an AED, and their word that it is still there."""

from typing import Annotated, Any

import typer

from registry.devices import confirming, keeper_store
from registry.devices.command_parts import (
    AedArgument,
    ByOption,
    DatabaseOption,
    LimitOption,
    Run,
    WhyOption,
    author,
    say,
)
from registry.devices.keepers import Keeper, KeeperRole, phone_e164
from registry.storage.database import Database

RoleOption = Annotated[KeeperRole, typer.Option("--role", help="The keeper, or the deputy")]
RegionOption = Annotated[str, typer.Option(help="Country of a phone without a country code, by two letters")]


def add_commands(app: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    keepers = typer.Typer(no_args_is_help=True, help="Who keeps an AED: look, name, erase, ask whether it is there.")
    app.add_typer(keepers, name="keepers")
    _add_keepers(keepers, run)
    _add_erasing(keepers, run)
    _add_confirming(keepers, run)


def _add_keepers(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(aed: AedArgument, database: DatabaseOption = None) -> None:
        """Keeper and deputy of an AED with their phones."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await keeper_store.list_keepers(connection, aed)

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
                await keeper_store.set_keeper(connection, aed, keeper, author(by, why))
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
                count = await keeper_store.erase_keeper(connection, phone_e164(phone, region), author(by))
            await db.checkpoint()
            return count

        say(f"Erased as a keeper of {run(database, work)} AEDs.")


def _add_confirming(app: typer.Typer, run: Run) -> None:
    @app.command("link")
    def link_command(
        aed: AedArgument,
        *,
        url: Annotated[str, typer.Option(help="The address under which phones reach the service")],
        role: RoleOption = KeeperRole.KEEPER,
        database: DatabaseOption = None,
    ) -> None:
        """A link for the keeper to say by that the AED is there; an earlier one ends."""
        code = confirming.new_code()

        async def work(db: Database) -> Any:
            async with db.write() as connection:
                return await confirming.make_link(connection, aed, role, code=code, at=author(None).at)

        ends = run(database, work)
        say(f"{url.rstrip('/')}/confirm/{code}")
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
