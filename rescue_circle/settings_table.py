"""All settings as one table, in English or Chinese, made from their definition."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer
from pydantic.fields import FieldInfo
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rescue_circle.settings import IN_CHINESE, Settings

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What the table says beside the settings themselves."""

    variable: str
    default: str
    meaning: str
    none: str
    needed: str
    none_needed: str


_WORDS: dict[Language, _Words] = {
    "en": _Words(
        variable="variable",
        default="default",
        meaning="meaning",
        none="none",
        needed="needed",
        none_needed="none, needed",
    ),
    "zh": _Words(variable="变量", default="默认值", meaning="含义", none="无", needed="必填", none_needed="无，必填"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """default: as it is written into the environment, or "none"; needed: there is no service without it."""

    variable: str
    default: str
    needed: bool
    meaning: str


def settings_rows(language: Language = "en") -> list[SettingRow]:
    """Every setting, in the order of its definition."""
    prefix = Settings.model_config["env_prefix"]
    return [_row(f"{prefix}{name.upper()}", field, language) for name, field in Settings.model_fields.items()]


def settings_markdown(language: Language = "en") -> str:
    """The table as the README of this language has it."""
    words = _WORDS[language]
    lines = [f"| {words.variable} | {words.default} | {words.meaning} |", "|---|---|---|"]
    for row in settings_rows(language):
        default = words.none_needed if row.needed else f"`{row.default}`" if row.default else words.none
        lines.append(f"| `{row.variable}` | {default} | {row.meaning} |")
    return "\n".join(lines)


def print_settings(
    language: Annotated[Language, typer.Option("--lang", help="Of the meanings.")] = "en",
) -> None:
    """Every setting of the service: the environment variable, its default, what it means."""
    words = _WORDS[language]
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(words.variable, no_wrap=True)
    table.add_column(words.default, overflow="fold")
    table.add_column(words.meaning, overflow="fold", ratio=1)
    for row in settings_rows(language):
        none = f"[bold]{words.needed}[/bold]" if row.needed else f"[dim]{words.none}[/dim]"
        table.add_row(row.variable, escape(row.default) or none, escape(row.meaning))
    Console(highlight=False).print(table)


def _row(variable: str, field: FieldInfo, language: Language) -> SettingRow:
    return SettingRow(
        variable=variable,
        default="" if field.is_required() else _written(field.default),
        needed=field.is_required(),
        meaning=(field.description if language == "en" else _in_chinese(field)) or "",
    )


def _in_chinese(field: FieldInfo) -> str | None:
    extra = field.json_schema_extra
    found = extra.get(IN_CHINESE) if isinstance(extra, dict) else None
    return found if isinstance(found, str) else None


def _written(default: Any) -> str:
    if default is None:
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)
