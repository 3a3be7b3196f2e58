"""The report's two charts, drawn without any script: the week as a table of shades, the curve as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from planner.plan_model import Bilingual, CoverageResult, HourRow, SitingResult
from planner.report_html import both, label, table
from planner.report_text import amount, district_name, hour_of_week, percent, say, share_text, unit_of, weekday

_SHADES = 9
_WIDTH, _HEIGHT = 720.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 18.0, 16.0, 42.0
_NIGHT = frozenset((22, 23, 0, 1, 2, 3, 4, 5))
_OFFICE = range(8, 18)
_FIVE_DAYS = 5


def hour_sentences(result: CoverageResult) -> list[Bilingual]:
    """Best and worst hour, nights against working hours."""
    rows = _by_hour(result)
    total = result.total
    low, high = min(rows, key=lambda row: row.covered), max(rows, key=lambda row: row.covered)
    if low.covered == high.covered:
        return [say("hours_flat", low=percent(low.covered, total))]
    night = [row.covered for row in rows if row.hour % 24 in _NIGHT]
    office = [row.covered for row in rows if row.hour % 24 in _OFFICE and row.hour // 24 < _FIVE_DAYS]
    return [
        say(
            "hours_lead",
            low=percent(low.covered, total),
            low_at=hour_of_week(low.hour),
            high=percent(high.covered, total),
            high_at=hour_of_week(high.hour),
        ),
        say(
            "hours_night",
            night=percent(sum(night) / len(night), total),
            day=percent(sum(office) / len(office), total),
        ),
    ]


def week_table(result: CoverageResult) -> str:
    """Seven days by 24 hours; the darker, the more is covered, within the week's own range."""
    rows, total = _by_hour(result), result.total
    shares = [100.0 * row.covered / total if total > 0 else 0.0 for row in rows]
    titles = [f"{share_text(share, 2)} % · {row.usable_aeds} AED" for row, share in zip(rows, shares, strict=True)]
    return _week(shares, _Scale(min(shares), max(shares)), say("hours"), titles)


def district_hours(result: CoverageResult) -> str:
    """By district the hours of a working day and of the weekend on one scale, and each whole week to open below."""
    rows = [row for row in result.by_district if row.covered_by_hour and row.demand > 0]
    shares = [[100.0 * covered / row.demand for covered in row.covered_by_hour] for row in rows]
    every = [share for week in shares for share in week]
    if not every or min(every) == max(every):
        return ""
    scale = _Scale(min(every), max(every))
    body, weeks = [], []
    for row, week in zip(rows, shares, strict=True):
        name = district_name(row.name)
        days = {"working_days": week[: _FIVE_DAYS * 24], "weekend": week[_FIVE_DAYS * 24 :]}
        lines = [f'<th scope="row">{both(say(key))}</th>{_cells(_by_clock(some), scale)}' for key, some in days.items()]
        body.append(
            f'<tbody><tr><th scope="rowgroup" rowspan="{len(lines)}">{both(name)}</th>'
            f"{'</tr><tr>'.join(lines)}</tr></tbody>"
        )
        said = say("week_of", name=name, low=_percent(min(week)), high=_percent(max(week)))
        weeks.append(f"<details><summary>{both(said)}</summary>{_week(week, scale, said)}</details>")
    heads = f'<th scope="col">{both(say("district"))}</th><th scope="col">{both(say("weekday"))}</th>'
    return _hours_table("week by-district", heads, "".join(body), say("district_hours")) + "".join(weeks)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Percentages from the palest to the darkest shade."""

    low: float
    high: float

    @property
    def decimals(self) -> int:
        return 0 if self.high >= 10 else 1 if self.high >= 1 else 2


def _week(shares: Sequence[float], scale: _Scale, caption: Bilingual, titles: Sequence[str] = ()) -> str:
    rows = [
        f'<tr><th scope="row">{both(weekday(day))}</th>'
        f"{_cells(shares[day * 24 : day * 24 + 24], scale, titles[day * 24 : day * 24 + 24])}</tr>"
        for day in range(7)
    ]
    head = f'<th scope="col">{both(say("weekday"))}</th>'
    return _hours_table("week", head, f"<tbody>{''.join(rows)}</tbody>", caption)


def _hours_table(css: str, heads: str, body: str, caption: Bilingual) -> str:
    hours = "".join(f'<th scope="col">{hour:02d}</th>' for hour in range(24))
    return (
        f'<div class="wide" tabindex="0" role="region" {label(caption)}><table class="{css}"><caption class="unseen">'
        f"{both(caption)}</caption><thead><tr>{heads}{hours}</tr></thead>{body}</table></div>"
    )


def _cells(shares: Sequence[float], scale: _Scale, titles: Sequence[str] = ()) -> str:
    said = [f' title="{title}"' for title in titles] or [""] * len(shares)
    return "".join(
        f'<td class="h{_shade(share, scale.low, scale.high)}"{title}>{share_text(share, scale.decimals)}</td>'
        for share, title in zip(shares, said, strict=True)
    )


def _by_clock(shares: Sequence[float]) -> list[float]:
    """The mean of each of the day's 24 hours."""
    return [sum(shares[hour::24]) / len(shares[hour::24]) for hour in range(24)]


def _percent(share: float) -> str:
    return percent(share, 100.0)


def curve_svg(result: SitingResult) -> str:
    """Share covered over sites built, with the proven bound; the same as a table below it."""
    total = result.total
    points = sorted(result.curve, key=lambda point: point.sites)
    last = max(1, points[-1].sites)
    # A bound may lie above all there is to cover; nobody is helped by seeing that.
    bound = min(100.0, 100.0 * result.upper_bound / total) if total > 0 else 0.0
    lowest = 100.0 * points[0].covered / total if total > 0 else 0.0
    ticks = _ticks(lowest, max(bound, 100.0 * result.covered_after / total if total > 0 else 0.0))
    floor, ceiling = ticks[0], ticks[-1]

    def x(sites: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * sites / last

    def y(share: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (share - floor) / (ceiling - floor)

    at = [(x(point.sites), y(100.0 * point.covered / total if total > 0 else 0.0)) for point in points]
    line = " ".join(f"{px:.1f},{py:.1f}" for px, py in at)
    lines = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text class="tick" text-anchor="end" x="{_LEFT - 8}" y="{y(tick) + 4:.1f}">{tick:g} %</text>'
        for tick in ticks
    ]
    apart = next(step for power in range(9) for base in (1, 2, 5) if (step := base * 10**power) * 10 >= last)
    marks = range(0, last + 1, apart)
    lines += [
        f'<text class="tick" text-anchor="middle" x="{x(mark):.1f}" y="{_HEIGHT - _BOTTOM + 18}">{mark}</text>'
        for mark in marks
    ]
    # Above the line, unless that would leave the picture.
    above = y(bound) - 6 if y(bound) > _TOP + 12 else y(bound) + 14
    lines += [
        _text(say("curve_x"), (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6, "middle"),
        f'<line class="bound" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(bound):.1f}" y2="{y(bound):.1f}"/>',
        _text(say("curve_bound"), _LEFT + 6, above, "start"),
        f'<polyline class="curve" points="{line}"/>',
        f'<circle class="now" r="5" cx="{at[-1][0]:.1f}" cy="{at[-1][1]:.1f}"/>',
    ]
    summary = say("curve_label")
    return (
        f'<figure><svg id="curve" role="img" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" {label(summary)}>'
        f"{''.join(lines)}</svg>"
        f'<figcaption id="curve-value" class="hint">&nbsp;</figcaption></figure>{_curve_table(result)}'
    )


def _curve_table(result: SitingResult) -> str:
    points = sorted(result.curve, key=lambda point: point.sites)
    step = max(1, len(points) // 50)
    shown = [point for index, point in enumerate(points) if index % step == 0 or index == len(points) - 1]
    kind = result.demand.kind
    rows = [
        (str(point.sites), escape(amount(point.covered, kind)), percent(point.covered, result.total)) for point in shown
    ]
    heads = [say("curve_x"), say("demand", unit=unit_of(kind)), say("curve_label")]
    inner = table(heads, rows, caption=say("curve_table"))
    return f"<details><summary>{both(say('curve_table'))}</summary>{inner}</details>"


def _text(text: Bilingual, x: float, y: float, anchor: str) -> str:
    return "".join(
        f'<text class="tick" lang="{language}" text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'
        for language, words in (("en", text.en), ("zh-CN", text.zh))
    )


def _by_hour(result: CoverageResult) -> Sequence[HourRow]:
    return sorted(result.by_hour or (), key=lambda row: row.hour)


def _shade(share: float, low: float, high: float) -> int:
    return _SHADES // 2 if high == low else min(_SHADES - 1, int(_SHADES * (share - low) / (high - low)))


def _ticks(low: float, high: float) -> list[float]:
    """Round percentages around low and high; from zero unless that would flatten the curve."""
    floor = 0.0 if low < high * 0.7 else low
    span = max(high - floor, 1e-6)
    step = next(step for power in range(-7, 3) for base in (1, 2, 5) if (step := base * 10.0**power) * 5 >= span)
    first = int(floor / step)
    return [round((first + index) * step, 8) for index in range(int(-(-high // step)) - first + 1)]
