"""The report's sections in the order in which a planner asks: what is covered, when, where not, what would help."""

from collections.abc import Sequence
from html import escape

from planner.plan_model import Bilingual, CoverageResult, Gap, Plan, Site, SitingPurpose, SitingResult
from planner.report_charts import curve_svg, district_hours, hour_sentences, week_table
from planner.report_html import Cell, both, card, paragraph, section, share_bar, show_button, table
from planner.report_text import (
    amount,
    amount_with_unit,
    district_name,
    duration,
    number,
    percent,
    say,
    unit_of,
)
from planner.summaries import sites_to_half

_MAX_GAP_ROWS = 100


def coverage_cards(result: CoverageResult) -> str:
    """The headline: how many are covered, and by how many AEDs."""
    total, minutes = result.total, number(result.minutes)
    cards = [
        card(percent(result.covered, total), say("fetch", minutes=minutes)),
        card(percent(result.covered_one_way, total), say("one_way", minutes=minutes)),
    ]
    if result.with_rescuer is not None:
        cards.append(card(percent(result.with_rescuer, total), say("rescuer", minutes=minutes)))
    cards.append(card(f"{int(result.aeds.is_usable.sum()):,}", say("usable", all=f"{len(result.aeds.name):,}")))
    if unknown := int(result.aeds.is_unknown.sum()):
        cards.append(card(f"{unknown:,}", say("unknown")))
    return "".join(cards)


def siting_cards(result: SitingResult) -> str:
    """The headline: before, after, and how much better any plan could be."""
    total, count = result.total, len(result.sites)
    before = "before_rescuers" if result.purpose is SitingPurpose.RESCUERS else "before"
    bound = say("bound", count=count, candidates=f"{result.candidates:,}")
    return "".join(
        [
            card(percent(result.covered_before, total), say(before)),
            card(percent(result.covered_after, total), say("after", count=count)),
            card(percent(min(result.upper_bound, total), total), bound),
            card(percent(result.gap, 1.0), say("to_bound")),
        ]
    )


def coverage_sections(result: CoverageResult) -> list[str]:
    """Hours, districts, gaps; those without content are left out."""
    parts = []
    if result.by_hour:
        sentences = [paragraph(text) for text in hour_sentences(result)]
        # A table of 168 times the same figure says less than the sentence.
        is_flat = len({row.covered for row in result.by_hour}) == 1
        week = "" if is_flat else week_table(result)
        parts.append(section("hours", say("hours"), *sentences, week, _hours_loss(result)))
    elif result.covered_if_always_open is not None:
        parts.append(section("hours", say("hours"), _hours_loss(result)))
    if result.by_district:
        parts.append(section("districts", say("districts"), _district_table(result)))
        if hours := district_hours(result):
            lead = paragraph(say("district_hours_lead"))
            parts.append(section("district-hours", say("district_hours"), lead, hours))
    return [*parts, section("gaps", say("gaps"), *_gap_content(result))]


def siting_sections(result: SitingResult) -> list[str]:
    """The curve and the sites."""
    total, count = result.total, len(result.sites)
    lead = say(
        "curve_lead",
        before=percent(result.covered_before, total),
        after=percent(result.covered_after, total),
        count=count,
        half=sites_to_half(result),
    )
    order = say("recruit_lead" if result.purpose is SitingPurpose.RESCUERS else "sites_lead")
    return [
        section("curve-heading", say("curve"), paragraph(lead), curve_svg(result)),
        section("sites", say("sites"), paragraph(order), _site_table(result)),
    ]


def notes_section(result: Plan, more: Sequence[Bilingual | None]) -> str:
    """Definitions, assumptions and warnings."""
    notes = [say("definition")] if isinstance(result, CoverageResult) else []
    if isinstance(result, SitingResult):
        notes.append(say("covers_back" if result.is_there_and_back else "covers_one_way"))
    notes += [*result.notes, *(note for note in more if note is not None)]
    return section("notes", say("notes"), "<ul>" + "".join(f"<li>{both(note)}</li>" for note in notes) + "</ul>")


def gap_text(result: CoverageResult, gap: Gap) -> Bilingual:
    """What pointing at a gap says."""
    demand, nearest = amount_with_unit(gap.demand, result.demand.kind), _nearest(gap)
    district = district_name(gap.district or "")
    place = f" ({district.en})" if gap.district else ""
    where = f"（{district.zh}）" if gap.district else ""
    heads = say("gap_area"), say("nearest")
    return Bilingual(
        en=f"{heads[0].en.capitalize()} {gap.rank}{place}: {demand.en}. {heads[1].en}: {nearest.en}.",
        zh=f"{heads[0].zh} {gap.rank}{where}：{demand.zh}。{heads[1].zh}：{nearest.zh}。",
    )


def site_text(result: SitingResult, site: Site) -> Bilingual:
    """What pointing at a site says."""
    adds = amount_with_unit(site.adds, result.demand.kind)
    known = [part for part in (site.ref, site.name, site.street) if part]
    return Bilingual(
        en=f"{', '.join([str(site.rank), *known])}: +{adds.en}. {site.why.en}",
        zh=f"{'，'.join([str(site.rank), *known])}：+{adds.zh}。{site.why.zh}",
    )


def _hours_loss(result: CoverageResult) -> str:
    if result.covered_if_always_open is None:
        return ""
    kind, open_ = result.demand.kind, result.covered_if_always_open
    lost = open_ - result.covered
    text = say("lost", lost=amount_with_unit(lost, kind), open=amount_with_unit(open_, kind))
    if open_ > 0 and lost > 0:
        tail = say("lost_share", share=percent(lost, open_))
        text = Bilingual(en=text.en + tail.en, zh=text.zh + tail.zh)
    return paragraph(text)


def _district_table(result: CoverageResult) -> str:
    kind = result.demand.kind
    heads: list[Cell] = [say("district"), say("demand", unit=unit_of(kind)), say("covered"), say("covered_one_way")]
    if result.has_rescuer is not None:
        heads.append(say("with_rescuer"))
    heads += [say("aeds"), say("aeds_usable"), say("aeds_unknown")]
    rows = []
    for row in result.by_district:
        cells = [both(district_name(row.name)), amount(row.demand, kind)]
        cells.append(share_bar(row.covered, row.demand, percent(row.covered, row.demand)))
        cells.append(percent(row.covered_one_way, row.demand))
        if result.has_rescuer is not None:
            cells.append("" if row.has_rescuer is None else percent(row.has_rescuer, row.demand))
        rows.append([*cells, f"{row.aeds:,}", f"{row.usable_aeds:,}", f"{row.unknown_hours_aeds:,}"])
    return table(heads, rows, caption=say("districts"), words=frozenset((0,)))


def _gap_content(result: CoverageResult) -> list[str]:
    if not result.gaps:
        return [paragraph(say("no_gaps"))]
    gaps = sorted(result.gaps, key=lambda gap: gap.rank)
    kind, shown = result.demand.kind, gaps[:_MAX_GAP_ROWS]
    has_districts = any(gap.district for gap in gaps)
    heads: list[Cell] = [say("rank"), say("not_covered", unit=unit_of(kind)), say("nearest")]
    rows = [
        [
            show_button("gaps", index, gap.rank, say("show")),
            share_bar(gap.demand, gaps[0].demand, amount(gap.demand, kind)),
            both(_nearest(gap)),
            *([both(district_name(gap.district or ""))] if has_districts else []),
        ]
        for index, gap in enumerate(shown)
    ]
    if has_districts:
        heads.append(say("district"))
    content = [
        paragraph(say("gaps_lead", count=f"{len(gaps):,}")),
        table(heads, rows, caption=say("gaps"), words=frozenset((3,))),
    ]
    if len(gaps) > len(shown):
        content.append(paragraph(say("more_rows", count=f"{len(gaps) - len(shown):,}", file="gaps.csv")))
    return content


def _site_table(result: SitingResult) -> str:
    kind, sites = result.demand.kind, result.sites
    columns: list[tuple[Cell, bool, list[str]]] = [
        (say("rank"), False, [show_button("sites", at, site.rank, say("show")) for at, site in enumerate(sites)]),
        (say("adds", unit=unit_of(kind)), False, [f"+{amount(site.adds, kind)}" for site in sites]),
        (say("covers", unit=unit_of(kind)), False, [amount(site.covers, kind) for site in sites]),
        (say("site_id"), True, [escape(site.ref or "") for site in sites]),
        (say("site_name"), True, [escape(site.name or "") for site in sites]),
        (say("street"), True, [escape(site.street or "") for site in sites]),
        (say("district"), True, [escape(site.district or "") for site in sites]),
        (say("station"), True, [escape(site.practice_station or "") for site in sites]),
        (say("why"), True, [both(site.why) for site in sites]),
        (say("place"), False, [f"{site.lon:.5f}, {site.lat:.5f}" for site in sites]),
    ]
    # A column in which nothing is known only takes room.
    known = [column for column in columns if any(column[2])]
    words = frozenset(index for index, column in enumerate(known) if column[1])
    rows = zip(*(column[2] for column in known), strict=True)
    return table([column[0] for column in known], rows, caption=say("sites"), words=words)


def _nearest(gap: Gap) -> Bilingual:
    return say("none_reached") if gap.nearest_aed_s is None else duration(gap.nearest_aed_s)
