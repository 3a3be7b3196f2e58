"""`rescue-circle registry device`: what is known of an AED's device and cabinet, and the code that opens it."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from registry.devices import device_store
from registry.devices.command_parts import AedArgument, BadField, ByOption, WhyOption, author, fields_of
from registry.devices.device import Device
from registry.devices.evidence import get_chance
from registry.devices.provenance import Origin, get_origins, let_go
from registry.devices.usable_chance import Chance
from registry.storage.database import Database
from registry.storage.postgres import lock_registry
from registry.terminal.parts import DatabaseOption, Run, say

MAX_CODE = 64


def add_commands(app: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    device = typer.Typer(no_args_is_help=True, help="An AED's device and cabinet: look, set, its code.")
    app.add_typer(device, name="device")
    _add_fields(device, run)
    _add_let_go(device, run)
    _add_code(device, run)


def _add_fields(app: typer.Typer, run: Run) -> None:
    @app.command("show")
    def show_command(aed: AedArgument, database: DatabaseOption = None) -> None:
        """What is known of the device and its cabinet, without the code, and how likely it is usable."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                found = await device_store.get_device(connection, aed)
                has_code = await device_store.has_code(connection, aed)
                chance = await get_chance(connection, aed, at=author(None).at)
                return found, await get_origins(connection, aed), has_code, chance

        _show(*run(database, work))

    @app.command("set")
    def set_command(
        aed: AedArgument,
        fields: Annotated[
            list[str],
            typer.Argument(metavar="FIELD=VALUE...", help="battery_expires_on=2027-06 addresses.zh=...; FIELD= clears"),
        ],
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Set what is known of the device and its cabinet; a month stands for its last day."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await lock_registry(connection)
                changes = fields_of(fields, await device_store.get_device(connection, aed))
                await device_store.change_device(connection, aed, changes, author(by, why))

        run(database, work)
        say(f"Set, and written in the history of {aed}.")


def _add_let_go(app: typer.Typer, run: Run) -> None:
    @app.command("let-go")
    def let_go_command(
        aed: AedArgument,
        field: Annotated[str, typer.Argument(help="Such as battery_expires_on")],
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Let the AED's list decide again what a person had set."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await let_go(connection, aed, field, author(by, why))

        run(database, work)
        say(f"{field} of {aed} is again what its list says.")


def _add_code(app: typer.Typer, run: Run) -> None:
    @app.command("code")
    def code_command(aed: AedArgument, database: DatabaseOption = None) -> None:
        """Show the code that opens the cabinet."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await device_store.get_code(connection, db.personal_keys, aed)

        say(run(database, work))

    @app.command("set-code")
    def set_code_command(
        aed: AedArgument,
        *,
        from_stdin: Annotated[bool, typer.Option("--stdin", help="Read it from a pipe instead of asking")] = False,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Give the cabinet a code; asked for, so that it stands in no list of commands."""
        code = sys.stdin.readline() if from_stdin else typer.prompt("Code", hide_input=True)

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await device_store.set_code(connection, db.personal_keys, aed, _checked(code), author(by, why))
            await db.checkpoint()

        run(database, work)
        say("Set. Whoever accepts to fetch this AED is told it.")

    @app.command("forget-code")
    def forget_code_command(
        aed: AedArgument, *, why: WhyOption = "", by: ByOption = None, database: DatabaseOption = None
    ) -> None:
        """Forget the code; what is known of the lock stays."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await device_store.remove_code(connection, aed, author(by, why))
            await db.checkpoint()

        run(database, work)
        say("Forgotten.")


def _checked(code: str) -> str:
    code = code.strip()
    if not 1 <= len(code) <= MAX_CODE:
        raise BadField(f"a code has 1 to {MAX_CODE} signs")
    return code


def _show(device: Device, origins: Mapping[str, Origin], has_code: bool, chance: Chance) -> None:
    known = device.model_dump(mode="json", exclude_none=True)
    for name, value in known.items():
        by = origins[name].by
        say(f"{name}: {_written(value)}  ({f'set by {by}' if by else f'as {origins[name].source} says'})")
    say("code: there is one" if has_code else "code: none")
    say(f"usable: {chance.value:.0%} ({', '.join(f'{one.code} {one.factor:.2f}' for one in chance.factors)})")
    for warning in chance.warnings:
        say(f"warning: {warning}")


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_written(part)}" for name, part in value.items() if part not in (None, []))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "yes" if value is True else "no" if value is False else str(value)
