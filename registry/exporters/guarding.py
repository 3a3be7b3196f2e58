"""Texts in cells that neither a spreadsheet nor a reader of cells changes, and that come back as they were.

A cell that begins like a formula is one to Excel, however it is quoted in the file, and blanks at an end are cut off by
whoever reads cells. Such a text stands between single quotation marks, which no spreadsheet takes for anything.
"""

import re
from functools import lru_cache

# Excel takes the wide letters of East Asian keyboards for the narrow ones.
_FORMULA = tuple("=+-@＝＋－＠")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
# Neither XML nor a line of text holds all of these.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_INSIDE = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_ESCAPE = re.compile(r"\\(\\|u[0-9a-f]{4})")
MOST_LINES = 50
"""A reader that meets more lines in one cell takes a quotation mark for one that was not closed."""


# Hours, states and zones stand in thousands of rows.
@lru_cache(maxsize=16_384)
def guarded(text: str, *, formulas: bool) -> str:
    """The text as a cell; as it is wherever that comes back unchanged and, with `formulas`, is no formula."""
    if text.isalnum():
        return text
    is_formula = formulas and text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    is_quoted = len(text) > 1 and text.startswith("'") and text.endswith("'")
    is_long = text.count("\n") > MOST_LINES
    if is_formula or is_quoted or is_long or text != text.strip() or _UNSEEN.search(text):
        return f"'{_INSIDE.sub(_escaped, text)}'"
    return text


def unguarded(cell: str) -> str:
    """The text that a cell was made of."""
    if len(cell) > 1 and cell.startswith("'") and cell.endswith("'"):
        return _ESCAPE.sub(_read, cell[1:-1])
    return cell


def _escaped(match: re.Match[str]) -> str:
    return "\\\\" if match[0] == "\\" else f"\\u{ord(match[0]):04x}"


def _read(match: re.Match[str]) -> str:
    return "\\" if match[1] == "\\" else chr(int(match[1][1:], 16))
