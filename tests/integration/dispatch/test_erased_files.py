"""What is erased is in no file of an SQLite database; PostgreSQL's pages are freed by its own vacuum."""

from datetime import timedelta
from pathlib import Path

from dispatch.retention.retention import Retention
from registry.personal.rotation import rotate
from registry.storage.database import Database
from registry.storage.personal_keys import PersonalKeys
from tests.integration.dispatch.journal_story import NOON
from tests.integration.dispatch.test_retention import RULES, WORDS, happen


def files_with_words(file: Path, words: str = WORDS) -> list[str]:
    beside = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
    return [path.name for path in beside if words.encode() in path.read_bytes()]


async def test_neither_the_file_nor_the_log_beside_it_holds_what_was_erased(database_url: str) -> None:
    database = Database(database_url)
    file = Path(database.url.database or "")
    await happen(database, "a")
    before = files_with_words(file)

    await Retention(database, RULES).run(NOON + timedelta(days=30))
    after = files_with_words(file)
    await database.close()

    assert before
    assert not after


async def test_nor_do_they_hold_a_phone_that_was_encrypted_since(town_database: str) -> None:
    database = Database(town_database, personal_keys=PersonalKeys(b"k" * 32))
    file = Path(database.url.database or "")
    before = files_with_words(file, "+8613900000003")

    done = await rotate(database, pause_s=0.0)
    after = files_with_words(file, "+8613900000003")
    await database.close()

    assert before
    assert done.phones == 12
    assert not after
