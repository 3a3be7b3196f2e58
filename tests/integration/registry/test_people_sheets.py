"""People's sheets as Red Cross societies keep them: taken as published, each row as a careful person would, and with
nothing of an identity card anywhere behind."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from geo.places.datum import Datum
from registry.importers.kinds import ImportKind
from registry.importers.people.certificates import BadValidYears, parse_valid_years
from registry.importers.people.people_file import BadMapping
from registry.importers.people.person_ids import NoPeopleSecret
from registry.importers.people.unread_columns import DateColumnNotUnderstood
from registry.importers.rejects import write_rejects
from registry.importers.report import ImportReport
from registry.importers.run import ImportOptions, import_file
from registry.models import Certificate, Rescuer
from registry.repository import erase_rescuer, find_contact, load_rescuers
from registry.storage.database import Database
from registry.tables import metadata, rescuer_personal, rescuers

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
AS_PUBLISHED = ImportOptions()
SECRET = "a secret of at least thirty-two characters"
WITH_SECRET = ImportOptions(people_secret=SECRET)
SHEET = "imports/rescuers_as_sheets_are.csv"
CARDS = ("11010519491231002X", "440524199801010017", "410102199003075434")
HEADER = "编号,姓名,手机号,证书类型,证书编号,发证日期,有效期至\n"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def people_of(database: Database) -> dict[str, Rescuer]:
    async with database.read() as connection:
        return {person.rescuer_id: person for person in await load_rescuers(connection)}


async def everything(database: Database) -> str:
    """All that the database holds, as text."""
    async with database.read() as connection:
        tables = [
            table for table in metadata.sorted_tables if table.info.get("only_on") in (None, connection.dialect.name)
        ]
        return str([(await connection.execute(select(table))).all() for table in tables])


async def import_text(
    database: Database, folder: Path, text: str, options: ImportOptions = AS_PUBLISHED, *, name: str = "people.csv"
) -> ImportReport:
    (folder / name).write_text(text, encoding="utf-8")
    named = replace(options, source=options.source or "people")
    return await import_file(database, folder / name, named, now=NOW)


def reasons(report: ImportReport) -> list[tuple[str, str]]:
    return [(remark.where, remark.reason) for remark in report.rejected]


async def test_the_sheet_as_published_is_taken_row_by_row_as_a_careful_person_would(
    database: Database, shared_data: Path
) -> None:
    report = await import_file(database, shared_data / SHEET, AS_PUBLISHED, now=NOW)

    april = (date(2024, 5, 1), date(2027, 4, 30))
    expected: dict[str, tuple[str, str, tuple[date, date] | None]] = {
        "A1": ("+8613800000001", "救护员", april),
        "A2": ("+8613800000002", "救护员", april),
        "A3": ("+8613800000003", "救护员证", april),
        "A4": ("+8613800000004", "初级急救员", (date(2024, 5, 1), date(2027, 5, 1))),
        "A6": ("+8613800000006", "救护员", (date(2024, 5, 1), date(2027, 5, 31))),
        "A8": ("+8637160000008", "救护员", april),
        "A9": ("+8613800000009", "救护员", april),
        "A10": ("+8613800000010", "救护员", april),
        "A11": ("+8613800000011", "救护员", april),
        "A12": ("+8613800000012", "救护员", april),
        "A13": ("+8613800000013", "救护员", april),
        "A14": ("+8613800000014", "救护员", april),
        "A15": ("", "", None),
        "A16": ("+8613800000016", "", None),
        "A17": ("+8613800000017", "", None),
    }
    people = await people_of(database)
    assert people.keys() == expected.keys()
    for rescuer_id, (phone, kind, span) in expected.items():
        async with database.read() as connection:
            contact = await find_contact(connection, rescuer_id, database.personal_keys)
        assert contact is not None
        assert contact.phone_e164 == phone, rescuer_id
        number = f"4101-{int(rescuer_id[1:]):02}"
        papers = (
            (Certificate(kind=kind, number=number, valid_from=span[0], valid_until=span[1]),)
            if span is not None
            else ()
        )
        assert people[rescuer_id].certificates == papers, rescuer_id
    # A5: 1.38E+10. A7: ten digits, where a mobile has eleven.
    assert reasons(report) == [("line 6", "phone_digits_lost"), ("line 8", "bad_phone")]
    assert [(remark.where, remark.reason) for remark in report.warnings] == [
        ("header", "columns_not_used"),
        ("header", "identity_cards_not_read"),
        ("line 7", "more_phones"),
        ("line 9", "landline"),
        ("line 9", "ends_differ"),
        ("line 17", "no_phone"),
        ("line 17", "certificate_without_end"),
        ("line 18", "certificate_without_end"),
    ]
    assert "性别" in report.warnings[0].text
    assert len({remark.text for remark in report.warnings if remark.reason == "certificate_without_end"}) == 1


async def test_a_second_import_of_it_changes_nothing(database: Database, shared_data: Path) -> None:
    await import_file(database, shared_data / SHEET, AS_PUBLISHED, now=NOW)
    again = await import_file(database, shared_data / SHEET, AS_PUBLISHED, now=NOW)
    assert (again.accepted, again.changed, again.unchanged, again.absent) == (0, 0, 15, [])


async def test_what_the_sheet_holds_of_identity_cards_is_nowhere_afterwards(
    database: Database, shared_data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    report = await import_file(database, shared_data / SHEET, AS_PUBLISHED, now=NOW)
    text = (shared_data / SHEET).read_text(encoding="utf-8")
    cards = {cell for cell in text.replace("\n", ",").split(",") if len(cell) == 18 and cell.startswith("4101")}
    assert len(cards) > 8
    found = await everything(database) + json.dumps(report.as_json(), ensure_ascii=False) + repr(report) + caplog.text
    assert not [card for card in cards if card in found]


async def test_messages_name_nobody_and_no_phone(database: Database, shared_data: Path) -> None:
    report = await import_file(database, shared_data / SHEET, AS_PUBLISHED, now=NOW)
    said = json.dumps(report.as_json(), ensure_ascii=False)
    rows = (shared_data / SHEET).read_text(encoding="utf-8").splitlines()[1:]
    names = {row.split(",")[1] for row in rows if row.startswith("A")}
    assert not [name for name in names if name in said]
    assert "138" not in said


async def test_an_identity_card_as_id_is_never_stored_and_another_id_is_made(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rows = [f"{card},某{n},1380000000{n},救护员,C{n},2024-05-01,2027-04-30\n" for n, card in enumerate(CARDS)]
    text = HEADER + "".join(rows) + "410102,残,13800000009,救护员,C9,2024-05-01,2027-04-30\n"
    text += f",某,13800000008,救护员,{CARDS[0]},2024-05-01,2027-04-30\n"
    with pytest.raises(NoPeopleSecret, match="set RESCUE_PEOPLE_SECRET"):
        await import_text(database, tmp_path, text)

    report = await import_text(database, tmp_path, text, WITH_SECRET)

    assert report.accepted == 5
    people = await people_of(database)
    assert all(key.startswith("p-") and len(key) == 22 for key in people)
    assert sorted(paper.number for person in people.values() for paper in person.certificates) == [
        *("", "C0", "C1", "C2", "C9"),
    ]
    found = await everything(database) + json.dumps(report.as_json()) + repr(report) + caplog.text
    assert not [card for card in CARDS if card in found or card.lower() in found]
    warned = [remark.reason for remark in report.warnings]
    assert (warned.count("identity_card_as_id"), warned.count("identity_card_as_number")) == (5, 1)
    assert len({remark.text for remark in report.warnings}) == 2
    again = await import_text(database, tmp_path, text, WITH_SECRET)
    assert (again.unchanged, again.accepted) == (5, 0)


async def test_a_phone_or_a_name_as_id_would_survive_an_erasure_and_is_no_id(
    database: Database, tmp_path: Path
) -> None:
    rows = "13800000001,甲,138 0000 0001,救护员,C1,2024-05-01,2027-04-30\n某乙,某乙,13800000002,救护员,C2,,2027-04-30\n"
    report = await import_text(database, tmp_path, HEADER + rows, WITH_SECRET)
    assert [remark.reason for remark in report.warnings] == ["personal_id", "personal_id"]
    assert all(key.startswith("p-") for key in await people_of(database))


async def test_a_card_that_stands_in_a_column_of_its_own_is_known_wherever_else_it_stands(
    database: Database, tmp_path: Path
) -> None:
    header = "编号,姓名,手机号,证书类型,证书编号,有效期至,身份证号\n"
    row = "A1,某,13800000001,救护员,X-99 12,2027-04-30,x9912\n"
    await import_text(database, tmp_path, header + row)
    assert (await people_of(database))["A1"].certificates == (
        Certificate(kind="救护员", valid_until=date(2027, 4, 30)),
    )


async def test_without_an_id_column_a_person_is_known_by_certificate_or_phone(
    database: Database, tmp_path: Path
) -> None:
    header = "姓名,手机号,证书类型,证书编号,发证日期,有效期至\n"
    one = "某甲,13800000001,救护员,C1,2024-05-01,2027-04-30\n"
    two = "某乙,138 0000 0002,救护员,,2024-05-01,2027-04-30\n"
    with pytest.raises(NoPeopleSecret, match="openssl rand -hex 32"):
        await import_text(database, tmp_path, header + one + two)
    with pytest.raises(NoPeopleSecret, match="at least 32"):
        await import_text(database, tmp_path, header + one + two, ImportOptions(people_secret="short"))
    assert await people_of(database) == {}

    await import_text(database, tmp_path, header + one + two, WITH_SECRET)
    first = await people_of(database)
    # Another order and another spelling; one has a new phone, and one a newer certificate beside the old one.
    later = one.replace("13800000001", "13900000001") + "某甲,13900000001,师资,C0,2025-01-01,2028-12-31\n"
    report = await import_text(database, tmp_path, header + two.replace(" ", "-") + later, WITH_SECRET)

    assert (report.accepted, report.changed, report.unchanged) == (0, 1, 1)
    second = await people_of(database)
    assert second.keys() == first.keys()
    assert sorted(len(person.certificates) for person in second.values()) == [1, 2]
    with_other_secret = ImportOptions(people_secret=SECRET[::-1], dry_run=True)
    assert (await import_text(database, tmp_path, header + one, with_other_secret)).accepted == 1


async def test_who_has_neither_is_rejected(database: Database, tmp_path: Path) -> None:
    header = "姓名,手机号,证书类型,证书编号,有效期至\n"
    report = await import_text(database, tmp_path, header + "某,,救护员,,2027-04-30\n", WITH_SECRET)
    assert reasons(report) == [("line 2", "no_id")]


async def test_a_column_of_dates_that_nobody_understands_refuses_the_sheet_by_its_name(
    database: Database, tmp_path: Path
) -> None:
    text = "编号,姓名,手机号,证书类型,有效期情况\n1,某,13800000001,救护员,2027-04-30\n"
    with pytest.raises(DateColumnNotUnderstood, match="有效期情况"):
        await import_text(database, tmp_path, text)
    assert await people_of(database) == {}
    report = await import_text(database, tmp_path, text, ImportOptions(ignored=("有效期情况",)))
    assert report.accepted == 1
    assert "columns that are not used: 有效期情况" in [remark.text for remark in report.warnings]
    mapped = await import_text(database, tmp_path, text, ImportOptions(mapped={"有效期情况": "valid_until"}))
    assert (mapped.changed, len((await people_of(database))["1"].certificates)) == (1, 1)


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (ImportOptions(mapped={"生日": "valid_until"}), "no column '生日'"),
        (ImportOptions(ignored=("生日",)), "no column '生日'"),
        (ImportOptions(mapped={"姓名": "nickname"}), "one of id, name"),
    ],
)
async def test_a_column_or_a_meaning_that_there_is_not_is_named(
    database: Database, tmp_path: Path, options: ImportOptions, advice: str
) -> None:
    with pytest.raises(BadMapping, match=advice):
        await import_text(database, tmp_path, HEADER + "1,某,13800000001,救护员,C1,,2027-04-30\n", options)


@pytest.mark.parametrize(
    "header", ["有效期", "到期日期", "证书有效期", "失效", "expiry", "expires", "Gültig bis", "date d'expiration"]
)
async def test_an_end_under_any_known_header_ends_the_certificate(
    database: Database, tmp_path: Path, header: str
) -> None:
    await import_text(database, tmp_path, f"编号,姓名,手机号,证书类型,{header}\n1,某,13800000001,救护员,2027-04-30\n")
    assert (await people_of(database))["1"].certificates == (Certificate(kind="救护员", valid_until=date(2027, 4, 30)),)


async def test_no_end_is_no_certificate_unless_the_kind_says_for_how_long(database: Database, tmp_path: Path) -> None:
    rows = "k1,甲,13800000001,红十字救护员证,C1,2024-05-01,\nk2,乙,13800000002,CPR,C2,2024-05-01,\n"
    rows += "k3,丙,13800000003,CPR,C3,,长期\n"
    report = await import_text(database, tmp_path, HEADER + rows)
    assert [len(person.certificates) for _, person in sorted((await people_of(database)).items())] == [0, 0, 1]
    assert [remark.text.partition(" has no end")[0] for remark in report.warnings] == [
        "a certificate of the kind '红十字救护员证'",
        "a certificate of the kind 'CPR'",
    ]

    options = ImportOptions(valid_years=parse_valid_years(["救护员=3"]))
    report = await import_text(database, tmp_path, HEADER + rows, options)

    people = await people_of(database)
    assert people["k1"].certificates[0].valid_until == date(2027, 4, 30)
    assert people["k2"].certificates == ()
    assert people["k3"].certificates[0].valid_until is None
    assert [remark.reason for remark in report.warnings] == ["end_reckoned", "certificate_without_end"]


@pytest.mark.parametrize("text", ["救护员", "=3", "救护员=three", "救护员=0", "救护员=99", ""])
def test_a_length_of_validity_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadValidYears, match="KIND=YEARS"):
        parse_valid_years([text])


async def test_one_phone_in_two_rows_or_two_lists_is_remarked_on_without_the_number(
    database: Database, tmp_path: Path
) -> None:
    row = ",某,13800001234,救护员,,2024-05-01,2027-04-30\n"
    report = await import_text(database, tmp_path, f"{HEADER}a{row}b{row}")
    assert report.accepted == 2
    (shared,) = [remark for remark in report.warnings if remark.reason == "shared_phone"]
    assert "line 2 and line 3 have one phone (...1234)" in shared.text

    other = await import_text(database, tmp_path, f"{HEADER}c{row}", name="other.csv")
    texts = [remark.text for remark in other.warnings if remark.reason == "shared_phone"]
    assert len(texts) == 2
    assert "line 2 has the phone (...1234) of a of the list" in texts[0]
    assert not any("1380000" in text for text in texts)


async def test_an_identity_card_that_an_earlier_import_has_taken_for_an_id_is_remarked_on(
    database: Database, tmp_path: Path
) -> None:
    held = {"rescuer_id": CARDS[0], "source": "old", "source_file": "old.csv", "source_digest": "", "imported_at": NOW}
    async with database.write() as connection:
        await connection.execute(insert(rescuers).values(**held, on_duty=False))
        personal = {"rescuer_id": CARDS[0], "name": "某", "phone_e164": "+8613800000001"}
        await connection.execute(insert(rescuer_personal).values(**personal))
    report = await import_text(database, tmp_path, HEADER + "a,某,13800000001,救护员,,2024-05-01,2027-04-30\n")
    texts = [remark.text for remark in report.warnings]
    assert any(text.startswith("1 people in the registry have the number of an identity card") for text in texts)
    assert not any(CARDS[0] in text for text in texts)


async def test_who_was_erased_is_not_taken_again_under_a_made_id(database: Database, tmp_path: Path) -> None:
    text = "姓名,手机号,证书类型,有效期至\n某,13800000001,救护员,2027-04-30\n"
    await import_text(database, tmp_path, text, WITH_SECRET)
    (rescuer_id,) = await people_of(database)
    async with database.write() as connection:
        await erase_rescuer(connection, rescuer_id, at=NOW)
    assert reasons(await import_text(database, tmp_path, text, WITH_SECRET)) == [("line 2", "erased")]
    assert "1380000" not in await everything(database)


async def test_a_row_that_cannot_be_read_is_rejected_with_its_column(database: Database, tmp_path: Path) -> None:
    rows = [
        "1,甲,13800000001,救护员,C1,2024-05-01,下个月\n",
        "2,乙,13800000002,救护员,C2,01/05/2024,2027-04-30\n",
    ]
    report = await import_text(database, tmp_path, HEADER + "".join(rows))
    assert reasons(report) == [("line 2", "bad_date"), ("line 3", "ambiguous_date")]
    assert "有效期至" in report.rejected[0].text
    assert "发证日期 ('01/05/2024') may be 2024-01-05 or 2024-05-01" in report.rejected[1].text


async def test_a_home_that_lies_nowhere_is_rejected_without_its_numbers(database: Database, tmp_path: Path) -> None:
    header = "编号,姓名,手机号,home_lon,home_lat\n"
    rows = "a,某,13800000001,113.6612345x,34.75\nb,某,13800000002,34.7512345,113.66\nc,某,13800000003,0,0\n"
    report = await import_text(database, tmp_path, header + rows, ImportOptions(datum=Datum.WGS84))
    assert [where for where, _ in reasons(report)] == ["line 2", "line 3", "line 4"]
    assert not any("12345" in remark.text for remark in report.rejected)


async def test_kinds_of_files_are_told_by_their_headers(database: Database, tmp_path: Path) -> None:
    text = "姓名,手机号,证书有效期\n某,13800000001,2027-04-30\n"
    report = await import_text(database, tmp_path, text, WITH_SECRET, name="aed.csv")
    assert report.kind is ImportKind.RESCUERS


async def test_ids_that_count_the_rows_are_remarked_on(database: Database, tmp_path: Path) -> None:
    rows = "".join(f"{n},某{n},1380000000{n},救护员,C{n},2024-05-01,2027-04-30\n" for n in (1, 2, 3))
    report = await import_text(database, tmp_path, HEADER + rows)
    assert [remark.reason for remark in report.warnings] == ["ids_count_rows"]


async def test_rejected_people_are_corrected_and_imported_again_and_no_card_is_written_down(
    database: Database, tmp_path: Path
) -> None:
    rows = (
        f"A1,甲,13800000001,救护员,4101-01,2024-04-01,2027-04-01,{CARDS[0]}\n"
        f"A2,乙,1380000,救护员,4101-02,2024-04-01,2027-04-01,{CARDS[1]}\n"
        f"A1,丙,13800000003,救护员,4101-03,2024-04-01,2027-04-01,{CARDS[2]}\n"
    )
    report = await import_text(database, tmp_path, HEADER.strip() + ",身份证号\n" + rows)
    rejects = tmp_path / "rejects.csv"
    rejects.touch(mode=0o644)

    assert write_rejects(rejects, report.rejected, report.tables) == 2
    written = rejects.read_text(encoding="utf-8-sig")
    assert rejects.stat().st_mode & 0o777 == 0o600
    assert not any(card in written for card in CARDS)
    assert "乙" not in json.dumps(report.as_json(), ensure_ascii=False)

    mended = written.replace("1380000,", "13800000002,").replace("A1,丙", "A3,丙")
    again = await import_text(database, tmp_path, mended, name="rejects.csv")

    assert (again.accepted, again.rejected) == (2, [])
    people = await people_of(database)
    assert {rescuer_id for rescuer_id, person in people.items() if person.certificates} == {"A1", "A2", "A3"}
    assert "乙" not in str([remark.text for remark in again.warnings])
