"""Which certificates a row proves: one without an end is none, unless its kind is known to hold for so many years."""

from collections.abc import Mapping

from registry.importers.files import ImportRefused
from registry.importers.people.columns import header_key
from registry.importers.people.privacy import shown_kind
from registry.importers.people.validity import Validity, after
from registry.importers.report import Rejected
from registry.models import Certificate

_MAX_KIND, _MAX_NUMBER = 64, 128
MOST_YEARS = 30


class BadValidYears(ImportRefused):
    """A length of validity is not KIND=YEARS."""

    code = "bad_valid_years"


class CertificateWithoutEnd(Rejected):
    """A certificate that nobody says the end of: its holder is taken without it."""


def parse_valid_years(texts: list[str]) -> dict[str, int]:
    """{"救护员": 3} of ["救护员=3"].

    Raises:
        BadValidYears
    """
    lengths = {}
    for text in texts:
        kind, _, years = text.rpartition("=")
        if not header_key(kind) or not years.isdecimal() or not 0 < int(years) <= MOST_YEARS:
            raise BadValidYears(
                f"--valid-years {text}: write KIND=YEARS with 1 to {MOST_YEARS} years, such as 救护员=3"
            )
        lengths[kind] = int(years)
    return lengths


def find_certificate(
    kind: str, number: str, validity: Validity, valid_years: Mapping[str, int]
) -> tuple[Certificate | None, bool]:
    """(the certificate or None where the row names none, whether its end was reckoned from its kind).

    Raises:
        CertificateWithoutEnd
    """
    if not (kind or number or validity.is_said):
        return None, False
    end, is_reckoned = validity.valid_until, False
    if not validity.has_end:
        years = _years_of(kind, valid_years)
        if years is None or validity.valid_from is None:
            raise CertificateWithoutEnd("certificate_without_end", _no_end(kind, is_known=years is not None))
        end, is_reckoned = after(validity.valid_from, months=12 * years), True
    return Certificate(
        kind=kind[:_MAX_KIND], number=number[:_MAX_NUMBER], valid_from=validity.valid_from, valid_until=end
    ), is_reckoned


def _years_of(kind: str, valid_years: Mapping[str, int]) -> int | None:
    """Of the longest of the given kinds that the written one contains: 救护员 is meant by 红十字救护员证 too."""
    written = header_key(kind)
    fitting = [name for name in valid_years if header_key(name) in written]
    return valid_years[max(fitting, key=len)] if fitting else None


def _no_end(kind: str, *, is_known: bool) -> str:
    word = shown_kind(kind)
    if is_known:
        return f"a certificate{word} has neither beginning nor end: it is not taken, and alone lets nobody be rung"
    return (
        f"a certificate{word} has no end: it is not taken, and alone lets nobody be rung. Write its end, or how long "
        "its kind holds from its beginning on: --valid-years KIND=YEARS"
    )
