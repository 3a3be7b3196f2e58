"""Dutch."""

import re

from registry.hours.words.rules import (
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

_HALF_OF_A_DAY = re.compile(
    r"\b((?:maan|dins|woens|donder|vrij|zater|zon)dag)(middag|namiddag|ochtend|voormiddag|morgen|avond)\b"
)


def _prepare(text: str) -> str:
    """Woensdagmiddag as two words."""
    return _HALF_OF_A_DAY.sub(lambda found: f"{found[1]} {'namiddag' if found[2] == 'middag' else found[2]}", text)


DUTCH = Language(
    code="nl",
    name="Dutch",
    prepare=_prepare,
    moved_closing=moved_closing(
        if_="als|indien|wanneer|bij|valt",
        holiday="feestdag|feestdagen",
        instead="(?:de )?volgende (?:werk)?dag|(?:de )?dag (?:erna|nadien|daarna)|(?:op )?(?:dinsdag|woensdag|"
        "donderdag|vrijdag)",
        closed="gesloten|dicht",
    ),
    moved_example="maandag gesloten (als maandag een feestdag is, de volgende dag)",
    rules=(
        *week(
            "Ma-Vrij 9u tot 17u",
            "maandag|maandags|maan|ma",
            "dinsdag|dinsdags|dins|di",
            "woensdag|woensdags|woens|wo|woe",
            "donderdag|donderdags|don|do|dond",
            "vrijdag|vrijdags|vrij|vr",
            "zaterdag|zaterdags|zat|za",
            "zondag|zondags|zon|zo",
        ),
        Rule(
            Kind.DAYS,
            "weekdagen|weekdag|doordeweeks|door de week|in de week|op weekdagen|tijdens de week|"
            "doordeweekse dagen|week",
            "weekdagen 8u-18u",
            Days(WEEKDAYS),
        ),
        Rule(
            Kind.DAYS,
            "werkdagen|werkdag|op werkdagen|schooldagen|schooldag|op schooldagen|lesdagen",
            "op werkdagen 8.30-17.00 uur",
            WORKING_DAYS,
        ),
        Rule(Kind.DAYS, "weekend|weekends|in het weekend|weekeinde|we|weekenden|wkd", "weekend 10u-16u", Days(WEEKEND)),
        Rule(
            Kind.DAYS,
            "feestdag|feestdagen|op feestdagen|officiele feestdagen|wettelijke feestdagen|nationale feestdagen|"
            "erkende feestdagen|brugdagen",
            "gesloten op feestdagen",
            PUBLIC_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "zon- en feestdagen|zondag- en feestdagen|zondagen en feestdagen|zo-en feestdagen|zon- en feestdag|"
            "zo+feestdagen|zon en feestdagen|zo- en feestdagen|zon- & feestdagen|zon-en feestdagen|"
            "zo en feestdagen|zondag en feestdagen",
            "zon- en feestdagen gesloten",
            Days(frozenset({6}), holidays=True),
        ),
        Rule(
            Kind.DAYS,
            "pasen|paasmaandag|pinksteren|hemelvaart|koningsdag|allerheiligen|goede vrijdag",
            "gesloten met Pasen",
            SOME_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "dagelijks|elke dag|iedere dag|alle dagen|7 dagen|7 op 7|7/7|7d/7|7 dagen op 7|7 dagen per week|"
            "zeven dagen per week|hele week|de hele week",
            "dagelijks 8u-20u",
            DAILY,
        ),
        Rule(
            Kind.DAYS,
            "het hele jaar|hele jaar|hele jaar door|365 dagen|365 dagen per jaar|365/365",
            "365 dagen 9u-17u",
            DAILY_WITH_HOLIDAYS,
        ),
        Rule(Kind.DATE, "kerstmis|eerste kerstdag|kerst", "gesloten met Kerstmis", (12, 25, 12, 25)),
        Rule(Kind.DATE, "tweede kerstdag", "gesloten op tweede kerstdag", (12, 26, 12, 26)),
        Rule(Kind.DATE, "kerstdagen", "gesloten op de kerstdagen", (12, 25, 12, 26)),
        Rule(Kind.DATE, "nieuwjaar|nieuwjaarsdag", "gesloten op nieuwjaar", (1, 1, 1, 1)),
        Rule(Kind.DATE, "oudejaarsdag|oudjaar|oudejaarsavond", "gesloten op oudejaarsdag", (12, 31, 12, 31)),
        Rule(
            Kind.RANGE,
            "tot|t/m|tm|tot en met|t.e.m.|tem|t.e.m|t. e. m.|tot aan|totenmet|a",
            "maandag t/m vrijdag 8 tot 17 uur",
        ),
        Rule(
            Kind.INCLUDED,
            "ook op feestdagen|inclusief feestdagen|incl. feestdagen",
            "dagelijks 9u-17u, ook op feestdagen",
            PUBLIC_HOLIDAYS,
        ),
        Rule(Kind.RANGE, "tussen", "tussen 8 en 17 uur", "between"),
        Rule(Kind.LIST, "en|of|&|alsook|+|en van", "za en zo"),
        Rule(
            Kind.HALF_DAY,
            "de voormiddag|'s morgens|'s ochtends|ochtend|voormiddag|s morgens|in de voormiddag|vm|s ochtends|am",
            "8 uur 's ochtends tot 6 uur 's avonds",
            "am",
        ),
        Rule(
            Kind.HALF_DAY,
            "'s middags|'s avonds|namiddag|s avonds|s middags|in de namiddag|nm|pm",
            "8 uur 's ochtends tot 6 uur 's avonds",
            "pm",
        ),
        Rule(Kind.NEXT_DAY, "volgende dag|de volgende dag|daags nadien|'s anderendaags", "22u-6u volgende dag"),
        Rule(Kind.TIME, "middag", "8u tot middag", 12 * 60),
        Rule(Kind.TIME, "middernacht", "8u tot middernacht", 24 * 60),
        Rule(
            Kind.ALWAYS,
            "24/24|24/7|24u/24|24u op 24|24 op 24|24/24u|24 uur|24 uur per dag|24u|24h|24 u|24uur|24 uur op 24|"
            "24u/24u|altijd|altijd bereikbaar|altijd toegankelijk|altijd open|steeds|steeds toegankelijk|"
            "permanent|dag en nacht|24-7|continu|24 uur op 24 uur|24h/24|24/24 7/7|24/24 en 7/7|de klok rond|"
            "rond de klok|ten allen tijde|te allen tijde|24x7|24 h|doorlopend toegankelijk|24u/7|24 uur/7|"
            "24/24u 7/7|24-uurs|24 uurs|onbeperkt|h24",
            "24 uur per dag",
        ),
        Rule(
            Kind.CLOSED,
            "gesloten|dicht|niet open|sluitingsdag|niet toegankelijk|niet bereikbaar|geen toegang|"
            "niet beschikbaar|closed|off|sluiting|rustdag|toe",
            "zondag gesloten",
        ),
        Rule(
            Kind.EXCEPT,
            "behalve|uitgezonderd|met uitzondering van|niet op|buiten de openingsuren|uitz.|m.u.v.|muv|zonder|"
            "niet|tenzij op|met uitzondering",
            "dagelijks behalve zondag",
        ),
        Rule(Kind.EXCEPT_AFTER, "niet inbegrepen|niet", "feestdagen niet inbegrepen"),
        Rule(Kind.INCLUDED, "ook|inclusief|incl.|incl|inbegrepen", "feestdagen inbegrepen"),
        Rule(Kind.ONWARDS, "vanaf|na", "vanaf 18 uur"),
        *ordinals(
            "eerste donderdag van de maand 10-22 uur",
            "eerste|1e|1ste",
            "tweede|2e|2de",
            "derde|3e|3de",
            "vierde|4e|4de",
            "vijfde|5e|5de",
            "laatste",
        ),
        Rule(
            Kind.SEASON,
            "zomer|in de zomer|zomerperiode|zomermaanden|zomeruren|zomeruur|zomerseizoen",
            "zomer 9u-20u",
            "summer",
        ),
        Rule(
            Kind.SEASON,
            "winter|in de winter|winterperiode|wintermaanden|winteruren|winteruur|winterseizoen",
            "winter 9u-17u",
            "winter",
        ),
        Rule(
            Kind.SEASON,
            "schoolvakantie|schoolvakanties|vakantie|vakanties|tijdens schoolvakanties|in de schoolvakanties|"
            "schoolverlof|verlof|vakantieperiode|zomervakantie|tijdens de schoolvakanties",
            "gesloten in schoolvakanties",
            "school holidays",
        ),
        Rule(Kind.SEASON, "schoolperiode|schooljaar|tijdens het schooljaar", "schooljaar 7u-18u", "term"),
        Rule(
            Kind.VAGUE,
            "kantooruren|binnen kantoortijden|binnen kantooruren|onder kantooruren|onder kantoortijd|"
            "binnen schooltijden|onder schooltijd|openingstijden gemeentehuis|openingsuren gemeentehuis|"
            "openingstijden van de school|binnen werktijden|praktijkuren|loketuren|kantoortijden|kantoortijd|"
            "werkuren|werktijden|schooluren|schooltijden|lesuren|lestijden|diensturen|tijdens kantooruren|"
            "tijdens de kantooruren|tijdens schooluren|tijdens de schooluren|tijdens werkuren|"
            "tijdens de werkuren|tijdens kantoortijden|tijdens kantoortijd|tijdens de lesuren|tijdens lesuren|"
            "schoolopeningsuren|spreekuren|bureau uren|bureeluren|tijdens de schooltijden|tijdens schooltijden|"
            "tijdens diensturen",
            "tijdens kantooruren",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "openingsuren|openingstijden|openingsuur|tijdens de openingsuren|tijdens openingsuren|"
            "tijdens openingstijden|tijdens de openingstijden|winkeluren|winkelopeningsuren|"
            "openingsuren winkel|wanneer open|als open|overdag|hele dag|de hele dag|bezoekuren|"
            "uren van de winkel|openingstijden winkel|exploitatieuren|volgens openingsuren|zie openingsuren|"
            "uren|variabel|wisselend|binnen openingstijden|binnen de openingstijden|binnen openingsuren|"
            "tijdens openingstijden sporthal|openingstijden sporthal|verschillend|zonsopgang|zonsondergang|"
            "tijdens winkeluren|indien open|bij opening|openingsuren sporthal|openingsuren zaal",
            "tijdens de openingsuren",
            BUSINESS,
        ),
        Rule(Kind.VAGUE, "nacht|'s nachts|s nachts|avond|avonden", "'s nachts", NIGHT),
        Rule(
            Kind.CONDITION,
            "op afspraak|na afspraak|op aanvraag|op verzoek|na telefonisch contact|met code|code|bellen|"
            "aanbellen|sleutel|leden|enkel leden|enkel voor leden|afhankelijk|afhankelijk van|soms|meestal|"
            "onregelmatig|seizoensgebonden|om de week|om de twee weken|om de 2 weken|tweewekelijks|indien|als|"
            "mits|beperkt|prive|personeel|eventueel|ongeveer|volgens|even weken|oneven weken|wanneer",
            "op afspraak",
        ),
        Rule(
            Kind.CLOSED,
            "buiten gebruik|buiten dienst|defect|verwijderd|tijdelijk gesloten|in reparatie|in onderhoud|"
            "niet in gebruik|niet meer aanwezig|tijdelijk niet beschikbaar|momenteel niet beschikbaar|"
            "momenteel gesloten|tijdelijk buiten gebruik|permanent gesloten|gestolen|"
            "gesloten wegens verbouwing|tot nader order gesloten",
            "buiten gebruik",
            "out of use",
        ),
        Rule(
            Kind.LAST_ENTRY,
            "laatste toegang|laatste inlaat|laatste entree|laatste bezoek|kassa sluit om|laatste binnenkomst",
            "10-18 uur (laatste toegang 17 uur)",
        ),
        Rule(
            Kind.OTHERS,
            "overige dagen|verder|anders|de overige dagen|op overige dagen|andere dagen|op andere dagen|"
            "de andere dagen|overige tijd|rest van de week|de rest van de week|overige tijden|overige maanden",
            "dinsdag gesloten, overige dagen 10-17 uur",
        ),
        Rule(
            Kind.VAGUE,
            "tijdens evenementen|evenementen|bij evenementen|tijdens activiteiten|activiteiten|"
            "bij activiteiten|tijdens trainingen|trainingen|tijdens wedstrijden|wedstrijden|"
            "tijdens de diensten|wanneer zaal open|tijdens wedstrijden en trainingen|"
            "tijdens trainingen en wedstrijden|tijdens voorstellingen|voorstellingen|volgens bezetting|"
            "kerkdiensten|tijdens kerkdiensten",
            "tijdens evenementen",
            EVENTS,
        ),
        Rule(
            Kind.VAGUE,
            "dienstregeling|eerste tot laatste trein|eerste trein tot laatste trein|tijden dienstregeling",
            "5.30-0.30 uur (dienstregeling)",
            TRANSPORT,
        ),
        Rule(
            Kind.NOISE,
            "enkel|alleen|slechts|uitsluitend",
            "alleen maandag 9u-17u",
            "only",
        ),
        Rule(
            Kind.LUNCH,
            "middagpauze|middaguur|over de middag|lunchpauze|lunch|tussen de middag|pauze",
            "8u-17u, gesloten over de middag",
        ),
        Rule(Kind.NO_HOURS, "onbekend|niet bekend|niet gekend|nvt|n.v.t.|geen info|niet ingevuld|?", "onbekend"),
        Rule(
            Kind.CONTACT,
            "telefoon|tel|contact|contactpersoon|verantwoordelijke|onthaal|receptie|inkom|inkomhal|ingang|"
            "gevel|muur|zijgevel|voorgevel|gang|naast|achter|balie",
            "contact: Piet Peeters",
        ),
        Rule(Kind.REMARK, "opmerking|opmerkingen|opm|opm.|nota|info", "Opmerking:"),
        Rule(
            Kind.NOISE,
            "u|uur|uren van|h|hr|van|op|de|het|een|in|om|open|geopend|opent|toegankelijk|publiek|"
            "publiek toegankelijk|bereikbaar|beschikbaar|toegang|van de maand|per maand|elke|iedere|maand|"
            "buiten|hangt buiten|hangt|dus|aan de buitenkant|aan buitengevel|buitenkant|buitenkast|"
            "gemeentehuis|sporthal|bibliotheek|zwembad|apotheek|kerk|hotel|restaurant|gebouw|station|museum|"
            "zaal|club|clubhuis|bank|filiaal|supermarkt|praktijk|kantine|buurthuis|dorpshuis|sportpark|binnen|"
            "per|per week|buitengevel|buitenmuur|aan|is|staat|aed|doorlopend|doorlopend van|met|dag|dagen|"
            "tijdens|vrij toegankelijk|openbaar|openbaar toegankelijk|alle|wo.|tijd|tijden|normaal|gewoonlijk|"
            "vrij|kantoor|school|winkel|voor iedereen",
            "open",
        ),
        Rule(
            Kind.NOISE,
            "en op afspraak|of op afspraak|en na afspraak|of na afspraak|en tijdens evenementen|"
            "en bij evenementen|en tijdens activiteiten|en bij activiteiten",
            "ma-vr 9u-17u en op afspraak",
        ),
        *months(
            "april t/m oktober 9u-18u",
            "januari|jan|jan.",
            "februari|feb|febr|feb.",
            "maart|mrt",
            "april|apr|apr.",
            "mei",
            "juni|jun",
            "juli|jul",
            "augustus|aug|aug.",
            "september|sept|sep|sept.",
            "oktober|okt|okt.",
            "november|nov|nov.",
            "december|dec|dec.",
        ),
    ),
)
