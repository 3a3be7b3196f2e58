"""An import's report on a terminal: what columns mean, each warning once with its count, what would change."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from registry.importers.kinds import ImportKind
from registry.importers.known_sources import UNNAMED
from registry.importers.meanings.guess import Column
from registry.importers.meanings.understanding import Understanding
from registry.importers.report import Group, ImportReport, grouped

# What a terminal shows; the report file has them all.
SHOWN_GROUPS, SHOWN_PLACES, SHOWN_IDS = 20, 3, 5
# Below this a meaning is worth a look.
SURE = 0.75
_DOUBLES = "`registry doubles list` shows why"


def show_report(out: Console, report: ImportReport, report_file: Path | None) -> None:
    """Print the report; `report_file`: where the whole of it was written."""
    for table in report.tables:
        _show_columns(out, table)
    out.print(_counts(report))
    for note in report.notes:
        out.print(f"  {escape(note)}", soft_wrap=True)
    where = f"in {report_file}" if report_file else "with --report FILE.json"
    _show_groups(out, "rejected", grouped(report.rejected), where)
    _show_groups(out, "taken, but look at", grouped(report.warnings), where)
    _show_differences(out, report)
    if report.accepted + report.changed and not report.dry_run:
        out.print("A service that is running on this database takes them in within a second.")
    for sentence in _sentences(report):
        out.print(sentence, soft_wrap=True)


def _sentences(report: ImportReport) -> Iterator[str]:
    """What to do next."""
    if report.absent:
        yield f"{len(report.absent)} known from this source before are not in the file; {_of_absent(report)}."
    if report.doubles:
        pairs = "1 pair" if report.doubles == 1 else f"{report.doubles} pairs"
        then = "once it is imported, `registry doubles list` shows why" if report.dry_run else _DOUBLES
        yield f"{pairs} may be one AED in two lists: {then}."
    if report.source == UNNAMED:
        yield "The list has no name yet: import it with --source NAME, and it has that one from then on."
    if report.import_id is not None:
        yield f"This is import {report.import_id}; `registry undo {report.import_id}` takes it back."


def _of_absent(report: ImportReport) -> str:
    """What becomes of them."""
    if report.kind == ImportKind.RESCUERS:
        stay = "nothing would change for them" if report.dry_run else "nothing has changed for them"
        return f"{stay}: pause or erase one by one who is not with you any more"
    if report.dry_run:
        return "they would not be fetched any more" if report.retired else "they would go on being fetched"
    return "they are not fetched any more" if report.retired else "`registry absent` lists them"


def _counts(report: ImportReport) -> Table:
    would = "would be " if report.dry_run else ""
    table = Table(title=f"{report.kind} of {escape(report.file)}, source {escape(report.source)}", title_justify="left")
    for column in (f"{would}accepted", f"{would}changed", "unchanged", "rejected", "warnings"):
        table.add_column(column, justify="right")
    counts = (report.accepted, report.changed, report.unchanged, len(report.rejected), len(report.warnings))
    table.add_row(*map(str, counts))
    return table


def _show_columns(out: Console, table: Understanding) -> None:
    for title, told in _told_columns(table):
        if told:
            out.print(f"{title}: {', '.join(told)}", soft_wrap=True, highlight=False)


def _told_columns(table: Understanding) -> Iterator[tuple[str, list[str]]]:
    used = [column for column in table.columns if column.field and not column.is_unused]
    yield "columns read", [_as_read(column) for column in used]
    yield "known, not used", [escape(column.header) for column in table.unused]
    unread = [column for column in table.not_understood if column.cells.filled]
    yield "[bold yellow]not understood, left out[/]", [_with_example(column) for column in unread]
    yield "not understood, empty", [escape(column.header) for column in table.not_understood if column not in unread]


def _as_read(column: Column) -> str:
    doubt = f" [yellow]({column.confidence:.0%} sure)[/]" if column.confidence < SURE else ""
    return f"{escape(column.header)} = {column.field}{doubt}"


def _with_example(column: Column) -> str:
    example = next(iter(column.cells.examples), "")
    return f"{escape(column.header)} [dim](such as {escape(repr(example[:40]))})[/]"


def _show_groups(out: Console, title: str, groups: Sequence[Group], where: str) -> None:
    if not groups:
        return
    out.print(f"{title}:")
    for group in groups[:SHOWN_GROUPS]:
        places = ", ".join(map(escape, group.where[:SHOWN_PLACES])) + (" ..." if group.count > SHOWN_PLACES else "")
        times = f"{group.count} times, " if group.count > 1 else ""
        out.print(f"  {times}{places}: {escape(group.text)} [dim]({group.reason})[/]", soft_wrap=True)
    if len(groups) > SHOWN_GROUPS:
        out.print(f"  ... and {len(groups) - SHOWN_GROUPS} more, {escape(where)}")


def _show_differences(out: Console, report: ImportReport) -> None:
    if report.differences:
        out.print("would change:" if report.dry_run else "changed:")
    for name, difference in report.differences.items():
        out.print(f"  {name} of {difference.count}, such as")
        for aed, before, after in difference.examples:
            told = f"{escape(aed)}: {escape(before) or '(nothing)'} -> {escape(after) or '(nothing)'}"
            out.print(f"    {told}", soft_wrap=True, highlight=False)
    for title, ids in (("new", report.new), ("absent", report.absent if report.dry_run else [])):
        if ids:
            more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
            out.print(f"{title}: {escape(', '.join(ids[:SHOWN_IDS]))}{more}", soft_wrap=True, highlight=False)
