"""Dates as people write them in sheets: each form reads back, and what can be two days is not one of them by guess."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.importers.people.dates import Days, Written, read_date
from registry.importers.people.validity import Role, Validity, ValidityReader, after
from registry.importers.people.validity_cells import Says, read_validity
from registry.importers.report import Rejected

MAY = Days(date(2024, 5, 1), date(2024, 5, 31))
MAY_DAY = Days(date(2024, 5, 1), date(2024, 5, 1))
NUMERALS = "〇一二三四五六七八九"
MONTHS = {
    language: names.split()
    for language, names in {
        "en": "January February March April May June July August September October November December",
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "nl": "januari februari maart april mei juni juli augustus september oktober november december",
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    }.items()
}
FULL_WIDTH = str.maketrans("0123456789/-.", "０１２３４５６７８９／－．")


def in_numerals(number: int) -> str:
    """1 to 99 as 二十一 is written."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else NUMERALS[tens]) + ("十" if tens else "") + (NUMERALS[ones] if ones else "")


def named(language: str, pattern: str) -> Callable[[date], str]:
    return lambda day: pattern.format(d=day.day, m=MONTHS[language][day.month - 1], y=day.year)


FORMS: dict[str, Callable[[date], str]] = {
    "2024年5月1日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "2024年05月01日": lambda day: f"{day.year}年{day.month:02}月{day.day:02}日",
    "2024 年 5 月 1 日": lambda day: f"{day.year} 年 {day.month} 月 {day.day} 日",
    "2024年5月1号": lambda day: f"{day.year}年{day.month}月{day.day}号",
    "20240501": lambda day: f"{day:%Y%m%d}",
    "20240501.0": lambda day: f"{day:%Y%m%d}.0",
    "45413": lambda day: str((day - date(1899, 12, 30)).days),
    "45413.0": lambda day: f"{(day - date(1899, 12, 30)).days}.0",
    "45413.75": lambda day: f"{(day - date(1899, 12, 30)).days}.75",
    "2024/5/1": lambda day: f"{day.year}/{day.month}/{day.day}",
    "2024-5-1": lambda day: f"{day.year}-{day.month}-{day.day}",
    "2024-05-01": lambda day: day.isoformat(),
    "2024-05-01 00:00:00": lambda day: f"{day} 00:00:00",
    "2024-05-01T00:00:00": lambda day: f"{day}T00:00:00",
    "2024-05-01T00:00:00.000Z": lambda day: f"{day}T00:00:00.000Z",
    "2024/5/1 0:00": lambda day: f"{day.year}/{day.month}/{day.day} 0:00",
    "2024/5/1 上午 12:00:00": lambda day: f"{day.year}/{day.month}/{day.day} 上午 12:00:00",
    "2024-05-01 23:59:59": lambda day: f"{day} 23:59:59",
    "2024年5月1日24时": lambda day: f"{day.year}年{day.month}月{day.day}日24时",
    "2024.05.01": lambda day: f"{day:%Y.%m.%d}",
    "2024. 5. 1.": lambda day: f"{day.year}. {day.month}. {day.day}.",
    "2024년 5월 1일": lambda day: f"{day.year}년 {day.month}월 {day.day}일",
    "２０２４年５月１日": lambda day: f"{day.year}年{day.month}月{day.day}日".translate(FULL_WIDTH),
    "２０２４／５／１": lambda day: f"{day.year}/{day.month}/{day.day}".translate(FULL_WIDTH),
    "二〇二四年五月一日": lambda day: (
        f"{''.join(NUMERALS[int(d)] for d in str(day.year))}年{in_numerals(day.month)}月{in_numerals(day.day)}日"
    ),
    "2024年5月1日(水)": lambda day: f"{day.year}年{day.month}月{day.day}日({'月火水木金土日'[day.weekday()]})",
    "2024年5月1日 星期三": lambda day: f"{day.year}年{day.month}月{day.day}日 星期{'一二三四五六日'[day.weekday()]}",
    "自2024年5月1日起": lambda day: f"自{day.year}年{day.month}月{day.day}日起",
    "至2024年5月1日止": lambda day: f"至{day.year}年{day.month}月{day.day}日止",
    "民國113年5月1日": lambda day: f"民國{day.year - 1911}年{day.month}月{day.day}日",
    "中華民國 113 年 5 月 1 日": lambda day: f"中華民國 {day.year - 1911} 年 {day.month} 月 {day.day} 日",
    "01.05.2024": lambda day: f"{day:%d.%m.%Y}",
    "bis 01.05.2024": lambda day: f"bis {day:%d.%m.%Y}",
    "1. Mai 2024": named("de", "{d}. {m} {y}"),
    "1 mai 2024": named("fr", "{d} {m} {y}"),
    "1er mai 2024": named("fr", "{d}er {m} {y}"),
    "jusqu'au 1 mai 2024": named("fr", "jusqu'au {d} {m} {y}"),
    "1 mei 2024": named("nl", "{d} {m} {y}"),
    "1 de mayo de 2024": named("es", "{d} de {m} de {y}"),
    "1 maggio 2024": named("it", "{d} {m} {y}"),
    "1º maggio 2024": named("it", "{d}º {m} {y}"),
    "May 1, 2024": named("en", "{m} {d}, {y}"),
    "1 May 2024": named("en", "{d} {m} {y}"),
    "May 1st 2024": named("en", "{m} {d}st {y}"),
    "Wednesday, May 1, 2024": named("en", "Wednesday, {m} {d}, {y}"),
    "valid until 1 May 2024": named("en", "valid until {d} {m} {y}"),
    "1-May-2024": lambda day: f"{day.day}-{MONTHS['en'][day.month - 1][:3]}-{day.year}",
}
SINCE_2011: dict[str, Callable[[date], str]] = {
    "113.05.01": lambda day: f"{day.year - 1911}.{day:%m.%d}",
    "113/5/1": lambda day: f"{day.year - 1911}/{day.month}/{day.day}",
    "113年5月1日": lambda day: f"{day.year - 1911}年{day.month}月{day.day}日",
    "1130501": lambda day: f"{day.year - 1911}{day:%m%d}",
    "1-May-24": lambda day: f"{day.day}-{MONTHS['en'][day.month - 1][:3]}-{day:%y}",
    "24年5月1日": lambda day: f"{day:%y}年{day.month}月{day.day}日",
}
SINCE_REIWA: dict[str, Callable[[date], str]] = {
    "令和6年5月1日": lambda day: f"令和{day.year - 2018}年{day.month}月{day.day}日",
    "R6.5.1": lambda day: f"R{day.year - 2018}.{day.month}.{day.day}",
    "令和六年五月一日": lambda day: (
        f"令和{in_numerals(day.year - 2018)}年{in_numerals(day.month)}月{in_numerals(day.day)}日"
    ),
}
MONTH_FORMS: dict[str, Callable[[date], str]] = {
    "2024年5月": lambda day: f"{day.year}年{day.month}月",
    "2024-05": lambda day: f"{day:%Y-%m}",
    "2024/5": lambda day: f"{day.year}/{day.month}",
    "2024.05": lambda day: f"{day:%Y.%m}",
    "05/2024": lambda day: f"{day:%m/%Y}",
    "202405": lambda day: f"{day:%Y%m}",
    "May 2024": named("en", "{m} {y}"),
    "mai 2024": named("fr", "{m} {y}"),
    "2024년 5월": lambda day: f"{day.year}년 {day.month}월",
}


def only_reading(written: Written | None) -> Days:
    assert written is not None
    (days,) = set(written.readings.values())
    return days


@pytest.mark.parametrize("form", [*FORMS])
@settings(max_examples=40)
@given(day=st.dates(date(1990, 1, 1), date(2069, 12, 31)))
def test_every_form_of_a_day_reads_back(form: str, day: date) -> None:
    assert only_reading(read_date(FORMS[form](day))) == Days(day, day)


@pytest.mark.parametrize("form", [*SINCE_2011])
@settings(max_examples=40)
@given(day=st.dates(date(2011, 1, 1), date(2069, 12, 31)))
def test_forms_of_a_recent_day_read_back(form: str, day: date) -> None:
    assert only_reading(read_date(SINCE_2011[form](day))) == Days(day, day)


@pytest.mark.parametrize("form", [*SINCE_REIWA])
@settings(max_examples=40)
@given(day=st.dates(date(2020, 1, 1), date(2069, 12, 31)))
def test_forms_of_the_japanese_era_read_back(form: str, day: date) -> None:
    assert only_reading(read_date(SINCE_REIWA[form](day))) == Days(day, day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("H31.4.30", date(2019, 4, 30)),
        ("民国一百一十三年五月一日", date(2024, 5, 1)),
    ],
)
def test_the_first_year_of_an_era_and_the_last_of_another(text: str, day: date) -> None:
    assert only_reading(read_date(text)) == Days(day, day)


@pytest.mark.parametrize("form", [*MONTH_FORMS])
@settings(max_examples=40)
@given(day=st.dates(date(2013, 1, 1), date(2069, 12, 31)))
def test_a_month_without_a_day_is_all_of_its_days(form: str, day: date) -> None:
    written = read_date(MONTH_FORMS[form](day))
    assert written is not None
    first = day.replace(day=1)
    assert Days(first, day.replace(day=monthrange(day.year, day.month)[1])) in written.readings.values()


@pytest.mark.parametrize(
    "text", ["2024-13-01", "2024-02-30", "1 mai", "2024", "赵一鸣", "x", "0", "12", "1024-05-01", "5月1日"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


def test_a_time_in_another_zone_that_may_be_another_day_is_none() -> None:
    assert read_date("2024-04-30T16:00:00Z") is None


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    read_date(text)
    read_validity(text)


@pytest.mark.parametrize(
    "text",
    [
        "2024年05月01日至2027年04月30日",
        "自2024年5月1日起至2027年4月30日止",
        "2024-05-01-2027-04-30",
        "2024-05-01 - 2027-04-30",
        "2024-05-01/2027-04-30",
        "2024/5/1-2027/4/30",
        "2024.5.1~2027.4.30",
        "2024.5.1～2027.4.30",
        "20240501-20270430",
        "45413-46507",
        "2024.05-2027.04",
        "113.05.01-116.04.30",
        "令和6年5月1日から令和9年4月30日まで",
        "du 1 mai 2024 au 30 avril 2027",
        "vom 01.05.2024 bis 30.04.2027",
        "1 May 2024 to 30 Apr 2027",
        "2024-05-01\n2027-04-30",
    ],
)
def test_a_span_in_one_cell_is_its_two_days(text: str) -> None:
    cell = read_validity(text)
    assert cell.says is Says.SPAN
    begins, ends = map(only_reading, cell.dates)
    assert (begins.first, ends.last) == (date(2024, 5, 1), date(2027, 4, 30))


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("3年", 36),
        ("三年", 36),
        ("3 years", 36),
        ("36个月", 36),
        ("2 ans", 24),
        ("3 Jahre", 36),
        ("2년", 24),
        ("有效期3年", 36),
    ],
)
def test_a_length_is_told_in_months(text: str, months: int) -> None:
    assert (read_validity(text).says, read_validity(text).months) == (Says.LENGTH, months)


@pytest.mark.parametrize(
    "text", ["长期", "永久", "长期有效", "終身", "無期限", "영구", "Lifetime", "unbefristet", "illimité"]
)
def test_for_ever_is_known_in_its_words(text: str) -> None:
    assert read_validity(text).says is Says.FOREVER


@pytest.mark.parametrize("text", ["", " ", "-", "/", "无", "暂无", "N/A", "#N/A", "なし", "없음", "1900-01-00"])
def test_an_empty_cell_has_many_faces(text: str) -> None:
    assert read_validity(text).says is Says.NOTHING


@given(begins=st.dates(date(2000, 1, 1), date(2060, 1, 1)), years=st.integers(1, 10))
def test_a_validity_of_years_ends_the_day_before_its_anniversary(begins: date, years: int) -> None:
    last = after(begins, months=12 * years)
    assert last.year - begins.year in (years, years - 1)
    assert (last + timedelta(days=1)).strftime("%m%d") in (begins.strftime("%m%d"), "0301")


def read(*rows: tuple[str, str], region: str = "CN") -> list[Validity | str]:
    """What a sheet with an issue date and an end says of each row; a rejected one by its reason."""
    columns = {"发证日期": Role.ISSUED, "有效期至": Role.ENDS}
    sheet = [dict(zip(columns, row, strict=True)) for row in rows]
    reader = ValidityReader(columns, sheet, region=region)
    found: list[Validity | str] = []
    for row in sheet:
        try:
            found.append(reader.read(row))
        except Rejected as error:
            found.append(error.reason)
    return found


def ends(found: list[Validity | str]) -> list[date | str | None]:
    return [one if isinstance(one, str) else one.valid_until for one in found]


def test_days_and_months_are_told_apart_by_the_other_rows_of_the_column() -> None:
    assert ends(read(("", "05/06/2027"), ("", "30/04/2027"))) == [date(2027, 6, 5), date(2027, 4, 30)]
    assert ends(read(("", "05/06/2027"), ("", "04/30/2027"))) == [date(2027, 5, 6), date(2027, 4, 30)]


def test_the_other_date_of_a_row_tells_more_than_other_rows() -> None:
    sheet = read(("01/05/2024", "30/04/2027"), ("05/13/2024", "05/12/2027"), ("", "12/31/2027"))
    assert ends(sheet) == [date(2027, 4, 30), date(2027, 5, 12), date(2027, 12, 31)]
    first = sheet[0]
    assert isinstance(first, Validity)
    assert first.valid_from == date(2024, 5, 1)


@pytest.mark.parametrize("rows", [[("", "05/06/2027")], [("", "05/06/2027"), ("", "30/04/2027"), ("", "04/30/2027")]])
def test_a_day_that_nothing_tells_from_a_month_is_refused(rows: list[tuple[str, str]]) -> None:
    assert ends(read(*rows))[0] == "ambiguous_date"


def test_the_country_tells_where_the_sheet_does_not() -> None:
    assert ends(read(("", "05/06/2027"), region="FR")) == [date(2027, 6, 5)]
    assert ends(read(("", "05/06/2027"), region="US")) == [date(2027, 5, 6)]
    assert ends(read(("", "27/4/30"), region="CN")) == [date(2027, 4, 30)]
    assert ends(read(("", "27/4/30"), region="DE")) == [date(2030, 4, 27)]


def test_the_same_day_in_either_order_is_no_question() -> None:
    assert ends(read(("", "05/05/2027"))) == [date(2027, 5, 5)]


def test_a_month_that_a_spreadsheet_may_have_shortened_is_asked_about() -> None:
    assert ends(read(("", "2027.1"))) == ["ambiguous_date"]
    assert ends(read(("", "2027.1"), ("", "2027.10"))) == [date(2027, 1, 31), date(2027, 10, 31)]
    assert ends(read(("", "2027.5"))) == [date(2027, 5, 31)]


def test_a_month_begins_on_its_first_and_ends_on_its_last_day() -> None:
    (found,) = read(("2024年5月", "2027年4月"))
    assert isinstance(found, Validity)
    assert (found.valid_from, found.valid_until) == (date(2024, 5, 1), date(2027, 4, 30))


def test_of_several_ends_the_earliest_counts_and_it_is_said() -> None:
    (found,) = read(("2024年05月01日至2027年04月30日", "长期"))
    assert isinstance(found, Validity)
    assert (found.valid_from, found.valid_until, found.ends_differ) == (date(2024, 5, 1), date(2027, 4, 30), True)


def test_for_ever_and_a_year_nobody_lives_to_see_are_no_end() -> None:
    for text in ("长期", "9999-12-31"):
        (found,) = read(("2024-05-01", text))
        assert isinstance(found, Validity)
        assert (found.valid_until, found.has_end, found.ends_differ) == (None, True, False)


def test_a_length_counts_from_the_issue_date() -> None:
    assert ends(read(("2024-05-01", "3年"), ("2024-02-29", "36个月"))) == [date(2027, 4, 30), date(2027, 2, 28)]
    (found,) = read(("", "3年"))
    assert isinstance(found, Validity)
    assert not found.has_end


def test_what_cannot_be_read_rejects_the_row_and_names_the_column() -> None:
    columns = {"有效期至": Role.ENDS}
    reader = ValidityReader(columns, [], region="CN")
    with pytest.raises(Rejected, match=r"有效期至.*2024-13-01.*write it as") as caught:
        reader.read({"有效期至": "2024-13-01"})
    assert caught.value.reason == "bad_date"
    with pytest.raises(Rejected) as caught:
        reader.read({"有效期至": "赵一鸣 13812345678"})
    assert not any(personal in str(caught.value) for personal in ("赵一鸣", "138"))


def test_an_end_before_the_beginning_rejects_the_row() -> None:
    assert ends(read(("2027-04-30", "2024-05-01"))) == ["certificate_dates_reversed"]
