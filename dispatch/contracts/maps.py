"""What a page is told of the map it draws."""

from typing import Literal

from dispatch.contracts.webhook import WireModel


class MapView(WireModel):
    """tiles: a URL template with {z}, {x} and {y}; `vector` ones are this service's own, `raster` ones are pictures.

    bounds: west, south, east, north, WGS-84; null where nothing is known of the city. datum: of the tiles; on `gcj02`
    a page shifts what it draws above them. districts: whether the vector tiles have the layers `districts` and
    `district_names` beside `streets`.
    """

    kind: Literal["vector", "raster"]
    tiles: str | None
    min_zoom: int
    max_zoom: int
    datum: Literal["wgs84", "gcj02"]
    bounds: tuple[float, float, float, float] | None
    center: tuple[float, float] | None
    attribution: str
    districts: bool
