"""`rescue-circle integrations`: who may send calls, and what a sample in a dialect would be understood as."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dispatch.access.integrations import Integration
from dispatch.access.secrets import split_secrets
from dispatch.contracts.webhook import WebhookAnswer
from dispatch.core.policy import Policy
from dispatch.dialects.dialect import Dialect, product_dialects, read_dialect
from dispatch.dialects.translation import Translated
from dispatch.dialects.trees import Tree
from dispatch.incidents.intake import Understood, understand_translated
from rescue_circle.integrations_file import Configured, get_configured
from rescue_circle.settings import Settings
from rescue_circle.settings_checks import parse_area

NOT_UNDERSTOOD = 1
MOST_SHOWN = 200
"""Characters of a value that a sample holds."""

app = typer.Typer(
    no_args_is_help=True,
    help="120 systems and their dialects: who may call, and what a sample would be understood as.",
)
_out = Console(soft_wrap=True, highlight=False)

DialectArgument = Annotated[
    str,
    typer.Argument(help="A dialect's TOML file, or the name of one that comes with the product.", show_default=False),
]


@app.command("list")
def list_command(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, without secrets.")] = False
) -> None:
    """Every 120 system that may send calls, and the dialects that come with the product."""
    rows = [_row(one) for one in _configured().integrations]
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("name", "posts to", "dialect", "proves itself by", "called back at", "messages a minute"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(value)) if value is not None else "-" for value in row.values()))
    _out.print(table)
    _out.print(f"dialects that come with the product: {', '.join(product_dialects())}")


@app.command("check")
def check_command(
    dialects: Annotated[
        list[str] | None,
        typer.Argument(help="Dialects to check; without any the file of RESCUE_INTEGRATIONS and all it names."),
    ] = None,
) -> None:
    """Look for mistakes before a start does; each is told with its file, table and field, and what to write there."""
    if dialects:
        for where in dialects:
            read_dialect(where)
            _out.print(f"{escape(where)}: can be used")
        return
    for integration in _configured().integrations:
        row = _row(integration)
        spoken = f"dialect {row['dialect']}, " if row["dialect"] else ""
        _out.print(f"{escape(integration.name)}: {escape(spoken)}{escape(str(row['proof']))}: can be used")


@app.command("try")
def try_command(
    dialect: DialectArgument,
    sample: Annotated[Path, typer.Argument(help="A message as the 120 system sends it.", exists=True, dir_okay=False)],
    *,
    area: Annotated[
        str,
        typer.Option(
            envvar="RESCUE_SERVICE_AREA", help="min_lon,min_lat,max_lon,max_lat; without it anywhere will do."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The same as one JSON object.")] = False,
) -> None:
    """Show field by field what would be understood, and what would be answered; nobody is rung and nothing is kept.

    Ends with 1 where a dispatcher would have to look.
    """
    spoken, body, now = read_dialect(dialect), sample.read_bytes(), datetime.now(UTC)
    translated, tree = spoken.read(body, received_at=now)
    understood = understand_translated(translated, area=parse_area(area) if area else None, received_at=now)
    answer = _answer(spoken, translated, understood, tree)
    if as_json:
        typer.echo(json.dumps(_as_object(translated, understood, answer), ensure_ascii=False, indent=2))
    else:
        _show(translated, understood, answer)
    if understood.attention and not translated.ignored:
        raise typer.Exit(NOT_UNDERSTOOD)


def _configured() -> Configured:
    """From the few variables that matter here: the others need not be set where a dialect is written."""
    told = os.environ.get
    file = told("RESCUE_INTEGRATIONS")
    proxies = told("RESCUE_TRUSTED_PROXIES") or str(Settings.model_fields["trusted_proxies"].default)
    secrets = split_secrets(told("RESCUE_WEBHOOK_SECRET", ""))
    return get_configured(Path(file) if file else None, secrets, trusted_proxies=proxies)


def _row(one: Integration) -> dict[str, Any]:
    return {
        "name": one.name,
        "posts_to": f"/webhooks/{one.name}",
        "dialect": one.dialect,
        "proof": one.proof.in_words if one.proof else "Standard Webhooks",
        "callback_url": one.callback_url,
        "messages_per_minute": one.messages_per_minute,
    }


def _answer(dialect: Dialect, translated: Translated, understood: Understood, tree: Tree) -> str:
    code = "ignored" if translated.ignored else "needs_attention" if understood.attention else "accepted"
    ours = WebhookAnswer(
        code=code,
        message_id=dialect.find_message_id({}, translated) or "MESSAGE_ID",
        incident_id=None if translated.ignored else "INCIDENT_ID",
        attention=understood.attention,
        detail=translated.ignored or understood.detail,
    )
    if dialect.answer is None:
        return f"202 {ours.model_dump_json()}"
    return f"{dialect.answer.status} {dialect.answer.render(ours.model_dump(mode='json'), tree).decode()}"


def _show(translated: Translated, understood: Understood, answer: str) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("field", "expression", "finds", "understood as"):
        table.add_column(title, overflow="fold")
    for one in translated.readings:
        meant = f"[red]{escape(one.problem)}[/red]" if one.problem else escape(_shown(one.meant))
        table.add_row(one.name, escape(one.expression), escape(_shown(one.found)), meant)
    _out.print(table)
    for name, value in _summary(translated, understood):
        _out.print(f"{name}: {escape(_shown(value))}")
    for name, value in understood.more.items():
        _out.print(f"beside, shown at the desk: {escape(name)} = {escape(_shown(value))}")
    if translated.ignored:
        _out.print(f"[yellow]ignored:[/yellow] {escape(translated.ignored)}")
    elif understood.attention:
        _out.print(f"[red]a dispatcher would have to look:[/red] {understood.attention}: {escape(understood.detail)}")
    else:
        _out.print("[green]understood[/green]")
    if _is_old(understood):
        _out.print("[yellow]told so long ago that it would ring nobody by itself (old_call)[/yellow]")
    _out.print(f"answer: {escape(answer)}")


def _summary(translated: Translated, understood: Understood) -> Iterator[tuple[str, Any]]:
    details = understood.details
    yield "event", understood.type and str(understood.type)
    yield "reference", understood.cad_ref
    yield "told at", understood.reported_at.isoformat()
    yield "ambulance there at", understood.ambulance_eta_at and understood.ambulance_eta_at.isoformat()
    yield "place (WGS-84)", f"{details.place.lon:.6f}, {details.place.lat:.6f}" if details else None
    yield "accuracy, m", details.accuracy_m if details else None
    for name, said in (understood.words or {}).items():
        yield name, said or "(taken back)"
    yield "message id", translated.message_id


def _is_old(understood: Understood) -> bool:
    """A sample mostly is; the same message sent now would not be."""
    return datetime.now(UTC) - understood.reported_at > timedelta(seconds=Policy().open_limit_s)


def _as_object(translated: Translated, understood: Understood, answer: str) -> Mapping[str, Any]:
    return {
        "fields": [
            {
                "field": one.name,
                "expression": one.expression,
                "finds": one.found,
                "understood_as": None if one.meant is None else _shown(one.meant),
                "problem": one.problem,
            }
            for one in translated.readings
        ],
        "understood": dict(_summary(translated, understood)),
        "beside": understood.more,
        "ignored": translated.ignored,
        "attention": understood.attention,
        "detail": understood.detail,
        "is_old": _is_old(understood),
        "answer": answer,
    }


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if value == "":
        return '""'
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


@app.callback()
def integrations() -> None:
    """120 systems and their dialects: who may call, and what a sample would be understood as."""
