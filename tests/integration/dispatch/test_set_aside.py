"""After a record was set aside the service goes on with the journal's history of that incident, not with its own."""

from pathlib import Path

import pytest

from dispatch.core import commands as cmd
from dispatch.journal.journal import Journal
from dispatch.spool.spool import DatabaseState
from registry.storage.watched_database import DatabaseAway, WatchedDatabase
from tests.integration.dispatch.engines import DeskWithSpool, desk_with_spool, rescuer
from tests.integration.dispatch.journal_story import POLICY, decided
from tests.support.outage import LockedSqlite, given_back

PEOPLE = [rescuer("r0", 20), rescuer("r1", 40)]


async def contradicted(held: DeskWithSpool, url: str) -> str:
    """Another process appends to an incident while this one cannot, and spools as many events of its own."""
    incident_id = (await held.take_call("ZZ-1")).incident_id
    live = await held.engine.live.find(incident_id)
    assert live
    with given_back(LockedSqlite(Path(url.removeprefix("sqlite+aiosqlite:///")))) as database:
        database.leave()
        with pytest.raises(DatabaseAway):
            await held.database.find()
        await held.engine.answer(
            cmd.AnswerAlert(alert_id=f"{incident_id}-1", rescuer_id="r0", answer=cmd.Answer.ACCEPT)
        )
    other = WatchedDatabase(url)
    declined = cmd.AnswerAlert(alert_id=f"{incident_id}-1", rescuer_id="r0", answer=cmd.Answer.DECLINE)
    await Journal(other, POLICY).append(decided(live.incident, declined))
    await other.close()
    await held.journal.tend()
    return incident_id


async def test_the_service_knows_afterwards_what_the_journal_knows(database_url: str, tmp_path: Path) -> None:
    async with desk_with_spool(database_url, tmp_path / "calls.spool", PEOPLE) as held:
        held.journal.forget = held.engine.live.forget

        incident_id = await contradicted(held, database_url)

        live = await held.engine.live.find(incident_id)
        assert held.journal.state is DatabaseState.HERE
        assert held.journal.set_aside_count == 1
        assert live
        assert live.incident.alerts[f"{incident_id}-1"].status == "declined"


async def test_what_phones_were_told_of_it_keeps_its_numbers(database_url: str, tmp_path: Path) -> None:
    async with desk_with_spool(database_url, tmp_path / "calls.spool", PEOPLE) as held:
        held.journal.forget = held.engine.live.forget
        incident_id = await contradicted(held, database_url)

        await held.engine.stand_down(incident_id)
        await held.take_call("ZZ-2")

        told = [row.seq for row in held.published if row.recipient == "rescuer:r0"]
        assert len(told) >= 3
        assert told == sorted(set(told))
        assert [row.kind for row in held.published if row.recipient == "rescuer:r0"][-1] == "alert"
