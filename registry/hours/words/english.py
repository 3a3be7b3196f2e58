"""English."""

import re

from registry.hours.words.rules import (
    ALL_DAYS,
    BUSINESS,
    DAILY,
    DAILY_WITH_HOLIDAYS,
    EVENTS,
    NIGHT,
    OFFICE,
    PUBLIC_HOLIDAYS,
    SOME_HOLIDAYS,
    TRANSPORT,
    WEEKDAYS,
    WEEKEND,
    WORKING_DAYS,
    Days,
    Kind,
    Language,
    Rule,
    months,
    moved_closing,
    ordinals,
    week,
)

# M-F, M-Th, MWF, MTWTF: letters that are days only beside each other.
_LETTERS = re.compile(r"\bm\s?-\s?(f|th|w|sa|su)\b|\bm[,/ ]?w[,/ ]?f\b|\bt(?:u|ue)?[,/ ]?th\b|\bm ?t ?w ?(?:t|th) ?f\b")

# The month, where a word of dates or a figure stands beside it; else it may be the verb.
_MAY = re.compile(
    r"\bmay\b(?=\s*(?:-|to\b|until\b|through\b|and\b|[,&/]|\d))|(?:(?<=-)|(?<=- )|(?<=to )|(?<=\d )|(?<=in ))may\b"
)


def _prepare(text: str) -> str:
    """The week's letters, written out."""
    return _LETTERS.sub(_written_out, _MAY.sub("may month", text))


def _written_out(found: re.Match[str]) -> str:
    if found[1]:
        return f"mon-{found[1] if found[1] != 'f' else 'fri'}".replace("-w", "-wed")
    letters = re.sub(r"[^a-z]", "", found[0])
    if letters == "mwf":
        return "mon,wed,fri"
    return "mon-fri" if letters.startswith("m") else "tue,thu"


ENGLISH = Language(
    code="en",
    name="English",
    prepare=_prepare,
    moved_closing=moved_closing(
        if_="if|when|where|should",
        holiday="(?:public |bank |national )?holidays?",
        instead="(?:on )?(?:the )?(?:next|following) (?:working |business |week)?day|"
        "(?:on )?(?:the )?(?:following )?(?:tuesday|wednesday|thursday|friday)|day after",
        closed="instead|closed|is closed|it is closed|as well|it closes",
    ),
    moved_example="closed Mondays (if Monday is a public holiday, closed the next day)",
    rules=(
        *week(
            "Mon-Fri 9am-5pm",
            "monday|mondays|mon|mo",
            "tuesday|tuesdays|tues|tue|tu",
            "wednesday|wednesdays|weds|wed|we",
            "thursday|thursdays|thurs|thur|thu|th",
            "friday|fridays|fri|fr",
            "saturday|saturdays|sat|sa",
            "sunday|sundays|sun|su",
        ),
        Rule(
            Kind.DAYS,
            "weekday|weekdays|mon-fri inclusive|5 days a week|5 days|five days a week|wkdays|week days",
            "weekdays 8-18",
            Days(WEEKDAYS),
        ),
        Rule(Kind.DAYS, "weekend|weekends|week-end|week-ends|w/e", "weekends 10am-4pm", Days(WEEKEND)),
        Rule(
            Kind.DAYS,
            "working days|workdays|business days|working day|school days|work days",
            "working days 8:30-17:00",
            WORKING_DAYS,
        ),
        Rule(
            Kind.DAYS,
            "public holiday|public holidays|bank holiday|bank holidays|holiday|holidays|ph|phs|p.h.|p.h|"
            "pub hols|public hols|bank hols|b/h|bh|statutory holidays|stat holidays|federal holidays|"
            "national holidays|hols",
            "closed on public holidays",
            PUBLIC_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "chinese new year|cny|lunar new year|easter|good friday|easter monday|thanksgiving|hari raya|"
            "deepavali|christmas period|christmas|xmas|festive period|new year|labour day|labor day|"
            "independence day|memorial day",
            "closed Good Friday",
            SOME_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "daily|every day|everyday|each day|all days|7 days|7 days a week|7 days/week|7 days per week|"
            "seven days a week|7/7|any day",
            "daily 7:00-22:00",
            DAILY,
        ),
        Rule(
            Kind.DAYS,
            "365 days|365 days a year|365|all year|all year round|year round|year-round|open all year|"
            "every day of the year|",
            "365 days 9-17",
            DAILY_WITH_HOLIDAYS,
        ),
        Rule(Kind.DATE, "christmas day|xmas day", "closed Christmas Day", (12, 25, 12, 25)),
        Rule(Kind.DATE, "christmas eve", "closed Christmas Eve", (12, 24, 12, 24)),
        Rule(Kind.DATE, "boxing day", "closed Boxing Day", (12, 26, 12, 26)),
        Rule(Kind.DATE, "new year's day|new years day", "closed New Year's Day", (1, 1, 1, 1)),
        Rule(Kind.DATE, "new year's eve|new years eve", "closed New Year's Eve", (12, 31, 12, 31)),
        Rule(
            Kind.INCLUDED,
            "inc bank holidays|including public holidays|incl. public holidays|including bank holidays|"
            "incl public holidays|including holidays",
            "Mon-Sun 10-22 including public holidays",
            PUBLIC_HOLIDAYS,
        ),
        Rule(Kind.RANGE, "to|till|til|until|through|thru|up to|'til|untill", "9am to 5pm"),
        Rule(Kind.RANGE, "between|btw", "between 9 and 5pm", "between"),
        Rule(Kind.LIST, "and|&|or|plus|as well as|then", "Sat and Sun"),
        Rule(
            Kind.HALF_DAY,
            "am|a.m.|a.m|in the morning|morning|mornings|in the mornings",
            "9 in the morning to 5 in the afternoon",
            "am",
        ),
        Rule(
            Kind.HALF_DAY,
            "pm|p.m.|p.m|in the afternoon|in the evening|at night|afternoon|afternoons|in the afternoons",
            "9 in the morning to 5 in the afternoon",
            "pm",
        ),
        Rule(
            Kind.NEXT_DAY,
            "next day|the next day|following day|next morning|the following day|(+1)",
            "22:00-06:00 next day",
        ),
        Rule(Kind.TIME, "noon|midday|12 noon|12noon|12nn", "9am-noon", 12 * 60),
        Rule(Kind.TIME, "midnight|12 midnight|12midnight|12mn", "9am-midnight", 24 * 60),
        Rule(
            Kind.ALWAYS,
            "24/7|24-7|24x7|24 hours|24 hour|24hours|24hour|24hrs|24hr|24 hrs|24 hr|24h|24 h|24-hour|24-hours|"
            "round the clock|around the clock|always|always open|always accessible|always available|anytime|"
            "any time|at all times|at any time|all times|day and night|24 hours a day|24hrs a day|"
            "24 hour access|24hr access|24 hours access|24/7/365|24 7|24/24|24 hours daily|permanent|"
            "permanently|7x24|24 x 7|7/24|unrestricted|twenty four hours|twenty-four hours|all hours|"
            "all day every day|all day and night",
            "24 hours",
        ),
        Rule(
            Kind.CLOSED,
            "closed|close|off|not open|no access|shut|not available|unavailable|closed all day|not accessible|"
            "locked at night|locked overnight|locked|inaccessible|closes|no entry|not operating",
            "Sun closed",
        ),
        Rule(
            Kind.EXCEPT,
            "except|excluding|excl|excl.|ex|ex.|exc|exc.|apart from|other than|but not|not on|not|exclude|save|"
            "with the exception of|bar",
            "daily except Sunday",
        ),
        Rule(Kind.EXCEPT_AFTER, "excepted|excluded|not included|only closed", "Sundays excluded"),
        Rule(
            Kind.INCLUDED,
            "including|incl|incl.|included|inclusive|inc|inc.|as normal|as usual",
            "public holidays included",
        ),
        Rule(
            Kind.ONWARDS,
            "from|onwards|onward|after|as of|late|close of business|closing|till late|to late|until late|"
            "to close|until close|till close",
            "18:00 onwards",
        ),
        *ordinals(
            "first Thursday of the month 10-22",
            "first|1st",
            "second|2nd",
            "third|3rd",
            "fourth|4th",
            "fifth|5th",
            "last",
        ),
        Rule(Kind.SEASON, "summer|in summer|during summer|summertime|summer months", "summer 9-20", "summer"),
        Rule(Kind.SEASON, "winter|in winter|during winter|wintertime|winter months", "winter 9-17", "winter"),
        Rule(
            Kind.SEASON,
            "school holidays|school vacation|half term|school hols|summer holidays",
            "closed in school holidays",
            "school holidays",
        ),
        Rule(
            Kind.SEASON,
            "term time|term-time|school terms|during school terms|term times|in term time|school term|"
            "during term times|school term time|term time only|termtime|during term|during term time|semester",
            "term time 8-16",
            "term",
        ),
        Rule(
            Kind.VAGUE,
            "office hours|town hall hours|council hours|school opening times|during school opening hours|"
            "in school hours|when school is open|when the school is open|when school open|practice hours|"
            "gp hours|during surgery hours|during office opening hours|library office hours|office hour|"
            "during office hours|office hrs|working hours|work hours|office opening hours|school hours|"
            "school day|during school hours|school time|clinic hours|surgery hours|working hrs|"
            "operating hours of the office|reception hours|bank hours|nursery hours|during working hours|"
            "school opening hours|surgery opening hours|office time|core hours|business office hours",
            "Office hours",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "business hours|opening hours|opening times|opening time|open hours|operating hours|"
            "operation hours|operational hours|shop hours|store hours|shop opening hours|store opening hours|"
            "trading hours|hours of operation|hours of business|retail hours|mall hours|centre hours|"
            "center hours|gym hours|library hours|during opening hours|when open|while open|"
            "when the building is open|when centre is open|when the centre is open|when centre open|"
            "when pub is open|when the pub is open|when shop is open|when the shop is open|when shop open|"
            "when store is open|when the store is open|when store open|when pub open|when church is open|"
            "when the church is open|when church open|when hall is open|when the hall is open|when hall open|"
            "when club is open|when the club is open|when club open|when the facility is open|"
            "when site is open|when the site is open|when premises are open|when library is open|"
            "when the library is open|when gym is open|when station is open|when the station is open|"
            "when open to the public|when facility open|pool hours|leisure centre hours|pharmacy hours|"
            "bar hours|park hours|golf club hours|hotel hours|museum hours|church opening hours|"
            "daylight hours only|when building open|when building is open|when facility is open|"
            "when the building is staffed|when building is staffed|when reception is open|"
            "when reception is staffed|when the reception is open|when the office is open|when office is open|"
            "staffed hours|daytime|daytime only|daylight hours|daylight|day time|station hours|church hours|"
            "service hours|service times|club hours|pub hours|all day|visiting hours|public hours|"
            "building hours|normal hours|normal opening hours|site hours|during hours of operation|"
            "during business hours|sunrise|sunset|dawn|dusk|licensing hours|varies|variable|varying|various",
            "Business hours",
            BUSINESS,
        ),
        Rule(
            Kind.VAGUE,
            "night|nights|overnight|evening|evenings|out of hours|out-of-hours|after hours|night time|"
            "nighttime|evenings only",
            "evenings",
            NIGHT,
        ),
        Rule(
            Kind.CONDITION,
            "by appointment|by appointment only|appointment only|appointment|on request|upon request|"
            "by request|ask|ask at|ring bell|ring the bell|key holder|keyholder|with permission|members only|"
            "residents only|staff only|tenants only|subject to|subject to change|depending|depends|alternate|"
            "every other|fortnightly|occasionally|irregular|if|when|unless|may|sometimes|usually|approx|"
            "eve of ph|eve of public holidays|eves of public holidays|eve of public holiday|"
            "eve of bank holidays|temporarily|approximately|by arrangement|call|call ahead|phone|code|"
            "access code|seasonal|some|limited|weather permitting|private|permit|authorised personnel",
            "by appointment",
        ),
        Rule(
            Kind.CLOSED,
            "out of service|out of order|removed|not in use|no longer available|decommissioned|"
            "under maintenance|being repaired|out of use|no longer here|not currently available|"
            "currently unavailable|non operational|temporarily closed|temporarily unavailable|"
            "permanently closed|currently closed|closed temporarily|closed until further notice|"
            "closed permanently|temporarily out of service|stolen|missing|closed for refurbishment|"
            "temporarily removed|faulty",
            "out of order",
            "out of use",
        ),
        Rule(
            Kind.LAST_ENTRY,
            "last admission|last admissions|last entry|last entrance|last orders|last order|latest entry|"
            "latest admission|last visitors|last check-in|last tour|last entry at|last admission at|"
            "final entry|final admission",
            "10am-6pm (last admission 5pm)",
        ),
        Rule(
            Kind.OTHERS,
            "otherwise|other days|all other days|other times|at other times|rest of the week|on other days|"
            "all other times|the rest of the week|remaining days",
            "Tue closed, otherwise 11-23",
        ),
        Rule(
            Kind.VAGUE,
            "during events|on match days|match days|event days|when in use|when staffed|during matches|"
            "during training|during services|during fixtures|on event days|when occupied|during activities|"
            "during sessions|during club sessions|during performances|events|matches|performances",
            "during events",
            EVENTS,
        ),
        Rule(
            Kind.VAGUE,
            "first train|last train|first train to last train|train service hours|train operating hours|"
            "mrt operating hours|station operating hours|train hours|service hours of the station|metro hours|"
            "metro operating hours|subway hours|tube hours",
            "05:30-23:30 (train service hours)",
            TRANSPORT,
        ),
        Rule(
            Kind.NOISE,
            "only",
            "weekdays only",
            "only",
        ),
        Rule(
            Kind.LUNCH,
            "lunch|lunch break|lunchtime|closed for lunch|lunch hour|lunch time|break time",
            "8:30-17:00, closed for lunch",
        ),
        Rule(
            Kind.NO_HOURS,
            "unknown|not known|tbc|tba|tbd|n/a|na|n.a.|nil|none|not specified|not stated|unspecified|"
            "to be confirmed|null|not provided|?",
            "unknown",
        ),
        Rule(
            Kind.CONTACT,
            "contact|tel|telephone|email|manager|located|location|reception|lobby|entrance|foyer|outside wall|"
            "wall mounted|next to|beside|near|inside|behind",
            "Contact: J Smith",
        ),
        Rule(Kind.REMARK, "remark|remarks|note|notes|comment|comments", "Remarks:"),
        Rule(
            Kind.NOISE,
            "open|opens|opened|opening|hours|hrs|hr|hour|h|o'clock|oclock|on|at|the|of the month|of each month|"
            "of every month|in the month|of the year|every|each|in|during|for|a|is|are|access|accessible|"
            "available|availability|public access|public|aed|use|time|times|day|a day|per day|days|also|both|"
            "of|week|weekly|per week|from mon|monthly|month|hours are|business|services|shops|pub|church|hall|"
            "club|centre|center|hotel|museum|pool|park|pharmacy|site|premises|council|town hall|leisure centre|"
            "sports centre|supermarket|restaurant|cafe|bar|from monday|inclusive mon|locations|"
            "community centre|village hall|hours of access|hours available|door|doors|desk|weeks|shop|store|"
            "office|school|mall|library|gym|station|building|clinic|cabinet|external|outdoor|outdoors|outside|"
            "unlocked|no lock|publicly|accessible to public|accessible to the public|normal|normally|regular|"
            "standard|general|currently|no code needed|no code required|no appointment needed|"
            "no appointment necessary|year|inclusive of|service|operating|operation|with|by",
            "open",
        ),
        Rule(
            Kind.NOISE,
            "and for events|and during events|and by appointment|and on request|or by appointment|"
            "or by arrangement|and events",
            "Mo-Fr 9-17 and for events",
        ),
        *months(
            "Apr-Oct 9:00-18:00",
            "january|jan",
            "february|feb",
            "march|mar",
            "april|apr",
            "may month",
            "june|jun",
            "july|jul",
            "august|aug",
            "september|sept|sep",
            "october|oct",
            "november|nov",
            "december|dec",
        ),
    ),
)

OSM = Language(
    code="osm",
    name="OSM's opening_hours",
    rules=(
        *week("Mo-Fr 08:00-17:00", "mo", "tu", "we", "th", "fr", "sa", "su"),
        Rule(Kind.DAYS, "ph", "PH off", PUBLIC_HOLIDAYS),
        Rule(Kind.SEASON, "sh", "SH off", "school holidays"),
        Rule(Kind.CLOSED, "off|closed", "Su off"),
        Rule(Kind.ALWAYS, "24/7", "24/7"),
        Rule(Kind.VAGUE, "sunrise-sunset", "sunrise-sunset", BUSINESS),
        Rule(Kind.NO_HOURS, "unknown", "Sa unknown"),
        Rule(Kind.NOISE, "open", "Mo open"),
        *months(
            "Apr-Oct 09:00-18:00", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"
        ),
        Rule(Kind.DAYS, "mo-su", "Mo-Su 08:00-24:00", Days(ALL_DAYS)),
    ),
)
