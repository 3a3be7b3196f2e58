"""The report's two charts, drawn without any script: the week as a table of shades, the curve as SVG."""

from collections.abc import Sequence
from html import escape

from rescue_circle.planner.plan_model import Bilingual, CoverageResult, HourRow, SitingResult
from rescue_circle.planner.report_html import both, label, table
from rescue_circle.planner.report_text import amount, hour_of_week, percent, say, unit_of, weekday

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
    low, high = min(shares), max(shares)
    decimals = 0 if high >= 10 else 1 if high >= 1 else 2
    body = []
    for day in range(7):
        cells = [
            f'<td class="h{_shade(share, low, high)}" title="{share:.2f} % · {row.usable_aeds} AED">'
            f"{share:.{decimals}f}</td>"
            for row, share in zip(rows[day * 24 : day * 24 + 24], shares[day * 24 : day * 24 + 24], strict=True)
        ]
        body.append(f'<tr><th scope="row">{both(weekday(day))}</th>{"".join(cells)}</tr>')
    hours = "".join(f'<th scope="col">{hour:02d}</th>' for hour in range(24))
    caption = say("hours")
    return (
        f'<div class="wide" tabindex="0" role="region" {label(caption)}><table class="week"><caption class="unseen">'
        f'{both(caption)}</caption><thead><tr><th scope="col">{both(say("weekday"))}</th>{hours}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


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
