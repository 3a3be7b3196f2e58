"""`rescue-circle registry aeds photo`: add, list, save and remove what shows an AED and the way to it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from registry.devices.command_parts import AedArgument, ByOption, WhyOption, author
from registry.photos import store
from registry.photos.preparing import BadPhoto, prepare
from registry.photos.store import Photo, TooManyPhotos, UnknownPhoto
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

USER_ERRORS = (BadPhoto, TooManyPhotos, UnknownPhoto)
"""What a user can mend; their messages say how."""

NumberArgument = Annotated[int, typer.Argument(metavar="PHOTO", help="Its number, from `photo list`", min=1)]


def add_commands(app: typer.Typer, run: Run) -> None:
    """Add them to `registry aeds`."""
    photo = typer.Typer(no_args_is_help=True, help="Photos of an AED: add, list, save, remove.")
    app.add_typer(photo, name="photo")
    _add_changing(photo, run)
    _add_reading(photo, run)


def _add_changing(app: typer.Typer, run: Run) -> None:
    @app.command("add")
    def add_command(
        aed: AedArgument,
        file: Annotated[Path, typer.Argument(help="JPEG, PNG or WebP", exists=True, dir_okay=False)],
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Keep a photo, made smaller and without the place, date and device that a phone notes in it."""

        async def work(db: Database) -> Any:
            made = prepare(file.read_bytes())
            async with db.write() as connection:
                return await store.add_photo(connection, aed, made, author(by, why))

        one = run(database, work)
        say(f"Photo {one.photo_id} of {one.aed_id} is kept: {_size(one)}.")

    @app.command("remove")
    def remove_command(
        aed: AedArgument,
        number: NumberArgument,
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Delete a photo; that there was one stays in the history."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await store.remove_photo(connection, aed, number, author(by, why))
            await db.checkpoint()

        run(database, work)
        say("It is gone.")


def _add_reading(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(aed: AedArgument, *, database: DatabaseOption = None) -> None:
        """The photos of an AED, the oldest first."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await store.list_photos(connection, aed)

        for one in run(database, work):
            say(f"{one.photo_id}  {one.at:%Y-%m-%d %H:%M} UTC  by {one.by}: {_size(one)}")

    @app.command("save")
    def save_command(
        aed: AedArgument,
        number: NumberArgument,
        file: Annotated[Path, typer.Argument(help="Where to write it; it is a JPEG", dir_okay=False)],
        *,
        database: DatabaseOption = None,
    ) -> None:
        """Write a photo into a file."""

        async def work(db: Database) -> bytes:
            async with db.read() as connection:
                return await store.get_picture(connection, aed, number)

        file.write_bytes(run(database, work))
        say(f"It is in {file}.")


def _size(one: Photo) -> str:
    return f"{one.width} x {one.height} pixels, {max(1, one.size_bytes // 1024)} KB"
