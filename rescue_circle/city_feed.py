"""Wires what the city's other systems are told: the operation centre's messages, and files in a folder."""

import math
from datetime import timedelta

import numpy as np

from dispatch.callbacks.outbox import Outbox
from dispatch.centre.feed import CentreFeed, FeedMetrics
from dispatch.centre.news import FindDistrict
from dispatch.clock import Clock
from dispatch.operations.metrics import Metrics
from geo.places.datum import Datum
from registry.directory import Directory
from registry.exporters.hourly import HourlyFiles
from registry.exporters.serving import Exports
from registry.follower import Follower
from registry.storage.database import Database
from rescue_circle.settings import Settings
from rescue_circle.settings_loading import BadSettings


def build_centre(
    settings: Settings,
    *,
    database: Database,
    outbox: Outbox,
    directory: Directory,
    follower: Follower,
    clock: Clock,
    metrics: Metrics,
) -> CentreFeed | None:
    """The feed of the operation centre, told by the follower of AEDs that change; None where nobody wants it.

    Raises:
        BadSettings: the districts cannot be read.
    """
    # Shown in any case, so that a rule over them knows them.
    figures = FeedMetrics(metrics.registry)
    if settings.operation_centre_url is None:
        return None
    centre = CentreFeed(
        database=database,
        outbox=outbox,
        directory=directory,
        find_district=_district_finder(settings),
        metrics=figures,
        summary_s=settings.operation_centre_summary_s,
        now=clock.now,
    )
    follower.on_aeds = centre.note_aeds
    return centre


def build_feed_files(settings: Settings, database: Database, metrics: Metrics) -> HourlyFiles | None:
    """The files of the city's feed; None where nobody wants them."""
    files = None
    if settings.feed_folder is not None:
        kept = timedelta(hours=settings.feed_kept_hours)
        files = HourlyFiles(Exports(database), settings.feed_folder, every_s=settings.feed_every_s, kept=kept)
    _show(files, metrics)
    return files


def _show(files: HourlyFiles | None, metrics: Metrics) -> None:
    metrics.show(
        "rescue_feed_file_age_seconds",
        "Age of the newest file of the city's feed; not a number where none are wanted.",
        lambda: files.age_s if files else math.nan,
    )
    metrics.show(
        "rescue_feed_files_written", "Such files written since the start.", lambda: files.written if files else 0
    )
    metrics.show(
        "rescue_feed_files_failed",
        "Such files that could not be written since then.",
        lambda: files.failed if files else 0,
    )


def _district_finder(settings: Settings) -> FindDistrict:
    if settings.operation_centre_place == "none" or settings.districts is None:
        return lambda _lon, _lat: None
    # Who gives no outlines does not wait for geopandas.
    from planner.districts import UnusableDistricts, read_districts  # noqa: PLC0415

    try:
        districts = read_districts(settings.districts, datum=Datum.WGS84)
    except (OSError, UnusableDistricts) as error:
        raise BadSettings(f"RESCUE_DISTRICTS: {error}") from error

    def find(lon: float, lat: float) -> str | None:
        (index,) = districts.locate(np.array([lon]), np.array([lat]))
        return None if index < 0 else districts.name[index]

    return find
