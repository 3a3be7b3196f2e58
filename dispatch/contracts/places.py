"""Bodies of the HTTP interface for places: districts, grids and stations."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from dispatch.contracts.webhook import WireModel
from registry.editing.fields import Position, Why
from registry.places.kinds import PlaceKind

MOST_LISTED = 500
Text = Annotated[str, Field(max_length=500)]


class PlaceDescription(BaseModel):
    """What is known of a place; only what is given is set, a null leaves a field as it is, "" empties it.

    district_id: id, code or name of a registered district; "" lets where it lies say it. levels: floors, as people
    there count. phone: the station's own, no person's.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] | None = None
    district_id: Annotated[str, Field(max_length=200)] | None = None
    address: Text | None = None
    entrance: Text | None = None
    levels: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=20)] | None = None
    phone: Annotated[str, Field(max_length=64)] | None = None

    def said(self) -> dict[str, Any]:
        """The fields to set, by column."""
        told = {name: getattr(self, name) for name in PlaceDescription.model_fields}
        return {name: value for name, value in told.items() if value is not None}


class PlaceChange(PlaceDescription):
    why: Why = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.said():
            raise ValueError(f"give at least one of {', '.join(PlaceDescription.model_fields)}")
        return self


class NewPlace(Position, PlaceDescription):
    """A station that no list has; districts and grids are imported."""

    kind: Literal[PlaceKind.PRACTICE_STATION, PlaceKind.SCHOOL_STATION, PlaceKind.METRO_STATION]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    why: Why = ""


class PlaceQuery(BaseModel):
    """Which places, and how many of them after which."""

    model_config = ConfigDict(extra="ignore")

    kind: Annotated[list[PlaceKind], Field(max_length=5, description="Repeatable; default every kind.")] = []
    district: Annotated[str | None, Field(max_length=200, description="Name, code or id of the one it belongs to.")] = (
        None
    )
    text: Annotated[str, Field(max_length=200, description="Words that stand in its name or address.")] = ""
    retired: Annotated[Literal["no", "only", "any"], Field(description="Those that are there no more.")] = "no"
    cursor: Annotated[str, Field(max_length=64, description="`next` of the answer before.")] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = 100


class PlaceLine(WireModel):
    """A place of a list. lon, lat: WGS-84; of an area a point within. district_id, district: the one it belongs to, as
    somebody said it or else where it lies."""

    place_id: str
    kind: PlaceKind
    name: str
    lon: float
    lat: float
    district_id: str | None
    district: str
    address: str
    entrance: str
    levels: tuple[str, ...]
    phone: str
    source: str
    source_ref: str
    corrected: tuple[str, ...]
    retired_at: AwareDatetime | None


class PlaceView(PlaceLine):
    """area: a GeoJSON Polygon or MultiPolygon, WGS-84; null of a station."""

    area: dict[str, Any] | None


class PlaceList(WireModel):
    """By id. next: `cursor` of the request for those that follow, null at the end."""

    places: tuple[PlaceLine, ...]
    next: str | None
