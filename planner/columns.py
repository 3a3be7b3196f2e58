"""Which column of a table is counted and which holds the names: exact names first, a question where two could be it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.importers.files import plain

PEOPLE = (
    *("population", "pop", "residents", "people", "inhabitants"),
    *("人口", "常住人口", "总人口", "人口数", "人口总数", "常住人口数", "常住人口总数", "居民数"),
)
WEIGHTS = ("weight", "demand", "权重", "需求", "需求量")
UNITS = (
    *("unit", "district", "county", "name", "区县", "县区", "县市区", "区", "名称", "单位"),
    *("行政区", "行政区划", "地区", "街道", "乡镇"),
)
CODES = (
    *("adcode", "code", "districtcode", "countycode", "unitcode", "regioncode", "pac", "gb"),
    *("代码", "区县代码", "县区代码", "行政区代码", "行政区划代码", "区划代码", "行政代码", "统计用区划代码"),
)

# Not how many, but how dense, how fast or which part: it begins like the residents and is none.
_RATE = re.compile(
    r"density|growth|change|rate|ratio|share|percent|pct|perkm|persq|average|mean|median|forecast|projection"
    r"|密度|增长|增速|变化|增减|率|占比|比例|比重|每平方|人均|平均|中位|预测|缓冲"
)
_FACTORS = (
    (re.compile(r"10k(?![a-z])|万"), 10_000.0),
    (re.compile(r"(?:in)?(?:thousands|thousand)|千"), 1_000.0),
    (re.compile(r"(?:in)?(?:millions|million)|百万"), 1_000_000.0),
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)(?:年末|年底|年)?")
_OF_A_COUNT = re.compile(r"^(?:total|census)|(?:total|count|census|总数|合计|人|名)$")
_OF_A_NAME = re.compile(r"(?:name|名称|名)$")


class UnclearColumn(ValueError):
    """Several columns could be meant, or none; the message asks which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The column that is counted. is_people: it counts residents. factor: of each of its figures."""

    header: str
    is_people: bool
    factor: float


def find_counted(headers: Sequence[str], *, chosen: str | None, file: str) -> Counted | None:
    """The column of residents or weights; None where the table has nothing like it.

    chosen: by --weight-column.

    Raises:
        UnclearColumn: several could be it, or only one that is not plainly it; or the chosen one is not there.
    """
    if chosen is not None:
        header = get_column(headers, chosen, file)
        return Counted(header=header, is_people=_looks_like_people(header), factor=factor_of(header))
    found = _exact(headers, (*PEOPLE, *WEIGHTS)) or [one for one in headers if _base(one) in {*PEOPLE, *WEIGHTS}]
    if not found:
        found = [one for one in headers if _looks_like_people(one) and not is_rate(one)]
        if not found:
            return None
        raise UnclearColumn(
            f"{file}: {' and '.join(found)} might count residents or not: say by --weight-column which is to be counted"
        )
    if len(found) > 1:
        raise UnclearColumn(
            f"{file}: several columns could be counted ({', '.join(found)}): say which by --weight-column"
        )
    return Counted(header=found[0], is_people=_looks_like_people(found[0]), factor=factor_of(found[0]))


def find_unit(headers: Sequence[str], *, chosen: str | None, option: str, file: str) -> str | None:
    """The column with the names of districts; None where there is none.

    option: that chooses it, for the question.

    Raises:
        UnclearColumn: several could be it, or the chosen one is not there.
    """
    if chosen is not None:
        return get_column(headers, chosen, file)
    found = _exact(headers, UNITS) or [one for one in headers if _OF_A_NAME.sub("", plain(one)) in UNITS]
    if len(found) > 1:
        raise UnclearColumn(f"{file}: several columns could hold the names ({', '.join(found)}): say which by {option}")
    return found[0] if found else None


def find_code(headers: Sequence[str]) -> str | None:
    """The column with codes of districts (adcodes), the first by the order of `CODES`."""
    by_plain = _by_plain(headers)
    return next((by_plain[name] for name in CODES if name in by_plain), None)


def get_column(headers: Sequence[str], name: str, file: str) -> str:
    """The column of this name, however it is written. Raises: UnclearColumn: there is none."""
    if name in headers:
        return name
    found = _by_plain(headers).get(plain(name))
    if found is None:
        raise UnclearColumn(f"{file} has no column {name!r}; found: {', '.join(headers)}")
    return found


def is_rate(header: str) -> bool:
    """Whether a column tells how dense or how fast, rather than how many."""
    return _RATE.search(plain(header)) is not None


def rates_of_people(headers: Sequence[str]) -> list[str]:
    """The columns that speak of residents and count none."""
    return [one for one in headers if _looks_like_people(one) and is_rate(one)]


def factor_of(header: str) -> float:
    """What one of a column's figures stands for: 10,000 in population_10k and 人口（万人）."""
    text = plain(header)
    return next((factor for pattern, factor in reversed(_FACTORS) if pattern.search(text)), 1.0)


def _exact(headers: Sequence[str], names: Sequence[str]) -> list[str]:
    return [one for one in headers if plain(one) in names]


def _by_plain(headers: Sequence[str]) -> Mapping[str, str]:
    return {plain(one): one for one in reversed(headers)}


def _base(header: str) -> str:
    """A header without its year and its unit: 2020年常住人口（万人） is 常住人口."""
    text = _YEAR.sub("", plain(header))
    for pattern, _ in reversed(_FACTORS):
        text = pattern.sub("", text)
    return text if text in PEOPLE else _OF_A_COUNT.sub("", text)


def _looks_like_people(header: str) -> bool:
    text = plain(header)
    return any(word in text for word in ("population", "residents", "people", "inhabitants", "人口", "居民")) or (
        _base(header) in PEOPLE
    )
