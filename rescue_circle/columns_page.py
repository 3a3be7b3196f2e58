"""Every column and word of an AED list that is understood, as a page made from the tables that imports read."""

from collections.abc import Iterator, Mapping, Sequence

from registry.importers.meanings.fields import DAYS_OF_WEEK, MEANINGS, UNUSED, Field
from registry.importers.meanings.profile import read_profile, shipped_profiles
from registry.importers.meanings.words import tables

_INTRO = """# Columns and words of AED lists

Made by `make docs` from the tables in `registry/importers/meanings/languages`, which are what an import reads. A column
is told by its header, in any of nine languages and whatever its case, width, accents and characters (traditional or
simplified), and by its cells: a `Location` of streets is an address, one of names a name. Headers that are not listed
are understood in part, or misspelt, where the cells agree. A file without a header line is told by its cells alone.

A column that nobody understands is named in the report. Where it looks like hours, a state, access or a date, nothing
is imported until somebody says what it is: `--map "COLUMN=meaning"` with a meaning of this page, a profile, or
`--ignore "COLUMN"`.

- `--dry-run` shows what would be taken and changed, field by field.
- `--save-profile FILE.toml` writes down what columns were taken for; `--profile FILE.toml` reads the next list with it.
- `--rejects FILE.csv` writes the rejected rows with the reason, to be corrected and imported again.

这一页列出导入时能看懂的列名和用语。看不懂的列会在报告里点名；看起来像开放时间、状态、开放范围或日期的列会中止导入，
直到用 `--map "列名=含义"`、配置文件（`--profile`）或 `--ignore "列名"` 说明为止。"""

_DAY_PARTS = ("hours", "start", "end")


def columns_markdown() -> str:
    """The whole page."""
    used = [field for field in Field if field not in UNUSED]
    unused = [field for field in Field if field in UNUSED]
    lines = [_INTRO, ""]
    lines += ["## Columns that are read", "", *_sections(used)]
    lines += ["## Columns by day", "", *_days()]
    lines += ["## Headers that need their cells", "", *_ambiguous()]
    lines += ["## Columns that are known and not used", "", *_sections(unused)]
    lines += ["## Words of the state", "", *_words("states", _STATES)]
    lines += ["## Words of access", "", *_words("access_words", _ACCESS)]
    lines += ["## Yes and no", "", *_words("yes_no", _YES_NO)]
    lines += ["## Inside and outside", "", *_words("inside", _INSIDE)]
    lines += ["## Profiles that come with the product", "", *_profiles()]
    return "\n".join(lines).rstrip() + "\n"


_STATES = {
    "in_service": "in service",
    "out_of_service": "out of service: it is not fetched",
    "missing": "gone from its place: it is not fetched",
    "in_use": "in use: it is not fetched",
}
_ACCESS = {
    "yes": "anybody may take it",
    "customers": "customers and visitors: in an emergency that is whoever comes in",
    "private": "not for strangers: it is not fetched",
    "unclear": "who may take it is not clear: it is not counted on",
}
_YES_NO = {"yes": "yes", "no": "no"}
_INSIDE = {"yes": "inside", "no": "outside"}


def _sections(fields: Sequence[Field]) -> Iterator[str]:
    for field in fields:
        english, chinese = MEANINGS[field]
        yield f"### `{field}`"
        yield ""
        yield f"{english[0].upper()}{english[1:]}. {chinese}。"
        yield ""
        yield from list(_by_language("columns", field)) or ["Told by its cells, or by its own name."]
        yield ""


def _by_language(section: str, name: str) -> Iterator[str]:
    for table in tables().values():
        if words := table[section].get(name, ()):
            yield f"- {table['name']}: {', '.join(map(_code, words))}"


def _days() -> Iterator[str]:
    yield "`mo`, `tu`, `we`, `th`, `fr`, `sa`, `su`, `weekdays`, `weekend` and `holidays`, each whole or as `mo_start`"
    yield "and `mo_end`: a day by itself, or with a word of hours, beginning or end."
    yield ""
    for day in DAYS_OF_WEEK:
        yield f"- `{day}`: " + "; ".join(
            f"{table['name']}: {', '.join(map(_code, table['days'][day]))}" for table in tables().values()
        )
    for part in _DAY_PARTS:
        yield f"- {part}: " + ", ".join(_code(word) for table in tables().values() for word in table["days"][part])
    yield ""


def _ambiguous() -> Iterator[str]:
    yield "The first meaning that the cells speak for is taken."
    yield ""
    for table in tables().values():
        yield f"- {table['name']}: " + "; ".join(
            f"{_code(word)} ({', '.join(fields)})" for word, fields in table["ambiguous"].items()
        )
    yield ""


def _words(section: str, kinds: Mapping[str, str]) -> Iterator[str]:
    for kind, what in kinds.items():
        yield f"### `{kind}`: {what}" if section in {"states", "access_words"} else f"### {what}"
        yield ""
        yield from _by_language(section, kind)
        yield ""
    if section == "states":
        yield "Any other word makes the AED's usability unknown: it is not fetched, and the report names the word with"
        yield "its count. Numbers are codes that only their publisher knows; a profile's `[states]` can say what each"
        yield "means."
        yield ""


def _profiles() -> Iterator[str]:
    for name in shipped_profiles():
        profile = read_profile(name)
        yield f"### `--profile {name}`"
        yield ""
        yield f"{profile.name}: " + ", ".join(f"{_code(header)} = {field}" for header, field in profile.columns.items())
        if profile.states:
            yield ""
            yield "States: " + ", ".join(f"{_code(word)} = {state}" for word, state in profile.states.items())
        yield ""


def _code(text: str) -> str:
    return f"`{text}`"
