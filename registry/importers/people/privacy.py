"""What a message may repeat of a cell about a person: nothing that says who they are."""

import re
import unicodedata

_DATE = re.compile(r"[\d\s年月日号號년월일至到起止/.:,~-]{1,24}")
# A date and the time of its day have no longer row of digits; a phone or the number of an identity card has.
_LONG = re.compile(r"\d{9,}")
# Words of certificates; where columns are shifted, the kind is somebody's name.
_KIND = re.compile(
    "救护|救護|急救|救命|救急|复苏|復甦|蘇生|证|證|応急|응급|구조|심폐|rc|cpr|aed|bls|acls|phtls|aid|cert|cruz|croce|cross|croix|kreuz"
    "|psc|secours|helfer|hilfe|sanitat|ehbo|bhv|reanim|hulp|auxilio|socorr|soccors|paramed|nurse|doctor|医|醫|护士|護"
)
_WORD = re.compile(r"[^\d@]{1,40}")


def shown(text: str) -> str:
    """ " ('2024-13-01')" of a text that has nothing but the signs of dates, else ""."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return f" ({plain!r})" if _DATE.fullmatch(plain) and not _LONG.search(plain) else ""


def shown_kind(text: str) -> str:
    """ " of the kind '救护员'" of what is sure to be a kind of certificate, else ""."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return f" of the kind {plain!r}" if _WORD.fullmatch(plain) and _KIND.search(plain.casefold()) else ""


def ending_of(e164: str) -> str:
    """The last digits of a phone, by which whoever has the list finds it and nobody else does."""
    return f"...{e164[-4:]}"
