"""Columns of lists that nobody here has seen before, in nine languages."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from registry.importers.meanings.understanding import Meanings, understand

LISTS = tomllib.loads((Path("tests") / "data" / "invented_aed_lists.toml").read_text(encoding="utf-8"))["list"]


@pytest.mark.parametrize("invented", LISTS, ids=lambda invented: invented["name"])
def test_each_column_is_taken_for_what_a_careful_person_takes_it_for(invented: dict[str, Any]) -> None:
    columns = invented["columns"]
    rows = [{column["header"]: column["cells"][number] for column in columns} for number in range(3)]
    headers = [column["header"] for column in columns]
    understanding = understand(headers, rows, Meanings(waves_through=True), file=invented["name"])
    found = {column.header: column.field for column in understanding.columns}
    assert found == {column["header"]: column["means"] for column in columns}
