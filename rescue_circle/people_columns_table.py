"""The page of all headers that are understood in a list of people, made from the table that reads them."""

from registry.importers.people.columns import CARD_COLUMNS, OTHER_DATES, RESCUER_COLUMNS

_MEANINGS = {
    "id": "the list's own id of the person",
    "name": "the whole name",
    "family_name": "the family's name, beside a given name",
    "given_name": "the given name",
    "phone": "a phone; the first mobile of the cell is taken",
    "certificate_kind": "what the certificate is",
    "certificate_number": "its number",
    "valid_from": "the day from which it holds",
    "issued": "the day on which it was issued: it holds from then on where nothing else is said",
    "valid_until": "the last day on which it holds, a span, or a length",
    "on_duty": "whether the person may be rung: yes or no",
}


def people_columns_markdown() -> str:
    """A document in Markdown. A column of `home_lon` and one of `home_lat` are understood besides."""
    parts = [
        "# Columns of lists of people",
        "Made by `make docs` from `registry/importers/people/columns.toml`. Case, accents, width, blanks, signs and "
        "notes in brackets do not matter. The first word of each line is what `--map HEADER=MEANING` takes; "
        "[rescuer-lists.md](../rescuer-lists.md) says what cells may hold.",
        *(_line(f"`{field}`, {_MEANINGS[field]}", names) for field, names in RESCUER_COLUMNS.items()),
        _line("never read, since they are of identity cards", CARD_COLUMNS),
        _line("days of other things than certificates, which are not used", OTHER_DATES),
    ]
    return "\n\n".join(parts) + "\n"


def _line(meaning: str, names: tuple[str, ...]) -> str:
    return f"- {meaning}: {', '.join(names)}"
