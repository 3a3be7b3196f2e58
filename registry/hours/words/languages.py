"""Which languages are read, and which words stand in for those that a language's own table lacks."""

from registry.hours.words.chinese import CHINESE
from registry.hours.words.dutch import DUTCH
from registry.hours.words.english import ENGLISH, OSM
from registry.hours.words.french import FRENCH
from registry.hours.words.german import GERMAN
from registry.hours.words.italian import ITALIAN
from registry.hours.words.japanese import JAPANESE
from registry.hours.words.korean import KOREAN
from registry.hours.words.rules import Language
from registry.hours.words.spanish import SPANISH

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (CHINESE, JAPANESE, KOREAN, ENGLISH, FRENCH, GERMAN, DUTCH, SPANISH, ITALIAN)
}
"""By ISO 639-1 code."""

# Lists of every country hold some of OSM's days ("Tu", "off") and of English ("24HOUR OPEN"); its own words win.
STAND_INS = (OSM, ENGLISH)
