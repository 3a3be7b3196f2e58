"""An officer runs the register of people: adds, corrects, verifies, renews, pauses; what lists say comes after that."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from geo.places.datum import Datum
from registry.directory import Directory
from registry.eligibility import is_dispatchable
from registry.history.log import Author, list_changes
from registry.importers.known_sources import rename_source
from registry.importers.run import ImportOptions, import_file
from registry.models import BY_HAND
from registry.people.kinds import PersonKind, Transport
from registry.people.trust import ANY_LIST
from registry.people_tables import PERSONAL_TABLES
from registry.places.kinds import PlaceKind
from registry.places.store import add_place, retire_place
from registry.register.changing import (
    IdTaken,
    UnknownGroup,
    add_person,
    assign_people,
    change_person,
    checked_fields,
)
from registry.register.city_rules import accept_kinds, list_kinds, list_sources, trust_source
from registry.register.expiring import list_expiring
from registry.register.groups import GroupExists, add_organisation, add_team, list_organisations, list_teams
from registry.register.leaving_alone import pause, resume, set_hours
from registry.register.papers import (
    NewPaper,
    NoRenewal,
    UnknownCertificate,
    add_paper,
    remove_paper,
    renew_paper,
    verify_paper,
)
from registry.register.people_list import Search, list_people
from registry.register.person_file import PersonChanged, PersonFile, get_person
from registry.register.standing import ErasedPerson
from registry.register.typed import BadPersonField, IdentityCardTyped
from registry.repository import UnknownRescuer, erase_rescuer
from registry.storage.database import Database

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 7, 4, 0, tzinfo=UTC)
WANG = Author(by="officer-wang", at=NOW, why="phoned")
SHANGHAI = ZoneInfo("Asia/Shanghai")
HEADER = "id,姓名,手机,证书类型,证书编号,有效期起,有效期至,在岗,home_lon,home_lat\n"
LI = "v1,李四,13900000001,红十字救护员证,C-1,2024-01-01,2026-12-31,是,113.66,34.75\n"
ZHAO = "v2,赵五,13900000002,BLS,C-2,2024-01-01,2025-05-01,是,113.67,34.76\n"
IDENTITY_CARD = "11010519491231002X"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    yield one
    await one.close()


async def take(database: Database, folder: Path, *rows: str, source: str = "red cross") -> None:
    file = folder / "people.csv"
    file.write_text(HEADER + "".join(rows), encoding="utf-8")
    options = ImportOptions(datum=Datum.WGS84, time_zone="Asia/Shanghai", source=source)
    report = await import_file(database, file, options, now=NOW)
    assert not report.rejected, report


async def person(database: Database, rescuer_id: str) -> PersonFile:
    async with database.read() as connection:
        return await get_person(connection, database.personal_keys, rescuer_id)


async def reason(database: Database, rescuer_id: str, at: datetime = NOW) -> str:
    """As the live picture says it."""
    directory = await Directory.load(database)
    return is_dispatchable(directory.get_rescuer(rescuer_id), at).reason


async def test_people_of_a_list_count_as_before_until_the_city_wants_them_verified(
    database: Database, tmp_path: Path
) -> None:
    await take(database, tmp_path, LI)
    assert await reason(database, "v1") == "ready_at_home"

    async with database.write() as connection:
        await trust_source(connection, "red cross", WANG, trusted=False)
    assert await reason(database, "v1") == "certificate_unverified"

    async with database.write() as connection:
        seen = await verify_paper(connection, database.personal_keys, "v1", 0, WANG)
    assert await reason(database, "v1") == "ready_at_home"
    assert (seen.papers[0].verified_by, seen.papers[0].verified_at) == ("officer-wang", NOW)


async def test_what_an_officer_verified_stays_verified_when_the_list_comes_again(
    database: Database, tmp_path: Path
) -> None:
    await take(database, tmp_path, LI)
    async with database.write() as connection:
        await trust_source(connection, ANY_LIST, WANG, trusted=False)
        await verify_paper(connection, database.personal_keys, "v1", 0, WANG)
        await add_paper(
            connection,
            database.personal_keys,
            "v1",
            NewPaper(kind="BLS", valid_until=date(2025, 6, 1)),
            WANG,
            is_seen=True,
        )

    await take(database, tmp_path, LI.replace("李四", "李思"))

    assert await reason(database, "v1") == "ready_at_home"
    assert [(one.number, one.kind, one.source) for one in (await person(database, "v1")).papers] == [
        (0, "红十字救护员证", "red cross"),
        (1, "BLS", BY_HAND),
    ]


async def test_a_certificate_that_a_list_brings_later_is_looked_at_anew(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI)
    async with database.write() as connection:
        await trust_source(connection, "red cross", WANG, trusted=False)
        await verify_paper(connection, database.personal_keys, "v1", 0, WANG)

    await take(database, tmp_path, LI.replace("C-1,2024-01-01,2026", "C-9,2026-01-01,2028"))

    assert await reason(database, "v1", datetime(2026, 5, 1, tzinfo=UTC)) == "certificate_unverified"


async def test_a_rule_goes_with_its_list_when_that_is_renamed(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI, source="draft")
    async with database.write() as connection:
        await trust_source(connection, "draft", WANG, trusted=False)
        await rename_source(connection, "draft", "company", WANG)
        rules = {one.source: one for one in await list_sources(connection)}

    assert "draft" not in rules
    assert (rules["company"].trusted, rules["company"].certificates, rules["company"].unverified) == (False, 1, 1)
    assert await reason(database, "v1") == "certificate_unverified"


async def test_only_kinds_that_the_city_accepts_count(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI, ZHAO)
    async with database.write() as connection:
        await accept_kinds(connection, ["红十字 救护员证"], WANG)
        kinds = {one.kind: one.accepted for one in await list_kinds(connection)}
    assert (await reason(database, "v1"), await reason(database, "v2")) == ("ready_at_home", "certificate_not_accepted")
    assert kinds == {"红十字 救护员证": True, "BLS": False}

    async with database.write() as connection:
        await accept_kinds(connection, [], WANG)
    assert await reason(database, "v2") == "ready_at_home"


async def test_a_renewal_follows_the_old_certificate_which_stays(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, ZHAO)
    later = datetime(2025, 6, 1, tzinfo=UTC)
    new = NewPaper(kind="BLS", serial="C-3", issuer="郑州市红十字会", valid_until=date(2027, 5, 1))
    async with database.write() as connection:
        waiting = await renew_paper(connection, database.personal_keys, "v2", 0, new, author=WANG, is_seen=False)
    assert await reason(database, "v2", later) == "certificate_unverified"

    async with database.write() as connection:
        await verify_paper(connection, database.personal_keys, "v2", 1, WANG)
        with pytest.raises(NoRenewal, match="2027-05-01"):
            await renew_paper(connection, database.personal_keys, "v2", 1, new, author=WANG, is_seen=True)
        with pytest.raises(UnknownCertificate, match="but 0, 1"):
            await renew_paper(connection, database.personal_keys, "v2", 7, new, author=WANG, is_seen=True)
        changes = await list_changes(connection, kind="rescuer", subject_id="v2", limit=10)

    assert [(one.valid_until, one.follows) for one in waiting.papers] == [
        (date(2025, 5, 1), None),
        (date(2027, 5, 1), 0),
    ]
    assert await reason(database, "v2", later) == "ready_at_home"
    assert [one.change.action for one in changes] == ["certificate verified", "certificate renewed"]
    assert "C-3" not in str(changes)


async def test_an_older_list_does_not_take_a_renewal_away(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, ZHAO)
    async with database.write() as connection:
        await renew_paper(
            connection,
            database.personal_keys,
            "v2",
            0,
            NewPaper(kind="BLS", valid_until=date(2027, 5, 1)),
            author=WANG,
            is_seen=True,
        )

    await take(database, tmp_path, ZHAO.replace("赵五", "赵武"))

    assert [one.follows for one in (await person(database, "v2")).papers] == [None, 0]
    assert await reason(database, "v2", datetime(2027, 1, 1, tzinfo=UTC)) == "ready_at_home"


async def test_what_runs_out_is_listed_with_the_warning_that_is_due_page_by_page(
    database: Database, tmp_path: Path
) -> None:
    days = {"a": 3, "b": 20, "c": 45, "d": 61, "e": -10}
    today = NOW.date()
    rows = [
        f"{key},人{key},1390000001{n},BLS,N-{key},2020-01-01,{today + timedelta(days=left)},是,113.66,34.75\n"
        for n, (key, left) in enumerate(days.items())
    ]
    await take(database, tmp_path, *rows)
    renewed = NewPaper(kind="BLS", valid_until=today + timedelta(days=900))
    async with database.write() as connection:
        await renew_paper(connection, database.personal_keys, "b", 0, renewed, author=WANG, is_seen=True)
        # A renewal that nobody has looked at yet is none.
        await renew_paper(connection, database.personal_keys, "c", 0, renewed, author=WANG, is_seen=False)

    async with database.read() as connection:
        first = await list_expiring(connection, today, within_days=60, limit=2)
        rest = await list_expiring(connection, today, within_days=60, after=first[-1].cursor, limit=2)
        coming = await list_expiring(connection, today, within_days=60, since=today, limit=9)

    assert [(one.rescuer_id, one.days_left, one.warning_days) for one in (*first, *rest)] == [
        ("e", -10, 0),
        ("a", 3, 7),
        ("c", 45, 60),
    ]
    assert [one.rescuer_id for one in coming] == ["a", "c"]
    assert {one.nearest_station for one in coming} == {None}


async def test_the_nearest_practice_station_is_told_by_the_home_and_shows_none(
    database: Database, tmp_path: Path
) -> None:
    end = NOW.date() + timedelta(days=20)
    homes = {"a": "113.6600,34.7500", "b": "113.7600,34.7500", "c": ","}
    rows = [
        f"{key},人{key},1390000001{n},BLS,N-{key},2020-01-01,{end},是,{home}\n"
        for n, (key, home) in enumerate(homes.items())
    ]
    await take(database, tmp_path, *rows)
    stations = {"West": (113.6612, 34.75), "East": (113.75, 34.75), "Closed": (113.66, 34.75)}
    async with database.write() as connection:
        added = {
            name: await add_place(
                connection, PlaceKind.PRACTICE_STATION, {"name": name, "address": f"{name} 1"}, at, WANG
            )
            for name, at in stations.items()
        }
        await add_place(connection, PlaceKind.METRO_STATION, {"name": "Metro"}, (113.66, 34.75), WANG)
        await retire_place(connection, added["Closed"].place_id, WANG)

    async with database.read() as connection:
        found = {one.rescuer_id: one for one in await list_expiring(connection, NOW.date(), within_days=60, limit=9)}

    near = {key: one.nearest_station for key, one in found.items()}
    west, east = near["a"], near["b"]
    assert west is not None
    assert east is not None
    # 110 m along the parallel are told as the step of 100 m, 914 m as 900 m.
    assert (west.name, west.address, west.distance_m) == ("West", "West 1", 100)
    assert (east.name, east.distance_m) == ("East", 900)
    assert near["c"] is None
    assert "East" not in repr(found["b"])


async def test_an_officer_enters_a_person_who_is_rung_once_a_certificate_is_verified(database: Database) -> None:
    fields = checked_fields({"name": "孙六", "phone": "139 0000 0003", "home": (113.66, 34.75)}, region="CN")
    async with database.write() as connection:
        added = await add_person(connection, database.personal_keys, fields, WANG, rescuer_id="n-1", on_duty=True)
        with pytest.raises(IdTaken):
            await add_person(connection, database.personal_keys, fields, WANG, rescuer_id="n-1", on_duty=True)
        await add_paper(
            connection,
            database.personal_keys,
            "n-1",
            NewPaper(kind="BLS", valid_until=date(2026, 1, 1)),
            WANG,
            is_seen=False,
        )
        made = await add_person(connection, database.personal_keys, fields | {"name": "又一人"}, WANG, on_duty=True)
    assert (added.phone_e164, added.kind, added.source) == ("+8613900000003", PersonKind.VOLUNTEER, BY_HAND)
    assert await reason(database, "n-1") == "certificate_unverified"

    async with database.write() as connection:
        await verify_paper(connection, database.personal_keys, "n-1", 0, WANG)
        changes = await list_changes(connection, kind="rescuer", subject_id="n-1", limit=9)
    assert await reason(database, "n-1") == "ready_at_home"
    assert made.rescuer_id.startswith("h-")
    assert "孙六" not in str(changes)
    assert "13900000003" not in str(changes)
    assert "113.66" not in str(changes)


async def test_what_an_officer_corrects_later_lists_leave_alone(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI)
    right = checked_fields({"name": "李肆", "phone": "+8613900000009", "home": (113.7, 34.8)}, region="CN")
    async with database.write() as connection:
        await change_person(connection, database.personal_keys, "v1", right, WANG)

    await take(database, tmp_path, LI.replace("2026-12-31", "2027-12-31"))

    now = await person(database, "v1")
    assert (now.name, now.phone_e164, now.home) == ("李肆", "+8613900000009", (113.7, 34.8))
    assert now.papers[0].valid_until == date(2027, 12, 31)
    assert now.corrected == ("home", "name", "phone_e164")


async def test_two_officers_at_once_do_not_undo_each_other(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI)
    seen = (await person(database, "v1")).digest()
    async with database.write() as connection:
        done = await change_person(
            connection, database.personal_keys, "v1", {"transport": Transport.BICYCLE}, WANG, expected=seen
        )
        with pytest.raises(PersonChanged):
            await pause(connection, database.personal_keys, "v1", WANG, until=None, zone=SHANGHAI, expected=seen)
        again = await change_person(
            connection, database.personal_keys, "v1", {"transport": Transport.BICYCLE}, WANG, expected=done.digest()
        )
        changes = await list_changes(connection, kind="rescuer", subject_id="v1", limit=9)

    assert done.digest() != seen
    assert again == done
    assert [(one.change.before, one.change.after) for one in changes] == [
        ({"transport": None}, {"transport": "bicycle"})
    ]


async def test_people_belong_to_organisations_and_teams_that_there_are(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI, ZHAO)
    async with database.write() as connection:
        metro = await add_organisation(connection, WANG, name="郑州地铁", district="金水区")
        team = await add_team(connection, WANG, name="五号线", organisation_id=metro.organisation_id)
        with pytest.raises(GroupExists):
            await add_organisation(connection, WANG, name=" 郑州地铁 ")
        with pytest.raises(UnknownGroup):
            await change_person(connection, database.personal_keys, "v1", {"organisation_id": "nobody"}, WANG)
        fields = {
            "kind": PersonKind.METRO_STAFF,
            "organisation_id": metro.organisation_id,
            "team_id": team.team_id,
            "work": (113.65, 34.74),
            "insurance_note": "团险 2025",
        }
        now = await change_person(connection, database.personal_keys, "v1", fields, WANG)
        of_metro = await list_people(
            connection, database.personal_keys, Search(organisation_id=metro.organisation_id), limit=9
        )
        volunteers = await list_people(connection, database.personal_keys, Search(kind=PersonKind.VOLUNTEER), limit=9)
        counts = [one.people for one in (*await list_organisations(connection), *await list_teams(connection))]

    assert (now.organisation, now.team, now.work, now.insurance_note) == (
        "郑州地铁",
        "五号线",
        (113.65, 34.74),
        "团险 2025",
    )
    assert [one.rescuer_id for one in of_metro] == ["v1"]
    assert [one.rescuer_id for one in volunteers] == ["v2"]
    assert counts == [1, 1]


async def test_many_people_are_assigned_at_once_or_nobody(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI, ZHAO)
    crew = {"kind": PersonKind.CREW}
    async with database.write() as connection:
        with pytest.raises(BadPersonField, match="team_id"):
            await assign_people(connection, database.personal_keys, ["v1"], {"name": "x"}, WANG)
        changed = await assign_people(connection, database.personal_keys, ["v1", "v2", "v1"], crew, WANG)
        again = await assign_people(connection, database.personal_keys, ["v1", "v2"], crew, WANG)
    with pytest.raises(UnknownRescuer):
        async with database.write() as connection:
            await assign_people(
                connection, database.personal_keys, ["v1", "nobody"], {"kind": PersonKind.GRID_WORKER}, WANG
            )

    assert (changed, again) == (["v1", "v2"], [])
    assert (await person(database, "v1")).kind is PersonKind.CREW


async def test_people_are_found_by_what_an_officer_knows_page_by_page(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI, ZHAO)
    searches = (
        Search(name="四"),
        Search(phone_e164="+8613900000002"),
        Search(rescuer_id="v"),
        Search(rescuer_id="%"),
        Search(expiring_before=date(2025, 6, 1)),
        Search(source="nowhere"),
    )
    async with database.read() as connection:
        found = [
            [one.rescuer_id for one in await list_people(connection, database.personal_keys, one, limit=9)]
            for one in searches
        ]
        second = await list_people(connection, database.personal_keys, Search(), after="v1", limit=1)

    assert found == [["v1"], ["v2"], ["v1", "v2"], [], ["v2"], []]
    assert [(one.rescuer_id, one.valid_until) for one in second] == [("v2", date(2025, 5, 1))]


async def test_a_pause_holds_until_its_day_in_the_persons_zone_or_until_it_is_ended(
    database: Database, tmp_path: Path
) -> None:
    await take(database, tmp_path, LI)
    async with database.write() as connection:
        with pytest.raises(BadPersonField, match="later day"):
            await pause(connection, database.personal_keys, "v1", WANG, until=date(2025, 4, 7), zone=SHANGHAI)
        await pause(connection, database.personal_keys, "v1", WANG, until=date(2025, 4, 9), zone=SHANGHAI)
    midnight = datetime(2025, 4, 9, tzinfo=SHANGHAI)
    assert await reason(database, "v1", midnight - timedelta(seconds=1)) == "paused"
    assert await reason(database, "v1", midnight) == "ready_at_home"

    async with database.write() as connection:
        await pause(connection, database.personal_keys, "v1", WANG, until=None, zone=SHANGHAI)
    assert await reason(database, "v1", NOW + timedelta(days=900)) != "ready_at_home"
    async with database.write() as connection:
        await resume(connection, database.personal_keys, "v1", WANG)
        changes = await list_changes(connection, kind="rescuer", subject_id="v1", limit=9)
    assert await reason(database, "v1") == "ready_at_home"
    assert [one.change.action for one in changes] == ["resumed", "paused", "paused"]


async def test_hours_of_the_week_are_kept_as_they_were_given(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, LI)
    async with database.write() as connection:
        now = await set_hours(
            connection, database.personal_keys, "v1", WANG, weekly="周一至周五 18:00-22:00", quiet="", time_zone=""
        )
        changes = await list_changes(connection, kind="rescuer", subject_id="v1", limit=9)

    assert now.weekly == "周一至周五 18:00-22:00"
    assert await reason(database, "v1") == "not_available"
    assert await reason(database, "v1", NOW.replace(hour=11)) == "ready_at_home"
    assert "18:00" not in str(changes)


@pytest.mark.parametrize("field", ["name", "insurance_note", "phone"])
def test_the_number_of_an_identity_card_is_refused_and_not_repeated(field: str) -> None:
    with pytest.raises(IdentityCardTyped) as refused:
        checked_fields({field: f"王二 {IDENTITY_CARD}"}, region="CN")
    assert IDENTITY_CARD not in str(refused.value)


async def test_a_mistake_is_struck_out_and_nothing_of_an_erased_person_is_left(
    database: Database, tmp_path: Path
) -> None:
    await take(database, tmp_path, LI)
    async with database.write() as connection:
        await add_paper(
            connection,
            database.personal_keys,
            "v1",
            NewPaper(kind="typo", valid_until=date(2026, 1, 1)),
            WANG,
            is_seen=False,
        )
        left = await remove_paper(connection, database.personal_keys, "v1", 1, WANG)
        await change_person(
            connection, database.personal_keys, "v1", {"work": (113.65, 34.74), "insurance_note": "x"}, WANG
        )
        await set_hours(
            connection, database.personal_keys, "v1", WANG, weekly="18:00-22:00", quiet="", time_zone="Asia/Shanghai"
        )
        await erase_rescuer(connection, "v1", at=NOW)
        with pytest.raises(ErasedPerson):
            await resume(connection, database.personal_keys, "v1", WANG)
        with pytest.raises(UnknownRescuer):
            await resume(connection, database.personal_keys, "nobody", WANG)
        held = [(await connection.execute(select(table))).all() for table in PERSONAL_TABLES]
        reasons = {one.author.why for one in await list_changes(connection, subject_id="v1", limit=9)}
        listed = await list_people(connection, database.personal_keys, Search(), limit=9)

    assert [one.kind for one in left.papers] == ["红十字救护员证"]
    assert not any(held)
    assert reasons == {""}
    assert listed == []
