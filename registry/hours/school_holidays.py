"""OSM's SH, school holidays, which no calendar here knows: the same hours in term and in the holidays."""

import re

_RULE_OF_SCHOOL_HOLIDAYS = re.compile(r"\s*SH\b(?!\s*,)")
_SH_BESIDE_OTHERS = re.compile(r",\s*SH\b|\bSH\s*,\s*")
_SH_OF_SOME_DAYS = re.compile(r"\bSH\s+(?=Mo|Tu|We|Th|Fr|Sa|Su)")
_SH = re.compile(r"\bSH\b")
_QUOTED = re.compile(r'("[^"]*")')
_SIGNS_BETWEEN_RULES = re.compile(r"(\|\||;)")


def names_school_holidays(osm: str) -> bool:
    """Whether an expression says anything of school holidays."""
    return _SH.search(re.sub(_QUOTED, "", osm)) is not None


def in_term_and_in_holidays(osm: str) -> tuple[str, str]:
    """The expression as it is in term, and as it is in school holidays; the first is "" where nothing is left of it."""
    in_term = "".join(_rules_in_term(osm))
    pieces = _QUOTED.split(osm)
    in_holidays = "".join(
        piece if piece.startswith('"') else _SH.sub("Mo-Su", _SH_OF_SOME_DAYS.sub("", piece)) for piece in pieces
    )
    return in_term.strip("; "), in_holidays


def _rules_in_term(osm: str) -> list[str]:
    kept: list[str] = []
    for piece in _SIGNS_BETWEEN_RULES.split(osm):
        if _SIGNS_BETWEEN_RULES.fullmatch(piece):
            kept.append(f"{piece} ")
        elif not _RULE_OF_SCHOOL_HOLIDAYS.match(piece):
            kept.append(_SH_BESIDE_OTHERS.sub("", piece).strip())
    return kept
