"""Commands of `rescue-circle registry` for officers: AEDs that two lists have, those that left theirs, an own word on
one, the names of lists, and taking an import back."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from registry.doubles import Double, join, list_doubles, part
from registry.editing.taken_back import Undone
from registry.history.log import Author
from registry.importers.import_log import UndoneImport, list_imports, undo_import
from registry.importers.kinds import ImportKind
from registry.importers.known_sources import rename_source
from registry.lifecycle import let_go, list_absent, reinstate, retire
from registry.models import Aed
from registry.storage.database import Database
from registry.terminal.parts import say, who
from registry.undo.one_change import undo_one

Result = TypeVar("Result")
Work = Callable[[Database], Coroutine[Any, Any, Any]]
Run = Callable[[str | None, Work], Any]
"""Does the work on the database with this address; what a user can mend ends the command with one line."""
Decide = Callable[..., Coroutine[Any, Any, list[str]]]
"""`retire` or `reinstate`."""

MOST_SHOWN = 1_000

_out = Console()

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]
LimitOption = Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="Show so many")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides; default whoever is logged in")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason, for the history")]
AedsArgument = Annotated[list[str], typer.Argument(metavar="AED...", help="Their ids, as lists and pages show them")]
AedArgument = Annotated[str, typer.Argument(metavar="AED", help="Its id, as lists and pages show it")]


def add_commands(app: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    doubles = typer.Typer(no_args_is_help=True, help="AEDs that may be one in two lists: look, join, part.")
    app.add_typer(doubles, name="doubles")
    _add_doubles(doubles, run)
    _add_lifecycle(app, run)
    add_retiring(app, run)
    _add_imports(app, run)


def _add_doubles(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(
        *,
        decided: Annotated[bool, typer.Option("--all", help="Those that somebody has decided on, too")] = False,
        limit: LimitOption = 50,
        database: DatabaseOption = None,
    ) -> None:
        """AEDs of different lists that may be one, the surest first, and why."""

        async def work(db: Database) -> list[Double]:
            async with db.read() as connection:
                return await list_doubles(connection, open_only=not decided, limit=limit)

        _show_doubles(run(database, work))

    @app.command("join")
    def join_command(
        keep: AedArgument,
        other: Annotated[str, typer.Argument(metavar="OTHER", help="Goes on standing for the first")],
        *,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """They are one AED. Both lists keep it up to date; what the first does not say, the other does."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await join(connection, keep, other, by=who(by), at=datetime.now(UTC), why=why)

        run(database, work)
        _out.print(f"{escape(other)} is {escape(keep)} now. Whoever is under way with one of them goes on.")

    @app.command("part")
    def part_command(
        aed: AedArgument,
        other: Annotated[str, typer.Argument(metavar="OTHER")],
        *,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """They are two AEDs, also where they were joined before."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await part(connection, aed, other, by=who(by), at=datetime.now(UTC), why=why)

        run(database, work)
        _out.print(f"{escape(aed)} and {escape(other)} are two.")


def add_retiring(app: typer.Typer, run: Run) -> None:
    """Add `retire` and `reinstate`, to `registry` and to `registry aeds`."""

    @app.command("retire")
    def retire_command(
        aeds: AedsArgument, *, by: ByOption = None, why: WhyOption = "", database: DatabaseOption = None
    ) -> None:
        """Fetch AEDs no more. Their history stays; one comes back when a list that had lost it names it again."""
        say(f"{_decided(run, database, retire, aeds, _author(by, why))} retired.")

    @app.command("reinstate")
    def reinstate_command(
        aeds: AedsArgument, *, by: ByOption = None, why: WhyOption = "", database: DatabaseOption = None
    ) -> None:
        """Fetch retired AEDs again."""
        say(f"{_decided(run, database, reinstate, aeds, _author(by, why))} fetched again.")


def _decided(run: Run, database: str | None, decide: Decide, aeds: Sequence[str], author: Author) -> int:
    """How many AEDs are others by it; all of them or, where one is unknown, none."""

    async def work(db: Database) -> int:
        async with db.write() as connection:
            done = [await decide(connection, one, by=author.by, at=author.at, why=author.why) for one in aeds]
        return sum(map(bool, done))

    return int(run(database, work))


def _author(by: str | None, why: str) -> Author:
    return Author(by=who(by), at=datetime.now(UTC), why=why)


def _add_lifecycle(app: typer.Typer, run: Run) -> None:
    @app.command()
    def absent(
        source: Annotated[str | None, typer.Option(help="Of this list only")] = None,
        limit: LimitOption = 50,
        database: DatabaseOption = None,
    ) -> None:
        """AEDs that their lists do not name any more."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await list_absent(connection, source=source, limit=limit)

        for one in run(database, work):
            now = "retired" if one.retired_at else "still fetched"
            since = f"{one.absent_since:%Y-%m-%d}"
            say(f"{one.aed.aed_id}  gone from {one.aed.source} since {since}, {now}: {_what(one.aed)}")

    @app.command("let-go")
    def let_go_command(
        aed: AedArgument,
        field: Annotated[str, typer.Argument(metavar="FIELD", help="Such as state, opening_hours or position")],
        *,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """Let the list decide again what a person had set."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await let_go(connection, aed, field, by=who(by), at=datetime.now(UTC), why=why)

        run(database, work)
        _out.print(f"{escape(field)} of {escape(aed)} is what its list says.")


def _add_imports(app: typer.Typer, run: Run) -> None:
    @app.command("rename")
    def rename_command(
        old: Annotated[str, typer.Argument(metavar="LIST", help="The name that a list has")],
        new: Annotated[str, typer.Argument(metavar="NAME", help="The name that it gets")],
        *,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """Give a list another name; whoever is in it stays who they are."""

        async def work(db: Database) -> int:
            async with db.write() as connection:
                author = Author(by=who(by), at=datetime.now(UTC), why=why)
                return await rename_source(connection, old, new, author)

        _out.print(f"{run(database, work)} of {escape(old)} are of {escape(new)} now.")

    @app.command()
    def imports(limit: LimitOption = 50, database: DatabaseOption = None) -> None:
        """What was imported, the newest first."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await list_imports(connection, limit=limit)

        for one in run(database, work):
            names = ("accepted", "changed", "unchanged", "rejected", "absent")
            counts = ", ".join(f"{getattr(one, name)} {name}" for name in names)
            undone = "; taken back" if one.undone_at else "; not to be taken back any more" if one.undo_ended_at else ""
            at = f"{one.imported_at:%Y-%m-%d %H:%M} UTC"
            say(f"{one.import_id}  {at}  {one.kind} of {one.source} from {one.file}: {counts}{undone}")

    @app.command()
    def undo(
        import_id: Annotated[
            int | None, typer.Argument(metavar="[IMPORT]", help="Its number, from `registry imports`")
        ] = None,
        *,
        change: Annotated[int | None, typer.Option(help="One change, by its number from `registry history`")] = None,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """Take an import back, or with --change one change of an AED, its device or a person: what it changed becomes
        what it was. AEDs that it brought are retired, people whom it brought leave the register."""
        if (import_id is None) == (change is None):
            raise typer.BadParameter("say either the number of an import or --change with that of a change")
        author = _author(by, why)

        async def work(db: Database) -> UndoneImport:
            return await undo_import(db, import_id or 0, now=author.at, by=author.by, why=why)

        async def work_on_change(db: Database) -> Undone:
            async with db.write() as connection:
                return await undo_one(connection, db.personal_keys, change or 0, author)

        if change is not None:
            undone = run(database, work_on_change)
            _out.print(f"Change {change} is taken back by change {undone.change_id}.", highlight=False)
        else:
            _show_undone(import_id, run(database, work))


def _show_undone(import_id: int | None, done: UndoneImport) -> None:
    of_aeds = done.kind == ImportKind.AEDS
    one, many, where = ("AED", "AEDs", "retired") if of_aeds else ("person", "people", "out of the register")
    told = f"1 {one} is as before" if len(done.ids) == 1 else f"{len(done.ids)} {many} are as they were"
    brought = f"; {len(done.gone)} of them, which it had brought, {where}" if done.gone else ""
    _out.print(f"Import {import_id} is taken back: {told}{brought}.", soft_wrap=True, highlight=False)
    for sentence in done.stays:
        say(f"  {sentence}")


def _show_doubles(found: Sequence[Double]) -> None:
    for one in found:
        decided = f"; {one.decision} by {one.decided_by}" if one.decision else ""
        say(f"{one.score:.2f}  {one.first.aed_id} {one.second.aed_id}  {_why(one.evidence)}{decided}")
        for aed in (one.first, one.second):
            say(f"      {aed.source}: {_what(aed)}")


def _why(evidence: Mapping[str, Any]) -> str:
    if not evidence:
        return "nothing that the lists say"
    words = evidence["words"]
    told = [f"{evidence['metres']:.0f} m apart", "no words to compare" if words is None else f"words {words:.0%} alike"]
    told += ["the same floor"] * evidence["same_floor"] + ["one list names the other's id"] * evidence["shared_id"]
    return ", ".join(told)


def _what(aed: Aed) -> str:
    return " | ".join(part for part in (aed.name, aed.location_text, aed.floor) if part)
