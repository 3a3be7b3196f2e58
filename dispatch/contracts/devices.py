"""Bodies of the HTTP interface for registry officers: an AED's device and cabinet, its keepers and its checks."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from dispatch.contracts.cabinets import FieldView
from dispatch.contracts.people import ProblemKind
from dispatch.contracts.webhook import Unshown, WireModel
from registry.devices.device import Day, Device, Text
from registry.devices.expiring import Cursor, What
from registry.devices.inspecting import Point, Result, Seen
from registry.devices.keepers import KeeperRole
from registry.storage.words import storable

Why = Annotated[str, AfterValidator(storable), Field(max_length=500, description="Kept in the history.")]


class DeviceChange(Device):
    """Only the fields that are given change; null, or an empty text, says that nothing is known any more."""

    why: Why = ""


class FactorView(WireModel):
    """One reason of a chance: what it is multiplied by, 0 to 1."""

    code: str
    factor: float


class ChanceView(WireModel):
    """How likely somebody who gets to the AED could use it, apart from whether its place is open: 0 to 1, the product
    of its factors. warnings: codes of what should be seen to."""

    value: float
    factors: tuple[FactorView, ...]
    warnings: tuple[str, ...]


class DeviceView(WireModel):
    """What is known of the device and cabinet of an AED. fields: whose word each is. has_cabinet_code: there is a code,
    which is told apart.

    check_due_on: by when somebody should look again, null where nobody has promised to.
    """

    aed_id: str
    device: Device
    fields: dict[str, FieldView]
    has_cabinet_code: bool
    check_due_on: date | None
    usable_chance: ChanceView


class CabinetCode(WireModel, Unshown):
    """What opens the cabinet, as its keeper gave it."""

    code: Annotated[Text, Field(max_length=64)]
    why: Why = ""


class CabinetCodeView(WireModel, Unshown):
    code: str


class KeeperRequest(WireModel, Unshown):
    """Who keeps it. phone: as people write it, without a country code one of the AED's country. rescuer_id: where they
    are registered as a person, whose erasure erases this too."""

    name: Annotated[Text, Field(max_length=128)]
    phone: Annotated[Text, Field(max_length=64)]
    email: Annotated[str, AfterValidator(storable), Field(max_length=254)] = ""
    position: Annotated[str, AfterValidator(storable), Field(max_length=128)] = ""
    rescuer_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    why: Why = ""


class KeeperView(WireModel, Unshown):
    role: KeeperRole
    name: str
    phone_e164: str
    email: str
    position: str
    rescuer_id: str | None
    since: AwareDatetime


class ErasePhone(WireModel, Unshown):
    """Whose phone it is is erased as a keeper of every AED."""

    phone: Annotated[Text, Field(max_length=64)]
    region: Annotated[str, Field(pattern="^[A-Z]{2}$", description="Of a number without a country code.")] = "CN"


class ErasedKeepers(WireModel):
    aeds: int


class ConfirmationLink(WireModel, Unshown):
    """`url` opens a page on which the keeper says that the AED is there, without an account."""

    code: str
    url: str
    expires_at: AwareDatetime


def _cursor(text: str) -> str:
    Cursor.read(text)
    return text


class RemindersRequest(WireModel):
    """For AEDs whose keepers should confirm within so many days from today; 0: who is due by today. after: `next` of
    the last answer, to read on."""

    within_days: Annotated[int, Field(ge=0, le=3_650)] = 0
    after: Annotated[str, AfterValidator(_cursor), Field(max_length=128)] | None = None


class ReminderView(WireModel, Unshown):
    """Whom to send which link, and since when, or by when, their word is due."""

    aed_id: str
    due_on: date
    role: KeeperRole
    name: str
    phone_e164: str
    url: str
    expires_at: AwareDatetime


class RemindersView(WireModel, Unshown):
    """A few at a time. next: for `after`, to read on; null where this is all."""

    reminders: tuple[ReminderView, ...]
    next: str | None


class ConfirmationView(WireModel):
    """Somebody said that the AED is there. by: `keeper` or `deputy`, who used their link; else the account."""

    at: AwareDatetime
    by: str


class ConfirmationRequest(WireModel, Unshown):
    """The code of a link, and what the keeper says: without `problem` that the AED is there and in order."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    problem: ProblemKind | None = None
    note: Annotated[str, AfterValidator(storable), Field(max_length=300)] = ""


class ConfirmationTaken(WireModel):
    """confirmed_at: since when it counts as confirmed by this link; null where a problem was said instead."""

    confirmed_at: AwareDatetime | None


class InspectionRequest(WireModel, Unshown):
    """What somebody found who stood before the AED. at: when, now unless told; points: those left out were not looked
    at; next_check_on: when they will look again. The note should name nobody."""

    result: Result
    at: AwareDatetime | None = None
    points: dict[Point, Seen] = Field(default_factory=dict)
    next_check_on: Day | None = None
    note: Annotated[str, AfterValidator(storable), Field(max_length=500)] = ""
    why: Why = ""


class InspectionView(WireModel, Unshown):
    """An inspection that is written down. by: the account that wrote it."""

    inspection_id: int
    at: AwareDatetime
    by: str
    result: Result
    points: dict[Point, Seen]
    note: str


class DueView(WireModel):
    """Something to see to at an AED. due_on: the last day that still counts."""

    aed_id: str
    what: What
    due_on: date
    overdue: bool
    name: str
    location_text: str
    floor: str


class ExpiringList(WireModel):
    """The oldest first. next: for `after`, to read on; null where this is all."""

    today: date
    until: date
    due: tuple[DueView, ...]
    next: str | None


class PhotoView(WireModel):
    """A photo of an AED. width, height: pixels; size_bytes: of the picture. by: the account that added it."""

    photo_id: int
    aed_id: str
    at: AwareDatetime
    by: str
    width: int
    height: int
    size_bytes: int
