"""`rescue-circle registry hours`: how a table of hours is understood, row by row."""

from pathlib import Path
from typing import Annotated

import typer

from registry.hours.table import BadHoursTable, checked_table


def hours_command(
    file: Annotated[Path, typer.Argument(help="CSV with the columns language and text, or days, start, end, note")],
    *,
    out: Annotated[Path | None, typer.Option("--out", help="Write the table there; default the terminal")] = None,
    encoding: Annotated[str, typer.Option(help="Text encoding, such as gb18030")] = "utf-8",
) -> None:
    """Say how opening hours are understood: the same rows with OSM's syntax, when they are open, and what is not known.

    Four times are told as Y, N or ?: Tuesday 2024-05-14 at 11:00 and 03:00, Sunday 2024-05-12 and 1 January 2024 at
    11:00, in the zone of the row's language and place.
    """
    written = checked_table(_text_of(file, encoding), file.name)
    if out is None:
        typer.echo(written, nl=False)
    else:
        out.write_text(written, encoding="utf-8")


def _text_of(file: Path, encoding: str) -> str:
    try:
        return file.read_text(encoding=encoding)
    except UnicodeDecodeError as error:
        raise BadHoursTable(f"{file.name} is not {encoding} text: say --encoding, such as gb18030 or cp1252") from error
    except LookupError as error:
        raise BadHoursTable(f"{encoding!r} is no text encoding, such as utf-8 or gb18030") from error
