"""English."""

from registry.hours.words.rules import (
    ALL_DAYS,
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
    moved_closing,
    ordinals,
    week,
)

ENGLISH = Language(
    code="en",
    name="English",
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
        Rule(Kind.DAYS, "weekday|weekdays|wkdays|week days", "weekdays 8-18", Days(WEEKDAYS)),
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
            "national holidays|hols|eve of ph|eve of public holidays",
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
            "24/7|24-7|24x7|24 hours|24 hour|24hours|24hour|24hrs|24hr|24 hrs|24 hr|24h|24 h|24-hour|"
            "24-hours|round the clock|around the clock|always|always open|always accessible|"
            "always available|anytime|any time|at all times|at any time|all times|day and night|"
            "24 hours a day|24hrs a day|24 hour access|24hr access|24 hours access|24/7/365|24 7|24/24|"
            "24 hours daily|permanent|permanently|7x24|24 x 7|7/24|unrestricted|twenty four hours|"
            "twenty-four hours|all hours|all day every day|all day and night",
            "24 hours",
        ),
        Rule(
            Kind.CLOSED,
            "closed|close|off|not open|no access|shut|not available|unavailable|closed all day|"
            "not accessible|inaccessible|closes|no entry|not operating|non operational",
            "Sun closed",
        ),
        Rule(
            Kind.EXCEPT,
            "except|excluding|excl|excl.|ex|ex.|exc|exc.|apart from|other than|but not|not on|not|exclude|"
            "save|with the exception of|bar",
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
            "term time|term-time|term time only|termtime|during term|during term time|semester",
            "term time 8-16",
            "term",
        ),
        Rule(
            Kind.VAGUE,
            "office hours|office hour|during office hours|office hrs|working hours|work hours|"
            "office opening hours|school hours|school day|during school hours|school time|clinic hours|"
            "surgery hours|working hrs|operating hours of the office|reception hours|bank hours|"
            "nursery hours|during working hours|school opening hours|surgery opening hours|office time|"
            "core hours|business office hours",
            "Office hours",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "business hours|opening hours|opening times|opening time|open hours|operating hours|"
            "operation hours|operational hours|shop hours|store hours|shop opening hours|"
            "store opening hours|trading hours|hours of operation|hours of business|retail hours|"
            "mall hours|centre hours|center hours|gym hours|library hours|during opening hours|when open|"
            "while open|when the building is open|when building open|when building is open|"
            "when facility is open|when in use|during events|on match days|match days|event days|"
            "when staffed|staffed hours|daytime|daytime only|daylight hours|daylight|day time|"
            "train service hours|train operating hours|mrt operating hours|station hours|"
            "station operating hours|church hours|service hours|service times|club hours|pub hours|all day|"
            "visiting hours|public hours|building hours|normal hours|normal opening hours|site hours|"
            "during hours of operation|first train|last train|first train to last train|"
            "during business hours|sunrise|sunset|dawn|dusk|licensing hours|varies|variable|varying|"
            "various",
            "Business hours",
            BUSINESS,
        ),
        Rule(
            Kind.VAGUE,
            "night|nights|overnight|evening|evenings|out of hours|after hours|night time|nighttime|evenings only",
            "evenings",
            NIGHT,
        ),
        Rule(
            Kind.CONDITION,
            "by appointment|by appointment only|appointment only|appointment|on request|upon request|"
            "by request|ask|ask at|ring bell|ring the bell|key holder|keyholder|with permission|"
            "members only|residents only|staff only|tenants only|subject to|subject to change|depending|"
            "depends|alternate|every other|fortnightly|occasionally|irregular|if|when|unless|may|sometimes|"
            "usually|approx|approximately|by arrangement|call|call ahead|phone|code|access code|seasonal|"
            "some|limited|temporarily|weather permitting|private|permit|authorised personnel",
            "by appointment",
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
            "contact|tel|telephone|email|manager|located|location|reception|lobby|entrance|foyer|"
            "outside wall|wall mounted|next to|beside|near|inside|behind",
            "Contact: J Smith",
        ),
        Rule(Kind.REMARK, "remark|remarks|note|notes|comment|comments", "Remarks:"),
        Rule(
            Kind.NOISE,
            "open|opens|opened|opening|hours|hrs|hr|hour|h|o'clock|oclock|only|on|at|the|of the month|"
            "of each month|of every month|in the month|of the year|every|each|in|during|for|a|is|are|"
            "access|accessible|available|availability|public access|public|aed|use|time|times|day|a day|"
            "per day|days|also|both|of|week|weekly|per week|from mon|monthly|month|hours are|business|shop|"
            "store|office|school|mall|library|gym|station|building|clinic|cabinet|external|outdoor|"
            "outdoors|outside|unlocked|no lock|publicly|accessible to public|accessible to the public|"
            "normal|normally|regular|standard|general|currently|year|inclusive of|service|operating|"
            "operation|with|by",
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
            "may",
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
