"""French."""

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

_LETTERS = re.compile(r"\bl ?m ?m ?j ?v( ?s)?( ?d)?\b")


def _prepare(text: str) -> str:
    """The week's letters, written out."""
    return _LETTERS.sub(
        lambda found: "lu,ma,me,je,ve" + (",sa" if found[1] else "") + (",di" if found[2] else ""), text
    )


FRENCH = Language(
    code="fr",
    name="French",
    prepare=_prepare,
    moved_closing=moved_closing(
        if_="si|lorsque|quand|sauf si",
        holiday="feries?",
        instead="le lendemain|lendemain|le jour suivant|(?:le )?(?:mardi|mercredi|jeudi|vendredi)(?: suivant)?",
        closed="ferme|fermee|fermeture",
    ),
    moved_example="fermé le lundi (si férié, le lendemain)",
    rules=(
        *week(
            "Du lundi au vendredi de 8h30 à 16h45",
            "lundi|lundis|lun|lu|l",
            "mardi|mardis|mar|ma",
            "mercredi|mercredis|mer|me|mercr",
            "jeudi|jeudis|jeu|je|j",
            "vendredi|vendredis|ven|ve|v|vend",
            "samedi|samedis|sam|sa|s",
            "dimanche|dimanches|dim|di|d",
        ),
        Rule(
            Kind.DAYS,
            "en semaine|semaine|la semaine|jours de semaine|jour de semaine",
            "en semaine 8h-18h",
            Days(WEEKDAYS),
        ),
        Rule(
            Kind.DAYS,
            "week-end|weekend|week-ends|weekends|le week-end|we|week end|w-e",
            "week-end 10h-18h",
            Days(WEEKEND),
        ),
        Rule(
            Kind.DAYS,
            "tous les jours ouvres|jours ouvres|jour ouvre|jours de travail|jours d'ecole|jours scolaires|"
            "jours de classe|jours d'ouverture scolaire",
            "jours ouvrés 8h-17h",
            WORKING_DAYS,
        ),
        Rule(
            Kind.DAYS,
            "tous les jours ouvrables|jours ouvrables|jour ouvrable",
            "jours ouvrables 8h-17h",
            WORKING_DAYS_PERHAPS_SATURDAY,
        ),
        Rule(
            Kind.DAYS,
            "jour ferie|jours feries|jours ferie|ferie|feries|fete|fetes|jf|j.f.|jours de fete|j. feries|"
            "jrs feries|jours feries legaux",
            "fermé les jours fériés",
            PUBLIC_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "paques|lundi de paques|pentecote|ascension|toussaint|vendredi saint|fete nationale|"
            "fetes de fin d'annee|assomption",
            "fermé à Pâques",
            SOME_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "tous les jours|chaque jour|7/7|7j/7|7jours/7|7 jours/7|7 jours sur 7|7j sur 7|7j7|quotidien|"
            "quotidiennement|toute la semaine|7 j/7|7/7j|7j/7j|7 sur 7|sept jours sur sept|tlj",
            "tous les jours 8h-20h",
            DAILY,
        ),
        Rule(
            Kind.DAYS,
            "toute l'annee|365 jours|365j|365/365|365 jours par an|365j/365|365j/an|sans interruption annuelle",
            "7j/7 jours fériés compris 9h-19h",
            DAILY_WITH_HOLIDAYS,
        ),
        Rule(Kind.DATE, "noel|jour de noel|25 decembre", "fermé à Noël", (12, 25, 12, 25)),
        Rule(Kind.DATE, "nouvel an|jour de l'an|1er janvier|premier janvier", "fermé le 1er janvier", (1, 1, 1, 1)),
        Rule(Kind.DATE, "1er mai|premier mai", "fermé le 1er mai", (5, 1, 5, 1)),
        Rule(
            Kind.INCLUDED,
            "jours feries compris|jours feries inclus|y compris jours feries|y compris les jours feries|"
            "dimanches et jours feries compris|meme jours feries",
            "7j/7 jours fériés compris 9h-19h",
            PUBLIC_HOLIDAYS,
        ),
        Rule(Kind.RANGE, "a|au|jusqu'a|jusqu'au|jusque|jusqu'|aux", "de 8h à 17h"),
        Rule(Kind.RANGE, "entre", "entre 8h et 17h", "between"),
        Rule(Kind.LIST, "et|ou|puis|ainsi que|&|et de|+", "samedi et dimanche"),
        Rule(Kind.HALF_DAY, "du matin|le matin|matin|matinee|am", "de 8 heures du matin à 8 heures du soir", "am"),
        Rule(
            Kind.HALF_DAY,
            "de l'apres-midi|du soir|l'apres-midi|apres-midi|soir|le soir|pm|apres midi|aprem",
            "de 8 heures du matin à 8 heures du soir",
            "pm",
        ),
        Rule(Kind.NEXT_DAY, "le lendemain|lendemain|du lendemain", "22h-6h le lendemain"),
        Rule(Kind.TIME, "midi", "8h-midi", 12 * 60),
        Rule(Kind.TIME, "minuit", "8h-minuit", 24 * 60),
        Rule(
            Kind.ALWAYS,
            "24/24|24h/24|24/7|24h/7|24h/24h|24 h/24|24 h / 24|24h sur 24|24 sur 24|24h|24 h|24 heures|"
            "24 heures sur 24|24 heures/24|24h24|24h/24 et 7j/7|24/24h|permanent|permanente|en permanence|"
            "permanence|toujours|toujours accessible|a toute heure|jour et nuit|24h/j|24h/jour|"
            "24 heures par jour|7j/7 24h/24|24-24|24x7|24h/24 7/7|24/24 7/7|continu 24h|a tout moment|non-stop|"
            "non stop|libre acces permanent|sans interruption 24h|h24|24/24 et 7/7|24j/24",
            "24h/24",
        ),
        Rule(
            Kind.CLOSED,
            "ferme|fermee|fermes|fermees|fermeture|fermetures|closed|off|inaccessible|pas d'acces|"
            "pas accessible|non accessible|ferme au public|indisponible|jour de fermeture|conge|conges|relache|"
            "fermeture annuelle|fermeture hebdomadaire|jour de repos",
            "fermé le dimanche",
        ),
        Rule(
            Kind.EXCEPT,
            "sauf|hors|excepte|exceptes|excepte le|a l'exception|a l'exception de|a l'exception du|"
            "a l'exception des|hormis|en dehors|en dehors de|en dehors des|sans",
            "tous les jours sauf le lundi",
        ),
        Rule(Kind.EXCEPT_AFTER, "exclu|exclus|non compris|exceptes les", "jours fériés exclus"),
        Rule(Kind.INCLUDED, "compris|inclus|incluse|y compris|meme|comprise|ainsi que les", "jours fériés compris"),
        Rule(Kind.ONWARDS, "des|a partir de|a compter de|apres|a partir", "dès 18h"),
        *ordinals(
            "1er jeudi du mois 10h-22h",
            "premier|premiere|1er|1ere",
            "deuxieme|second|2e|2eme|2nd|seconde",
            "troisieme|3e|3eme",
            "quatrieme|4e|4eme",
            "cinquieme|5e|5eme",
            "dernier|derniere",
        ),
        Rule(
            Kind.SEASON,
            "ete|en ete|l'ete|periode estivale|saison estivale|horaires d'ete|horaire d'ete",
            "été 9h-20h",
            "summer",
        ),
        Rule(
            Kind.SEASON,
            "hiver|en hiver|l'hiver|periode hivernale|saison hivernale|horaires d'hiver|horaire d'hiver",
            "hiver 9h-17h",
            "winter",
        ),
        Rule(
            Kind.SEASON,
            "vacances scolaires|pendant les vacances scolaires|vacances|pendant les vacances|conges scolaires|"
            "periode de vacances|vacances d'ete",
            "hors vacances scolaires",
            "school holidays",
        ),
        Rule(
            Kind.SEASON,
            "periode scolaire|en periode scolaire|annee scolaire|temps scolaire|pendant la periode scolaire",
            "période scolaire 7h-18h",
            "term",
        ),
        Rule(Kind.SEASON, "haute saison|en saison|en haute saison|saison", "haute saison 9h-20h", "high"),
        Rule(Kind.SEASON, "basse saison|hors saison|en basse saison", "basse saison 10h-17h", "low"),
        Rule(
            Kind.VAGUE,
            "heures ouvrables|heures de bureau|heures de bureaux|heure de bureau|horaires de bureau|"
            "horaire de bureau|heures de travail|horaires de travail|horaires scolaires|heures scolaires|"
            "heures d'ecole|horaires de l'ecole|heures ouvrees|aux heures de bureau|"
            "pendant les heures de bureau|heures administratives|horaires d'ouverture de la mairie|"
            "heures d'ouverture de la mairie|horaires administratifs|heures de service|horaires mairie|"
            "ouverture mairie|aux heures d'ouverture de la mairie|aux horaires d'ouverture de la mairie|"
            "pendant les heures d'ouverture de la mairie|pendant les horaires d'ouverture de la mairie|"
            "heures d'ouverture mairie|horaires d'ouverture mairie|aux heures ouvrables|aux heures ouvrees|"
            "pendant les heures ouvrables|heures d'ouverture du secretariat|"
            "horaires d'ouverture du secretariat|heures d'ouverture de l'agence|heures d'ouverture du cabinet|"
            "aux heures de classe|temps scolaire uniquement|horaires de l'etablissement scolaire|"
            "horaires du college|horaires du lycee|heures d'ouverture de l'ecole|horaire scolaire|"
            "horaire ecole|heures de classe|horaires ecole|pendant les heures scolaires",
            "heures ouvrables",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "heures d'ouverture|horaires d'ouverture|horaire d'ouverture|heure d'ouverture|heures ouverture|"
            "horaires ouverture|horaires|horaire|heures d'acces|heures d'ouverture du magasin|"
            "pendant les heures d'ouverture|aux heures d'ouverture|selon horaires|selon horaires d'ouverture|"
            "selon ouverture|ouverture du site|quand ouvert|quand c'est ouvert|quand salle|horaires variables|"
            "variable|variables|variable selon|en journee|la journee|toute la journee|journee|heures de visite|"
            "selon|selon programmation|heures magasin|heures du magasin|horaires magasin|ouverture magasin|"
            "horaires du magasin|suivant ouverture|pendant l'ouverture|heures d'exploitation|"
            "horaires d'ouverture au public|heures d'ouverture au public|ouverture au public|jours d'ouverture|"
            "quand ouverte|lever du soleil|coucher du soleil|si ouvert|lorsque ouvert",
            "heures d'ouverture",
            BUSINESS,
        ),
        Rule(Kind.VAGUE, "heures de nuit|la nuit|nuit|de nuit|nuits|soirees|soiree", "heures de nuit", NIGHT),
        Rule(
            Kind.CONDITION,
            "sur demande|sur rendez-vous|sur rdv|rendez-vous|rdv|sur reservation|reservation|avec code|code|"
            "sonner|sur appel|appeler|reserve au personnel|membres|adherents|reserve|prive|si|parfois|"
            "alternance|une semaine sur deux|1 semaine sur 2|semaine paire|semaines paires|semaine impaire|cle|"
            "clef|accompagne|en fonction|en fonction de|eventuellement|ponctuellement|occasionnel|saisonnier|"
            "irregulier|limite|quand|lorsque|environ|accord|autorisation|a definir|provisoire|en presence",
            "sur rendez-vous",
        ),
        Rule(
            Kind.CLOSED,
            "hors service|hors-service|hors d'usage|en panne|en maintenance|retire|retiree|supprime|"
            "non fonctionnel|en reparation|ferme temporairement|temporairement ferme|actuellement ferme|"
            "definitivement ferme|ferme definitivement|ferme pour travaux|en travaux|"
            "ferme jusqu'a nouvel ordre|temporairement indisponible|actuellement indisponible|vole|"
            "en cours de remplacement",
            "hors service",
            "out of use",
        ),
        Rule(
            Kind.LAST_ENTRY,
            "derniere entree|dernieres entrees|derniere admission|dernier acces|derniers acces|"
            "derniere entree a|derniere visite|fermeture des caisses|fermeture de la caisse|fermeture caisses",
            "10h-18h (dernière entrée 17h30)",
        ),
        Rule(
            Kind.OTHERS,
            "autres jours|les autres jours|sinon|autre jour|les autres jours de la semaine|"
            "le reste de la semaine|reste de la semaine|le reste du temps|autres horaires|autres periodes|"
            "autre periode|le reste de l'annee|reste de l'annee",
            "fermé le mardi, autres jours 10h-18h",
        ),
        Rule(
            Kind.VAGUE,
            "lors des evenements|evenements|evenement|pendant les evenements|selon evenement|manifestations|"
            "lors de manifestations|heures d'entrainement|entrainements|pendant les matchs|matchs|"
            "lors des matchs|pendant les entrainements|lors des manifestations|heures de culte|selon activites|"
            "quand salle ouverte|ouverture salle|selon occupation|spectacles|lors des spectacles|"
            "pendant les activites|offices|pendant les offices|pendant les seances",
            "lors des événements",
            EVENTS,
        ),
        Rule(
            Kind.VAGUE,
            "horaires du metro|heures de circulation|horaires de circulation|horaires de la gare|"
            "premier train au dernier train|service voyageurs",
            "5h30-0h30 (horaires de circulation)",
            TRANSPORT,
        ),
        Rule(
            Kind.NOISE,
            "uniquement|seulement|exclusivement",
            "le lundi uniquement 9h-17h",
            "only",
        ),
        Rule(
            Kind.LUNCH,
            "pause midi|pause dejeuner|le midi|entre midi et deux|entre midi et 2|temps de midi|heure du midi|"
            "pause de midi|pause|ferme le midi",
            "8h-17h, fermé le midi",
        ),
        Rule(
            Kind.NO_HOURS,
            "non renseigne|inconnu|inconnue|non connu|nc|n.c.|nr|n/c|non precise|non communique|a preciser|"
            "aucun|aucune|ne sait pas|indetermine|non defini|non definis|?",
            "non renseigné",
        ),
        Rule(
            Kind.CONTACT,
            "telephone|tel|contact|contacter|responsable|accueil|hall|entree|sas|facade|mur|gardien|concierge|"
            "secretariat|situe|situee|rez-de-chaussee|derriere|devant|sous|a cote|pres",
            "contact: M. Dupont",
        ),
        Rule(Kind.REMARK, "remarque|remarques|commentaire|commentaires|nb|precision|observations", "Remarque:"),
        Rule(
            Kind.NOISE,
            "h|heures|heure|hrs|de|du|le|la|les|des|l'|d'|en|aux|ouvert|ouverte|ouverts|ouverture|ouvre|"
            "accessible|accessibilite|acces|acces libre|acces public|libre acces|libre|public|disponible|"
            "disponibilite|du mois|de chaque mois|chaque|mois|tous les|toutes les|jours|jour|non-stop de|"
            "sans interruption|en continu|continu|non stop de|pour|dae|dea|defibrillateur|journee continue|"
            "bureau|gymnase|salle|salle des fetes|salle polyvalente|piscine|stade|magasin|pharmacie|agence|"
            "mediatheque|bibliotheque|eglise|gare|musee|camping|hotel|restaurant|centre|complexe sportif|"
            "etablissement|site|structure|complexe|commerce|banque|poste|parc|horaires suivants|ville|commune|"
            "college|lycee|creche|supermarche|club|planning|associations|association|batiment|local|mairie|"
            "ecole|ouvert de|ouvert du|un|une|exterieur|en exterieur|a l'exterieur|exterieure|pendant|60p max|"
            "p max|max|dans|ce|par|sur|via|minutes|min|quotidien de|ou a|normalement|sans pause",
            "ouvert",
        ),
        Rule(
            Kind.NOISE,
            "et lors d'evenements|et lors des evenements|et sur rendez-vous|ou sur rendez-vous|et sur demande|"
            "et evenements|et manifestations|ou sur rdv|et sur rdv",
            "Lu-Ve 9h-17h et sur rendez-vous",
        ),
        *months(
            "d'avril à octobre 9h-18h",
            "janvier|janv|jan|janv.",
            "fevrier|fev|fevr|fev.",
            "mars",
            "avril|avr|avr.",
            "mai",
            "juin",
            "juillet|juil|juil.",
            "aout",
            "septembre|sept|sep|sept.",
            "octobre|oct|oct.",
            "novembre|nov|nov.",
            "decembre|dec|dec.",
        ),
    ),
)
