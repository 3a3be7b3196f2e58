"""A running service gives its registry out: all of it to officers, to anybody what anybody may see."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest

from dispatch.access.tokens import Access
from registry.exporters.formats import MEDIA_TYPES, Format, ending_of
from registry.exporters.serving import MOST_WAITING, Exports, ExportsBusy
from registry.importers.reading.read import read_sheets
from registry.storage.database import Database
from tests.support.browser_like import Browser
from tests.support.service import Service

pytestmark = pytest.mark.both_databases
OFFICERS, PUBLIC = "/api/registry/export", "/api/public/aeds/export"


def aeds_in(answer: httpx.Response, chosen: Format, folder: Path) -> dict[str, dict[str, str]]:
    """The cells of each AED by its id."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPES[chosen]
    path = folder / f"answer{ending_of(chosen)}"
    path.write_bytes(answer.content)
    (sheet,) = read_sheets(path)
    return {row.cells["rescue_circle_id"]: dict(row.cells) for row in sheet.rows}


@pytest.mark.parametrize("chosen", [Format.GEOJSON, Format.GEOPARQUET])
def test_an_officer_gets_every_record_and_anybody_what_the_map_shows(
    standing_service: Service, tmp_path: Path, chosen: Format
) -> None:
    known = {aed["aed_id"]: aed for aed in standing_service.get("/api/aeds", Access.REGISTRY_OFFICER)["aeds"]}

    whole = standing_service.request("GET", OFFICERS, Access.REGISTRY_OFFICER, params={"format": chosen})
    anybody = Browser(standing_service.url).request("GET", PUBLIC, params={"format": chosen})

    all_of_them = aeds_in(whole, chosen, tmp_path)
    assert {aed_id: cells["source_ref"] for aed_id, cells in all_of_them.items()} == {
        aed_id: aed["source_ref"] for aed_id, aed in known.items()
    }
    assert whole.headers["cache-control"] == "no-store"
    shown = aeds_in(anybody, chosen, tmp_path)
    assert shown.keys() == known.keys()
    assert not [cells for cells in shown.values() if {"source", "source_ref", "corrected"} & cells.keys()]


def test_nobody_else_gets_every_record(standing_service: Service) -> None:
    for access in (Access.VOLUNTEER, Access.DISPATCHER, Access.SIMULATOR):
        assert standing_service.request("GET", OFFICERS, access).status_code == 403
    assert Browser(standing_service.url).request("GET", OFFICERS).status_code == 401


def test_a_format_that_is_none_is_refused(standing_service: Service) -> None:
    answer = Browser(standing_service.url).request("GET", PUBLIC, params={"format": "shapefile"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")


def test_of_one_list_only_that_one_is_given(standing_service: Service, tmp_path: Path) -> None:
    query = {"format": "csv", "source": "elsewhere"}
    answer = standing_service.request("GET", OFFICERS, Access.REGISTRY_OFFICER, params=query)
    assert answer.content.decode("utf-8-sig").count("\n") == 1


async def test_when_many_wait_the_next_is_told_to_come_again_and_those_who_leave_make_room(database_url: str) -> None:
    database = Database(database_url)
    exports = Exports(database)
    waiting = [asyncio.create_task(exports.write(Format.CSV)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)

    with pytest.raises(ExportsBusy):
        await exports.write(Format.CSV)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    with await exports.write_public(Format.CSV) as file, await exports.write_public(Format.CSV) as again:
        # Within a minute it is the same file.
        assert os.fstat(file.fileno()).st_ino == os.fstat(again.fileno()).st_ino
        assert os.fstat(file.fileno()).st_nlink == 0, "whatever ends the process leaves nothing behind"
        assert file.read(20) == again.read(20)
        assert file.read() == again.read()
    await database.close()
