"""The page of every word about opening hours that is understood, made from the tables that read them."""

from registry.hours.words.languages import LANGUAGES, STAND_INS
from registry.hours.words.rules import Language, Rule

_HEAD = """# Opening hours as people write them

Made by `make docs` from the tables in `registry/hours/words/`. `rescue-circle registry hours FILE.csv` says how
each row of a table is understood, `rescue-circle registry import` tells once, with its count, of each text that
is not.

What is read becomes [OSM's opening_hours](https://wiki.openstreetmap.org/wiki/Key:opening_hours); what the
source wrote is kept beside it.

- Days that are named leave the other days closed. Times without days hold from Monday to Friday; at the weekend
  they are unknown, and closed outside of them. Times that run like transport (from before 6:00 until after
  midnight) hold on all days.
- Hours without figures ("office hours", 营业时间) are unknown while they may be, and closed at night; offices
  and schools are closed at weekends and on public holidays.
- A word that no table has makes its clause unknown, never open. A later clause wins over an earlier one about
  the same hours.
- 00:00-00:00 is the whole day where every day says so, no hours where only some do. Other equal times, and
  times that no clock shows, are unknown.
- Public holidays: where the text says nothing of them, a place is open on one if it is open at that time both
  on that day of the week and on Sundays, closed if it is closed on that day of the week or at that time of a
  Sunday that has hours, and unknown otherwise. China's days off and make-up working days come from the State
  Council's notices; years without a notice are unknown around every festival.
- Where another day is closed when the usual one is a public holiday, holidays and the days after them are unknown
  (`PH +1 day`): the rows "another day is closed instead".
- Times are written in any of these forms: 8:30, 8.30, 08.30, 8h30, 8H, 17U, 0930, 9am, 5 p.m., 8点半, 8時30分,
  8시, 上午9点, 下午5:00, 25:00, 翌9:00, 次日2:00. Dates: 12/29 and 12月29日 in Chinese, Japanese and Korean,
  29.12. and 29/12 elsewhere, 29 December, December 29.
- Which language is read goes by the country of the place, else by its letters; where languages read one text
  differently, it is unknown.

Words are matched without accents and in any case. Of the words below, those of OSM and English are understood
in every language.
"""


def hours_words_markdown() -> str:
    """The page: one section for each language, one row for each rule, with an example."""
    sections = [_section(language) for language in (*LANGUAGES.values(), STAND_INS[0])]
    return _HEAD + "\n" + "\n".join(sections)


def _section(language: Language) -> str:
    rows = [_row(rule) for rule in language.rules]
    if language.moved_example:
        rows.append(f"| another day is closed instead | a sentence of this form | {language.moved_example} |")
    table = ["| means | words | example |", "|---|---|---|", *rows]
    return f"## {language.name}\n\n" + "\n".join(table) + "\n"


def _row(rule: Rule) -> str:
    words = ", ".join(word.replace("|", "\\|") for word in rule.words.split("|"))
    return f"| {rule.kind} | {words} | {rule.example} |"
