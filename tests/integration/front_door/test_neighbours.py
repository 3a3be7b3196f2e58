"""A second service on one database starts, and says what is wrong with that."""

from pathlib import Path

import pytest

from tests.integration.dispatch.test_observability import figures
from tests.support.ports import free_port
from tests.support.process import standing_by
from tests.support.town import Town
from tests.support.waiting import eventually


@pytest.mark.both_databases
def test_a_second_service_is_warned_of_until_the_first_has_ended(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    first_log, second_log = tmp_path / "first.log", tmp_path / "second.log"
    with (
        standing_by(town, town_database, first_log, free_port()) as first,
        standing_by(town, town_database, second_log, free_port()) as second,
    ):
        first.start()
        second.start()
        during = figures(second.service)["rescue_another_service"]
        first.kill()
        eventually(lambda: figures(second.service)["rescue_another_service"] == 0)
        second.end()

    greeted = second_log.read_text(encoding="utf-8")
    assert during == 1
    assert "another service is at work on this database" in greeted
    assert '"another_service_gone"' in greeted
    assert "another service" not in first_log.read_text(encoding="utf-8")
