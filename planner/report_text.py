"""Every fixed sentence of report and picture in both languages, and how numbers and times are written in each."""

from datetime import datetime
from typing import Literal

from planner.plan_model import OUTSIDE, Bilingual, DemandKind, Plan, SitingPurpose, SitingResult

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

# Sums of weights differ in their last digits from the sum of all.
_ROUNDING = 1e-9
_MOST_DECIMALS = 6
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNITS = {
    DemandKind.PEOPLE: Bilingual(en="residents", zh="人"),
    DemandKind.CALLS: Bilingual(en="calls", zh="次呼救"),
    DemandKind.STREET_M: Bilingual(en="km of street", zh="公里街道"),
    DemandKind.WEIGHT: Bilingual(en="weight", zh="权重"),
}
_TEXTS = {
    "coverage_title": ("AED coverage of {title}", "{title} AED 覆盖分析"),
    "siting_title": ("Where {count} further AEDs should stand: {title}", "{title}：新增 {count} 台 AED 的选址方案"),
    "recruit_title": (
        "Where to recruit and train volunteers in {count} places: {title}",
        "{title}：在 {count} 处招募和培训志愿者的方案",
    ),
    "frame_streets": (
        "{minutes} minutes at {pace} m/s along the streets of {network}.",
        "按 {network} 步行路网、{pace} 米/秒步行 {minutes} 分钟计算。",
    ),
    "frame_straight": (
        "{minutes} minutes at {pace} m/s; no streets were given: straight lines times a detour factor of {detour} "
        "stand in for them.",
        "按 {pace} 米/秒步行 {minutes} 分钟计算；没有路网，以直线距离乘绕行系数 {detour} 估算。",
    ),
    "source": ("Demand: {source}; {total} in all.", "需求：{source}；合计 {total}。"),
    "at": ("At {at}.", "时刻：{at}。"),
    "fetch": (
        "have a usable AED that can be fetched, there and back, within {minutes} minutes",
        "在 {minutes} 分钟内可往返取到可用的 AED",
    ),
    "one_way": ("have a usable AED within {minutes} minutes one way", "单程 {minutes} 分钟内有可用的 AED"),
    "rescuer": ("have a dispatchable rescuer within {minutes} minutes", "{minutes} 分钟内有可派遣的救护员"),
    "usable": ("AEDs usable at that time, of {all} known", "台 AED 此刻可用，共登记 {all} 台"),
    "unknown": ("AEDs of unknown hours or access, not counted as usable", "台 AED 开放时间或可及性不详，未计为可用"),
    "before": ("are covered by what stands already", "由现有设备覆盖"),
    "before_rescuers": ("are covered by the rescuers there are", "由现有救护员覆盖"),
    "after": ("are covered with all {count} sites", "建成全部 {count} 处后覆盖"),
    "bound": (
        "is the most that any choice of {count} among {candidates} candidates could cover (proven)",
        "是在 {candidates} 个候选点中任选 {count} 处所能达到的上限（已证明）",
    ),
    "to_bound": ("is how far the plan is from that bound at most", "是本方案与该上限的最大差距"),
    "covers_back": (
        "A site covers whom it reaches there and back within the time.",
        "候选点覆盖能在时限内往返取机的地点。",
    ),
    "covers_one_way": ("A site covers whom it reaches one way within the time.", "候选点覆盖单程时限内可达的地点。"),
    "map": ("Map", "地图"),
    "map_help": (
        "Drag to move; Ctrl and wheel, pinch, or the buttons to zoom. With the map in focus: arrow keys move, plus and "
        "minus zoom, 0 shows everything. Point at something to read about it.",
        "拖动平移；按住 Ctrl 滚动、双指或按钮缩放。地图获得焦点后：方向键平移，加号和减号缩放，0 显示全部。"
        "指向对象可查看说明。",
    ),
    "map_label": ("Map of the plan; the tables below say the same in words.", "方案地图；下方表格给出相同内容。"),
    "no_script": (
        "The map needs JavaScript; everything else on this page can be read without it.",
        "地图需要 JavaScript；本页其余内容无需脚本即可阅读。",
    ),
    "zoom_in": ("Zoom in", "放大"),
    "zoom_out": ("Zoom out", "缩小"),
    "show_all": ("Show everything", "显示全部"),
    "show": ("Show on the map", "在地图上显示"),
    "layer_streets": ("Streets", "街道"),
    "layer_demand": ("Demand points", "需求点"),
    "layer_gaps": ("Coverage gaps", "覆盖缺口"),
    "layer_aeds": ("AEDs", "AED"),
    "layer_sites": ("Proposed sites", "建议点位"),
    "layers": ("What the map shows", "图层"),
    "walk_title": ("One-way walk to the nearest usable AED", "到最近可用 AED 的单程步行时间"),
    "walk_0": ("up to {half} min", "{half} 分钟以内"),
    "walk_1": ("up to {minutes} min", "{minutes} 分钟以内"),
    "walk_2": ("up to {double} min", "{double} 分钟以内"),
    "walk_3": ("farther or none", "更远或没有"),
    "street_base": ("streets", "街道"),
    "demand_covered": ("demand, covered", "需求点（已覆盖）"),
    "demand_new": ("demand, newly covered", "需求点（新增覆盖）"),
    "demand_open": ("demand, not covered", "需求点（未覆盖）"),
    "aed_usable": ("AED, usable", "AED（可用）"),
    "aed_unknown": ("AED, unknown", "AED（不详）"),
    "aed_closed": ("AED, not usable then", "AED（此刻不可用）"),
    "gap_area": ("coverage gap", "覆盖缺口"),
    "site": ("proposed site", "建议点位"),
    "hours": ("Hour by hour", "逐时覆盖"),
    "hours_lead": (
        "Share covered there and back in each hour of the week, in percent: from {low} ({low_at}) to {high} "
        "({high_at}).",
        "一周内每小时可往返取机的覆盖比例（%）：最低 {low}（{low_at}），最高 {high}（{high_at}）。",
    ),
    "hours_night": (
        "Nights (22 to 6) cover {night} on average, working hours (Monday to Friday, 8 to 18) {day}.",
        "夜间（22 时至 6 时）平均覆盖 {night}，工作时间（周一至周五 8 时至 18 时）平均 {day}。",
    ),
    "hours_flat": ("Every hour of the week covers the same share: {low}.", "一周内每小时的覆盖比例相同：{low}。"),
    "lost": (
        "Opening hours and access cost {lost} at this time: with every AED usable around the clock {open} would be "
        "covered.",
        "开放时间和可及性使此刻少覆盖 {lost}：若所有 AED 全天可用，可覆盖 {open}。",
    ),
    "lost_share": (" That is {share} of it.", "即减少 {share}。"),
    "weekday": ("Day", "星期"),
    "districts": ("District by district", "各区覆盖"),
    "district": ("District", "区"),
    "outside": (OUTSIDE, "各区以外"),
    "district_hours": ("Districts hour by hour", "各区逐时覆盖"),
    "district_hours_lead": (
        "Share of each district's demand covered there and back, in percent: the mean of each hour of the day. One "
        "scale of colour for all districts: the stronger, the more is covered.",
        "各区需求的往返覆盖比例（%），按一天中各小时平均。各区颜色标准相同：颜色越浓，覆盖越多。",
    ),
    "working_days": ("Mon–Fri", "工作日"),
    "weekend": ("Sat–Sun", "周末"),
    "week_of": ("{name}: the whole week, {low} to {high}", "{name}：全周，{low} 至 {high}"),
    "demand": ("Demand ({unit})", "需求（{unit}）"),
    "covered": ("There and back", "往返覆盖"),
    "covered_one_way": ("One way", "单程覆盖"),
    "with_rescuer": ("Rescuer", "救护员覆盖"),
    "aeds": ("AEDs", "AED 数"),
    "aeds_usable": ("usable", "可用"),
    "aeds_unknown": ("unknown", "不详"),
    "gaps": ("Where the gaps are", "覆盖缺口"),
    "gaps_lead": (
        "The {count} areas without a usable AED within the time in which the most demand lies, most first.",
        "时限内没有可用 AED 且需求最多的 {count} 片区域，按需求由多到少排列。",
    ),
    "no_gaps": ("No gap was found.", "没有发现覆盖缺口。"),
    "rank": ("Rank", "序号"),
    "not_covered": ("Not covered ({unit})", "未覆盖（{unit}）"),
    "nearest": ("Nearest usable AED, one way", "最近可用 AED（单程）"),
    "none_reached": ("none in reach", "范围内没有"),
    "more_rows": ("{count} more are in {file}.", "其余 {count} 项见 {file}。"),
    "curve": ("What each further site brings", "每增加一处的效果"),
    "curve_lead": (
        "From {before} to {after} with {count} sites; half of that gain comes from the first {half}.",
        "增加 {count} 处后由 {before} 升至 {after}；其中一半来自前 {half} 处。",
    ),
    "curve_label": ("Share covered by number of sites", "覆盖比例与点位数的关系"),
    "curve_bound": ("proven bound", "已证明的上限"),
    "curve_x": ("sites", "点位数"),
    "curve_table": ("The curve as a table", "以表格查看"),
    "sites": ("Proposed sites", "建议点位"),
    "sites_lead": (
        "In the order in which to build: each adds the most to those before it.",
        "按建设顺序排列：每一处都使新增覆盖最大。",
    ),
    "recruit_lead": (
        "In the order in which to recruit: each adds the most to those before it.",
        "按招募顺序排列：每一处都使新增覆盖最大。",
    ),
    "site_id": ("Id", "编号"),
    "site_name": ("Name", "名称"),
    "street": ("Street", "街道"),
    "place": ("Longitude, latitude", "经度，纬度"),
    "adds": ("Adds ({unit})", "新增覆盖（{unit}）"),
    "covers": ("Reaches ({unit})", "可覆盖（{unit}）"),
    "why": ("Why here", "理由"),
    "station": ("Nearest practice station", "最近的实践站"),
    "notes": ("How this was computed", "计算说明"),
    "language": ("Language", "语言"),
    "theme": ("Appearance", "外观"),
    "theme_auto": ("as the system", "跟随系统"),
    "theme_light": ("light", "浅色"),
    "theme_dark": ("dark", "深色"),
    "definition": (
        "Covered means that somebody at the place can walk to a usable AED and be back with it within the time. AEDs "
        "of unknown hours are never counted as usable. Coordinates are WGS-84.",
        "“覆盖”指该处的人在时限内能步行取到可用的 AED 并返回。开放时间不详的 AED 不计为可用。坐标为 WGS-84。",
    ),
    "thinned": (
        "The map's streets were simplified to keep this page small: lines within {metres} m, {left} of {all} "
        "stretches.",
        "为控制页面大小，地图街道已简化：线形误差 {metres} 米以内，保留 {all} 段中的 {left} 段。",
    ),
    "thinned_demand": (
        "The map shows {left} of {all} demand points, evenly taken; all figures count every one.",
        "地图均匀抽取了 {all} 个需求点中的 {left} 个；所有数字均按全部需求点计算。",
    ),
}


def say(key: str, **values: Bilingual | str | int) -> Bilingual:
    """The sentence in both languages; values that differ between them are bilingual themselves."""
    en, zh = _TEXTS[key]
    return Bilingual(
        en=en.format(**{name: _in(value, "en") for name, value in values.items()}),
        zh=zh.format(**{name: _in(value, "zh") for name, value in values.items()}),
    )


def spoken(text: Bilingual, language: Language) -> str:
    """The text in one language."""
    return text.zh if language == "zh" else text.en


def plain(text: str) -> Bilingual:
    """A name or a number: the same in both languages."""
    return Bilingual(en=text, zh=text)


def district_name(name: str) -> Bilingual:
    """A district as the report calls it."""
    return say("outside") if name == OUTSIDE else plain(name)


def unit_of(kind: DemandKind) -> Bilingual:
    """What one unit of demand is called."""
    return _UNITS[kind]


def amount(value: float, kind: DemandKind) -> str:
    """Demand as people read it, without its unit; metres of street as kilometres."""
    if kind is DemandKind.STREET_M:
        value /= 1000.0
        return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"
    if kind is DemandKind.WEIGHT and abs(value) < 100 and value != round(value):
        return f"{value:,.2f}"
    return f"{value:,.0f}"


def amount_with_unit(value: float, kind: DemandKind) -> Bilingual:
    """Demand with its unit."""
    text, unit = amount(value, kind), unit_of(kind)
    return Bilingual(en=f"{text} {unit.en}", zh=f"{text} {unit.zh}")


def percent(part: float, whole: float) -> str:
    """A share; one decimal, more near nothing and near all of it."""
    share = 100.0 * part / whole if whole > 0 else 0.0
    share = round(share) if abs(share - round(share)) < _ROUNDING else share
    return f"{share_text(share, 2 if 0 < abs(share) < 1 or 99 < share < 100 else 1)} %"


def share_text(share: float, decimals: int) -> str:
    """A percentage with so many decimals, or more where it would read as nothing or as all and is neither."""
    if _ROUNDING < abs(share) < 100.0 - _ROUNDING:
        while decimals < _MOST_DECIMALS and abs(round(share, decimals)) in {0.0, 100.0}:
            decimals += 1
    return f"{share:.{decimals}f}"


def number(value: float) -> str:
    """A setting such as minutes, without needless zeros."""
    return f"{value:g}"


def duration(seconds: float) -> Bilingual:
    """A walking time."""
    minutes, rest = divmod(round(seconds), 60)
    return Bilingual(en=f"{minutes} min {rest:02d} s", zh=f"{minutes} 分 {rest:02d} 秒")


def instant(at: datetime) -> Bilingual:
    """A time with its weekday, in its own time zone."""
    zone = at.tzname() or ""
    clock = f"{at:%H:%M}"
    return Bilingual(
        en=f"{_WEEKDAYS['en'][at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}, {clock} {zone}".rstrip(),
        zh=f"{at.year} 年 {at.month} 月 {at.day} 日 {_WEEKDAYS['zh'][at.weekday()]} {clock}（{zone}）",
    )


def weekday(day: int) -> Bilingual:
    """0 is Monday."""
    return Bilingual(en=_WEEKDAYS["en"][day], zh=_WEEKDAYS["zh"][day])


def hour_of_week(hour: int) -> Bilingual:
    """Weekday and hour of one of the week's 168 hours."""
    day, clock = divmod(hour, 24)
    return Bilingual(en=f"{_WEEKDAYS['en'][day]} {clock:02d}:00", zh=f"{_WEEKDAYS['zh'][day]} {clock:02d}:00")


def frame_sentences(result: Plan) -> list[Bilingual]:
    """Time, speed, streets and demand that the whole plan rests on."""
    minutes, pace = number(result.minutes), number(result.pace_m_s)
    if result.network_name is None:
        detour = number(result.detour_factor or 1.0)
        walking = say("frame_straight", minutes=minutes, pace=pace, detour=detour)
    else:
        walking = say("frame_streets", minutes=minutes, pace=pace, network=result.network_name)
    total = amount_with_unit(result.total, result.demand.kind)
    return [walking, say("at", at=instant(result.at)), say("source", source=result.demand.source, total=total)]


def siting_title(result: SitingResult) -> Bilingual:
    """The heading of a siting plan."""
    key = "recruit_title" if result.purpose is SitingPurpose.RESCUERS else "siting_title"
    return say(key, count=len(result.sites), title=result.title)


def _in(value: Bilingual | str | int, language: Language) -> str:
    return spoken(value, language) if isinstance(value, Bilingual) else str(value)
