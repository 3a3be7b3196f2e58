"""What a city's settings say of its operation centre and of the folder of files, and that a service keeps to it."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from dispatch.contracts.centre import CENTRE_MESSAGE
from registry.exporters.feed import read_counts
from rescue_circle.settings import Settings
from tests.support.process import running
from tests.support.receiver import CALLBACK_SECRET, receiving
from tests.support.service import WEBHOOK_SECRET, call
from tests.support.town import Town
from tests.support.waiting import eventually

SECRET = "x" * 40
URL = "https://centre.example/"


def outline(file: Path) -> Path:
    """One district, wide around the town."""
    ring = [[113.0, 34.0], [114.5, 34.0], [114.5, 35.5], [113.0, 35.5], [113.0, 34.0]]
    feature = {
        "type": "Feature",
        "properties": {"name": "中原区"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return file


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "needs a secret to sign with"),
        ({"operation_centre_secret": "whsec_c2hvcnQ="}, "24 random bytes"),
        ({"operation_centre_secret": WEBHOOK_SECRET}, "another secret"),
        ({"operation_centre_secret": CALLBACK_SECRET, "callback_secret": CALLBACK_SECRET}, "another secret"),
        ({"operation_centre_secret": CALLBACK_SECRET, "operation_centre_place": "district"}, "RESCUE_DISTRICTS"),
        ({"operation_centre_secret": CALLBACK_SECRET, "operation_centre_place": "address"}, "'none' or 'district'"),
    ],
)
def test_settings_of_the_centre_that_cannot_be_are_explained(given: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told) as refused:
        Settings(token_secret=SECRET, webhook_secret=WEBHOOK_SECRET, operation_centre_url=URL, **given)

    assert WEBHOOK_SECRET not in str(refused.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="is no folder: make it"):
        Settings(token_secret=SECRET, feed_folder=tmp_path / "nowhere")


@pytest.mark.both_databases
def test_a_service_tells_the_district_where_the_city_wants_it_and_fills_the_folder(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    with receiving(CENTRE_MESSAGE) as centre:
        settings = {
            "RESCUE_OPERATION_CENTRE_URL": centre.url,
            "RESCUE_OPERATION_CENTRE_SECRET": CALLBACK_SECRET,
            "RESCUE_OPERATION_CENTRE_PLACE": "district",
            "RESCUE_DISTRICTS": str(outline(tmp_path / "districts.geojson")),
            "RESCUE_FEED_FOLDER": str(folder),
        }
        with running(town, town_database, tmp_path / "service.log", **settings) as service:
            assert service.post_call(call()).status_code == 202
            opened = eventually(lambda: [one for one in centre.taken() if one.kind == "opened"])
            (file,) = eventually(lambda: list(folder.glob("*.parquet")))
            metrics = service.request("GET", "/metrics").text

    assert opened[0].message["data"]["district"] == "中原区"
    assert read_counts(file)["aeds"] > 0
    assert "rescue_feed_files_failed 0.0" in metrics
    assert "rescue_feed_file_age_seconds" in metrics
