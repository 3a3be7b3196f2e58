"""Groups of commands whose modules are imported when a command is asked for: `--help` must not wait for all of them."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDemand:
    """Where a command is, as `module:attribute` of a Typer or of a function, and the line that `--help` shows of it."""

    where: str
    help: str


def group_of(commands: Mapping[str, OnDemand]) -> type[TyperGroup]:
    """A group with these commands beside those that are its own; for `typer.Typer(cls=...)`."""

    class Group(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return [*commands, *super().list_commands(ctx)]

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            known = commands.get(cmd_name)
            if known is None:
                return super().get_command(ctx, cmd_name)
            return TyperCommand(name=cmd_name, help=known.help)

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name, command, rest = super().resolve_command(ctx, args)
            if name is not None and name in commands:
                command = loaded(name, commands[name])
            return name, command, rest

    return Group


def loaded(name: str, known: OnDemand) -> Any:
    """The command itself, its module imported."""
    module, _, attribute = known.where.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command
