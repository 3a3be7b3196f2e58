"""What is erased is in no file of an SQLite database; PostgreSQL's pages are freed by its own vacuum."""

from datetime import timedelta
from pathlib import Path

from dispatch.retention.retention import Retention
from registry.storage.database import Database
from tests.integration.dispatch.journal_story import NOON
from tests.integration.dispatch.test_retention import RULES, WORDS, happen


def files_with_words(file: Path) -> list[str]:
    beside = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
    return [path.name for path in beside if WORDS.encode() in path.read_bytes()]


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
