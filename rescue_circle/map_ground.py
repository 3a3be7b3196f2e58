"""Makes the map that pages draw from the settings: streets, outlines of districts, or tiles from elsewhere."""

import asyncio

from dispatch.maps.map_tiles import MapSource, MapTiles
from dispatch.operations.metrics import Metrics
from geo.places.datum import Datum
from geo.streets.walk_network import WalkNetwork
from geo.tiles.district_tiles import DistrictSheet
from registry.directory import Directory
from rescue_circle.settings import Settings
from rescue_circle.settings_loading import BadSettings


async def build_maps(
    settings: Settings, network: WalkNetwork | None, directory: Directory, metrics: Metrics
) -> MapSource:
    """Raises: UnusableDistricts."""
    districts = await asyncio.to_thread(_read_outlines, settings)
    return MapSource(
        tiles=MapTiles(network, districts, metrics=metrics),
        tile_url=settings.tile_url,
        tile_datum=settings.tile_datum,
        bounds=_bounds(settings, network, directory),
    )


def _read_outlines(settings: Settings) -> DistrictSheet | None:
    if settings.districts is None:
        return None
    # Who gives no outlines does not wait for geopandas.
    from planner.districts import UnusableDistricts, read_districts  # noqa: PLC0415

    try:
        read = read_districts(settings.districts, datum=Datum.WGS84)
    except (OSError, UnusableDistricts) as error:
        raise BadSettings(f"RESCUE_DISTRICTS: {error}") from error
    return DistrictSheet.of(read.name, read.area)


def _bounds(
    settings: Settings, network: WalkNetwork | None, directory: Directory
) -> tuple[float, float, float, float] | None:
    if network is not None:
        return network.bounds
    if area := settings.area:
        return area.min_lon, area.min_lat, area.max_lon, area.max_lat
    places = [(aed.lon, aed.lat) for aed in directory.aeds_in(-180.0, -90.0, 180.0, 90.0)]
    if not places:
        return None
    lon, lat = zip(*places, strict=True)
    return min(lon), min(lat), max(lon), max(lat)
