"""Rejected rows as a list that can be corrected and imported again: every original cell, and why it was not taken."""

import csv
from collections.abc import Sequence
from pathlib import Path

from registry.importers.files import ImportRefused
from registry.importers.meanings.fields import Field
from registry.importers.meanings.understanding import Understanding
from registry.importers.report import Remark
from registry.storage.private_file import ONLY_OURS


def write_rejects(path: Path, rejected: Sequence[Remark], tables: Sequence[Understanding]) -> int:
    """Write the rows as CSV (UTF-8 that a spreadsheet recognises), for the file's owner alone, since they may be of
    people; how many. None are written, and no file, where there are none.

    The column of reasons is known and left out when the file is imported again. Columns of a file without a header get
    what they mean as their header.

    Raises:
        ImportRefused: the file cannot be written.
    """
    rows = [remark for remark in rejected if remark.row]
    if not rows:
        return 0
    headers = list(dict.fromkeys(header for remark in rows for header in remark.row))
    names = _names(headers, tables)
    try:
        path.touch(mode=ONLY_OURS)
        # One that was there may be open to others.
        path.chmod(ONLY_OURS)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*(names[header] for header in headers), Field.REJECTED_BECAUSE])
            for remark in rows:
                writer.writerow([*(remark.row.get(header, "") for header in headers), f"{remark.where}: {remark.text}"])
    except OSError as error:
        raise ImportRefused(f"cannot write the rejected rows to {path}: {error.strerror}") from error
    return len(rows)


def _names(headers: Sequence[str], tables: Sequence[Understanding]) -> dict[str, str]:
    means = {column.header: column.field for table in tables if not table.has_header for column in table.columns}
    names: dict[str, str] = {}
    for header in headers:
        name = means.get(header) or header
        # A meaning may have several columns; the same header with a line below it means the same.
        while name in names.values():
            name += "_"
        names[header] = name
    return names
