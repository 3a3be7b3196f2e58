"""German."""

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
    WORKING_DAYS_PERHAPS_SATURDAY,
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
    r"\b((?:(?:mon|diens|donners|frei|sams|sonn)(?:tag)|mittwoch))(nachmittags?|vormittags?|abends?|morgens?)\b"
)


def _prepare(text: str) -> str:
    """Mittwochnachmittag as two words."""
    return _HALF_OF_A_DAY.sub(r"\1 \2", text)


GERMAN = Language(
    code="de",
    name="German",
    prepare=_prepare,
    moved_closing=moved_closing(
        if_="wenn|falls|sofern|ist|fallt",
        holiday="feiertag|feiertage|feiertags",
        instead="(?:am )?(?:dar ?auf)?folgenden (?:werk)?tag|(?:am )?folgetag|(?:am )?nachsten (?:werk)?tag|(?:am |"
        "der )?(?:dienstag|mittwoch|donnerstag|freitag)|tag danach|tags darauf",
        closed="geschlossen|ruhetag|zu|stattdessen",
    ),
    moved_example="montags geschlossen (ist Montag ein Feiertag, am folgenden Tag)",
    rules=(
        *week(
            "Montag bis Freitag 8-17 Uhr",
            "montag|montags|mo",
            "dienstag|dienstags|die|di",
            "mittwoch|mittwochs|mi",
            "donnerstag|donnerstags|don|do",
            "freitag|freitags|fr",
            "samstag|samstags|sonnabend|sonnabends|sa",
            "sonntag|sonntags|so",
        ),
        Rule(Kind.DAYS, "wochentags|unter der woche|wochentag|wochentage", "wochentags 8-18 Uhr", Days(WEEKDAYS)),
        Rule(
            Kind.DAYS,
            "werktags|werktag|werktage|werktagen|an werktagen|werktaglich",
            "werktags 8-18 Uhr",
            WORKING_DAYS_PERHAPS_SATURDAY,
        ),
        Rule(
            Kind.DAYS,
            "arbeitstage|arbeitstagen|arbeitstags|schultage|schultagen|an schultagen|arbeitstaglich",
            "an Arbeitstagen 7-16 Uhr",
            WORKING_DAYS,
        ),
        Rule(Kind.DAYS, "wochenende|wochenenden|am wochenende|we|wochenends", "Wochenende 10-16 Uhr", Days(WEEKEND)),
        Rule(
            Kind.DAYS,
            "feiertag|feiertage|feiertagen|feiertags|an feiertagen|gesetzliche feiertage|"
            "gesetzlichen feiertagen|gesetzl. feiertage|fei|ft|f.|feiert.|feiertagsregelung|an feiertage",
            "an Feiertagen geschlossen",
            PUBLIC_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "sonn- und feiertag|sonn- und feiertage|sonn- und feiertagen|sonn- und feiertags|"
            "sonn- u. feiertage|sonn- u. feiertags|sonn-/feiertag|sonn-/feiertage|sonn-/feiertags|"
            "sonn- & feiertage|so.- und feiertage|so- und feiertage|sonn und feiertags|sonn und feiertage|"
            "sonn u. feiertags",
            "sonn- und feiertags geschlossen",
            Days(frozenset({6}), holidays=True),
        ),
        Rule(
            Kind.DAYS,
            "weihnachten|ostern|karfreitag|ostermontag|pfingsten|pfingstmontag|weihnachtsfeiertage|karneval|"
            "fasching|rosenmontag|tag der deutschen einheit|christi himmelfahrt|fronleichnam|allerheiligen|"
            "bruckentage|bruckentagen",
            "Karfreitag geschlossen",
            SOME_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "taglich|tagl|tagl.|jeden tag|alle tage|7 tage|7 tage die woche|7 tage/woche|sieben tage die woche|"
            "mo-so|taeglich|an allen tagen",
            "täglich 8-20 Uhr",
            DAILY,
        ),
        Rule(
            Kind.DAYS,
            "ganzjahrig|das ganze jahr|365 tage|365 tage im jahr|kein ruhetag|ganzes jahr|",
            "ganzjährig 9-17 Uhr",
            DAILY_WITH_HOLIDAYS,
        ),
        Rule(Kind.DATE, "heiligabend|heilig abend", "Heiligabend geschlossen", (12, 24, 12, 24)),
        Rule(Kind.DATE, "silvester|sylvester", "Silvester geschlossen", (12, 31, 12, 31)),
        Rule(Kind.DATE, "neujahr", "Neujahr geschlossen", (1, 1, 1, 1)),
        Rule(Kind.DATE, "zwischen den jahren", "zwischen den Jahren geschlossen", (12, 24, 1, 1)),
        Rule(
            Kind.INCLUDED,
            "inkl. feiertage|inkl. feiertagen|inklusive feiertage|auch an feiertagen",
            "Mo-So 8-20 Uhr, auch an Feiertagen",
            PUBLIC_HOLIDAYS,
        ),
        Rule(Kind.RANGE, "bis|bis zu|bis um|-", "8 bis 17 Uhr"),
        Rule(Kind.RANGE, "zwischen", "zwischen 8 und 17 Uhr", "between"),
        Rule(Kind.LIST, "und|u.|u|sowie|oder|&|+", "Sa und So"),
        Rule(Kind.HALF_DAY, "vormittag|morgens|vormittags|fruh|vorm.", "8 Uhr morgens bis 6 Uhr abends", "am"),
        Rule(Kind.HALF_DAY, "nachmittag|nachmittags|abends|nachm.", "8 Uhr morgens bis 6 Uhr abends", "pm"),
        Rule(
            Kind.NEXT_DAY,
            "des folgetages|folgetag|am folgetag|am nachsten tag|nachster tag|des nachsten tages",
            "22-6 Uhr des Folgetages",
        ),
        Rule(Kind.TIME, "mittag|12 uhr mittags", "8 Uhr bis Mittag", 12 * 60),
        Rule(Kind.TIME, "mitternacht", "8 Uhr bis Mitternacht", 24 * 60),
        Rule(
            Kind.ALWAYS,
            "24/7|24-7|24x7|24 stunden|24 std|24 std.|24h|24 h|24-stunden|24 stunden am tag|24 stunden taglich|"
            "rund um die uhr|immer|immer zuganglich|jederzeit|jederzeit zuganglich|tag und nacht|stets|"
            "durchgehend|durchgehend geoffnet|durchgangig|durchgangig geoffnet|durchgehend zuganglich|"
            "24 stunden/7 tage|24stunden|dauerhaft|standig|permanent|24/24|standig zuganglich|immer offen|"
            "immer geoffnet|24h/7|24h zuganglich|24-stunden-zugang|uneingeschrankt|0-24 uhr|"
            "frei zuganglich rund um die uhr|24std|24 h taglich|24h/tag|unbegrenzt",
            "rund um die Uhr",
        ),
        Rule(
            Kind.CLOSED,
            "geschlossen|zu|ruhetag|schliesstag|schliesstage|geschl.|geschl|kein zugang|nicht zuganglich|"
            "nicht geoffnet|nicht verfugbar|schliessung|schliesszeit|off|closed|betriebsferien|keine offnung|"
            "entfallt|ruhetage|nicht erreichbar",
            "So geschlossen",
        ),
        Rule(
            Kind.EXCEPT,
            "ausser|ausgenommen|mit ausnahme von|mit ausnahme|bis auf|ohne|nicht an|nicht am|nicht|ausser an|"
            "ausser am|ausnahme",
            "täglich außer Sonntag",
        ),
        Rule(Kind.EXCEPT_AFTER, "ausgeschlossen|ausgenommen sind", "Feiertage ausgeschlossen"),
        Rule(Kind.INCLUDED, "auch|inkl.|inkl|inklusive|einschliesslich|einschl.|eingeschlossen", "inkl. Feiertage"),
        Rule(Kind.ONWARDS, "ab|seit|open end|ende offen", "ab 18 Uhr"),
        *ordinals(
            "1.Do im Monat 10-22 Uhr",
            "erster|ersten|erste|1.",
            "zweiter|zweiten|zweite|2.",
            "dritter|dritten|dritte|3.",
            "vierter|vierten|vierte|4.",
            "funfter|funften",
            "letzter|letzten|letzte",
        ),
        Rule(
            Kind.SEASON,
            "sommer|im sommer|sommerzeit|sommersaison|sommermonate|sommerhalbjahr|sommermonaten|sommersemester",
            "Sommer 9-20 Uhr",
            "summer",
        ),
        Rule(
            Kind.SEASON,
            "winter|im winter|winterzeit|wintersaison|wintermonate|winterhalbjahr|wintermonaten|wintersemester",
            "Winter 9-17 Uhr",
            "winter",
        ),
        Rule(
            Kind.SEASON,
            "ferien|schulferien|in den ferien|in den schulferien|sommerferien|weihnachtsferien|osterferien|"
            "herbstferien|wahrend der schulferien|wahrend der ferien|ferienzeit|vorlesungsfreie zeit|"
            "in der vorlesungsfreien zeit",
            "in den Ferien geschlossen",
            "school holidays",
        ),
        Rule(
            Kind.SEASON,
            "schulzeit|vorlesungszeit|wahrend der schulzeit|wahrend der vorlesungszeit|in der vorlesungszeit|"
            "in der schulzeit|im semester",
            "Vorlesungszeit 8-22 Uhr",
            "term",
        ),
        Rule(
            Kind.VAGUE,
            "burozeiten|burozeit|dienstzeiten|dienstzeit|arbeitszeiten|arbeitszeit|schulzeiten|"
            "unterrichtszeiten|unterrichtszeit|schulbetrieb|sprechzeiten|sprechzeit|sprechstunden|sprechstunde|"
            "praxiszeiten|behordenzeiten|offnungszeiten des rathauses|zu den offnungszeiten des rathauses|"
            "offnungszeiten rathaus|wahrend der offnungszeiten des rathauses|rathausoffnungszeiten|"
            "offnungszeiten der verwaltung|offnungszeiten der gemeindeverwaltung|schalterstunden|"
            "schalteroffnungszeiten|offnungszeiten der schule|offnungszeiten schule|burooffnungszeiten|"
            "wahrend den burozeiten|wahrend den arbeitszeiten|zu den dienstzeiten|zu dienstzeiten|"
            "zu den schulzeiten|offnungszeiten der praxis|zu den sprechzeiten|zu den geschaftszeiten der bank|"
            "amtszeiten|kernzeit|kernzeiten|betriebszeiten der verwaltung|wahrend der burozeiten|"
            "zu den burozeiten|zu burozeiten|wahrend der dienstzeiten|wahrend der dienstzeit|"
            "wahrend der arbeitszeit|wahrend der schulzeiten|wahrend der unterrichtszeiten|"
            "zu den ublichen burozeiten|ubliche burozeiten|ublichen burozeiten|praxisoffnungszeiten|"
            "wahrend der sprechzeiten|schuloffnungszeiten|zu schulzeiten|kita-offnungszeiten|"
            "wahrend des schulbetriebs|bankoffnungszeiten",
            "während der Bürozeiten",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "offnungszeiten|offnungszeit|geschaftszeiten|geschaftszeit|ladenoffnungszeiten|betriebszeiten|"
            "betriebszeit|wahrend der offnungszeiten|zu den offnungszeiten|wahrend den offnungszeiten|"
            "innerhalb der offnungszeiten|zu offnungszeiten|wahrend der geschaftszeiten|zu den geschaftszeiten|"
            "siehe offnungszeiten|tagsuber|ganztags|ganztagig|den ganzen tag|hallenoffnungszeiten|"
            "offnungszeiten der halle|badezeiten|besuchszeiten|wahrend des betriebs|wahrend der betriebszeiten|"
            "marktoffnungszeiten|nutzungszeiten|unterschiedlich|variabel|verschieden|wechselnd|kassenzeiten|"
            "filialoffnungszeiten|sonnenaufgang|sonnenuntergang|kundenzeiten|zugangszeiten|verfugbarkeit|"
            "wenn geoffnet",
            "während der Öffnungszeiten",
            BUSINESS,
        ),
        Rule(Kind.VAGUE, "nachts|nacht|in der nacht|abend|abendstunden", "nachts", NIGHT),
        Rule(
            Kind.CONDITION,
            "nach vereinbarung|auf anfrage|nach absprache|bei bedarf|nach terminvereinbarung|nach voranmeldung|"
            "auf klingeln|klingeln|bitte klingeln|nur fur mitglieder|nur mitglieder|schlussel|auf nachfrage|"
            "nach anmeldung|termin|termine|teilweise|je nach|eventuell|evtl|evtl.|ggf|ggf.|gegebenenfalls|"
            "unregelmassig|saisonal|alle 14 tage|vierzehntagig|14-tagig|gerade kw|ungerade kw|wetterabhangig|"
            "bei gutem wetter|eingeschrankt|meist|meistens|in der regel|i.d.r.|voraussichtlich|"
            "nur fur personal|wenn",
            "nach Vereinbarung",
        ),
        Rule(
            Kind.CLOSED,
            "zur zeit nicht verfugbar|zurzeit nicht verfugbar|derzeit nicht verfugbar|defekt|demontiert|"
            "abgebaut|in reparatur|in wartung|nicht einsatzbereit|momentan nicht verfugbar|zurzeit geschlossen|"
            "zur zeit geschlossen|derzeit geschlossen|vorubergehend geschlossen|entfernt|dauerhaft geschlossen|"
            "ausser betrieb|gesperrt|bis auf weiteres geschlossen|bis auf weiteres nicht zuganglich|gestohlen|"
            "wegen umbau geschlossen|wegen renovierung geschlossen|momentan geschlossen|"
            "aktuell nicht verfugbar|aktuell geschlossen",
            "außer Betrieb",
            "out of use",
        ),
        Rule(
            Kind.LAST_ENTRY,
            "letzter einlass|letzter zutritt|letzter eintritt|einlassschluss|kassenschluss|einlass bis|"
            "annahmeschluss|letzte aufnahme|letzter besuch|letzte fuhrung|kassenschluss um|letzter einlass um",
            "10-18 Uhr (letzter Einlass 17 Uhr)",
        ),
        Rule(
            Kind.OTHERS,
            "sonst|ansonsten|ubrige tage|an den ubrigen tagen|ubrigen tagen|ubrige zeit|restliche tage|"
            "an den restlichen tagen|an allen anderen tagen|andere tage|an anderen tagen|die ubrige zeit|"
            "in der ubrigen zeit|ubrige monate|sonstige tage|an sonstigen tagen",
            "Dienstag Ruhetag, sonst 11-23 Uhr",
        ),
        Rule(
            Kind.VAGUE,
            "bei veranstaltungen|wahrend veranstaltungen|nur bei veranstaltungen|bei spielbetrieb|"
            "trainingszeiten|zu den trainingszeiten|wahrend der trainingszeiten|wahrend des trainings|"
            "spielbetrieb|zu gottesdiensten|gottesdienstzeiten|hallenzeiten|bei nutzung|zu veranstaltungen|"
            "wahrend der veranstaltungen|veranstaltungen|bei trainingsbetrieb|wahrend des spielbetriebs|"
            "bei hallennutzung|bei belegung|wahrend der gottesdienste|bei gottesdiensten",
            "bei Veranstaltungen",
            EVENTS,
        ),
        Rule(
            Kind.VAGUE,
            "betriebszeiten der bahn|betriebszeiten der u-bahn|erster bis letzter zug|bahnbetrieb|fahrbetrieb",
            "5-0:30 Uhr (Fahrbetrieb)",
            TRANSPORT,
        ),
        Rule(
            Kind.NOISE,
            "nur|ausschliesslich|lediglich",
            "nur Mo 9-17 Uhr",
            "only",
        ),
        Rule(Kind.LUNCH, "mittagspause|mittags|mittagszeit|uber mittag|mittagsruhe", "8-17 Uhr, mittags geschlossen"),
        Rule(
            Kind.NO_HOURS,
            "unbekannt|nicht bekannt|k.a.|k. a.|keine angabe|keine angaben|unklar|n.n.|offen lassen",
            "unbekannt",
        ),
        Rule(
            Kind.CONTACT,
            "telefon|tel|tel.|ansprechpartner|kontakt|hausmeister|pfortner|pforte rund|wache|wachdienst|"
            "leitstelle|sicherheitsdienst|infopoint|rezeption|aussen am gebaude|aussen am|standort|eingang|"
            "haupteingang|foyer|pforte|empfang|eingangsbereich|aussenwand|erdgeschoss|neben|hinter|vor dem",
            "Ansprechpartner: Herr Meier",
        ),
        Rule(Kind.REMARK, "bemerkung|bemerkungen|hinweis|hinweise|anmerkung|anm.", "Hinweis:"),
        Rule(
            Kind.NOISE,
            "uhr|h|std|std.|stunden|von|vom|am|an|den|der|die tage|im monat|des monats|eines monats|"
            "jeden monats|jeden|jeder|jedes|jeweils|geoffnet|offen|zeiten|im|in|um|dem|zuganglich|offentlich|"
            "offentlich zuganglich|frei zuganglich|rathaus|zusatzlich|zusatzlich am|daruber hinaus|rathauses|"
            "gemeindehaus|gemeindeverwaltung|verwaltung|stadtverwaltung|bibliothek|sporthalle|turnhalle|"
            "schwimmbad|hallenbad|freibad|filiale|apotheke|geschaft|geschafts|markt|marktes|hotel|hotels|"
            "schule|museum|museums|kirche|halle|praxis|buro|gebaude|gebaudes|bad|bads|einrichtung|zentrum|"
            "zentrums|sportheim|vereinsheim|restaurant|gaststatte|bahnhof|bank|stunde|verfugbar|erreichbar|"
            "zugang|aed|wahrend|zu den|monat|zeitraum|ca.|ca|woche|in der woche|montl.|montlich|uhrzeit|feste|"
            "offnung|des|auch sonntags geoffnet|aussen|aussenbereich|draussen|offentlicher zugang|gesamte|"
            "gesamten|alle|tag|tage",
            "8-17 Uhr",
        ),
        Rule(
            Kind.NOISE,
            "und zu veranstaltungen|und bei veranstaltungen|sowie bei veranstaltungen|sowie zu veranstaltungen|"
            "und nach vereinbarung|sowie nach vereinbarung|oder nach vereinbarung|und bei bedarf|"
            "und wahrend veranstaltungen|und auf anfrage|u. nach vereinbarung|und zu den veranstaltungen",
            "Mo-Fr 9-18 Uhr und zu Veranstaltungen",
        ),
        *months(
            "April-Oktober 9-18 Uhr",
            "januar|jan|jan.|janner",
            "februar|feb|feb.",
            "marz|mrz|mar",
            "april|apr|apr.",
            "mai",
            "juni|jun",
            "juli|jul",
            "august|aug|aug.",
            "september|sept|sep|sept.",
            "oktober|okt|okt.",
            "november|nov|nov.",
            "dezember|dez|dez.",
        ),
    ),
)
