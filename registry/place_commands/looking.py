"""`registry places list` and `show`."""

from typing import Annotated, Literal

import typer

from registry.place_commands.shared import LimitOption, PlaceArgument
from registry.places.areas import parts_of
from registry.places.districts import District, load_districts
from registry.places.kinds import PlaceKind
from registry.places.place import Place
from registry.places.store import PlaceSearch, get_place
from registry.places.within import district_of, list_places_in
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

_RETIRED = {"no": False, "only": True, "any": None}


def add_looking(app: typer.Typer, run: Run) -> None:
    """Add them to `registry places`."""
    _add_list(app, run)
    _add_show(app, run)


def _add_list(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(
        *,
        kind: Annotated[list[PlaceKind] | None, typer.Option(help="Repeatable; default every kind")] = None,
        district: Annotated[str | None, typer.Option(help="Within this one: its name, code or id")] = None,
        text: Annotated[str, typer.Option(help="Words that stand in its name or address")] = "",
        retired: Annotated[Literal["no", "only", "any"], typer.Option(help="Those that are there no more")] = "no",
        after: Annotated[str, typer.Option(metavar="PLACE", help="Go on behind this one")] = "",
        limit: LimitOption = 50,
        database: DatabaseOption = None,
    ) -> None:
        """Places by id."""

        async def work(db: Database) -> tuple[list[Place], list[District]]:
            search = PlaceSearch(kinds=kind or (), text=text, retired=_RETIRED[retired])
            async with db.read() as connection:
                found = await list_places_in(connection, district, search, after=after, limit=limit + 1)
                return found, await load_districts(connection)

        found, districts = run(database, work)
        for one in found[:limit]:
            say(_line(one, districts))
        if len(found) > limit:
            say(f"there are more: --after {found[limit - 1].place_id}")


def _add_show(app: typer.Typer, run: Run) -> None:
    @app.command("show")
    def show_command(place: PlaceArgument, database: DatabaseOption = None) -> None:
        """All that is known of a place."""

        async def work(db: Database) -> tuple[Place, list[District]]:
            async with db.read() as connection:
                return await get_place(connection, place), await load_districts(connection)

        one, districts = run(database, work)
        say(_line(one, districts))
        told = {"entrance": one.entrance, "levels": "; ".join(one.levels), "phone": one.phone}
        told |= {"list": f"{one.source}, {one.source_ref}", "set here": ", ".join(sorted(one.corrected))}
        if one.area is not None:
            polygons, corners = parts_of(one.area)
            told["area"] = f"{polygons} {'polygon' if polygons == 1 else 'polygons'}, {corners} corners"
        if one.retired_at is not None:
            told["retired"] = f"{one.retired_at:%Y-%m-%d}"
        for name, value in told.items():
            if value:
                say(f"  {name}: {value}")


def _line(place: Place, districts: list[District]) -> str:
    district = district_of(place, districts)
    words = ", ".join(part for part in (place.name, district.name if district else "", place.address) if part)
    lon, lat = place.position
    return f"{place.place_id}  {place.kind}  {lat:.6f}, {lon:.6f}  {words}"
