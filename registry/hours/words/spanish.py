"""Spanish."""

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

_LETTERS = re.compile(r"\bl ?m ?x ?j ?v( ?s)?( ?d)?\b")


def _prepare(text: str) -> str:
    """The week's letters, written out."""
    return _LETTERS.sub(
        lambda found: "lu,ma,mi,ju,vi" + (",sa" if found[1] else "") + (",do" if found[2] else ""), text
    )


SPANISH = Language(
    code="es",
    name="Spanish",
    prepare=_prepare,
    moved_closing=moved_closing(
        if_="si|cuando|en caso de",
        holiday="festivos?|feriados?",
        instead="(?:el )?(?:dia )?(?:siguiente|posterior)(?: dia)?(?: laborable| habil)?|(?:el )?(?:martes|"
        "miercoles|jueves|viernes)(?: siguiente)?",
        closed="cerrado|cerrada|cierra",
    ),
    moved_example="lunes cerrado (si es festivo, el día siguiente)",
    rules=(
        *week(
            "lunes a viernes 8:00-18:00",
            "lunes|lun|lu|l",
            "martes|mar|ma|m",
            "miercoles|mie|mier|mierc|mi|x",
            "jueves|jue|juev|ju|j",
            "viernes|vie|vier|vi|v",
            "sabado|sabados|sab|sa|s",
            "domingo|domingos|dom|do|d",
        ),
        Rule(
            Kind.DAYS,
            "entre semana|de lunes a viernes|dias de semana|dias entre semana",
            "entre semana 8-20 h",
            Days(WEEKDAYS),
        ),
        Rule(
            Kind.DAYS,
            "fin de semana|fines de semana|findes|finde|los fines de semana",
            "fines de semana 10-14 h",
            Days(WEEKEND),
        ),
        Rule(
            Kind.DAYS,
            "laborables|laborable|dias laborables|dia laborable|dias habiles|dias lectivos|lectivos|"
            "dia lectivo|habiles|dias laborales|laborales|dias lab.|dias de diario|a diario laborables",
            "laborables 8:00-20:00",
            WORKING_DAYS_PERHAPS_SATURDAY,
        ),
        Rule(
            Kind.DAYS,
            "festivo|festivos|dias festivos|fiestas|dias de fiesta|feriados|feriado|fest|fest.|f|dia festivo|"
            "festivos nacionales|fiestas locales",
            "festivos cerrado",
            HOLIDAYS_PERHAPS_SUNDAY,
        ),
        Rule(
            Kind.DAYS,
            "semana santa|viernes santo|jueves santo|reyes|navidades|puentes",
            "cerrado en Semana Santa",
            SOME_HOLIDAYS,
        ),
        Rule(
            Kind.DAYS,
            "todos los dias|cada dia|diario|diariamente|a diario|7/7|7 dias|7 dias a la semana|"
            "siete dias a la semana|7 dias/semana|toda la semana|l-d|todos",
            "todos los días 8-22 h",
            DAILY,
        ),
        Rule(
            Kind.DAYS,
            "todo el ano|los 365 dias|365 dias del ano|todo el ano sin interrupcion|los 365|365 dias|"
            "365 dias al ano|365|los 365 dias del ano|todos los dias del ano|",
            "365 días 9-19 h",
            DAILY_WITH_HOLIDAYS,
        ),
        Rule(Kind.DATE, "navidad|dia de navidad", "cerrado Navidad", (12, 25, 12, 25)),
        Rule(Kind.DATE, "ano nuevo", "cerrado Año Nuevo", (1, 1, 1, 1)),
        Rule(Kind.DATE, "nochebuena", "cerrado Nochebuena", (12, 24, 12, 24)),
        Rule(Kind.DATE, "nochevieja", "cerrado Nochevieja", (12, 31, 12, 31)),
        Rule(
            Kind.INCLUDED,
            "incluidos festivos|festivos incluidos|incluso festivos|incluso festivos y domingos",
            "L-D 9-19 h, festivos incluidos",
            PUBLIC_HOLIDAYS,
        ),
        Rule(Kind.RANGE, "a|al|hasta|hasta las|a las|hasta la|a la", "de 8 a 17 h"),
        Rule(Kind.RANGE, "entre|entre las", "entre las 8 y las 17 h", "between"),
        Rule(Kind.LIST, "y|e|o|u|y de|y las|ademas de|asi como|+", "sábado y domingo"),
        Rule(
            Kind.HALF_DAY,
            "de la manana|mananas|por la manana|manana|am|a.m.|a. m.",
            "de 8 de la mañana a 8 de la tarde",
            "am",
        ),
        Rule(
            Kind.HALF_DAY,
            "de la tarde|de la noche|tardes|por la tarde|tarde|pm|p.m.|p. m.",
            "de 8 de la mañana a 8 de la tarde",
            "pm",
        ),
        Rule(Kind.NEXT_DAY, "del dia siguiente|dia siguiente|del siguiente dia", "22:00-6:00 del día siguiente"),
        Rule(Kind.TIME, "mediodia", "8 h a mediodía", 12 * 60),
        Rule(Kind.TIME, "medianoche", "8 h a medianoche", 24 * 60),
        Rule(
            Kind.ALWAYS,
            "24 horas|24h|24 h|24 hrs|24hs|24 hs|24horas|24/7|24/24|las 24 horas|las 24 h|las 24 horas del dia|"
            "24 horas al dia|24 horas/dia|24h/dia|h24|h 24|permanente|permanentemente|permanentes|siempre|"
            "siempre abierto|siempre disponible|siempre accesible|a todas horas|dia y noche|24x7|"
            "todo el dia y la noche|a cualquier hora|ininterrumpidamente 24h|en todo momento|24-7|24h/7|24/365|"
            "continuo 24h|24 h/dia|24 horas los 365 dias|24h x 7 dias|todas las horas|24 horas todos los dias|"
            "sin limite de horario|continuado 24h",
            "24 horas",
        ),
        Rule(
            Kind.CLOSED,
            "cerrado|cerrada|cerrados|cierre|cerramos|no abre|closed|off|no accesible|no disponible|"
            "sin servicio|cierra|descanso|no abren|no hay acceso|descanso semanal",
            "domingos cerrado",
        ),
        Rule(
            Kind.EXCEPT,
            "excepto|salvo|menos|a excepcion de|a excepcion|exceptuando|excepto los|no|exc.|no incluye|"
            "fuera de|con excepcion de",
            "todos los días excepto domingos",
        ),
        Rule(Kind.EXCEPT_AFTER, "excluidos|excluido|exceptuados|no incluidos", "festivos excluidos"),
        Rule(Kind.INCLUDED, "incluidos|incluido|inclusive|incluyendo|tambien|incluso", "festivos incluidos"),
        Rule(
            Kind.ONWARDS,
            "desde|desde las|a partir de|a partir de las|en adelante|hasta cierre|hasta el cierre",
            "a partir de las 18 h",
        ),
        *ordinals(
            "primer jueves de mes 10-22 h",
            "primer|primero|primera|1er|1o",
            "segundo|2o|2do",
            "tercer|tercero|3er|3o",
            "cuarto|4o",
            "quinto|5o",
            "ultimo|ultima",
        ),
        Rule(
            Kind.SEASON,
            "verano|en verano|horario de verano|temporada de verano|horario verano|meses de verano|"
            "periodo estival|temporada de bano",
            "verano 9-21 h",
            "summer",
        ),
        Rule(
            Kind.SEASON,
            "invierno|en invierno|horario de invierno|temporada de invierno|horario invierno",
            "invierno 9-18 h",
            "winter",
        ),
        Rule(
            Kind.SEASON,
            "vacaciones escolares|vacaciones|en vacaciones|periodo vacacional|vacaciones de verano|"
            "periodos no lectivos",
            "cerrado en vacaciones",
            "school holidays",
        ),
        Rule(
            Kind.SEASON,
            "periodo lectivo|curso escolar|calendario escolar|durante el curso|periodo escolar",
            "periodo lectivo 8-17 h",
            "term",
        ),
        Rule(
            Kind.VAGUE,
            "horario de oficina|horario de ayuntamiento|horario del ayuntamiento|"
            "horario de apertura del colegio|horario del colegio|horario del instituto|"
            "horario de apertura del ayuntamiento|en horario de colegio|en horario lectivo|"
            "horario de atencion administrativa|horario administrativo del centro|horas de oficina|"
            "horario laboral|horario escolar|horario lectivo|horario administrativo|horario de trabajo|"
            "horario de oficinas|jornada laboral|horario de clases|horario de atencion al publico|"
            "horario de secretaria|horario de consulta|horario de consultas|en horario laboral|"
            "en horario de oficina|en horario escolar|horas de trabajo|horario de colegio|jornada escolar|"
            "horario de banca",
            "horario de oficina",
            OFFICE,
        ),
        Rule(
            Kind.VAGUE,
            "horario comercial|horario de apertura|horario de apertura al publico|horas de apertura|horario|"
            "horarios|horario de atencion|horario del centro|horario de tienda|horario tienda|"
            "en horario comercial|en horario de apertura|durante el horario de apertura|segun horario|"
            "horario instalacion|horario de la instalacion|horario variable|variable|todo el dia|de dia|"
            "durante el dia|horario diurno|apertura|horario apertura|apertura de la instalacion|"
            "horario de visitas|horario deportivo|horario ininterrumpido|segun temporada|"
            "horario de funcionamiento|horario de uso|horario de servicio|amanecer|anochecer|diurno",
            "horario comercial",
            BUSINESS,
        ),
        Rule(Kind.VAGUE, "horario nocturno|de noche|nocturno|noche|noches|por la noche", "horario nocturno", NIGHT),
        Rule(
            Kind.CONDITION,
            "cita previa|con cita previa|con cita|previa cita|bajo demanda|previa peticion|llamar|llamar antes|"
            "con llave|llave|socios|solo socios|solo personal|a peticion|segun|si|a veces|dependiendo|depende|"
            "semanas alternas|alternos|cada dos semanas|temporada|irregular|ocasional|puntual|limitado|"
            "restringido|privado|aproximadamente|aprox|vispera de festivo|visperas de festivo|"
            "visperas de festivos|visperas|aprox.|cuando|en caso|previa reserva|con reserva|temporalmente",
            "con cita previa",
        ),
        Rule(
            Kind.CLOSED,
            "fuera de servicio|averiado|averiada|retirado|en reparacion|en mantenimiento|no operativo|"
            "fuera de uso|clausurado|cerrado temporalmente|temporalmente cerrado|no funciona|cerrado por obras|"
            "en obras|cerrado por reforma|cerrado definitivamente|actualmente cerrado|"
            "cerrado hasta nuevo aviso|temporalmente no disponible|robado|sustraido",
            "fuera de servicio",
            "out of use",
        ),
        Rule(
            Kind.LAST_ENTRY,
            "ultima entrada|ultimo acceso|ultimo pase|cierre de taquilla|cierre de taquillas|ultima admision|"
            "ultima visita|ultimo turno",
            "10-18 h (última entrada 17:30)",
        ),
        Rule(
            Kind.OTHERS,
            "resto de dias|resto|el resto|resto de la semana|los demas dias|demas dias|otros dias|"
            "resto del ano|el resto de dias|resto de los dias|el resto de los dias|resto del tiempo|"
            "el resto del ano|en otro caso|resto de meses",
            "martes cerrado, resto de días 10-20 h",
        ),
        Rule(
            Kind.VAGUE,
            "segun evento|eventos|en eventos|durante eventos|segun eventos|horario de misas|horario de culto|"
            "segun actividad|horario de actividades|entrenamientos|partidos|segun programacion|"
            "segun espectaculos|funciones|actividades|espectaculos|durante los eventos|durante los partidos|"
            "durante entrenamientos|durante las actividades|durante partidos|durante actividades",
            "durante eventos",
            EVENTS,
        ),
        Rule(
            Kind.VAGUE,
            "metro|horario de metro|horario del metro|horario de trenes|horario de circulacion|horario de la estacion",
            "6:05-1:30 (horario de metro)",
            TRANSPORT,
        ),
        Rule(
            Kind.NOISE,
            "solo|solamente|unicamente|exclusivamente",
            "solo lunes 9-17 h",
            "only",
        ),
        Rule(
            Kind.LUNCH,
            "pausa comida|descanso comida|hora de comer|cierre mediodia|comida|pausa",
            "8-17 h, cierre mediodía",
        ),
        Rule(
            Kind.NO_HOURS,
            "desconocido|no consta|sin datos|ns/nc|n/d|nd|no se sabe|sin informacion|sin definir|sin especificar|?",
            "desconocido",
        ),
        Rule(
            Kind.CONTACT,
            "telefono|tel|tlf|tfno|contacto|responsable|recepcion|conserjeria|vestibulo|hall|entrada|fachada|"
            "planta|edificio|junto|al lado|detras|pasillo|porteria|conserje",
            "contacto: Sr. Pérez",
        ),
        Rule(Kind.REMARK, "observaciones|observacion|notas|nota|comentarios", "Observaciones:"),
        Rule(
            Kind.NOISE,
            "h|hs|hrs|horas|hora|de|del|la|las|los|el|en|abierto|abierta|abre|abiertos|accesible|acceso|"
            "acceso publico|acceso libre|publico|disponible|disponibilidad|del mes|de cada mes|cada mes|mes|"
            "de mes|cada|dias|dia|ininterrumpido|del ano|piscina|centro|colegio|ayuntamiento|polideportivo|"
            "pabellon|instalacion|biblioteca|farmacia|hotel|tienda|museo|gimnasio|estacion|campo|local|"
            "restaurante|iglesia|supermercado|mercado|estadio|centro deportivo|instalaciones|universidad|"
            "facultad|sede|comercio|continuo|horario continuo|horario de|por|para|dea|desa|desfibrilador|"
            "exterior|al|con|su|jornada continua|continuado|horario continuado|todo|servicio|semana|minutos|"
            "min|al publico|funcionamiento|oficina",
            "abierto",
        ),
        Rule(
            Kind.NOISE,
            "y en eventos|y durante eventos|y con cita previa|o con cita previa|y bajo demanda|y eventos|y actividades",
            "L-V 9-17 h y en eventos",
        ),
        *months(
            "de abril a octubre 9-18 h",
            "enero|ene",
            "febrero|feb",
            "marzo",
            "abril|abr",
            "mayo|may",
            "junio|jun",
            "julio|jul",
            "agosto|ago",
            "septiembre|setiembre|sept|sep",
            "octubre|oct",
            "noviembre|nov",
            "diciembre|dic",
        ),
    ),
)
