"""All settings as one table, made from their definition."""

from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rescue_circle.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """default: as it is written into the environment, or "none"; needed: there is no service without it."""

    variable: str
    default: str
    needed: bool
    meaning: str


def settings_rows() -> list[SettingRow]:
    """Every setting, in the order of its definition."""
    prefix = Settings.model_config["env_prefix"]
    return [_row(f"{prefix}{name.upper()}", field) for name, field in Settings.model_fields.items()]


def settings_markdown() -> str:
    """The table as the README has it."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for row in settings_rows():
        default = "none, needed" if row.needed else f"`{row.default}`" if row.default else "none"
        lines.append(f"| `{row.variable}` | {default} | {row.meaning} |")
    return "\n".join(lines)


def print_settings() -> None:
    """Every setting of the service: the environment variable, its default, what it means."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("variable", no_wrap=True)
    table.add_column("default", overflow="fold")
    table.add_column("meaning", overflow="fold", ratio=1)
    for row in settings_rows():
        default = "[bold]needed[/bold]" if row.needed else escape(row.default) if row.default else "[dim]none[/dim]"
        table.add_row(row.variable, default, escape(row.meaning))
    Console(highlight=False).print(table)


def _row(variable: str, field: FieldInfo) -> SettingRow:
    return SettingRow(
        variable=variable,
        default="" if field.is_required() else _written(field.default),
        needed=field.is_required(),
        meaning=field.description or "",
    )


def _written(default: Any) -> str:
    if default is None:
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)
