"""The `rescue-circle geo` commands: convert a position, build a network, measure walks over it."""

import typer

from geo.commands.on_demand import OnDemand, group_of

COMMANDS = {
    "convert": OnDemand(
        where="geo.commands.convert:convert_command", help="Convert a position from one datum to another."
    ),
    "build": OnDemand(
        where="geo.commands.build:build",
        help="Build a pedestrian network from an OSM extract or a layer of road lines.",
    ),
    "walk": OnDemand(
        where="geo.commands.walk:walk",
        help="Measure one walk and tell the way, or measure every walk of a CSV file.",
    ),
}

app = typer.Typer(cls=group_of(COMMANDS), help="Where things are and how long the walk is.", no_args_is_help=True)


@app.callback()
def geo() -> None:
    """Where things are and how long the walk is."""
