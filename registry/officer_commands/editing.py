"""`rescue-circle registry aeds add`, `move`, `describe`, `retire`, `reinstate`."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import numpy as np
import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console

from geo.places.datum import Datum, convert, parse_datum
from registry.cabinet_commands import ByOption, DatabaseOption, Run, WhyOption, add_retiring
from registry.editing import describing
from registry.editing.fields import Description, NewAed, Position
from registry.history.log import Author
from registry.importers.positions.area import parse_box
from registry.importers.positions.checked import checked_degrees
from registry.importers.report import Rejected
from registry.models import AedState
from registry.storage.database import Database
from registry.terminal.parts import say, who

Model = TypeVar("Model", bound=BaseModel)

_out = Console()


class BadField(ValueError):
    """What was said of an AED is not understood, or cannot be; the message says what is."""


AedId = Annotated[str, typer.Argument(metavar="AED", help="Its id, as lists and pages show it")]
Lon = Annotated[float, typer.Option("--lon", help="Longitude in degrees")]
Lat = Annotated[float, typer.Option("--lat", help="Latitude in degrees")]
DatumOption = Annotated[str, typer.Option("--datum", help="wgs84, gcj02 (Amap, Tencent) or bd09 (Baidu)")]
AreaOption = Annotated[
    str | None,
    typer.Option("--area", metavar="W,S,E,N", envvar="RESCUE_SERVICE_AREA", help="Degrees within which AEDs belong"),
]
Name = Annotated[str | None, typer.Option("--name", help="What the place is called")]
Place = Annotated[str | None, typer.Option("--place", help="Where it hangs, in words")]
Floor = Annotated[str | None, typer.Option("--floor", help="As people there count")]
Indoor = Annotated[str | None, typer.Option("--indoor", metavar="yes|no|unknown", help="Whether it hangs inside")]
Access = Annotated[str | None, typer.Option("--access", help="Who may take it: yes, customers, permit, private, no")]
Hours = Annotated[str | None, typer.Option("--hours", help='OSM\'s syntax or words, such as "Mo-Fr 08:00-17:00"')]
Zone = Annotated[str | None, typer.Option("--time-zone", help="IANA name; default the one in force where it hangs")]
State = Annotated[AedState | None, typer.Option("--state", help="Of the device itself")]


def add_editing(app: typer.Typer, run: Run) -> None:
    """Add them to `registry aeds`."""
    _add_add(app, run)
    _add_move(app, run)
    _add_describe(app, run)
    add_retiring(app, run)


def _add_add(app: typer.Typer, run: Run) -> None:
    @app.command("add")
    def add_command(
        *,
        lon: Lon,
        lat: Lat,
        datum: DatumOption = Datum.WGS84.value,
        area: AreaOption = None,
        name: Name = None,
        place: Place = None,
        floor: Floor = None,
        indoor: Indoor = None,
        access: Access = None,
        hours: Hours = None,
        time_zone: Zone = None,
        state: State = None,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """Add an AED that no list has. A service that is running counts it within a second."""
        aed_id = f"aed-{uuid.uuid4().hex[:16]}"

        async def work(db: Database) -> None:
            said = _said(
                name=name,
                place=place,
                floor=floor,
                indoor=indoor,
                access=access,
                hours=hours,
                time_zone=time_zone,
                state=state,
            )
            new = _checked(NewAed, {**said, "lon": lon, "lat": lat, "datum": datum, "why": why})
            async with db.write() as connection:
                await describing.add(connection, aed_id, new.said(), _place(new, area), _author(by, why))

        run(database, work)
        say(f"{aed_id} is added.")


def _add_move(app: typer.Typer, run: Run) -> None:
    @app.command("move")
    def move_command(
        aed: AedId,
        *,
        lon: Lon,
        lat: Lat,
        datum: DatumOption = Datum.WGS84.value,
        area: AreaOption = None,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """It hangs elsewhere now; its lists' next imports leave it there."""

        async def work(db: Database) -> list[str]:
            to = _place(_checked(Position, {"lon": lon, "lat": lat, "datum": datum}), area)
            async with db.write() as connection:
                return await describing.move(connection, aed, to, _author(by, why))

        say(f"{run(database, work)[0]} is moved.")


def _add_describe(app: typer.Typer, run: Run) -> None:
    @app.command("describe")
    def describe_command(
        aed: AedId,
        *,
        name: Name = None,
        place: Place = None,
        floor: Floor = None,
        indoor: Indoor = None,
        access: Access = None,
        hours: Hours = None,
        time_zone: Zone = None,
        state: State = None,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """Say what it is like; its lists' next imports leave alone what is set here. "" takes a text away."""

        async def work(db: Database) -> list[str]:
            told = _said(
                name=name,
                place=place,
                floor=floor,
                indoor=indoor,
                access=access,
                hours=hours,
                time_zone=time_zone,
                state=state,
            )
            said = _checked(Description, told).said()
            if not said:
                raise BadField("say what to set, such as --state out_of_service: --help lists the fields")
            async with db.write() as connection:
                return await describing.describe(connection, aed, said, _author(by, why))

        say(f"{run(database, work)[0]} is described.")


def _said(*, place: str | None, hours: str | None, **told: Any) -> dict[str, Any]:
    """The options by the fields that they set."""
    return {**told, "location_text": place, "opening_hours": hours}


def _checked(model: type[Model], told: dict[str, Any]) -> Model:
    """Raises: BadField."""
    try:
        return model.model_validate({name: value for name, value in told.items() if value is not None})
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc'])) or 'the AED'}: {one['msg']}" for one in error.errors())
        raise BadField("; ".join(wrong)) from error


def _place(position: Position, area: str | None) -> tuple[float, float]:
    """(lon, lat), WGS-84.

    Raises:
        BadField: no place that can be meant, or outside the area.
        ImportRefused: the area is none.
    """
    try:
        degrees = checked_degrees(position.lon, position.lat)
    except Rejected as error:
        raise BadField(str(error)) from error
    lon, lat = convert(*degrees, source=parse_datum(position.datum), target=Datum.WGS84)
    if area is not None and not parse_box(area).holds(np.array([lon]), np.array([lat]))[0]:
        raise BadField(
            f"longitude {lon:g}, latitude {lat:g} is outside the service area {area}: is it the right place?"
        )
    return lon, lat


def _author(by: str | None, why: str) -> Author:
    return Author(by=who(by), at=datetime.now(UTC), why=why)
