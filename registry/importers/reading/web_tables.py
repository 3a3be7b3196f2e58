"""Tables of a web page: many sites give such a page out as .xls, which spreadsheets open without a word."""

from html.parser import HTMLParser

from registry.importers.files import UnreadableFile
from registry.importers.reading.delimited import sheet_of_records
from registry.importers.reading.sheet import FileFormat, Sheet

_BREAKS = frozenset({"br", "p", "div", "li"})


def sheets_of_page(text: str, *, file: str, encoding: str | None) -> list[Sheet]:
    """Every table with a header and rows; rows are counted within their table.

    Raises:
        UnreadableFile: the page has none.
    """
    page = _Page()
    page.feed(text)
    page.close()
    tables = [table for table in page.tables if len(table) > 1 and max(map(len, table)) > 1]
    if not tables:
        raise UnreadableFile(f"{file} is a web page without a table: download the list itself")
    return [
        sheet_of_records(
            [(row, cells) for row, cells in enumerate(table, start=1) if any(cells)],
            file=file,
            table=f"table {number}" if len(tables) > 1 else "",
            file_format=FileFormat.SPREADSHEET,
            unit="row",
            encoding=encoding,
        )
        for number, table in enumerate(tables, start=1)
    ]


class _Page(HTMLParser):
    """Collects cells' texts. tables: rows of cells; a table within a cell is one of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, row or cell begins; closing tags are optional in pages."""
        if tag == "table":
            self._open.append([])
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._open[-1].append([])
            self._in_cell = False
        elif tag in {"td", "th"} and self._open and self._open[-1]:
            self._open[-1][-1].append("")
            self._in_cell = True
        elif tag in _BREAKS:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        """A table or cell ends."""
        if tag == "table" and self._open:
            self._open.pop()
        if tag in {"td", "th", "table"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        """Text, which counts within cells."""
        if self._in_cell and self._open and self._open[-1] and self._open[-1][-1]:
            self._open[-1][-1][-1] = (self._open[-1][-1][-1] + data).lstrip()
