import base64
import hashlib
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.plan_model import CoverageResult, Streets
from planner.report import coverage_page, siting_page
from planner.report_map import _packed
from planner.report_text import percent
from planner.summaries import share
from tests.support.plans import NASTY_NAME, bare_coverage, make_coverage, make_siting

PAGES = {"coverage": lambda: coverage_page(make_coverage()), "siting": lambda: siting_page(make_siting())}


@pytest.mark.parametrize("kind", PAGES)
def test_a_report_names_nothing_to_load(kind: str) -> None:
    page = PAGES[kind]()

    assert not re.findall(r"<(?:link|iframe|object|embed|base)\b", page)
    assert not re.findall(r"<[a-z]+[^>]*\s(?:src|href|srcset|style)=", page)
    assert not re.findall(r"https?:|url\(|@import|fetch\(|XMLHttpRequest|WebSocket", page)


@pytest.mark.parametrize("kind", PAGES)
def test_the_policy_allows_this_style_and_this_script_and_nothing_else(kind: str) -> None:
    page = PAGES[kind]()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))

    assert rules["default-src"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        assert content
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert "unsafe" not in policy[1]


def test_a_name_that_looks_like_markup_is_only_a_name() -> None:
    page = coverage_page(make_coverage())

    assert "<img" not in page
    assert "<b>End" not in page
    assert "East &lt;b&gt;End&lt;/b&gt;" in page
    assert NASTY_NAME in _plan(page)["aeds"]["names"]
    assert page.count("</script>") == 2


def test_a_report_says_everything_in_both_languages_and_opens_in_the_one_asked_for() -> None:
    result = make_coverage()

    for language, opened in (("zh", "zh-CN"), ("en", "en")):
        page = coverage_page(result, language=language)
        assert f'<html lang="{opened}">' in page
        for words in ("往返覆盖", "There and back", "覆盖缺口", "Where the gaps are", "虚构数据", "Invented data"):
            assert words in page
    for page in (coverage_page(result), siting_page(make_siting())):
        assert page.count('<span lang="en">') == page.count('<span lang="zh-CN">') > 20


def test_a_coverage_report_has_its_figures_without_any_script() -> None:
    result = make_coverage()
    text = re.sub(r"<script.*", "", coverage_page(result), flags=re.S)

    assert percent(result.covered, result.total) in text
    assert percent(result.covered_one_way, result.total) in text
    assert "8,120" in text
    assert "7 min 11 s" in text
    whole, by_district = text.split('<section aria-labelledby="district-hours">')
    assert len(re.findall(r'<td class="h\d"', whole)) == 168
    # Of each district an average working day, an average day of the weekend and every hour of the week.
    weeks = by_district.split("<details>")
    assert [len(re.findall(r'<td class="h\d"', each)) for each in weeks] == [2 * 2 * 24, 168, 168]
    for row, week in zip(result.by_district, weeks[1:], strict=True):
        said = [float(share) for share in re.findall(r'<td class="h\d">([\d.]+)<', week)]
        assert said == pytest.approx([100 * covered / row.demand for covered in row.covered_by_hour], abs=0.5)


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (0, "0.0 %"), (1, "0.001 %"), (40, "0.04 %"), (840, "0.84 %"), (12_345, "12.3 %"), (99_000, "99.0 %"),
        (99_960, "99.96 %"), (99_999, "99.999 %"), (100_000, "100.0 %"), (100_000 - 1e-10, "100.0 %"),
    ],
)  # fmt: skip
def test_a_part_never_reads_as_all_or_nothing(part: float, shown: str) -> None:
    assert percent(part, 100_000) == shown
    assert share(part, 100_000) == pytest.approx(part / 100_000)
    assert (share(part, 100_000) == 1.0) is (shown == "100.0 %")


def test_an_hour_that_misses_somebody_is_not_shown_as_complete() -> None:
    result = make_coverage()
    assert result.by_hour is not None
    hours = tuple(replace(row, covered=result.total * (0.996 if row.hour else 0.5)) for row in result.by_hour)

    page = coverage_page(replace(result, by_hour=hours))

    assert ">99.6</td>" in page
    assert ">100</td>" not in page


def test_a_siting_report_has_curve_sites_and_proof_without_any_script() -> None:
    result = make_siting()
    text = re.sub(r"<script.*", "", siting_page(result), flags=re.S)

    assert percent(result.covered_after, result.total) in text
    assert percent(result.gap, 1.0) in text
    curve = re.search(r'<polyline class="curve" points="([^"]*)"', text)
    assert curve
    assert len(curve[1].split()) == len(result.curve)
    for site in result.sites:
        assert site.why.zh in text
        assert site.why.en in text


def test_a_plan_without_streets_hours_or_aeds_still_makes_a_report() -> None:
    page = coverage_page(bare_coverage())

    assert "绕行系数 1.4" in page
    assert "No gap was found." in page
    assert "逐时覆盖" not in re.sub(r"<script.*", "", page, flags=re.S)
    assert _plan(page)["streets"] is None


def test_a_huge_city_makes_a_page_of_bounded_size_that_says_what_was_left_out() -> None:
    result = _huge(150_000)

    page = coverage_page(result)

    assert len(page.encode()) < 5_000_000
    assert "of 150,000 stretches" in page


@given(st.lists(st.integers(min_value=-(2**40), max_value=2**40), min_size=1))
def test_packed_numbers_are_read_back(values: list[int]) -> None:
    assert _unpacked(_packed(np.array(values, dtype=np.int64))) == values


def _plan(page: str) -> dict[str, object]:
    content = re.search(r'<script type="application/json" id="plan">(.*?)</script>', page, re.S)
    assert content
    return json.loads(content[1])


def _unpacked(text: str) -> list[int]:
    """As the page's own script reads them."""
    values, value, factor = [], 0, 1
    for byte in base64.b64decode(text):
        value += (byte & 127) * factor
        if byte & 128:
            factor *= 128
        else:
            values.append(-(value + 1) // 2 if value % 2 else value // 2)
            value, factor = 0, 1
    return values


def _huge(count: int) -> CoverageResult:
    rng = np.random.default_rng(7)
    middle = rng.uniform(-0.3, 0.3, (count, 1, 2)) + np.array([113.6, 34.7])
    wiggle = np.cumsum(rng.normal(0, 2e-4, (count, 5, 2)), axis=1)
    at = (middle + wiggle).reshape(-1, 2)
    time_s = rng.uniform(0, 900, count).astype(np.float32)
    streets = Streets(first=np.arange(count + 1) * 5, lon=at[:, 0], lat=at[:, 1], time_s=time_s)
    return replace(make_coverage(), streets=streets)
