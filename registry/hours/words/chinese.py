"""Chinese, simplified; what is written in traditional characters is turned into simplified ones first."""

import re
from functools import lru_cache

from opencc import OpenCC

from registry.hours.words.rules import (
    BUSINESS,
    DAILY,
    DAILY_WITH_HOLIDAYS,
    NIGHT,
    OFFICE,
    PUBLIC_HOLIDAYS,
    SOME_HOLIDAYS,
    WEEKDAYS,
    WEEKEND,
    WORKING_DAYS,
    Days,
    Kind,
    Language,
    Rule,
    week,
)

_DIGITS = {letter: number for number, letter in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_WEEK = r"(?:[每逢]*(?:星期|周|礼拜)\s*)"
_DAY_LIST = re.compile(
    rf"{_WEEK}[一二三四五六日天末](?:\s*(?:[-至到](?!\s*\n)|[,./和及与或])?\s*{_WEEK}?[一二三四五六日天末](?![日月期常间校]))*"
)
_NUMBER_LIST = re.compile(rf"{_WEEK}[1-7](?![\d:点时])(?:[-至到,./和及与]{_WEEK}?[1-7](?![\d:点时]))*")
_PIECE = re.compile(rf"([-至到])?[,./和及与或\s]*{_WEEK}?([一二三四五六日天末1-7])")
_COUNTED = re.compile(r"[零〇一二两三四五六七八九十]{1,3}(?=[点时]|分)")
_NINE_TO_FIVE = re.compile(
    r"早上?(\d{1,2}|[一二三四五六七八九十]{1,2})点?[-至到]?晚上?(\d{1,2}|[一二三四五六七八九十]{1,2})点?(?![:\d半])"
)
_NAMES = dict(zip("1234567", "一二三四五六日", strict=True)) | {"天": "日"}


def _prepare(text: str) -> str:
    """Simplified, with days and figures written out: 週一至五 -> 周一-周五, 八点 -> 8点."""
    text = _simplifier().convert(text)
    text = _NINE_TO_FIVE.sub(lambda found: f"{_hour(found[1])}:00-{12 + _hour(found[2]) % 12}:00", text)
    text = re.sub(r"双周|单周|隔周", " 隔两周 ", text)
    text = _ONLY_FOR_SOME.sub(" 仅供 ", text)
    text = _OTHERWISE_CLOSED.sub(
        " \n 不一定 \n " if re.search(r"\d月|[一二三四五六七八九十]月|季|期间", text) else " ", text
    )
    text = re.sub(r"(?<![一-鿿\d])六[,.]?日(?=不|休|公休|未|无)", "周六,周日", text)
    text = _DAY_LIST.sub(_written_out, text)
    text = _NUMBER_LIST.sub(_written_out, text)
    return _COUNTED.sub(lambda found: str(_figure(found[0])), text)


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def _written_out(found: re.Match[str]) -> str:
    said = ""
    for piece in _PIECE.finditer(found[0]):
        said += ("-" if piece[1] else ",") if said else ""
        said += "周" + _NAMES.get(piece[2], piece[2])
    return f" {said} "


def _hour(text: str) -> int:
    return int(text) if text.isdigit() else _figure(text)


def _figure(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[letter]) for letter in text))
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)


# Weekends and holidays alike: Taiwan's 假日 and 例假日 mean Sunday and holidays for certain, Saturday for most.
_DAYS_OFF = Days(frozenset({6}), doubtful=frozenset({5}), holidays=True)
_HOLIDAY_NAME = r"(?:节假日|節假日|假日|例假日|节日|節日|假期)(?:及补假日|及補假日)?(?:时|時|的)?"
_HOLIDAY = rf"(?:国家|國家|国定|國定|法定)?(?:连续|連續)?{_HOLIDAY_NAME}"
_AS_USUAL = r",?(?:则|則)?(?:照常|正常)?(?:开放|開放|开馆|開館|营业|營業)?,?(?:则|則|并|並)?"
_CLOSED_DAY = r"(?:休馆日?|休館日?|闭馆日?|閉館日?|公休日?)?"
_SHUT = r"(?:闭馆|閉館|休馆|休館|休息|休园|休園|补休|補休|公休)"
# "Closed on Mondays and the day after a holiday" leaves Mondays closed: there only the day after is taken out.
_MOVED_CLOSING = re.compile(
    rf"{_HOLIDAY}(?:的|之|后|後)?(?:次日|翌日|隔日)(?:及|和|与|與)?(?!{_SHUT}?\s*\d)"
    r"|[(,;]?\s?(?:如|若|倘|逢|遇|如遇|若遇|如逢|若逢|倘遇|预|預|若為|如為|(?:周|週|星期|礼拜|禮拜)[一二三四五六日天]|"
    r"当日|當日|当天|當天|休馆日|休館日){0,4}"
    rf"(?:(?:恰逢|适逢|適逢|遇到|遇|逢|预|預|为|為|是){_HOLIDAY}{_AS_USUAL}{_CLOSED_DAY}"
    rf"(?:于|於|以)?(?:(?:次日|隔日|翌日|隔天|第二天){_SHUT}|顺延|順延)"
    rf"|(?:如|若|倘){_HOLIDAY}{_AS_USUAL}(?:于|於)?(?:次日|隔日|翌日|隔天|第二天){_SHUT}"
    rf"|{_HOLIDAY}{_AS_USUAL}{_CLOSED_DAY}(?:以)?(?:顺延|順延))"
    r"(?:办理|辦理|闭馆|閉館|休馆|休館|休息|至|到|[一1]天|[一1]日|次日|隔日|翌日|补休|補休|(?:周|週|星期)[一二三四五六日])*\)?"
)
# "Open from October to March, closed at other times": which times those are, the rest of the text must say.
_OTHERWISE_CLOSED = re.compile(
    r"(?:其他|其余|其它)(?:时间|月份|时段|期间|日期)(?:则|均|皆|一律)?(?:闭馆|休馆|不开放|不对外开放|未开放|关闭|休园|闭园)"
)
_ONLY_FOR_SOME = re.compile(
    r"(?:仅|只)[^,;\n]{0,14}?(?:师生|员工|同仁|人士|住户|会员|房客|住宿生|本栋人员|校内人员|内部人员)(?:使用)?"
)


CHINESE = Language(
    code="zh",
    name="Chinese",
    prepare=_prepare,
    half_day_first=True,
    moved_closing=_MOVED_CLOSING,
    moved_example="周一闭馆,遇节假日顺延",
    rules=(
        *week("周一至周五 8:30-17:30", "周一", "周二", "周三", "周四", "周五", "周六", "周日"),
        Rule(Kind.DAYS, "周末|双休日|周休二日|周休2日", "双休日 9:00-16:00", Days(WEEKEND)),
        Rule(Kind.DAYS, "平日|周间", "平日 08:00-17:00", Days(WEEKDAYS, not_holidays=True)),
        Rule(
            Kind.DAYS,
            "教学日|上学日|工作日|上班日|法定工作日|办公日|上班时间内的工作日|办公天|上课日",
            "工作日 9:00-17:00",
            WORKING_DAYS,
        ),
        Rule(Kind.DAYS, "假日|例假日|假期|休息日|星期例假日|星期假日|国定例假日", "例假日不开放", _DAYS_OFF),
        Rule(
            Kind.DAYS,
            "国定假日|国定假期|法定节假日|法定假日|法定假期|国家法定节假日|国家法定假日|节假日|节日|"
            "公众假期|公众假日|公假|公休日|红字日|民俗节日|国定民俗节日|连续假期|连续假日|连假|彩色日|"
            "重大节日",
            "节假日除外",
            PUBLIC_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "除夕|农历除夕|大年除夕|春节|春节期间|春节假期|过年|农历春节|农历新年|农历年|初一|大年初一|"
            "年初一|农历初一|中秋|中秋节|端午|端午节|清明|清明节|国庆|国庆节|国庆日|劳动节|五一|十一|"
            "春节长假|年假|初二|初三|选举日",
            "除夕休馆",
            SOME_HOLIDAYS,
        ),
        Rule(Kind.DAYS, "每天|每日|天天|日日|一周七天|一周7天|周一到周日|七天|7天", "每天 8:00-22:00", DAILY),
        Rule(
            Kind.DAYS,
            "全年无休|全年|全年开放|年中无休|终年无休|全年365天|365天|365日|无休|无休息|风雨无阻|全年不休|无休假",
            "全年无休 9:00-21:00",
            DAILY_WITH_HOLIDAYS,
        ),
        Rule(Kind.DATE, "元旦|新年", "元旦休息", (1, 1, 1, 1)),
        Rule(Kind.DATE, "圣诞节", "圣诞节休息", (12, 25, 12, 25)),
        Rule(Kind.RANGE, "至|到|迄|起至|~", "08:00 至 17:00"),
        Rule(Kind.LIST, "和|及|与|以及|或|并|,", "周六和周日"),
        Rule(Kind.HALF_DAY, "上午|早上|早晨|早|清晨|凌晨|am|a.m.", "上午8:00-12:00", "am"),
        Rule(Kind.HALF_DAY, "下午|晚上|晚间|晚|傍晚|夜间|午后|夜晚|pm|p.m.", "下午2:00-5:30", "pm"),
        Rule(Kind.NEXT_DAY, "次日|翌日|隔日|隔天|第二天|第二日|明日|次晨|次日凌晨|隔日凌晨|翌晨", "22:00-次日6:00"),
        Rule(Kind.TIME, "正午|中午12点|中午12:00|中午12时", "9:00-正午", 12 * 60),
        Rule(Kind.TIME, "午夜|半夜12点|晚上12点|夜里12点|凌晨12点", "9:00-午夜", 24 * 60),
        Rule(
            Kind.ALWAYS,
            "无限制|随时可取用|随时可用|随时取用|24小时有人|全天|全天候|全日|24小时|24小时制|二十四小时|"
            "全时段|全时|不打烊|昼夜|日夜|不限时|不限|无时间限制|随时|全日全年|任何时间|任何时段|任何时候|"
            "整天|通宵|24小时营业|全年全天|全天开放|随时可取|24h|24hr|24hour|24hours|7×24|不间断|长期开放|"
            "24时|24点|24小时全天候",
            "24小时开放",
        ),
        Rule(
            Kind.CLOSED,
            "休|暂停使用|停止使用|暂停|停止|不开放|不对外开放|未开放|无开放|不开|休馆|休园|休息|公休|闭馆|闭园|"
            "停馆|关闭|关门|不营业|停业|停止开放|暂停开放|休业|店休|馆休|休诊|停诊|不上班|无上班|没上班|"
            "休假|放假|暂停服务|不服务|不提供服务|不提供|休市|不使用|不对外|不得使用|不可使用|无法使用|"
            "禁止进入|不予开放|无对外开放|不提供使用|不开门|歇业|未营业|无营业|轮休|休馆日|休园日|公休日为|"
            "休息日为|固定休馆|固定休馆日|固定公休|闭馆日|休馆不开放|管制无开放|非上班时间|暂不开放|封闭|"
            "未对外开放|没有开放|不外开放|停休|店休日|休假日|均不开放|没开|无法取得|整修|施工|停用",
            "周一闭馆",
        ),
        Rule(Kind.EXCEPT, "除|除了|除却|不含|不包括|不包含", "除周一外"),
        Rule(Kind.EXCEPT_AFTER, "除外|外|以外|之外|例外", "节假日除外"),
        Rule(
            Kind.INCLUDED,
            "照常|照常开放|照常营业|正常开放|不休|不休息|也开放|亦开放|含|包括|包含|不打烊照常|正常营业",
            "节假日照常开放",
        ),
        Rule(Kind.UNTIL_AFTER, "为止|止|前|以前|之前|截止", "17:00为止"),
        Rule(Kind.ONWARDS, "起|开始|以后|之后|后", "18:00起"),
        Rule(Kind.NTH, "最后一个|最后一周|最后一", "每月最后一个周一休馆", frozenset({-1})),
        Rule(Kind.MONTH, "单月|奇数月", "单月第一个周一休馆", frozenset({1, 3, 5, 7, 9, 11})),
        Rule(Kind.MONTH, "双月|偶数月", "双月第一个周一休馆", frozenset({2, 4, 6, 8, 10, 12})),
        Rule(Kind.SEASON, "夏季|夏天|夏令|夏令时|夏令时间|夏时制|夏", "夏季 8:00-18:00", "summer"),
        Rule(Kind.SEASON, "冬季|冬天|冬令|冬令时|冬令时间|冬时制|冬", "冬季 8:30-17:00", "winter"),
        Rule(Kind.SEASON, "春秋季|春秋|春季|秋季", "春秋季 8:00-17:30", "spring"),
        Rule(Kind.SEASON, "旺季", "旺季 8:00-18:00", "high"),
        Rule(Kind.SEASON, "淡季", "淡季 8:30-17:00", "low"),
        Rule(
            Kind.SEASON,
            "寒暑假|暑假|寒假|暑假期间|寒假期间|寒假及暑假期间|寒暑假期间|学校假期|暑期|寒期",
            "寒暑假不开放",
            "school holidays",
        ),
        Rule(Kind.SEASON, "学期中|学期间|学期内|开学期间|上课期间|学期", "学期中 7:00-17:00", "term"),
        Rule(
            Kind.VAGUE,
            "办公时间|办公时间内|上班时间|上班时段|上班时|上班营业时间|工作时间|办公时段|办公|公务时间|"
            "公务机关上班时间|正常上班时间|一般上班时间|行政时间|上班期间|上班|工作时段|民众洽公时间|"
            "洽公时间|门诊时间|看诊时间|诊所时间|学校上班时间|校园开放时间|学校开放时间|学校上课时间|"
            "上课时间|上学时间|上学期间|学生上课期间|开学时间|校门开放时间|学生上课时间|学校时间|"
            "银行营业时间|上下班时间",
            "上班时间",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "营业时间|营业时间内|营业时段|营业期间|营业|开放时间|开放时间内|开放时段|开馆时间|开馆时段|"
            "开园时间|服务时间|服务时段|运营时间|营运时间|运营时段|营运时段|营运开始至结束|"
            "营运开始至营运结束|商场营业时间|对外开放时间|营业时间开放|店铺营业时间|开门时间|场馆开放时间|"
            "场馆开放期间|随场馆开放|景区开放时间|活动期间|演出时|表演演出时|演出期间|节目演出时间|使用中|"
            "演艺厅使用中|使用时间|白天|日间|班机时刻表|航班时刻表|飞航作业时间|飞航作业|末班机离场|"
            "班机结束|末班车|首班车|首末班车|首末班车时间|首班车至末班车|头班车至末班车|台北捷运营运时间|"
            "捷运营运时间|地铁运营时间|实际营业时间|公告营业时间|收班|打烊|闭店|闭馆时|日落|日出",
            "营业时间",
            BUSINESS,
        ),
        Rule(Kind.VAGUE, "夜班时间|夜间开放", "夜间开放", NIGHT),
        Rule(
            Kind.CONDITION,
            "预约|需预约|提前预约|电话预约|请预约|凭证|凭卡|需申请|经同意|视情况|视需要|另行公告|另行通知|"
            "部分时间|部分时段|不定时|不定期|不固定|弹性|依公告|视活动|视班次|视|依|配合|按|以公告为准|"
            "以官网公告为准|以实际为准|轮值|需联系|未定|暂定|若|如遇|遇|如|逢雨|可能|台风|台风警报|"
            "停班停课|最后一天|月底|每月底|特殊情况|特殊情况另行公告|仅供|只供|隔两周|隔周|不一定",
            "需提前预约",
        ),
        Rule(
            Kind.LUNCH,
            "中午|午休|午间|中午休息|午间休息|午休时间|中午时间|午餐时间|中午休馆|午休息",
            "8:00-17:30 中午休息",
        ),
        Rule(Kind.NO_HOURS, "不详|未知|未填|待确认|待定|不明|暂无|未提供|不清楚|未填写|待补|待查", "不详"),
        Rule(
            Kind.CONTACT,
            "电话|警卫室|警卫亭|保安室|值班室|管理室|守卫室|传达室|大门|校门口|门卫室|人员|联络|联系|管理者|"
            "管理员|负责人|保管人|联系人|请洽|洽询|洽|手机|分机|窗口|警卫|保安|保全|门卫|值班|值日|放置|"
            "摆放|设置|位于|置于|安装|柜台|柜台后|服务台|门口|大厅|一楼|二楼|楼|侧门|号|室外|室内|户外|"
            "外墙|设于|驻守|取用|携带|路边|外面|在外面|门外|大门外|墙上",
            "管理者:王大明",
        ),
        Rule(Kind.REMARK, "备注|补充说明|说明|附注|注|其他|备考|注意", "备注:"),
        Rule(
            Kind.NOISE,
            "目前|若遇特殊情况另行公告|如遇特殊情况另行公告|遇台风假休馆|台风假休馆|开放|对外开放|对外|开馆|"
            "开园|开门|使用|可使用|可用|均可|皆可|都可|提供|服务|民众|大众|公众|大众使用|公众使用|给|供|为|"
            "是|的|内|时间|时段|日|每|每周|每月|每年|固定|一律|均|皆|都|者|期间|可取得|可取|可|营业中|有|"
            "本馆|本所|本中心|本校|本店|本院|本站|本会|本局|本处|本公司|免费|为主|起|从|自|由|于|在|其余|"
            "其他时间|则|时|仅|只|限|限于|只限|小时|及时|即|点|分|开|取得|学校|校园|机关|公务|馆|店|站|园|"
            "间|等|也|亦|对|一般|正常|整|准时|左右|约|大约|aed|取用时间|运营|营运|门诊|另|且|并且|其它|"
            "固定于|使用时间为|仅平日|进行|予以|开始营业|午|非24小时|非24小时开放|非全天|非全天候|非全日|非全天开放|"
            "非全日开放|未于全年全天开放大众使用|未开放全年全天大众使用|全面|全面开放|供应|待机|值勤|执勤|营业场所|"
            "场所|本场所|本饭店|本旅馆|本酒店|饭店|旅馆|酒店|为民|为民服务|政府公告之天然灾害停止上班日|"
            "隔年|次年|翌年|来年|每个月|个月|之|月份",
            "对外开放",
        ),
    ),
)
