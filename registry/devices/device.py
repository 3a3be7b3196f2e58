"""What is known of an AED's device and of the cabinet that it hangs in; null wherever nobody has said."""

import calendar
import re
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter

from registry.storage.words import storable

MOST_LANGUAGES = 20
MOST_OF_A_LIST = 10
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")


class Lock(StrEnum):
    """How the cabinet is locked. YES: locked, and nobody says how. CODE: by a number. KEEPER: a person has the key."""

    NO = "no"
    YES = "yes"
    CODE = "code"
    KEEPER = "keeper"


def _day(value: Any) -> Any:
    """Pads and batteries name a month, and are good until its last day."""
    if isinstance(value, str) and (month := _MONTH.fullmatch(value.strip())):
        year, number = int(month[1]), int(month[2])
        if 1 <= number <= 12 and FIRST_DAY.year <= year <= LAST_DAY.year:
            return date(year, number, calendar.monthrange(year, number)[1])
    return value


def _sensible(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"a day is between {FIRST_DAY.year} and {LAST_DAY.year}, such as 2027-06-30 or 2027-06")
    return day


def _none_if_empty(value: Any) -> Any:
    return None if value in ({}, [], ()) or (isinstance(value, str) and not value.strip()) else value


class BadDay(ValueError):
    """A text names no day; the message shows what one looks like."""

    code = "bad_day"


def day_of(text: str) -> date:
    """The day that a text names, such as 2027-06-30; 2027-06 is its last one.

    Raises:
        BadDay
    """
    try:
        return TypeAdapter(Day).validate_python(text)
    except ValueError:
        raise BadDay(f"{text!r} is no day: write 2027-06-30, or 2027-06 for its last one") from None


Day = Annotated[date, BeforeValidator(_day), AfterValidator(_sensible)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(storable)]
Short = Annotated[Text, Field(max_length=128)]
Long = Annotated[Text, Field(max_length=2000)]
Phone = Annotated[Text, Field(max_length=64)]
Email = Annotated[Text, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
WebPage = Annotated[Text, Field(max_length=1024, pattern=r"^https?://\S+$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Phones = Annotated[tuple[Phone, ...], Field(max_length=MOST_OF_A_LIST)]
WebPages = Annotated[tuple[WebPage, ...], Field(max_length=MOST_OF_A_LIST)]
ByLanguage = Annotated[dict[Language, Long], Field(max_length=MOST_LANGUAGES)]
ByRegister = Annotated[dict[Annotated[Text, Field(max_length=64)], Short], Field(max_length=MOST_LANGUAGES)]
Given = BeforeValidator(_none_if_empty)


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Organisation(_Known):
    """Whose the AED is, or who maintains it. register_id: its number in a register of companies (SIREN, 法人番号)."""

    name: Annotated[Short | None, Given] = None
    register_id: Annotated[Short | None, Given] = None
    address: Annotated[Long | None, Given] = None
    phones: Phones = Field(default=(), repr=False)
    email: Annotated[Email | None, Given] = Field(default=None, repr=False)


class Device(_Known):
    """The device, its pads and battery, its cabinet and the place around it.

    Days are those on the label, and the last one counts; a month stands for its last day. device_identifier: the
    maker's worldwide number (UDI, EUDAMED). is_monitored: it reports its own state from afar. cabinet: what it looks
    like, what it does when it is opened. cabinet_qr: what the code on it says. emergency_phone: answered on the spot
    at any hour that the place is open. names, addresses, place_texts: by language (BCP 47), beside the AED's own.
    other_ids: by the name of the register. check_every_days: how often somebody has promised to look at it.
    """

    maker: Annotated[Short | None, Given] = None
    model: Annotated[Short | None, Given] = None
    serial: Annotated[Short | None, Given] = None
    device_identifier: Annotated[Short | None, Given] = None
    kind: Annotated[Literal["automatic", "semi_automatic"] | None, Given] = None
    installed_on: Annotated[Day | None, Given] = None
    is_monitored: Annotated[bool | None, Given] = None
    adult_pads_expire_on: Annotated[Day | None, Given] = None
    adult_pads_batch: Annotated[Short | None, Given] = None
    has_child_pads: Annotated[bool | None, Given] = None
    child_pads_expire_on: Annotated[Day | None, Given] = None
    child_pads_batch: Annotated[Short | None, Given] = None
    battery_expires_on: Annotated[Day | None, Given] = None
    battery_batch: Annotated[Short | None, Given] = None
    entrance: Annotated[Long | None, Given] = None
    lock: Annotated[Lock | None, Given] = None
    cabinet: Annotated[Long | None, Given] = None
    cabinet_qr: Annotated[Annotated[Text, Field(max_length=512)] | None, Given] = None
    has_security_post: Annotated[bool | None, Given] = None
    has_reception: Annotated[bool | None, Given] = None
    wheelchair: Annotated[Long | None, Given] = None
    emergency_phone: Annotated[Phone | None, Given] = Field(default=None, repr=False)
    site_phones: Annotated[Phones | None, Given] = Field(default=None, repr=False)
    site_email: Annotated[Email | None, Given] = Field(default=None, repr=False)
    names: Annotated[ByLanguage | None, Given] = None
    addresses: Annotated[ByLanguage | None, Given] = None
    place_texts: Annotated[ByLanguage | None, Given] = None
    operator: Organisation | None = Field(default=None, repr=False)
    maintainer: Organisation | None = Field(default=None, repr=False)
    place_category: Annotated[Short | None, Given] = None
    device_count: Annotated[Annotated[int, Field(ge=1, le=1000)] | None, Given] = None
    web_pages: Annotated[WebPages | None, Given] = None
    photo_urls: Annotated[WebPages | None, Given] = None
    photo_licence: Annotated[Short | None, Given] = None
    other_ids: Annotated[ByRegister | None, Given] = None
    position_note: Annotated[Long | None, Given] = None
    data_source: Annotated[Long | None, Given] = None
    recorded_on: Annotated[Day | None, Given] = None
    remarks: Annotated[Long | None, Given] = Field(default=None, repr=False)
    check_every_days: Annotated[Annotated[int, Field(ge=1, le=3650)] | None, Given] = None
    last_checked_on: Annotated[Day | None, Given] = None
    next_check_on: Annotated[Day | None, Given] = None


PERSONAL_FIELDS = frozenset({"emergency_phone", "site_phones", "site_email", "operator", "maintainer", "remarks"})
"""May name or reach a person: the history says of them that they were changed, and not to what."""


def check_due_on(device: Device) -> date | None:
    """The day by which somebody should look again; None where nobody has promised to."""
    if device.next_check_on is not None or device.last_checked_on is None or device.check_every_days is None:
        return device.next_check_on
    return device.last_checked_on + timedelta(days=device.check_every_days)
