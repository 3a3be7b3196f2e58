"""The plan as one PNG picture, with Chinese labels where a Chinese font is installed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path as MplPath
from numpy.typing import NDArray

from geo.places.antimeridian import beside, beside_area, middle_lon
from planner.plan_model import Aeds, Bilingual, CoverageResult, Demand, Gap, Plan, SitingResult, Streets
from planner.report_text import (
    Language,
    frame_sentences,
    number,
    percent,
    say,
    siting_title,
    spoken,
)
from planner.summaries import sites_to_half
from planner.walk_classes import walk_class

# Whichever of these is installed first; all have simplified Chinese.
CHINESE_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans CJK JP"),
    *("PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Heiti SC", "SimHei"),
    *("Droid Sans Fallback", "AR PL UMing CN", "AR PL UKai CN", "Arial Unicode MS"),
)
NO_CHINESE_FONT = "(English labels: no Chinese font is installed; fonts-noto-cjk is one.)"
WALK_COLOURS = ("#12796f", "#6fb59c", "#e9a13b", "#b4bac1")
_GREY, _INK, _SITE, _RED, _NEW = "#c2c7cc", "#1c2733", "#5b2bbf", "#c43d4b", "#8d6be0"
_MAX_MARKS = 60_000
_NUMBERED_SITES = 60

Style = dict[str, Any]


def find_chinese_font() -> str | None:
    """The family name of an installed font with Chinese letters; None where there is none."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    found = next((name for name in CHINESE_FONTS if name in installed), None)
    if found is None:
        # Matplotlib remembers the fonts of its first start; one installed since is found by its file's name only.
        for path in font_manager.findSystemFonts():
            if any(hint in Path(path).name.lower() for hint in ("cjk", "sourcehansans", "wqy-", "droidsansfallback")):
                font_manager.fontManager.addfont(path)
        installed = {font.name for font in font_manager.fontManager.ttflist}
        found = next((name for name in CHINESE_FONTS if name in installed), None)
    return found


def draw_coverage(result: CoverageResult, path: Path, *, language: Language) -> None:
    """Streets by their walk to the nearest usable AED, gaps and AEDs."""
    picture = _Picture(result, language)
    picture.outlines()
    if result.streets is not None and len(result.streets.time_s):
        picture.streets(result.streets, by_time=True)
    else:
        picture.demand(result.demand, {"demand_open": ~result.is_covered, "demand_covered": result.is_covered})
    picture.gaps(result.gaps)
    picture.aeds(result.aeds)
    share = percent(result.covered, result.total)
    fetch = say("fetch", minutes=number(result.minutes))
    finding = Bilingual(en=f"{share} {fetch.en}.", zh=f"{share} {fetch.zh}。")
    picture.save(path, say("coverage_title", title=result.title), finding)


def draw_siting(result: SitingResult, path: Path, *, language: Language) -> None:
    """What is covered before and after, what stands already, and the sites by rank."""
    picture = _Picture(result, language)
    picture.outlines()
    if result.streets is not None:
        picture.streets(result.streets, by_time=False)
    before, after = result.is_covered_before, result.is_covered_after
    picture.demand(
        result.demand, {"demand_open": ~after & ~before, "demand_covered": before, "demand_new": after & ~before}
    )
    picture.aeds(result.aeds)
    picture.sites(result)
    total = result.total
    gain = say(
        "curve_lead",
        before=percent(result.covered_before, total),
        after=percent(result.covered_after, total),
        count=len(result.sites),
        half=sites_to_half(result),
    )
    picture.save(path, siting_title(result), gain)


class _Picture:
    """One figure being drawn; the last drawn lies on top."""

    def __init__(self, result: Plan, language: Language) -> None:
        self._result = result
        self._lon0 = middle_lon(result.demand.lon)
        self._font = find_chinese_font()
        self._language: Language = language if self._font else "en"
        self._wanted = language
        self._figure = Figure(figsize=(13, 10), dpi=150, facecolor="white")
        FigureCanvasAgg(self._figure)
        self._axes: Axes = self._figure.add_axes((0.02, 0.08, 0.76, 0.82))
        self._legend: list[Any] = []

    def outlines(self) -> None:
        rings = [ring for outline in self._result.outlines for ring in self._rings(outline.area)]
        if rings:
            self._axes.add_collection(LineCollection(rings, colors="#8c959e", linewidths=0.8, zorder=1))

    def streets(self, streets: Streets, *, by_time: bool) -> None:
        half, minutes = number(self._result.minutes / 2), number(self._result.minutes)
        double = number(self._result.minutes * 2)
        group = walk_class(streets.time_s, self._result.minutes)
        # Streets nearest to an AED are drawn last, so that crossing lines do not hide them.
        for level in (3, 2, 1, 0):
            colour = WALK_COLOURS[level] if by_time else _GREY
            lon, lat = _with_breaks(streets, group == level)
            self._axes.plot(self._east(lon), lat, color=colour, linewidth=0.6, zorder=2)
        if by_time:
            self._legend.append(Line2D([], [], linestyle="", label=self._say("walk_title")))
            for level in range(4):
                label = self._say(f"walk_{level}", half=half, minutes=minutes, double=double)
                self._legend.append(Line2D([], [], color=WALK_COLOURS[level], linewidth=2.5, label=label))
        else:
            self._legend.append(Line2D([], [], color=_GREY, linewidth=2, label=self._say("street_base")))

    def demand(self, demand: Demand, groups: dict[str, NDArray[np.bool_]]) -> None:
        colours = {"demand_open": _RED, "demand_covered": WALK_COLOURS[0], "demand_new": _NEW}
        step = max(1, len(demand.weight) // _MAX_MARKS)
        size = float(np.clip(60_000 / max(1, len(demand.weight)), 0.6, 14))
        for key, mask in groups.items():
            at = np.flatnonzero(mask)[::step]
            # What a plan covers must not drown in what it leaves open.
            alpha = 0.35 if key == "demand_open" and "demand_new" in groups else 1.0
            style: Style = {"s": size, "c": colours[key], "linewidths": 0, "alpha": alpha, "zorder": 3}
            self._axes.scatter(self._east(demand.lon[at]), demand.lat[at], **style)
            self._legend.append(_dot(colours[key], self._say(key), size=5))

    def gaps(self, gaps: Sequence[Gap]) -> None:
        if gaps:
            # A gap's inner rings run against its outer one: that is how the fill knows them for holes.
            shapes = [
                MplPath.make_compound_path(*map(MplPath, self._rings(shapely.orient_polygons(gap.area))))
                for gap in gaps
            ]
            most = max(gap.demand for gap in gaps) or 1.0
            # The more demand lies in a gap the stronger it is drawn.
            reds = [(*to_rgb(_RED), 0.06 + 0.3 * gap.demand / most) for gap in gaps]
            edges = [(*to_rgb(_RED), 0.2 + 0.5 * gap.demand / most) for gap in gaps]
            fill = PathCollection(shapes, facecolors=reds, edgecolors=edges, linewidths=0.4, zorder=4)
            self._axes.add_collection(fill)
            self._legend.append(Patch(facecolor=_RED + "30", edgecolor=_RED, label=self._say("gap_area")))

    def aeds(self, aeds: Aeds) -> None:
        closed = ~aeds.is_usable & ~aeds.is_unknown
        for mask, key, face in (
            (closed, "aed_closed", "#ffffff"),
            (aeds.is_unknown, "aed_unknown", "#f2d15c"),
            (aeds.is_usable, "aed_usable", "#1366c2"),
        ):
            if mask.any():
                style: Style = {"facecolors": face, "edgecolors": _INK, "linewidths": 0.6, "zorder": 5}
                self._axes.scatter(self._east(aeds.lon[mask]), aeds.lat[mask], s=18, marker="o", **style)
                self._legend.append(_dot(face, self._say(key), edge=_INK))

    def sites(self, result: SitingResult) -> None:
        style: Style = {"c": _SITE, "edgecolors": "white", "linewidths": 0.7, "zorder": 6}
        size = 46 if len(result.sites) <= _NUMBERED_SITES else 14
        lon = self._east(np.array([site.lon for site in result.sites]))
        self._axes.scatter(lon, [site.lat for site in result.sites], s=size, marker="D", **style)
        self._legend.append(_dot(_SITE, self._say("site"), marker="D", size=7))
        # Numbers on top of one another say nothing; the report's map can be zoomed into.
        for site, east in zip(result.sites, lon.tolist(), strict=True) if lon.size <= _NUMBERED_SITES else ():
            offset: Style = {"xytext": (5, 4), "textcoords": "offset points", "zorder": 7}
            self._axes.annotate(str(site.rank), (east, site.lat), fontsize=7, color=_SITE, **offset)

    def save(self, path: Path, title: Bilingual, finding: Bilingual) -> None:
        self._axes.autoscale_view()
        south, north = self._axes.get_ylim()
        # A degree of longitude is shorter than one of latitude by this.
        self._axes.set_aspect(1.0 / max(0.05, float(np.cos(np.radians((south + north) / 2)))))
        self._axes.set_axis_off()
        heading: Style = {"fontsize": 17, "color": _INK, "fontweight": "bold"}
        self._figure.text(0.03, 0.96, self._shown(spoken(title, self._language)), **heading, **self._letters())
        self._figure.text(0.03, 0.93, self._shown(spoken(finding, self._language)), fontsize=12, **self._letters())
        frame = " ".join(spoken(sentence, self._language) for sentence in frame_sentences(self._result))
        if self._wanted == "zh" and not self._font:
            frame += " " + NO_CHINESE_FONT
        self._figure.text(0.03, 0.025, self._shown(frame), fontsize=8.5, color="#55606b", wrap=True, **self._letters())
        legend = self._figure.legend(handles=self._legend, loc="upper left", bbox_to_anchor=(0.79, 0.9), frameon=False)
        for text in legend.get_texts():
            text.set(**self._letters())
        self._figure.savefig(path, format="png")
        # Figure and lines hold each other; a city's lines must not wait for the collector.
        self._figure.clear()

    def _east(self, lon: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitudes side by side, though the antimeridian lies between them."""
        return beside(lon, self._lon0)

    def _rings(self, area: shapely.Geometry) -> list[NDArray[np.float64]]:
        whole = beside_area(area, self._lon0)
        return [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(whole))]

    def _say(self, key: str, **values: str) -> str:
        return self._shown(spoken(say(key, **values), self._language))

    def _letters(self) -> Style:
        return {"fontfamily": [self._font, "DejaVu Sans"]} if self._font else {}

    def _shown(self, text: str) -> str:
        """Without a Chinese font a Chinese name would be a row of empty boxes; `$` would begin a formula."""
        text = text.replace("$", r"\$")
        return text if self._font else "".join(letter if ord(letter) < 0x2E80 else "?" for letter in text)


def _with_breaks(streets: Streets, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Some streets as one line with breaks: that is drawn many times faster than a line for each."""
    points = np.diff(streets.first)
    held = np.repeat(chosen, points)
    breaks = np.cumsum(points[chosen])
    return np.insert(streets.lon[held], breaks, np.nan), np.insert(streets.lat[held], breaks, np.nan)


def _dot(colour: str, label: str, *, edge: str = "none", marker: str = "o", size: float = 6) -> Line2D:
    style: Style = {"markerfacecolor": colour, "markeredgecolor": edge, "markersize": size}
    return Line2D([], [], linestyle="", marker=marker, label=label, **style)
