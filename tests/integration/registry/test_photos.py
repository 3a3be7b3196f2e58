"""Photos of AEDs are kept with their AED, within bounds, and removed for good; the history says that they were."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select
from typer.testing import CliRunner

from registry.cli import app
from registry.doubles import join, part
from registry.history.log import Author, list_changes
from registry.photos import store
from registry.photos.preparer import MOST_WAITING, PhotosBusy, Preparer
from registry.photos.preparing import BadPhoto, Prepared, prepare
from registry.photos.store import MOST, Photo, TooManyPhotos, UnknownPhoto
from registry.photos.tables import aed_photos
from registry.repository import UnknownAed
from registry.storage.database import Database
from tests.integration.registry.test_follower import add_aeds, aed_row

both_databases = pytest.mark.both_databases
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
OFFICER = Author(by="li", at=NOON, why="seen on the spot")


def picture(colour: str = "red", size: tuple[int, int] = (400, 300)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


PHOTO = prepare(picture())


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await add_aeds(opened, aed_row("a"), aed_row("b"))
    yield opened
    await opened.close()


async def add(database: Database, aed_id: str = "a", made: Prepared = PHOTO) -> Photo:
    async with database.write() as connection:
        return await store.add_photo(connection, aed_id, made, OFFICER)


async def remove(database: Database, aed_id: str, photo_id: int) -> None:
    async with database.write() as connection:
        await store.remove_photo(connection, aed_id, photo_id, OFFICER)


async def photos_of(database: Database, aed_id: str = "a") -> list[Photo]:
    async with database.read() as connection:
        return await store.list_photos(connection, aed_id)


@both_databases
async def test_a_photo_comes_back_as_it_was_kept(database: Database) -> None:
    one = await add(database)

    async with database.read() as connection:
        whole = await store.get_picture(connection, "a", one.photo_id)
        small = await store.get_picture(connection, "a", one.photo_id, is_thumbnail=True)
    assert (whole, small) == (PHOTO.picture, PHOTO.thumbnail)
    assert await photos_of(database) == [one]
    assert (one.width, one.height, one.size_bytes, one.by) == (400, 300, len(PHOTO.picture), "li")


@both_databases
async def test_the_history_says_who_added_and_removed_a_photo_and_holds_nothing_of_it(database: Database) -> None:
    one = await add(database)
    await remove(database, "a", one.photo_id)

    async with database.read() as connection:
        removed, added = await list_changes(connection, kind=store.KIND, subject_id="a", limit=9)
        left = (await connection.execute(select(func.count()).select_from(aed_photos))).scalar_one()
    told = {"photo_id": one.photo_id, "width": 400, "height": 300}
    assert (added.change.action, added.change.before, added.change.after) == ("photo_added", None, told)
    assert (removed.change.action, removed.change.before, removed.change.after) == ("photo_removed", told, None)
    assert (added.author.by, added.author.why) == ("li", "seen on the spot")
    assert left == 0


@both_databases
async def test_no_number_is_given_twice(database: Database) -> None:
    first = await add(database)
    await remove(database, "a", first.photo_id)

    assert (await add(database)).photo_id > first.photo_id


@both_databases
async def test_a_photo_is_found_and_removed_with_its_own_aed_only(database: Database) -> None:
    one = await add(database)

    async with database.read() as connection:
        with pytest.raises(UnknownPhoto):
            await store.get_picture(connection, "b", one.photo_id)
    with pytest.raises(UnknownPhoto):
        await remove(database, "b", one.photo_id)
    with pytest.raises(UnknownAed):
        await add(database, "nowhere")
    assert await photos_of(database) == [one]


@both_databases
async def test_photos_of_joined_aeds_are_of_one_album_and_part_with_them(database: Database) -> None:
    of_a, of_b = await add(database, "a"), await add(database, "b")

    async with database.write() as connection:
        await join(connection, "a", "b", by="li", at=NOON)
    together = await photos_of(database, "a")
    async with database.write() as connection:
        await part(connection, "a", "b", by="li", at=NOON)

    assert together == [of_a, of_b]
    assert (await photos_of(database, "a"), await photos_of(database, "b")) == ([of_a], [of_b])


@both_databases
async def test_an_aed_has_so_many_photos_and_no_more_also_where_two_add_at_once(database: Database) -> None:
    for _ in range(MOST - 1):
        await add(database)

    outcomes = await asyncio.gather(add(database), add(database), return_exceptions=True)

    assert sorted(type(one) for one in outcomes if isinstance(one, Exception)) == [TooManyPhotos]
    assert len(await photos_of(database)) == MOST


async def test_another_process_makes_the_same_of_a_file_and_refuses_the_same() -> None:
    preparer = Preparer()

    assert await preparer.prepare(picture()) == PHOTO
    with pytest.raises(BadPhoto, match="no JPEG, PNG or WebP"):
        await preparer.prepare(b"nothing of the kind")


async def test_many_photos_at_once_wait_or_are_turned_away() -> None:
    preparer = Preparer()

    done = await asyncio.gather(
        *(preparer.prepare(b"no picture") for _ in range(MOST_WAITING + 2)), return_exceptions=True
    )

    assert [type(one) for one in done] == [BadPhoto] * MOST_WAITING + [PhotosBusy] * 2


async def test_a_decoder_that_dies_ends_no_more_than_its_own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(BadPhoto, match="save the photo anew"):
        await Preparer().prepare(picture())


@both_databases
def test_the_commands_add_list_save_and_remove(database_url: str, tmp_path: Path) -> None:
    async def filled() -> None:
        database = Database(database_url)
        await add_aeds(database, aed_row("a"))
        await database.close()

    def command(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["aeds", "photo", *words, "--database", database_url])
        return done.exit_code, done.output

    asyncio.run(filled())
    photo, bad, out = tmp_path / "p.jpg", tmp_path / "p.heic", tmp_path / "out.jpg"
    photo.write_bytes(picture())
    bad.write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(50))

    assert command("add", "a", str(photo), "--by", "li") == (0, "Photo 1 of a is kept: 400 x 300 pixels, 1 KB.\n")
    assert command("list", "a")[1].endswith("by li: 400 x 300 pixels, 1 KB\n")
    assert command("save", "a", "1", str(out))[0] == 0
    assert out.read_bytes() == PHOTO.picture
    assert command("remove", "a", "1") == (0, "It is gone.\n")
    assert command("list", "a") == (0, "")
    code, told = command("add", "a", str(bad))
    assert (code, "save it as JPEG" in told) == (2, True)
    assert command("remove", "a", "1")[0] == 2
