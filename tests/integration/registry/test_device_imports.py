"""What lists say of devices: read by their columns in many languages, beside what people set, and taken back."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from geo.places.datum import Datum
from registry.devices.device import Device, Organisation
from registry.devices.device_store import change_device, get_device
from registry.devices.expiring import What, list_due
from registry.devices.inspecting import Form, Point, Result, Seen
from registry.devices.inspection_store import inspect
from registry.devices.provenance import get_origins, let_go
from registry.doubles import join
from registry.history.log import Author, list_changes
from registry.importers.import_log import undo_import
from registry.importers.meanings.profile import read_profile
from registry.importers.report import ImportReport, grouped
from registry.importers.run import ImportOptions, import_file
from registry.lifecycle import NotCorrected
from registry.storage.database import Database
from registry.tables import aeds

pytestmark = pytest.mark.both_databases
NOW = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
WANG = Author(by="wang", at=NOW, why="seen on the spot")
CITY = (
    "编号,名称,lon,lat,品牌,型号,序列号,电极片有效期,儿童电极片有效期,电池有效期,"
    "巡检日期,下次检查日期,入口,所属单位,维护单位\n"
)
ROW = "1,图书馆,113.66,34.75,迈瑞,C2,S-1,2027-06,2026年12月,2028-01-31,2026/3/1,2026-09-01,东门,市图书馆,平安维保\n"
TOLD = Device(
    maker="迈瑞",
    model="C2",
    serial="S-1",
    adult_pads_expire_on=date(2027, 6, 30),
    child_pads_expire_on=date(2026, 12, 31),
    battery_expires_on=date(2028, 1, 31),
    last_checked_on=date(2026, 3, 1),
    next_check_on=date(2026, 9, 1),
    entrance="东门",
    operator=Organisation(name="市图书馆"),
    maintainer=Organisation(name="平安维保"),
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    yield one
    await one.close()


class Lists:
    """Imports texts as the same list, hour by hour."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder, self.at = database, folder, NOW

    async def take(self, text: str, *, name: str = "city.csv", **more: Any) -> ImportReport:
        (self.folder / name).write_text(text, encoding="utf-8")
        self.at += timedelta(hours=1)
        options = ImportOptions(**{"source": Path(name).stem, "datum": Datum.WGS84, **more})
        return await import_file(self.database, self.folder / name, options, now=self.at)

    async def id_of(self, source: str = "city") -> str:
        async with self.database.read() as connection:
            return str((await connection.execute(select(aeds.c.aed_id).where(aeds.c.source == source))).scalar_one())

    async def device(self, source: str = "city") -> Device:
        aed_id = await self.id_of(source)
        async with self.database.read() as connection:
            return await get_device(connection, aed_id)

    async def set(self, source: str = "city", **fields: Any) -> None:
        device, aed_id = Device.model_validate(fields), await self.id_of(source)
        async with self.database.write() as connection:
            await change_device(connection, aed_id, {name: getattr(device, name) for name in fields}, WANG)


@pytest.fixture
def lists(database: Database, tmp_path: Path) -> Lists:
    return Lists(database, tmp_path)


async def test_what_a_list_says_of_devices_is_taken_once(lists: Lists) -> None:
    first = await lists.take(CITY + ROW)
    again = await lists.take(CITY + ROW)

    assert await lists.device() == TOLD
    assert (first.accepted, first.warnings) == (1, [])
    assert (again.accepted, again.changed, again.unchanged) == (0, 0, 1)


HEADERS = {
    "zh": "品牌,型号,序列号,电极片有效期,电池有效期,巡检日期,下次检查日期,入口,维护单位",
    "ja": "メーカー,機種,製造番号,パッド使用期限,バッテリー使用期限,最終点検日,次回点検日,出入口,保守会社",
    "ko": "제조사,모델명,제조번호,패드유효기간,배터리유효기간,최근점검일,다음점검일,출입구,유지보수업체",
    "en": "manufacturer,model,serial number,pads expiry date,battery expiry date,"
    "last checked,next check due,nearest entrance,maintained by",
    "fr": "fabricant,modèle,numéro de série,péremption électrodes,péremption batterie,"
    "dernière maintenance,prochaine maintenance,entrée,mainteneur",
    "de": "Hersteller,Modell,Seriennummer,Ablaufdatum Elektroden,Ablaufdatum Batterie,"
    "letzte Wartung,nächste Wartung,Eingang,Wartungsfirma",
    "nl": "fabrikant,model,serienummer,vervaldatum elektroden,vervaldatum batterij,"
    "laatste controle,volgende controle,ingang,onderhoud door",
    "es": "fabricante,modelo,número de serie,caducidad electrodos,caducidad batería,"
    "última revisión,próxima revisión,entrada,empresa mantenedora",
    "it": "produttore,modello,numero di serie,scadenza elettrodi,scadenza batteria,"
    "ultima verifica,prossima verifica,ingresso,ditta manutenzione",
}


@pytest.mark.parametrize("language", HEADERS)
async def test_their_columns_are_known_in_nine_languages(lists: Lists, language: str) -> None:
    row = "1,113.66,34.75,Zoll,Plus,Z9,2027-06-30,2028-01,2026-03-01,2026-09-01,E,M\n"
    await lists.take(f"id,lon,lat,{HEADERS[language]}\n{row}")

    assert await lists.device() == Device(
        maker="Zoll",
        model="Plus",
        serial="Z9",
        adult_pads_expire_on=date(2027, 6, 30),
        battery_expires_on=date(2028, 1, 31),
        last_checked_on=date(2026, 3, 1),
        next_check_on=date(2026, 9, 1),
        entrance="E",
        maintainer=Organisation(name="M"),
    )


@pytest.mark.parametrize("prefix", ["c_", ""])
@pytest.mark.parametrize("profile", ["geodae", None])
async def test_geodae_says_of_a_device_what_its_register_holds(lists: Lists, prefix: str, profile: str | None) -> None:
    names = (
        "fab_rais",
        "modele",
        "num_serie",
        "dermnt",
        "dtpr_lcped",
        "dtpr_lcad",
        "dtpr_bat",
        "lc_ped",
        "expt_rais",
        "mnt_rais",
    )
    header = ",".join(f"{prefix}{name}" for name in names)
    row = "1,48.85,2.35,Schiller,FRED,S1,2026-02-03,2026-11-30,2027-01-31,2028-01-31,oui,Mairie,Sté Maint"
    more = {} if profile is None else {"profile": read_profile(profile)}

    await lists.take(f"c_gid,c_lat_coor1,c_long_coor1,{header}\n{row}\n", **more)

    assert await lists.device() == Device(
        maker="Schiller",
        model="FRED",
        serial="S1",
        last_checked_on=date(2026, 2, 3),
        child_pads_expire_on=date(2026, 11, 30),
        adult_pads_expire_on=date(2027, 1, 31),
        battery_expires_on=date(2028, 1, 31),
        has_child_pads=True,
        operator=Organisation(name="Mairie"),
        maintainer=Organisation(name="Sté Maint"),
    )


async def test_openstreetmap_and_japans_national_columns_do_too(lists: Lists) -> None:
    tags = '"emergency":"defibrillator","manufacturer":"Zoll","model":"Plus","operator":"SBB","check_date":"2026-02-03"'
    osm = f'{{"elements":[{{"type":"node","id":1,"lat":47.1,"lon":9.5,"tags":{{{tags}}}}}]}}'
    await lists.take(osm, name="osm.json", datum=None)
    japan = "ID,名称,緯度,経度,団体名,小児対応設備の有無\n7,市役所,35.68,139.76,千代田区,有\n"
    await lists.take(japan, name="japan.csv", profile=read_profile("japan"))

    assert await lists.device("osm") == Device(
        maker="Zoll", model="Plus", operator=Organisation(name="SBB"), last_checked_on=date(2026, 2, 3)
    )
    assert await lists.device("japan") == Device(operator=Organisation(name="千代田区"), has_child_pads=True)


async def test_days_that_cannot_be_told_are_named_once_and_left_out(lists: Lists) -> None:
    header = "id,lon,lat,battery expiry date,last checked,serial number\n"
    rows = [
        "1,113.66,34.75,03/04/2027,2026-03-01,A\n",
        "2,113.67,34.75,03/04/2027,2099-01-01,B\n",
        "3,113.68,34.75,1900-01-01,06/2025,C\n",
    ]
    report = await lists.take(header + "".join(rows))

    told = {(group.text.partition(":")[0], group.count) for group in grouped(report.warnings)}
    assert told == {
        ("battery_expires_on is written as '03/04/2027', which is no day that can be told without a doubt", 2),
        ("battery_expires_on is written as '1900-01-01', which no device has", 1),
        ("last_checked_on is written as '2099-01-01', which is still to come", 1),
    }
    assert (report.accepted, report.rejected) == (3, [])


async def test_what_an_officer_set_stays_until_it_is_let_go(lists: Lists) -> None:
    await lists.take(CITY + ROW)
    await lists.set(battery_expires_on="2029-01", entrance=None)
    await lists.take(CITY + ROW.replace("2028-01-31", "2030-01-31").replace("东门", "西门").replace("S-1", "S-2"))
    kept, aed_id = await lists.device(), await lists.id_of()
    assert (kept.battery_expires_on, kept.entrance, kept.serial) == (date(2029, 1, 31), None, "S-2")

    async with lists.database.write() as connection:
        origins = await get_origins(connection, aed_id)
        assert (origins["battery_expires_on"].by, origins["entrance"].by, origins["serial"].by) == ("wang", "wang", "")
        await let_go(connection, aed_id, "entrance", WANG)
        with pytest.raises(NotCorrected):
            await let_go(connection, aed_id, "serial", WANG)
        newest = (await list_changes(connection, kind="aed_device", limit=1))[0].change
    assert (newest.action, newest.before, newest.after) == (
        "let_go",
        {"entrance": None, "corrected": ["entrance"]},
        {"entrance": "西门", "corrected": []},
    )
    assert (await lists.device()).entrance == "西门"


async def test_the_same_word_given_by_an_officer_is_theirs_from_then_on(lists: Lists) -> None:
    await lists.take(CITY + ROW)
    await lists.set(maker="迈瑞")
    await lists.take(CITY + ROW.replace("迈瑞", "飞利浦"))

    assert (await lists.device()).maker == "迈瑞"


async def test_what_an_inspector_found_stays(lists: Lists) -> None:
    await lists.take(CITY + ROW)
    form = Form(result=Result.READY, at=NOW, points={Point.INDICATOR: Seen.OK}, next_check_on=date(2026, 5, 1))
    async with lists.database.write() as connection:
        await inspect(connection, await lists.id_of(), form, WANG)
    await lists.take(CITY + ROW.replace("2026/3/1", "2026/2/1"))

    device = await lists.device()
    assert (device.last_checked_on, device.next_check_on) == (date(2026, 4, 5), date(2026, 5, 1))


async def test_taking_an_import_back_takes_back_what_it_said_of_devices(lists: Lists) -> None:
    await lists.take(CITY + ROW)
    await lists.set(serial="S-9")
    second = await lists.take(CITY + ROW.replace("2028-01-31", "2030-01-31").replace("市图书馆", "新馆"))
    assert (await lists.device()).battery_expires_on == date(2030, 1, 31)
    assert second.import_id is not None

    await undo_import(lists.database, second.import_id, now=lists.at + timedelta(hours=1), by="wang")

    assert await lists.device() == TOLD.model_copy(update={"serial": "S-9"})
    async with lists.database.read() as connection:
        newest = (await list_changes(connection, kind="aed_device", limit=1))[0].change
    assert newest.after == {"battery_expires_on": "2028-01-31", "operator": "changed"}
    again = await lists.take(CITY + ROW)
    assert (again.changed, again.unchanged) == (0, 1)


async def test_an_import_of_an_aed_taken_back_leaves_nothing_of_its_device(lists: Lists) -> None:
    first = await lists.take(CITY + ROW)
    assert first.import_id is not None
    await undo_import(lists.database, first.import_id, now=lists.at + timedelta(hours=1), by="wang")

    assert await lists.device() == Device()


async def test_a_list_that_gains_the_columns_changes_only_what_they_say(lists: Lists) -> None:
    await lists.take("编号,名称,lon,lat\n1,图书馆,113.66,34.75\n")
    looked = await lists.take("编号,名称,lon,lat,品牌,所属单位\n1,图书馆,113.66,34.75,迈瑞,王家\n", dry_run=True)

    assert {name: one.examples for name, one in looked.differences.items()} == {
        "maker": [("1", "", "迈瑞")],
        "operator": [("1", "", "changed")],
    }
    assert await lists.device() == Device()


async def test_of_joined_aeds_a_persons_word_comes_before_the_first_lists(lists: Lists) -> None:
    header = "id,name,lon,lat,battery expiry date\n"
    await lists.take(header + "1,Library,113.66,34.75,2026-05-01\n")
    await lists.take(header + "1,Library,113.66,34.75,2026-06-01\n", name="other.csv")
    await lists.set("other", battery_expires_on="2029-01-31")
    keep, other = await lists.id_of(), await lists.id_of("other")
    async with lists.database.write() as connection:
        await join(connection, keep, other, by="wang", at=NOW)

    assert (await lists.device()).battery_expires_on == date(2029, 1, 31)
    async with lists.database.read() as connection:
        due = await list_due(connection, until=date(2029, 12, 31), what=(What.BATTERY,), limit=9)
    assert [(one.aed_id, one.due_on) for one in due] == [(keep, date(2029, 1, 31))]
