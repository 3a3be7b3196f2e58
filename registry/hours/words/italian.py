"""Italian."""

import re

from registry.hours.words.rules import (
    BUSINESS,
    DAILY,
    DAILY_WITH_HOLIDAYS,
    EVENTS,
    HOLIDAYS_PERHAPS_SUNDAY,
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

_LETTERS = re.compile(r"\bl ?m ?m ?g ?v( ?s)?( ?d)?\b")


def _prepare(text: str) -> str:
    """The week's letters, written out."""
    return _LETTERS.sub(
        lambda found: "lu,ma,me,gi,ve" + (",sa" if found[1] else "") + (",do" if found[2] else ""), text
    )


ITALIAN = Language(
    code="it",
    name="Italian",
    prepare=_prepare,
    moved_closing=moved_closing(
        if_="se|quando|qualora|nel caso",
        holiday="festiv[oi]",
        instead="(?:il )?giorno (?:successivo|seguente|dopo)|(?:il )?(?:martedi|mercoledi|giovedi|"
        "venerdi)(?: successivo)?",
        closed="chiuso|chiusa|chiusura",
    ),
    moved_example="chiuso il lunedì (se festivo, il giorno successivo)",
    rules=(
        *week(
            "dal lunedì al venerdì dalle 8 alle 17",
            "lunedi|lun|lu|l",
            "martedi|mar|ma",
            "mercoledi|mer|merc|me",
            "giovedi|gio|giov|gi|g",
            "venerdi|ven|ve|v",
            "sabato|sabati|sab|sa|s",
            "domenica|domeniche|dom|do|d",
        ),
        Rule(
            Kind.DAYS,
            "infrasettimanale|infrasettimanali|in settimana|durante la settimana|giorni infrasettimanali",
            "in settimana 8-18",
            Days(WEEKDAYS),
        ),
        Rule(
            Kind.DAYS,
            "weekend|week-end|fine settimana|nel fine settimana|week end",
            "fine settimana 10-16",
            Days(WEEKEND),
        ),
        Rule(
            Kind.DAYS,
            "feriali|feriale|giorni feriali|nei giorni feriali",
            "feriali 8-19",
            WORKING_DAYS_PERHAPS_SATURDAY,
        ),
        Rule(
            Kind.DAYS,
            "giorni lavorativi|giorno lavorativo|lavorativi|giorni di scuola|giorni scolastici",
            "giorni lavorativi 8-17",
            WORKING_DAYS,
        ),
        Rule(
            Kind.DAYS,
            "festivo|festivi|giorni festivi|feste|festivita|giorno festivo|ponti|prefestivi|prefestivo",
            "chiuso nei festivi",
            HOLIDAYS_PERHAPS_SUNDAY,
        ),
        Rule(
            Kind.DAYS,
            "domenica e festivi|domeniche e festivi|dom e festivi|domenica e giorni festivi|dom. e festivi",
            "domenica e festivi chiuso",
            Days(frozenset({6}), holidays=True),
        ),
        Rule(
            Kind.DAYS,
            "pasqua|pasquetta|lunedi dell'angelo|festa della repubblica|festa patronale|santo patrono",
            "chiuso a Pasqua",
            SOME_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "tutti i giorni|ogni giorno|giornaliero|giornalmente|quotidiano|quotidianamente|7/7|7 giorni|"
            "7 giorni su 7|7 su 7|sette giorni su sette|tutta la settimana|7gg su 7|7 gg su 7",
            "tutti i giorni 8-20",
            DAILY,
        ),
        Rule(
            Kind.DAYS,
            "tutto l'anno|365 giorni|365 giorni l'anno|365|365 giorni all'anno|",
            "tutto l'anno 9-19",
            DAILY_WITH_HOLIDAYS,
        ),
        Rule(Kind.DATE, "natale", "chiuso a Natale", (12, 25, 12, 25)),
        Rule(Kind.DATE, "santo stefano|s. stefano", "chiuso Santo Stefano", (12, 26, 12, 26)),
        Rule(Kind.DATE, "capodanno", "chiuso a Capodanno", (1, 1, 1, 1)),
        Rule(Kind.DATE, "ferragosto", "chiuso a Ferragosto", (8, 15, 8, 15)),
        Rule(Kind.DATE, "epifania", "chiuso all'Epifania", (1, 6, 1, 6)),
        Rule(
            Kind.RANGE,
            "a|al|alle|alle ore|fino alle|fino a|fino al|sino alle|all'|alla|ad|fino alle ore",
            "dalle 8 alle 17",
        ),
        Rule(
            Kind.INCLUDED,
            "festivi inclusi|festivi compresi|inclusi festivi|compresi i festivi|anche festivi|compresi festivi",
            "tutti i giorni 9-19, festivi inclusi",
            PUBLIC_HOLIDAYS,
        ),
        Rule(Kind.RANGE, "tra|fra|tra le|fra le", "tra le 8 e le 17", "between"),
        Rule(Kind.LIST, "e|ed|o|oppure|e dalle|e dalle ore|&|+|nonche", "sabato e domenica"),
        Rule(
            Kind.HALF_DAY,
            "del mattino|di mattina|mattina|mattino|am|la mattina",
            "dalle 8 del mattino alle 5 del pomeriggio",
            "am",
        ),
        Rule(
            Kind.HALF_DAY,
            "del pomeriggio|di sera|pomeriggio|sera|pm|di pomeriggio|la sera|della sera",
            "dalle 8 del mattino alle 5 del pomeriggio",
            "pm",
        ),
        Rule(
            Kind.NEXT_DAY,
            "del giorno dopo|giorno dopo|del giorno successivo|giorno seguente|del giorno seguente",
            "22-6 del giorno dopo",
        ),
        Rule(Kind.TIME, "mezzogiorno", "8-mezzogiorno", 12 * 60),
        Rule(Kind.TIME, "mezzanotte", "8-mezzanotte", 24 * 60),
        Rule(
            Kind.ALWAYS,
            "24 ore|24h|24 h|h24|h 24|h.24|h. 24|24/24|24/7|24 ore su 24|24ore|24 su 24|24h/24|"
            "24 ore al giorno|24h su 24|sempre|sempre accessibile|sempre aperto|sempre disponibile|permanente|"
            "giorno e notte|24x7|a tutte le ore|24 ore/24|in qualsiasi momento|a qualsiasi ora|24-7|h24 7/7|"
            "24h/24h|24 h su 24|24 ore su 24 7 giorni su 7|24/24h|continuativo 24h|orario continuato 24h|"
            "qualsiasi ora|senza limiti di orario",
            "h24",
        ),
        Rule(
            Kind.CLOSED,
            "chiuso|chiusa|chiusi|chiusura|closed|off|non accessibile|chiuso al pubblico|non disponibile|"
            "riposo|giorno di chiusura|chiude|chiusura settimanale|non aperto|riposo settimanale|"
            "turno di riposo",
            "domenica chiuso",
        ),
        Rule(
            Kind.EXCEPT,
            "tranne|eccetto|escluso|esclusi|escluse|salvo|ad eccezione di|ad eccezione del|ad eccezione dei|"
            "ad esclusione di|ad esclusione dei|esclusa|a parte|non|ad esclusione del|fuori",
            "tutti i giorni tranne la domenica",
        ),
        Rule(Kind.EXCEPT_AFTER, "sono esclusi|non compresi|non inclusi", "festivi non compresi"),
        Rule(Kind.INCLUDED, "inclusi|compresi|incluso|compreso|inclusa|anche|comprese|incluse", "festivi inclusi"),
        Rule(Kind.ONWARDS, "dalle in poi|in poi|a partire dalle|dopo le|fino a chiusura", "dalle 18 in poi"),
        *ordinals(
            "primo giovedì del mese 10-22",
            "primo|prima|1o|1a",
            "secondo|seconda|2o|2a",
            "terzo|terza|3o|3a",
            "quarto|quarta|4o|4a",
            "quinto|quinta|5o",
            "ultimo|ultima",
        ),
        Rule(
            Kind.SEASON,
            "estate|in estate|orario estivo|periodo estivo|stagione estiva|estivo|d'estate|mesi estivi",
            "estate 9-20",
            "summer",
        ),
        Rule(
            Kind.SEASON,
            "inverno|in inverno|orario invernale|periodo invernale|stagione invernale|invernale|d'inverno",
            "inverno 9-17",
            "winter",
        ),
        Rule(
            Kind.SEASON,
            "vacanze scolastiche|vacanze|durante le vacanze|ferie|periodo di ferie|vacanze estive",
            "chiuso nelle vacanze scolastiche",
            "school holidays",
        ),
        Rule(
            Kind.SEASON,
            "periodo scolastico|anno scolastico|durante l'anno scolastico|calendario scolastico",
            "periodo scolastico 8-16",
            "term",
        ),
        Rule(
            Kind.VAGUE,
            "orario d'ufficio|orario del comune|orari del comune|orario municipio|"
            "orario di apertura del comune|orari di apertura del comune|orari di apertura degli uffici|"
            "orario di apertura degli uffici|orario apertura scuola|orario della scuola|orario scuola|"
            "orario di segreteria|orario segreteria|orario ambulatorio|orari d'ufficio|orario di ufficio|"
            "orari di ufficio|orario ufficio|orari ufficio|orario di lavoro|orario lavorativo|"
            "orario scolastico|orari scolastici|orario lezioni|orario delle lezioni|orario di lezione|"
            "ore d'ufficio|orario uffici|orari uffici|orario di sportello|orario apertura uffici|"
            "orario degli uffici|in orario d'ufficio|in orario di ufficio|in orario lavorativo|orario bancario",
            "orario d'ufficio",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "orario di apertura|orari di apertura|orario apertura|orari apertura|orario|orari|"
            "negli orari di apertura|durante l'orario di apertura|durante gli orari di apertura|orario negozio|"
            "orari negozio|orario di negozio|orario commerciale|orari di negozio|secondo orario|"
            "orario di apertura al pubblico|tutto il giorno|di giorno|durante il giorno|diurno|orario diurno|"
            "in orario di apertura|nell'orario di apertura|orario impianto|orario di servizio|orario farmacia|"
            "apertura|apertura impianto|negli orari di apertura al pubblico|quando aperto|variabile|variabili|"
            "alba|tramonto|orario struttura|orario palestra|secondo gli orari di apertura|apertura al pubblico",
            "orario di apertura",
            BUSINESS,
        ),
        Rule(Kind.VAGUE, "di notte|notte|notturno|orario notturno|notti|ore notturne", "orario notturno", NIGHT),
        Rule(
            Kind.CONDITION,
            "su appuntamento|su richiesta|previo appuntamento|su prenotazione|prenotazione|previa prenotazione|"
            "appuntamento|chiamare|citofonare|suonare|chiave|chiavi|soci|solo soci|personale|solo personale|"
            "dipende|a seconda|secondo|a volte|settimane alterne|alternate|stagionale|irregolare|limitato|"
            "riservato|privato|circa|quando|se|in caso|eventualmente|autorizzazione|temporaneamente",
            "su appuntamento",
        ),
        Rule(
            Kind.CLOSED,
            "fuori servizio|fuori uso|guasto|rimosso|in manutenzione|in riparazione|non operativo|"
            "non funzionante|temporaneamente chiuso|non attivo|chiuso temporaneamente|momentaneamente chiuso|"
            "chiuso per lavori|attualmente chiuso|chiuso definitivamente|chiuso per ristrutturazione|"
            "chiuso fino a nuovo avviso|temporaneamente non disponibile|rubato",
            "fuori servizio",
            "out of use",
        ),
        Rule(
            Kind.LAST_ENTRY,
            "ultimo ingresso|ultima entrata|ultimo accesso|chiusura biglietteria|chiusura cassa|"
            "la biglietteria chiude|ultimo ingresso ore|ultima visita",
            "10-18 (ultimo ingresso 17.30)",
        ),
        Rule(
            Kind.OTHERS,
            "altri giorni|gli altri giorni|negli altri giorni|restanti giorni|i restanti giorni|"
            "resto della settimana|il resto della settimana|altrimenti|nei restanti giorni|giorni restanti|"
            "resto dell'anno|negli altri mesi|altri mesi",
            "martedì chiuso, altri giorni 9-18",
        ),
        Rule(
            Kind.VAGUE,
            "durante eventi|durante gli eventi|eventi|manifestazioni|durante le manifestazioni|allenamenti|"
            "durante gli allenamenti|partite|orario messe|orario delle messe|funzioni|durante le partite|"
            "in occasione di eventi|durante le funzioni|durante spettacoli|spettacoli|durante gli spettacoli|"
            "durante le attivita|attivita",
            "durante eventi",
            EVENTS,
        ),
        Rule(
            Kind.VAGUE,
            "orario della metropolitana|orario metro|orario dei treni|orario di esercizio",
            "5.30-0.30 (orario della metropolitana)",
            TRANSPORT,
        ),
        Rule(
            Kind.NOISE,
            "solo|soltanto|esclusivamente|unicamente",
            "solo lunedì 9-17",
            "only",
        ),
        Rule(Kind.LUNCH, "pausa pranzo|chiusura pranzo|ora di pranzo|pranzo|pausa", "8-17, pausa pranzo"),
        Rule(
            Kind.NO_HOURS,
            "sconosciuto|non noto|non definito|n.d.|nd|non specificato|non disponibili|da definire|ignoto|"
            "non indicato|?",
            "sconosciuto",
        ),
        Rule(
            Kind.CONTACT,
            "telefono|tel|contatto|referente|responsabile|portineria|ingresso|atrio|facciata|piano|parete|"
            "vicino|dietro|accanto|corridoio|custode|segreteria",
            "referente: Sig. Rossi",
        ),
        Rule(Kind.REMARK, "note|nota|osservazioni|commento", "Note:"),
        Rule(
            Kind.NOISE,
            "ore|ora|h|dal|dalle|dalle ore|da|di|del|della|dei|delle|il|la|lo|le|i|gli|nei|nel|nella|nelle|"
            "negli|aperto|aperta|apre|aperti|accessibile|accesso|pubblico|accesso pubblico|accesso libero|"
            "disponibile|disponibilita|del mese|di ogni mese|ogni mese|mese|ogni|giorni|giorno|"
            "orario continuato|continuato|palestra|piscina|comune|municipio|scuola|biblioteca|farmacia|hotel|"
            "negozio|museo|stazione|chiesa|struttura|impianto|impianto sportivo|centro|centro sportivo|"
            "ristorante|supermercato|stadio|parco|locale|sede|circolo|banca|filiale|mercato|universita|campo|"
            "apertura continuata|continuo|non stop|per|dae|defibrillatore|esterno|all'esterno|in|con|"
            "al pubblico|servizio|settimana|ufficio|minuti",
            "aperto",
        ),
        Rule(
            Kind.NOISE,
            "e durante eventi|e su appuntamento|o su appuntamento|e per eventi|e su richiesta|o su richiesta|"
            "e in occasione di eventi",
            "lun-ven 9-17 e su appuntamento",
        ),
        *months(
            "da aprile a ottobre 9-18",
            "gennaio|gen",
            "febbraio|feb",
            "marzo",
            "aprile|apr",
            "maggio|mag",
            "giugno|giu",
            "luglio|lug",
            "agosto|ago",
            "settembre|set|sett",
            "ottobre|ott",
            "novembre|nov",
            "dicembre|dic",
        ),
    ),
)
