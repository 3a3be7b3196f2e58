"""Headers of people's sheets in nine languages, and those that nobody may leave out without a word."""

import pytest

from registry.importers.people.columns import RESCUER_COLUMNS, find_columns, looks_like_rescuers, looks_telling
from registry.importers.people.sheets import PeopleRow, PeopleSheet
from registry.importers.people.unread_columns import DateColumnNotUnderstood, refuse_unread_dates, remarks_on_unused

ENDS = (
    *(
        "有效期",
        "有效期至",
        "有效期限",
        "证书有效期",
        "到期日期",
        "到期时间",
        "失效",
        "失效日期",
        "截止日期",
        "证书到期日",
    ),
    *(
        "有效期至（年月日）",
        "有效期 至",
        "證書有效期限",
        "到期日",
        "有效期間",
        "有効期限",
        "有効期限日",
        "満了日",
        "유효기간",
        "만료일",
    ),
    *("valid_until", "Valid until", "Expiry date", "expires", "EXPIRATION DATE", "Validity", "Expires on*"),
    *(
        "date d'expiration",
        "Date d’expiration",
        "Échéance",
        "valable jusqu'au",
        "Gültig bis",
        "gultig bis",
        "Ablaufdatum",
    ),
    *("geldig tot", "Vervaldatum", "fecha de caducidad", "Válido hasta", "Vencimiento", "Scadenza", "data di scadenza"),
)


@pytest.mark.parametrize("header", ENDS)
def test_the_end_of_a_certificate_is_known_in_nine_languages(header: str) -> None:
    assert find_columns([header]).by_field["valid_until"] == (header,)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        *(("发证日期", "issued"), ("交付日", "issued"), ("발급일", "issued"), ("Issue date", "issued")),
        *(("délivré le", "issued"), ("Ausstellungsdatum", "issued"), ("datum afgifte", "issued")),
        *(("fecha de expedición", "issued"), ("data di rilascio", "issued"), ("有效期起", "valid_from")),
        *(("手机号码", "phone"), ("手機", "phone"), ("携帯電話", "phone"), ("휴대폰", "phone"), ("Mobile", "phone")),
        *(("Téléphone portable", "phone"), ("Handynummer", "phone"), ("gsm-nummer", "phone"), ("móvil", "phone")),
        *(("cellulare", "phone"), ("证书编号", "certificate_number"), ("N° de certificat", "certificate_number")),
        *(("姓名 Name", "name"), ("手机/Mobile", "phone"), ("有效期至\nValid until", "valid_until")),
        *(("证书编号(Certificate No.)", "certificate_number"), ("有效期至(到期日期)", "valid_until")),
        *(("有效期（起）", "valid_from"), ("有效期（止）", "valid_until"), ("发证日期（年/月/日）", "issued")),
        *(("证书类型", "certificate_kind"), ("자격종류", "certificate_kind"), ("氏名", "name")),
    ],
)
def test_other_columns_are_known_too(header: str, field: str) -> None:
    assert find_columns([header]).by_field[field] == (header,)


@pytest.mark.parametrize(
    "header", ["身份证号", "身分證字號", "マイナンバー", "주민등록번호", "ID card number", "DNI", "Codice fiscale"]
)
def test_columns_of_identity_cards_are_set_aside(header: str) -> None:
    assert find_columns([header]).cards == (header,)


def test_no_header_has_two_meanings() -> None:
    names = [name.casefold() for names in RESCUER_COLUMNS.values() for name in names]
    assert len(set(names)) > 300
    for field, spellings in RESCUER_COLUMNS.items():
        for name in spellings:
            other = "name" if field in {"given_name", "family_name"} else field
            assert find_columns([name]).by_field[other] == (name,), name


def test_names_in_two_columns_are_one() -> None:
    columns = find_columns(["Vorname", "Nachname", "Handy"])
    assert (columns.by_field["given_name"], columns.by_field["family_name"]) == (("Vorname",), ("Nachname",))
    assert find_columns(["nome", "cellulare"]).by_field["name"] == ("nome",)


@pytest.mark.parametrize(
    ("headers", "are_people"),
    [
        (["编号", "姓名", "手机号", "证书编号"], True),
        (["姓名", "手机号", "有效期至"], True),
        (["Vorname", "Nachname", "Handynummer", "Zertifikat", "Gültig bis"], True),
        (["编号", "姓名", "手机号", "home_lon", "home_lat"], True),
        (["编号", "名称", "地址", "电话", "有效期"], False),
        (["编号", "安装场所", "姓名", "电话", "电池有效期"], False),
        (["id", "name", "phone", "lon", "lat"], False),
    ],
)
def test_people_are_told_from_devices(headers: list[str], *, are_people: bool) -> None:
    assert looks_like_rescuers(headers) is are_people


def refuse(header: str, *cells: str, ignored: tuple[str, ...] = ()) -> None:
    sheet = PeopleSheet(
        name="people.csv",
        headers=["姓名", "手机号", header],
        rows=[PeopleRow(where=f"line {n}", cells={header: cell}) for n, cell in enumerate(cells, start=2)],
    )
    refuse_unread_dates(sheet, find_columns(sheet.headers, ignored=ignored), ignored)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("有效期情况", ["2027-04-30"]),
        ("证书状态", ["有效", "已过期"]),
        ("下次复训", ["2027.4"]),
        ("Verlängerung gültig", ["ja"]),
        ("prochaine échéance", ["30/04/2027"]),
        ("备注", ["2027-04-30", "", "2027年4月30日"]),
        ("证件有效期间（始）", ["2024"]),
        ("证书有效期（自）", ["2024-05-01"]),
        ("日期", ["2024-05-01"]),
        ("column 9", ["20270430"]),
    ],
)
def test_a_column_of_dates_that_nobody_understands_refuses_the_sheet_by_its_name(header: str, cells: list[str]) -> None:
    with pytest.raises(DateColumnNotUnderstood, match=rf"people\.csv.*'{header}'.*--map.*--ignore"):
        refuse(header, *cells)
    refuse(header, *cells, ignored=(header,))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("出生日期", ["1990-01-01"]),
        ("培训时间", ["2024-05-01"]),
        ("Timestamp", ["2024-05-01 10:00:00"]),
        ("邮编", ["450000", "450101"]),
        ("性别", ["男"]),
        ("有效期情况", ["", "-"]),
    ],
)
def test_other_columns_do_not(header: str, cells: list[str]) -> None:
    refuse(header, *cells)


def test_what_is_left_out_is_named_once() -> None:
    columns = find_columns(["姓名", "性别", "出生日期", "身份证号", "home_lon", "家庭纬度"])
    assert [(remark.reason, remark.text.partition(": ")[2]) for remark in remarks_on_unused(columns)] == [
        ("columns_not_used", "性别, 出生日期"),
        ("identity_cards_not_read", "身份证号"),
    ]


def test_words_that_only_contain_a_telling_one_are_not_telling() -> None:
    assert not any(map(looks_telling, ["estate", "invalidity of nothing", "station"]))
