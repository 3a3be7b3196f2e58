"""Korean."""

import re

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
    months,
    ordinals,
    week,
)

_DAY = "[월화수목금토일]"
_DAY_RUN = re.compile(
    rf"(?<![가-힣\d]){_DAY}(?:요일)?(?:\s*(?:-(?!\s*\n)|[,/])?\s*{_DAY}(?:요일)?(?![가-힣요\d]|\d))*(?![가-힣])"
    rf"|(?<![가-힣\d]){_DAY}{{2,7}}(?:요일)?(?![가-힣])"
)
_PIECE = re.compile(rf"(-?)[,/\s]*({_DAY})(?:요일)?")


def _prepare(text: str) -> str:
    """Single syllables as days: 월~금 -> 월요일-금요일."""
    return _DAY_RUN.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    said = ""
    for piece in _PIECE.finditer(found[0]):
        said += ("-" if piece[1] else ",") if said else ""
        said += piece[2] + "요일"
    return f" {said} "


_MOVED_CLOSING = re.compile(
    r"[(,;]?\s?(?:단,?\s*)?(?:[월화수목금토일]요일이?\s*)?(?:법정\s*)?(?:공휴일|휴일|국경일)(?:이면|인|일|과\s*겹칠|과\s*겹치는)?\s*"
    r"(?:경우|때|시)?(?:에는|에|는)?\s*,?\s*(?:그\s*)?(?:다음\s*날|익일|다음\s*평일|익\s*평일|그\s*다음날|화요일)(?:에|은|이|을)?\s*"
    r"(?:휴관일?|휴무|휴원|휴업|휴장|쉼)?\s*\)?"
)


KOREAN = Language(
    code="ko",
    name="Korean",
    prepare=_prepare,
    half_day_first=True,
    moved_closing=_MOVED_CLOSING,
    moved_example="월요일 휴관(공휴일인 경우 다음날 휴관)",
    rules=(
        *week("월요일~금요일 09:00~18:00", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
        Rule(Kind.DAYS, "평일", "평일 09:00~18:00", Days(WEEKDAYS, not_holidays=True)),
        Rule(Kind.DAYS, "주중", "주중 09:00~18:00", Days(WEEKDAYS)),
        Rule(Kind.DAYS, "주말", "주말 10:00~17:00", Days(WEEKEND)),
        Rule(Kind.DAYS, "근무일|영업일|업무일|등교일|수업일", "근무일 09:00~18:00", WORKING_DAYS),
        Rule(
            Kind.DAYS,
            "공휴일|법정공휴일|법정 공휴일|국경일|대체공휴일|빨간날|임시공휴일",
            "공휴일 휴무",
            PUBLIC_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "휴일|휴무일",
            "휴일 제외",
            Days(frozenset({6}), doubtful=frozenset({5}), holidays=True),
        ),
        Rule(
            Kind.DAYS,
            "설날|추석|명절|설|설연휴|설 연휴|추석연휴|추석 연휴|명절연휴|명절 연휴|명절당일|명절 당일|"
            "설날당일|추석당일|당일|연휴|설명절",
            "명절 휴무",
            SOME_HOLIDAYS,
        ),
        Rule(Kind.DAYS, "매일|일주일 내내|주7일|모든요일|모든 요일|전일|전요일", "매일 09:00~22:00", DAILY),
        Rule(
            Kind.DAYS,
            "연중무휴|연중 무휴|무휴|365일|연중|휴무없음|휴무 없음|연중개방",
            "연중무휴 10:00~22:00",
            DAILY_WITH_HOLIDAYS,
        ),
        Rule(Kind.DATE, "신정|새해|1월1일|1월 1일", "신정 휴무", (1, 1, 1, 1)),
        Rule(Kind.RANGE, "에서|부터|~", "9시부터 18시까지"),
        Rule(Kind.LIST, "및|와|과|그리고|또는|,", "토요일 및 일요일"),
        Rule(Kind.HALF_DAY, "오전|아침|새벽|am|a.m.", "오전 9시~오후 6시", "am"),
        Rule(Kind.HALF_DAY, "오후|저녁|밤|pm|p.m.", "오전 9시~오후 6시", "pm"),
        Rule(Kind.NEXT_DAY, "다음날|익일|다음 날|명일", "22:00~익일 06:00"),
        Rule(Kind.TIME, "정오|낮12시|낮 12시", "09:00~정오", 12 * 60),
        Rule(Kind.TIME, "자정|밤12시|밤 12시", "09:00~자정", 24 * 60),
        Rule(
            Kind.ALWAYS,
            "24시간|24시간 개방|24시간 이용가능|24시간 운영|상시|항시|상시개방|상시 개방|항상|언제나|"
            "언제든지|종일|24시|24h|24시간개방|24시간운영|상시이용|상시 이용|상시운영|상시 운영|상시가능|"
            "상시 가능|상시이용가능|하루종일|제한없음|제한 없음|주야",
            "24시간 개방",
        ),
        Rule(
            Kind.CLOSED,
            "휴무|휴관|휴관일|휴진|휴업|정기휴무|정기휴관|정기 휴무|정기 휴관|휴원|휴점|휴장|폐쇄|미개방|"
            "미운영|사용불가|이용불가|닫음|사용 불가|이용 불가|쉼|쉽니다|운영안함|운영 안함|미사용|"
            "개방안함|개방 안함|개방하지 않음|운영하지 않음|휴교|불가|휴무일은|문닫음|휴강",
            "일요일 휴무",
        ),
        Rule(
            Kind.EXCEPT_AFTER,
            "제외|을 제외|를 제외|은 제외|는 제외|제외한|제외하고|을제외|를제외|빼고|외",
            "공휴일 제외",
        ),
        Rule(Kind.INCLUDED, "포함|정상운영|정상 운영|정상영업|정상 영업|도 운영", "공휴일 포함"),
        Rule(Kind.UNTIL_AFTER, "까지|이전", "18시까지"),
        Rule(Kind.ONWARDS, "이후|시작|부터 계속", "18시 이후"),
        *ordinals(
            "매월 첫째 월요일 휴관",
            "첫째|첫째주|첫번째|첫째 주|첫",
            "둘째|둘째주|두번째|둘째 주",
            "셋째|셋째주|세번째|셋째 주",
            "넷째|넷째주|네번째|넷째 주",
            "다섯째|다섯째주",
            "마지막|마지막주|마지막 주",
        ),
        Rule(Kind.SEASON, "하절기|여름|여름철", "하절기 09:00~18:00", "summer"),
        Rule(Kind.SEASON, "동절기|겨울|겨울철", "동절기 09:00~17:00", "winter"),
        Rule(Kind.SEASON, "방학|방학중|방학기간|방학 중|여름방학|겨울방학|방학시", "방학 제외", "school holidays"),
        Rule(Kind.SEASON, "학기중|학기 중|학기", "학기중 09:00~18:00", "term"),
        Rule(
            Kind.VAGUE,
            "근무시간|근무 시간|근무시간내|근무시간 내|업무시간|업무 시간|업무시간내|업무시간 내|일과시간|"
            "일과 시간|일과시간내|진료시간|진료시간내|학교수업시간|수업시간|등교시간|관공서 근무시간|"
            "근무시간중|업무시간중|교육시간|사무실 근무시간|학교운영시간",
            "근무시간 내",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "영업시간|영업 시간|영업시간내|영업시간 내|운영시간|운영 시간|운영시간내|운영시간 내|이용시간|"
            "이용 시간|개방시간|개방 시간|개장시간|관람시간|개관시간|사용가능시간|사용시간|영업시|운영시|"
            "개방시|지하철 운행시간|운행시간|첫차~막차|첫차-막차|첫차|막차|주간|낮|영업시간중|운영시간중|"
            "이용가능시간|매장 운영시간|매장 영업시간|사용 가능 시간|일출|일몰",
            "영업시간 내",
            BUSINESS,
        ),
        Rule(Kind.VAGUE, "야간", "야간", NIGHT),
        Rule(
            Kind.CONDITION,
            "예약|예약제|문의|사전문의|사전 문의|협의|허가|연락|요청시|요청 시|필요시|필요 시|상황에 따라|"
            "변동|유동적|비정기|부정기|격주|경우|관계자|관계자만|직원만|회원만|입주민만|행사시|행사 시",
            "예약제",
        ),
        Rule(Kind.LUNCH, "점심시간|점심 시간|점심|중식시간|휴게시간|브레이크타임|중식", "점심시간 12:00~13:00"),
        Rule(Kind.NO_HOURS, "미정|미상|알수없음|알 수 없음|정보없음|정보 없음|모름|확인필요|미확인|없음", "미정"),
        Rule(
            Kind.CONTACT,
            "전화|연락처|담당자|담당|관리자|관리인|경비실|관리사무소|안내데스크|입구|로비|층|실외|실내|설치|위치",
            "담당자:홍길동",
        ),
        Rule(Kind.REMARK, "비고|참고|특이사항", "비고:"),
        Rule(
            Kind.NOISE,
            "개방|이용가능|이용 가능|사용가능|사용 가능|운영|영업|가능|이용|사용|진료|개관|매주|매월|은|는|"
            "이|가|만|에|도|의|시|분|시간|때|동안|내|중|근무|업무|요일|및공휴일|기준|정상|공휴|입니다|"
            "합니다|정문|일반|오픈|open|그외|그 외|까지만|로|으로|매|개장|주",
            "개방",
        ),
        *months("3월~10월 09:00~18:00", *(f"{number}월" for number in range(1, 13))),
    ),
)
