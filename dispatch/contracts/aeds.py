"""Bodies of the HTTP interface for registry officers: AEDs added, moved and described, and who changed what."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from dispatch.contracts.cabinets import AedId
from dispatch.contracts.webhook import Problem, WireModel
from registry.editing.fields import Correction, Move, NewAed, Why
from registry.routes import AedView

MOST_AT_ONCE = 100
"""Nothing else is written to a SQLite database meanwhile: a call waits for it."""


class Reason(WireModel):
    """Why, for the history."""

    why: Why = ""


class Conditional(WireModel):
    """One change of several. if_match: the ETag of the AED as it was read; without one it is changed as it is."""

    if_match: Annotated[str | None, Field(max_length=200)] = None


class AddOne(NewAed):
    """As `POST /api/aeds`."""

    action: Literal["add"]


class MoveOne(Conditional, Move):
    """As `POST /api/aeds/{aed_id}/move`."""

    action: Literal["move"]
    aed_id: AedId


class DescribeOne(Conditional, Correction):
    """As `PATCH /api/aeds/{aed_id}`."""

    action: Literal["describe"]
    aed_id: AedId


class RetireOne(Conditional, Reason):
    """As `POST /api/aeds/{aed_id}/retire`."""

    action: Literal["retire"]
    aed_id: AedId


class ReinstateOne(Conditional, Reason):
    """As `POST /api/aeds/{aed_id}/reinstate`."""

    action: Literal["reinstate"]
    aed_id: AedId


OneChange = Annotated[AddOne | MoveOne | DescribeOne | RetireOne | ReinstateOne, Field(discriminator="action")]


class Changes(WireModel):
    """Several changes, made in their order: all of them or none."""

    changes: Annotated[tuple[OneChange, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ChangeAnswer(WireModel):
    """What became of one of them: `done`; `refused`, with a code and a sentence; `not_done`, since another was refused.

    aed: as it is now, once all are done.
    """

    outcome: Literal["done", "refused", "not_done"]
    code: str = ""
    message: str = ""
    etag: str | None = None
    aed: AedView | None = None


class ChangesMade(WireModel):
    """An answer for each, in their order."""

    answers: tuple[ChangeAnswer, ...]


class ChangesNotMade(Problem, ChangesMade):
    """Nothing was changed; the answers say why."""


class ChangeView(WireModel):
    """One line of the history. kind, subject_id: what was changed, such as `aed` and its id; action: what was done.

    before, after: by field, those that it set; before is null for what was added. Of an AED `corrected` are the fields
    that a person sets with it, or lets go, `records` the same of other records of the AED, and `decided` what was said
    of two of them. undoes: the change that this one took back; undone_by: the one that took this one back.
    """

    change_id: int
    at: AwareDatetime
    by: str
    why: str
    kind: str
    subject_id: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    undoes: int | None
    undone_by: int | None


class History(WireModel):
    """The newest first. next: `before` of the request for those that follow, null at the end."""

    changes: tuple[ChangeView, ...]
    next: int | None


class ChangeUndone(WireModel):
    """change_id: of the taking back, which can be taken back itself. aed_ids: what has changed by it."""

    change_id: int
    aed_ids: tuple[str, ...]
