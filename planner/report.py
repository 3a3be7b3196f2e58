"""The report: one HTML file that loads nothing, so that a planner can mail it and it still opens years from now.

Its policy allows exactly its own style and script, by their hashes: a name that smuggled in markup could not run.
"""

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

from planner.plan_model import Bilingual, CoverageResult, Plan, SitingResult
from planner.report_html import both, label, paragraph
from planner.report_map import (
    frame_layers,
    gap_layer,
    paper_for,
    site_layer,
    street_layer,
    thinned_demand,
)
from planner.report_sections import (
    coverage_cards,
    coverage_sections,
    gap_text,
    notes_section,
    site_text,
    siting_cards,
    siting_sections,
)
from planner.report_text import Language, frame_sentences, number, say, siting_title, spoken

__all__ = ["Language", "coverage_page", "siting_page"]

Json = dict[str, Any]

_PAGE = files("planner") / "page"
_MAP_WORDS = (
    *("street_base", "aed_usable", "aed_unknown", "aed_closed", "demand_covered", "demand_new", "demand_open"),
    *("walk_title", "curve_x"),
)


def coverage_page(result: CoverageResult, *, language: Language = "zh") -> str:
    """The coverage report as one HTML document, opening in `language`."""
    paper = paper_for(result)
    layers = frame_layers(paper, result, result.is_covered.astype("uint8"))
    streets, thinned = street_layer(paper, result.streets, result.minutes, by_time=True)
    gaps = gap_layer(paper, result, [gap_text(result, gap) for gap in sorted(result.gaps, key=lambda gap: gap.rank)])
    plan = {**layers, "streets": streets, "gaps": gaps, "sites": [], "by_time": True}
    return _page(
        say("coverage_title", title=result.title),
        result,
        cards=coverage_cards(result),
        plan=plan,
        legend=_legend(result, plan),
        sections=[*coverage_sections(result), notes_section(result, [thinned, thinned_demand(result.demand)])],
        language=language,
    )


def siting_page(result: SitingResult, *, language: Language = "zh") -> str:
    """The siting report as one HTML document, opening in `language`."""
    paper = paper_for(result)
    state = result.is_covered_before.astype("uint8")
    state[result.is_covered_after & ~result.is_covered_before] = 2
    layers = frame_layers(paper, result, state)
    streets, thinned = street_layer(paper, result.streets, result.minutes, by_time=False)
    sites = site_layer(paper, result, [site_text(result, site) for site in result.sites])
    points = sorted(result.curve, key=lambda point: point.sites)
    curve = {"sites": [point.sites for point in points], "covered": [point.covered for point in points]}
    plan = {
        **layers,
        "streets": streets,
        "gaps": [],
        "sites": sites,
        "by_time": False,
        "curve": curve,
        "total": result.total,
    }
    return _page(
        siting_title(result),
        result,
        cards=siting_cards(result),
        plan=plan,
        legend=_legend(result, plan),
        sections=[*siting_sections(result), notes_section(result, [thinned, thinned_demand(result.demand)])],
        language=language,
    )


def _page(
    title: Bilingual,
    result: Plan,
    *,
    cards: str,
    plan: Json,
    legend: str,
    sections: list[str],
    language: Language,
) -> str:
    style, script = _asset("report.css"), "".join(map(_asset, ("plan.js", "map.js", "page.js")))
    values = {
        "lang": "zh-CN" if language == "zh" else "en",
        "policy": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "title": both(Bilingual(en=spoken(title, language), zh=spoken(title, language))),
        "heading": both(title),
        "title_label": label(title),
        "frame": "".join(paragraph(sentence) for sentence in frame_sentences(result)),
        "cards": cards,
        "legend": legend,
        "sections": "\n".join(sections),
        "plan": _json(plan | {"words": _words(result)}),
        "style": style,
        "script": script,
    }
    for key in ("language", "theme", "theme_auto", "theme_light", "theme_dark", "map", "map_help", "no_script"):
        values[key] = both(say(key))
    for key in ("language", "theme", "map_label", "zoom_in", "zoom_out", "show_all"):
        values[f"{key}_label"] = label(say(key))
    pieces = _asset("report.html").split("@@")
    return "".join(values[piece] if index % 2 else piece for index, piece in enumerate(pieces))


def _legend(result: Plan, plan: Json) -> str:
    """What the map shows: one switch for each layer that has something in it, with its colours."""
    half, minutes = number(result.minutes / 2), number(result.minutes)
    walks = [
        (f"walk{level}", say(f"walk_{level}", half=half, minutes=minutes, double=number(result.minutes * 2)))
        for level in range(4)
    ]
    streets = walks if plan["by_time"] else [("street", say("street_base"))]
    dots = [("dot open", say("demand_open")), ("dot covered", say("demand_covered"))]
    if plan["sites"]:
        dots.append(("dot new", say("demand_new")))
    aeds = [(f"aed {key}", say(f"aed_{key}")) for key in ("usable", "unknown", "closed")]
    is_demand_base = not plan["streets"] or bool(plan["sites"])
    groups = [
        ("sites", bool(plan["sites"]), True, [("sitemark", say("site"))]),
        ("gaps", bool(plan["gaps"]), True, [("gaparea", say("gap_area"))]),
        ("aeds", bool(plan["aeds"]["names"]), True, aeds),
        ("demand", True, is_demand_base, dots),
        ("streets", plan["streets"] is not None, True, streets),
    ]
    return "\n".join(_layer_switch(name, is_on, entries) for name, has_any, is_on, entries in groups if has_any)


def _layer_switch(name: str, is_on: bool, entries: list[tuple[str, Bilingual]]) -> str:
    checked = " checked" if is_on else ""
    keys = "".join(f'<li><i class="key {css}"></i>{both(text)}</li>' for css, text in entries)
    title = say("walk_title") if name == "streets" and len(entries) > 1 else say(f"layer_{name}")
    return (
        f'<div class="layer"><label><input type="checkbox" data-layer="{name}"{checked}> {both(title)}</label>'
        f"<ul>{keys}</ul></div>"
    )


def _words(result: Plan) -> Json:
    half, minutes, double = number(result.minutes / 2), number(result.minutes), number(result.minutes * 2)
    texts = {key: say(key) for key in _MAP_WORDS}
    texts |= {f"walk_{level}": say(f"walk_{level}", half=half, minutes=minutes, double=double) for level in range(4)}
    return {
        "en": {key: text.en for key, text in texts.items()},
        "zh": {key: text.zh for key, text in texts.items()},
    }


def _json(document: Json) -> str:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _asset(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
