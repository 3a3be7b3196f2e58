"""Bodies of the HTTP interface for people: joining, signing in, consent, and what a volunteer is told of themselves."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, HttpUrl, UrlConstraints

from dispatch.access.tokens import Access
from dispatch.contracts.stream import Assignment
from dispatch.contracts.webhook import Unshown, WireModel

Id = Annotated[str, Field(min_length=1, max_length=64)]
Version = Annotated[str, Field(min_length=1, max_length=32)]


class InvitationRequest(WireModel):
    """For whom, and for how many seconds the invitation holds: a week unless told otherwise."""

    rescuer_id: Id
    ttl_s: Annotated[float, Field(ge=60, le=30 * 86_400)] = 7 * 86_400


class InvitationView(WireModel, Unshown):
    """`url` opens the volunteer app; the code stands in its fragment, which no server sees. It is good once."""

    code: str
    url: str
    expires_at: AwareDatetime


class ConsentWords(WireModel):
    title: str
    points: tuple[str, ...]


class ConsentView(WireModel):
    """What a volunteer consents to, in Chinese and English; `version` goes with the answer."""

    version: str
    zh: ConsentWords
    en: ConsentWords


class JoinRequest(WireModel, Unshown):
    """An invitation's code, and the version of the consent that was shown and agreed to."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    consent_version: Version


class ConsentRequest(WireModel):
    consent_version: Version


class SignIn(WireModel, Unshown):
    """`code`: of the account's authenticator app, or a recovery code, once `totp_required` has asked for it."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]
    code: Annotated[str, Field(max_length=64)] = ""


class ProviderView(WireModel):
    """The provider at which desks may sign in, as pages call it; null where there is none."""

    name: str | None


class TotpView(WireModel):
    """Whether one's account has an authenticator app, and how many recovery codes are left. `required`: the account is
    not let in without one."""

    confirmed_at: AwareDatetime | None
    recovery_codes_left: int
    required: bool


class TotpBegun(WireModel, Unshown):
    """Shown once. `uri` and `qr_svg`, an SVG document, say the same as `secret` to an authenticator app."""

    secret: str
    uri: str
    qr_svg: str


class TotpCode(WireModel, Unshown):
    """What the app shows now."""

    code: Annotated[str, Field(min_length=1, max_length=64)]


class RecoveryCodes(WireModel, Unshown):
    """Shown once. Each is good for one sign-in in place of the app's code."""

    codes: tuple[str, ...]


class Session(WireModel, Unshown):
    """A token for the interface and the streams. The session itself is in a cookie that no script can read.

    good_for_s: how long the token is good from now on, for a phone whose own clock is wrong.
    """

    token: str
    expires_at: AwareDatetime
    good_for_s: float
    role: Access
    subject: str
    name: str


class CertificateView(WireModel):
    kind: str
    valid_until: date | None


class LastTestAlarm(WireModel):
    """`channel`: how it went out, none where no way was open; `arrived_at`: when the phone had shown it."""

    sent_at: AwareDatetime
    arrived_at: AwareDatetime | None
    channel: str | None


class VolunteerView(WireModel):
    """`consent_version` and `consented_at` are null without a consent, `reasons` has `no_consent` where it was
    withdrawn. `reasons`: all that is in the way, or `ready` or `ready_at_home`. `max_accuracy_m`: a position that is
    vaguer does not count. `channels`: the ways on which an alarm could reach this person now."""

    on_duty: bool
    consent_version: str | None
    consented_at: AwareDatetime | None
    certificates: tuple[CertificateView, ...]
    dispatchable: bool
    reasons: tuple[str, ...]
    max_accuracy_m: float
    last_test_alarm: LastTestAlarm | None
    channels: tuple[str, ...]


class MeView(WireModel, Unshown):
    """Whose token this is; `volunteer` is null for those who work at a desk."""

    role: Access
    subject: str
    name: str
    volunteer: VolunteerView | None = None


class AnswerTaken(WireModel, Unshown):
    """`assignment`: where the volunteer is to go, from acceptance until the alert is over; null at other times. It is
    the stream's own frame, with the number under which the stream sends it too."""

    assignment: Assignment | None


class PastAlert(WireModel):
    """One alert that rang for this volunteer, and what came of it; times of the service's clock.

    outcome: `ringing`; `missed`, nobody answered in time; `ended`, called off before an answer; `declined`; `accepted`,
    also where the task has been done since; `called_off` on the way. reason: the code of `alert_ended`, null without.
    """

    alert_id: str
    rung_at: AwareDatetime
    ended_at: AwareDatetime | None
    outcome: Literal["ringing", "missed", "ended", "declined", "accepted", "called_off"]
    reason: str | None


class PastAlerts(WireModel):
    """The newest first. Where and for whom is in none of them."""

    alerts: tuple[PastAlert, ...]


class TestAlarmView(WireModel):
    """`channel`: `stream` where the app is open, else the way it went out, null where there is none."""

    __test__ = False

    test_id: str
    sent_at: AwareDatetime
    channel: str | None


class AddressRequest(WireModel, Unshown):
    """Where another app reaches this volunteer: WeChat's openid, a phone maker's push token."""

    address: Annotated[str, Field(min_length=1, max_length=512)]


class PushKeys(WireModel, Unshown):
    """As a browser's `PushSubscription.toJSON()` has them: base64url."""

    p256dh: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{80,100}=?$")]
    auth: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,32}={0,2}$")]


class PushRequest(WireModel, Unshown):
    """As a browser's `PushSubscription.toJSON()` has it."""

    endpoint: Annotated[HttpUrl, UrlConstraints(max_length=1024)]
    keys: PushKeys


class PushView(WireModel):
    """`public_key`: for `applicationServerKey`; null where this service sends no push messages."""

    public_key: str | None
    subscribed: bool


ProblemKind = Literal["missing", "locked", "broken", "wrong_place", "pads_expired", "other"]


class ProblemRequest(WireModel):
    """What is wrong with an AED. Nothing of who reports it is kept, so the note should not say."""

    kind: ProblemKind
    note: Annotated[str, Field(max_length=300)] = ""


class ProblemTaken(WireModel):
    problem_id: str


class ProblemResolution(WireModel):
    note: Annotated[str, Field(max_length=300)] = ""


class ProblemView(WireModel):
    """`reports`: how often the same was said while it was open; `resolution`: what a registry officer found."""

    problem_id: str
    aed_id: str
    kind: ProblemKind
    note: str
    reports: int
    reported_at: AwareDatetime
    last_reported_at: AwareDatetime
    resolved_at: AwareDatetime | None
    resolution: str
