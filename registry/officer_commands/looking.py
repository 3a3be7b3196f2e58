"""`rescue-circle registry aeds list`, `show`, and `registry history`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import numpy as np
import typer
from rich.console import Console

from registry.cabinet_commands import DatabaseOption, LimitOption, Run
from registry.eligibility import Answer, is_usable
from registry.history.log import Recorded, list_changes, load_undoing
from registry.importers.positions.area import parse_box
from registry.lifecycle import get_file, rows_of_cabinet
from registry.listing.changed import load_changed_since
from registry.listing.districts import within
from registry.listing.pages import Page, Wanted, page_of
from registry.models import Aed, AedState
from registry.places.districts import get_district
from registry.records import Records
from registry.repository import load_aeds
from registry.storage.database import Database
from registry.terminal.parts import say

_out = Console()


def add_looking(app: typer.Typer, run: Run) -> None:
    """Add `list` and `show` to `registry aeds`."""
    _add_list(app, run)
    _add_show(app, run)


def add_history(app: typer.Typer, run: Run) -> None:
    """Add `history` to `registry`."""

    @app.command("history")
    def history_command(
        aed: Annotated[str | None, typer.Argument(metavar="[AED]", help="Of this AED only")] = None,
        *,
        by: Annotated[str | None, typer.Option(help="By this account or user only")] = None,
        kind: Annotated[str | None, typer.Option(help="Such as aed, import or list")] = None,
        before: Annotated[int | None, typer.Option(metavar="CHANGE", help="Older ones than this number")] = None,
        limit: LimitOption = 50,
        database: DatabaseOption = None,
    ) -> None:
        """Who changed what in the registry, when and why, the newest first."""

        async def work(db: Database) -> tuple[list[Recorded], dict[int, int]]:
            async with db.read() as connection:
                ids = None if aed is None else [row.aed_id for row in await rows_of_cabinet(connection, aed)]
                asked = "aed" if aed is not None else kind
                found = await list_changes(
                    connection, kind=asked, subject_ids=ids, by=by, before_id=before, limit=limit
                )
                return found, await load_undoing(connection, [one.change_id for one in found])

        found, undoing = run(database, work)
        for one in found:
            _show_change(one, undoing.get(one.change_id))


def _add_list(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(
        *,
        box: Annotated[str | None, typer.Option(metavar="W,S,E,N", help="Within these degrees of WGS-84")] = None,
        district: Annotated[str | None, typer.Option(help="Within this one: its name, code or id")] = None,
        state: Annotated[AedState | None, typer.Option(help="Of the device itself")] = None,
        source: Annotated[str | None, typer.Option(help="Of this list")] = None,
        usable: Annotated[Answer | None, typer.Option(help="Whether it can be taken at the time")] = None,
        at: Annotated[datetime | None, typer.Option(help="UTC instant; default now")] = None,
        text: Annotated[str, typer.Option(help="Words that stand in its name, place or ids")] = "",
        retired: Annotated[
            Literal["no", "only", "any"], typer.Option(help="Those that nobody fetches any more")
        ] = "no",
        changed_since: Annotated[datetime | None, typer.Option(help="UTC instant")] = None,
        after: Annotated[str, typer.Option(metavar="AED", help="Go on behind this one")] = "",
        limit: LimitOption = 50,
        database: DatabaseOption = None,
    ) -> None:
        """AEDs by id, and whether each can be taken at a time."""
        instant = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
        since = changed_since.replace(tzinfo=UTC) if changed_since else None

        async def work(db: Database) -> Page:
            async with db.read() as connection:
                records = Records(await load_aeds(connection))
                changed = None if since is None else await load_changed_since(connection, since)
                wanted_in = None if district is None else await get_district(connection, district)
            found = within(wanted_in, _within(box, _standing_or_not(records, retired)))
            wanted = Wanted(state=state, source=source, usable=usable, text=text, changed=changed)
            return await page_of(found, wanted, at=instant, after=after, limit=limit)

        page = run(database, work)
        for aed in page.aeds:
            say(_line(aed, instant))
        if page.next_after is not None:
            say(f"there are more: --after {page.next_after}")


def _add_show(app: typer.Typer, run: Run) -> None:
    @app.command("show")
    def show_command(
        aed: Annotated[str, typer.Argument(metavar="AED", help="Its id, as lists and pages show it")],
        database: DatabaseOption = None,
    ) -> None:
        """All that is known of an AED, and of each field which list, or who, it comes from."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await get_file(connection, aed)

        file = run(database, work)
        say(_line(file.aed, datetime.now(UTC)))
        for name, told in file.fields.items():
            value, at = getattr(file.aed, name), f", {told.at:%Y-%m-%d}" if told.at else ""
            say(f"  {name}: {'' if value is None else value}  ({told.by or told.source}{at})")
        for one in file.records:
            retired = f", retired by {one.retired_by}" if one.retired_at else ""
            say(f"  record {one.aed.aed_id} of {one.aed.source}{retired}")


def _standing_or_not(records: Records, retired: str) -> list[Aed]:
    return [*(records.standing() if retired != "only" else ()), *(records.retired() if retired != "no" else ())]


def _within(box: str | None, found: list[Aed]) -> list[Aed]:
    if box is None or not found:
        return found
    inside = parse_box(box).holds(*np.array([(aed.lon, aed.lat) for aed in found], np.float64).T)
    return [aed for aed, is_inside in zip(found, inside.tolist(), strict=True) if is_inside]


def _line(aed: Aed, at: datetime) -> str:
    verdict = is_usable(aed, at)
    words = " | ".join(part for part in (aed.name, aed.location_text, aed.floor) if part)
    place = f"{aed.lat:.6f}, {aed.lon:.6f}"
    return f"{aed.aed_id}  {verdict.answer} ({verdict.reason})  {aed.state}  {place}  {aed.source}: {words}"


def _show_change(one: Recorded, undone_by: int | None) -> None:
    change, author = one.change, one.author
    told = [f" (takes back {one.undoes})"] * (one.undoes is not None) + [f" (taken back by {undone_by})"] * bool(
        undone_by
    )
    why = f': "{author.why}"' if author.why else ""
    at = f"{author.at:%Y-%m-%d %H:%M} UTC"
    say(
        f"{one.change_id}  {at}  {author.by or 'unknown'} {change.action} {change.kind} {change.subject_id}"
        f"{why}{''.join(told)}"
    )
    before, after = change.before or {}, change.after or {}
    for name in sorted({*before, *after}):
        say(f"      {name}: {_value(before, name)} -> {_value(after, name)}")


def _value(side: Mapping[str, Any], name: str) -> str:
    return "-" if name not in side else "unknown" if side[name] is None else str(side[name])
