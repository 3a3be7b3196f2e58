"""What an officer may say of an AED, checked as a list's words are: what is not understood is refused, not kept."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from geo.places.datum import Datum, parse_datum
from registry.eligibility import checked_opening_hours, get_time_zone
from registry.importers.meanings.fields import Field as Meaning
from registry.importers.meanings.states import Said, access_of
from registry.models import AedState
from registry.storage.words import storable

Degrees = Annotated[float, Field(allow_inf_nan=False)]
Why = Annotated[str, Field(max_length=500, description="The reason, for the history.")]


class Position(BaseModel):
    """Where an AED hangs, longitude first. datum: wgs84, gcj02 (Amap, Tencent) or bd09 (Baidu)."""

    model_config = ConfigDict(extra="forbid")

    lon: Degrees
    lat: Degrees
    datum: Annotated[str, Field(max_length=32)] = Datum.WGS84.value

    @field_validator("datum")
    @classmethod
    def _known(cls, text: str) -> str:
        return parse_datum(text).value


class Description(BaseModel):
    """What is known of an AED; only what is given is set, a null leaves a field as it is.

    floor: as people there count, a bare number too. access: OSM's word, or one of those that lists use. opening_hours:
    OSM's syntax or words, "" where they are not known. time_zone: IANA name.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=500)] | None = None
    location_text: Annotated[str, Field(max_length=2000)] | None = None
    floor: Annotated[str, Field(max_length=60)] | None = None
    indoor: bool | Literal["unknown"] | None = None
    access: Annotated[str, Field(max_length=64)] | None = None
    opening_hours: Annotated[str, Field(max_length=2000)] | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    state: AedState | None = None

    @field_validator("name", "location_text", "floor")
    @classmethod
    def _plain(cls, text: str | None) -> str | None:
        return None if text is None else storable(text.strip())

    @field_validator("access")
    @classmethod
    def _meant(cls, text: str | None) -> str | None:
        if text is None or not text.strip():
            return None if text is None else ""
        word, unclear = access_of(Said(cells={Meaning.ACCESS: (text.strip(),)}))
        if unclear:
            raise ValueError(
                f"{text!r} is not understood: say yes, customers, permit, private or no, as OSM's access does"
            )
        return word

    @field_validator("opening_hours")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text is None or not text.strip():
            return None if text is None else ""
        return checked_opening_hours(text)

    @field_validator("time_zone")
    @classmethod
    def _real(cls, text: str | None) -> str | None:
        return None if text is None else get_time_zone(text).key

    def said(self) -> dict[str, Any]:
        """The fields to set, by column."""
        told = {name: getattr(self, name) for name in Description.model_fields}
        known = {name: value for name, value in told.items() if value is not None}
        return known | ({"indoor": None} if self.indoor == "unknown" else {})


class Correction(Description):
    """What a registry officer found on the spot; only the fields that are given change."""

    why: Why = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.said():
            raise ValueError(f"give at least one of {', '.join(Description.model_fields)}")
        return self


class Move(Position):
    """Where an AED hangs now."""

    why: Why = ""


class NewAed(Position, Description):
    """An AED that no list has. A name or a place in words is needed, or nobody finds it."""

    why: Why = ""

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not (self.name or self.location_text):
            raise ValueError("give a name or a location_text: whoever fetches it must find it")
        return self
