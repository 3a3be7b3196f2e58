"""Phone numbers as people write them in sheets: one in E.164, the first mobile where a cell holds several."""

import re
import unicodedata
from dataclasses import dataclass, field

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, PhoneNumberType

from registry.importers.people.date_words import is_blank
from registry.importers.report import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """is_mobile: text messages reach it. more: numbers of the cell that were left out."""

    e164: str = field(repr=False)
    is_mobile: bool = True
    more: int = 0


_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d{1,2})")
_FLOAT = re.compile(r"(\+?\d{5,})[.,]0+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.0+)?")
_FORMULA = re.compile(r"=?\"([^\"]*)\"|'(.+)")
_PARTED = re.compile(r"[;,]+")
_MASKED = re.compile(r"\d[*xX×＊•]{2,}\d")
_ORDER = "give the whole number, and the column as text instead of as a number"


def find_phone(text: str, region: str) -> Phone | None:
    """The phone that a cell names, None where it names none.

    region: country of numbers without a country code, by two letters.

    Raises:
        Rejected: it holds something else, or a number that is not whole; the message repeats nothing of it.
    """
    if is_blank(text):
        return None
    plain = _as_text(unicodedata.normalize("NFKC", text).strip())
    if _MASKED.search(plain):
        raise Rejected("phone_masked", "a part of its phone is hidden by signs: give the whole number")
    numbers = _numbers(plain, region)
    if not numbers:
        raise Rejected("bad_phone", _what_is_wrong(plain, region))
    mobile = next((one for one in numbers if phonenumbers.number_type(one) in _MOBILE), None)
    return Phone(
        e164=phonenumbers.format_number(mobile or numbers[0], PhoneNumberFormat.E164),
        is_mobile=mobile is not None,
        more=len(numbers) - 1,
    )


def _as_text(plain: str) -> str:
    """What was typed, where a spreadsheet has made a number or a formula of it."""
    if formula := _FORMULA.fullmatch(plain):
        plain = formula[1] or formula[2] or ""
    if _THOUSANDS.fullmatch(plain):
        plain = plain.partition(".")[0].replace(",", "")
    if whole := _FLOAT.fullmatch(plain):
        return whole[1]
    if power := _SCIENTIFIC.fullmatch(plain.lower()):
        digits = power[1] + (power[2] or "")
        if len(digits) <= int(power[3]):
            raise Rejected("phone_digits_lost", f"a spreadsheet has rounded its phone, whose digits are lost: {_ORDER}")
        return digits[: int(power[3]) + 1]
    return plain


def _numbers(plain: str, region: str) -> list[PhoneNumber]:
    """The valid numbers of a text, each once, in their order."""
    # The library takes a second number behind a semicolon or two commas for an extension of the first.
    plain = _PARTED.sub(" / ", plain)
    try:
        whole = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        whole = None
    # The matcher is stricter about signs between digits, and finds numbers among words.
    found = [whole] if whole is not None and phonenumbers.is_valid_number(whole) else None
    if found is None:
        found = [match.number for match in PhoneNumberMatcher(plain, region)]
    by_name = {phonenumbers.format_number(one, PhoneNumberFormat.E164): one for one in found}
    return [*by_name.values()]


def _what_is_wrong(plain: str, region: str) -> str:
    digits = sum(letter.isdigit() for letter in plain)
    if not digits:
        return "its phone is not a phone number"
    return f"its phone ({digits} digits) is no valid number in {region}: from elsewhere it needs +country code"
