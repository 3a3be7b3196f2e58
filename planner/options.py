"""The options that the planners' commands share, and what of the city they name, read."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

import typer

from geo.places.datum import Datum, UnknownDatum, parse_datum
from planner.city import City
from planner.command_frame import (
    StageProgress,
    load_network,
    load_outlines,
    place_demand,
    title_of,
)
from planner.helpers import Helpers, Standing, get_aeds, get_rescuers, naming_datum
from planner.siting_places import Places, Stations, read_places, read_stations, spread_places


def datum_option(text: str) -> Any:
    """The option that names a datum, by any of its names."""
    return typer.Option(parser=_datum, metavar="wgs84|gcj02|bd09", help=text)


def _datum(text: str) -> Datum:
    try:
        return parse_datum(text)
    except UnknownDatum as error:
        raise typer.BadParameter(str(error)) from error


Output = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the results.")]
Network = Annotated[
    Path | None, typer.Option(metavar="CITY.net", help="Streets; without them straight lines x detour factor.")
]
DemandFile = Annotated[
    str,
    typer.Option(
        metavar="FILE|network", help="CSV or layer of points or calls, CSV of residents by district, or the streets."
    ),
]
DistrictsFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Outlines, as GeoJSON or the like.")]
Minutes = Annotated[float, typer.Option(min=0.1, max=120.0, help="For the fetch, there and back.")]
WalkSpeed = Annotated[float, typer.Option(min=0.1, max=15.0, help="Walking speed.")]
Title = Annotated[str | None, typer.Option(help="Of the report; the network's or the districts' name without.")]
OpensIn = Annotated[str, typer.Option(help="The report opens in it: zh or en.")]
AedDatum = Annotated[Datum | None, datum_option("Of --aeds, where the file does not say.")]
DemandDatum = Annotated[Datum | None, datum_option("Of --demand, where the file does not say.")]
DistrictsDatum = Annotated[
    Datum | None, datum_option("Of --districts, where it is not WGS-84 or the file does not say.")
]
DemandLayer = Annotated[str | None, typer.Option(metavar="NAME", help="Of --demand, where it holds several.")]
DistrictsLayer = Annotated[str | None, typer.Option(metavar="NAME", help="Of --districts, where it holds several.")]
RescuerDatum = Annotated[Datum | None, datum_option("Of --rescuers, where the file does not say.")]
WeightColumn = Annotated[
    str | None, typer.Option(help="Of --demand; found by its name without; `none` counts each row once.")
]
UnitColumn = Annotated[
    str | None, typer.Option(help="Of --demand: the districts' names or codes; found by its name without.")
]
DistrictName = Annotated[str | None, typer.Option(help="Column of names in --districts.")]
Region = Annotated[str, typer.Option(help="Country of phone numbers in --rescuers.")]
Encoding = Annotated[str, typer.Option(help="Text encoding of the files, such as gb18030.")]
DatabaseUrl = Annotated[str | None, typer.Option(metavar="URL", help="Of the registry. Default: RESCUE_DATABASE_URL.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Some of a command's options, in fields of the same names."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Those of all options, by name, that belong in here."""
        return cls(**{item.name: given[item.name] for item in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class CityFiles(Options):
    """What the options name of the city."""

    title: str | None
    network: Path | None
    demand: str
    demand_datum: Datum | None
    demand_layer: str | None
    weight_column: str | None
    unit_column: str | None
    districts: Path | None
    districts_datum: Datum | None
    districts_layer: str | None
    district_name: str | None
    encoding: str

    def read(self) -> City:
        """Raises: what `load_network`, `load_outlines` and `place_demand` raise."""
        network = load_network(self.network)
        districts = load_outlines(
            self.districts,
            name_column=self.district_name,
            datum=self.districts_datum,
            layer=self.districts_layer,
            encoding=self.encoding,
        )
        placed = place_demand(
            self.demand,
            network,
            districts,
            datum=self.demand_datum,
            weight_column=self.weight_column,
            unit_column=self.unit_column,
            layer=self.demand_layer,
            encoding=self.encoding,
        )
        title = title_of(self.title, network, self.districts, self.demand)
        return City(title=title, network=network, placed=placed, districts=districts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFiles(Options):
    """Where something could be put, and where rescuers are trained."""

    candidates: Path | None
    candidate_datum: Datum | None
    candidate_layer: str | None
    stations: Path | None
    station_datum: Datum | None
    station_layer: str | None
    encoding: str

    def read_candidates(self, city: City) -> Places:
        """Along the streets where no file is named. Raises: UnusablePlaces, ImportRefused."""
        if self.candidates is None:
            return spread_places(city.placed, city.network)
        with naming_datum("--candidate-datum"):
            return read_places(
                self.candidates,
                city.network,
                datum=self.candidate_datum,
                encoding=self.encoding,
                layer=self.candidate_layer,
            )

    def find_stations(self, city: City) -> Stations | None:
        """None where no file is named. Raises: UnusablePlaces, ImportRefused."""
        if self.stations is None:
            return None
        with naming_datum("--station-datum"):
            return read_stations(
                self.stations,
                datum=self.station_datum,
                encoding=self.encoding,
                near=city.placed,
                layer=self.station_layer,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperSources(Options):
    """Where AEDs and rescuers are read from."""

    aeds: str
    aed_datum: Datum | None
    rescuers: str | None
    rescuer_datum: Datum | None
    region: str
    encoding: str
    database: str | None

    def get_aeds(self, progress: StageProgress) -> Helpers:
        """Raises: what `helpers.get_aeds` raises."""
        return get_aeds(
            self.aeds,
            datum=self.aed_datum,
            encoding=self.encoding,
            database=self.database,
            progress=lambda done, of: progress("reading AEDs", done, of),
        )

    def find_rescuers(self, at: datetime, time_zone: ZoneInfo, progress: StageProgress) -> Standing | None:
        """None where none were asked about. Raises: what `helpers.get_rescuers` raises."""
        if self.rescuers is None:
            return None
        return get_rescuers(
            self.rescuers,
            at=at,
            time_zone=time_zone,
            datum=self.rescuer_datum,
            region=self.region.upper(),
            encoding=self.encoding,
            database=self.database,
            progress=lambda done, of: progress("reading rescuers", done, of),
        )
