"""`registry places add`, `describe`, `move`, `retire`, `reinstate`."""

from typing import Annotated, Any

import typer

from geo.places.datum import Datum, convert, parse_datum
from registry.importers.positions.checked import checked_degrees
from registry.importers.report import Rejected
from registry.place_commands.shared import ByOption, PlaceArgument, WhyOption, author
from registry.places.fields import BadPlace, levels_in
from registry.places.kinds import PlaceKind
from registry.places.place import Place
from registry.places.store import add_place, describe_place, move_place, reinstate_place, retire_place
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

Lon = Annotated[float, typer.Option("--lon", help="Longitude in degrees")]
Lat = Annotated[float, typer.Option("--lat", help="Latitude in degrees")]
DatumOption = Annotated[str, typer.Option("--datum", help="wgs84, gcj02 (Amap, Tencent) or bd09 (Baidu)")]
DistrictOption = Annotated[str | None, typer.Option("--district", help="Its name, code or id; default where it lies")]
Address = Annotated[str | None, typer.Option("--address")]
Entrance = Annotated[str | None, typer.Option("--entrance", help="By which one enters a station")]
Levels = Annotated[str | None, typer.Option("--levels", help='Floors, as people there count: "B1 站厅; B2 站台"')]
Phone = Annotated[str | None, typer.Option("--phone", help="The station's own, no person's")]


def add_editing(app: typer.Typer, run: Run) -> None:
    """Add them to `registry places`."""
    _add_add(app, run)
    _add_describe(app, run)
    _add_move(app, run)
    _add_standing(app, run)


def _add_add(app: typer.Typer, run: Run) -> None:
    @app.command("add")
    def add_command(
        kind: PlaceKind,
        name: Annotated[str, typer.Argument(metavar="NAME")],
        *,
        lon: Lon,
        lat: Lat,
        datum: DatumOption = Datum.WGS84.value,
        district: DistrictOption = None,
        address: Address = None,
        entrance: Entrance = None,
        levels: Levels = None,
        phone: Phone = None,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """Add a station that no list has; districts and grids are imported."""

        async def work(db: Database) -> Place:
            said = {"name": name, **_said(district, address, entrance, levels, phone)}
            async with db.write() as connection:
                return await add_place(connection, kind, said, _position(lon, lat, datum), author(by, why))

        say(f"{run(database, work).place_id} is added.")


def _add_describe(app: typer.Typer, run: Run) -> None:
    @app.command("describe")
    def describe_command(
        place: PlaceArgument,
        *,
        name: Annotated[str | None, typer.Option("--name")] = None,
        district: DistrictOption = None,
        address: Address = None,
        entrance: Entrance = None,
        levels: Levels = None,
        phone: Phone = None,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """Say what it is called and what is known of it; its list's next imports leave that alone. "" takes away."""
        said = ({} if name is None else {"name": name}) | _said(district, address, entrance, levels, phone)
        if not said:
            raise typer.BadParameter("say what to set, such as --phone: --help lists the fields")

        async def work(db: Database) -> Place:
            async with db.write() as connection:
                return await describe_place(connection, place, said, author(by, why))

        say(f"{run(database, work).place_id} is described.")


def _add_move(app: typer.Typer, run: Run) -> None:
    @app.command("move")
    def move_command(
        place: PlaceArgument,
        *,
        lon: Lon,
        lat: Lat,
        datum: DatumOption = Datum.WGS84.value,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """A station stands elsewhere now; its list's next imports leave it there."""

        async def work(db: Database) -> Place:
            async with db.write() as connection:
                return await move_place(connection, place, _position(lon, lat, datum), author(by, why))

        say(f"{run(database, work).place_id} is moved.")


def _add_standing(app: typer.Typer, run: Run) -> None:
    @app.command("retire")
    def retire_command(
        place: PlaceArgument, *, by: ByOption = None, why: WhyOption = "", database: DatabaseOption = None
    ) -> None:
        """It is there no more; whatever names it still finds it."""

        async def work(db: Database) -> Place:
            async with db.write() as connection:
                return await retire_place(connection, place, author(by, why))

        say(f"{run(database, work).place_id} is retired.")

    @app.command("reinstate")
    def reinstate_command(
        place: PlaceArgument, *, by: ByOption = None, why: WhyOption = "", database: DatabaseOption = None
    ) -> None:
        """A retired one is there again."""

        async def work(db: Database) -> Place:
            async with db.write() as connection:
                return await reinstate_place(connection, place, author(by, why))

        say(f"{run(database, work).place_id} is there again.")


def _said(
    district: str | None, address: str | None, entrance: str | None, levels: str | None, phone: str | None
) -> dict[str, Any]:
    told: dict[str, Any] = {"district_id": district, "address": address, "entrance": entrance, "phone": phone}
    told["levels"] = None if levels is None else levels_in(levels)
    return {name: value for name, value in told.items() if value is not None}


def _position(lon: float, lat: float, datum: str) -> tuple[float, float]:
    """(lon, lat), WGS-84. Raises: BadPlace, UnknownDatum."""
    try:
        degrees = checked_degrees(lon, lat)
    except Rejected as error:
        raise BadPlace(str(error)) from error
    return convert(*degrees, source=parse_datum(datum), target=Datum.WGS84)
