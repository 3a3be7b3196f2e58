"""What holds personal data or secrets shows neither where it is printed, logged or refused."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from dispatch.access.integrations import Integration
from dispatch.access.tokens import Access, Identity
from dispatch.contracts import stream as wire
from dispatch.contracts.api import AlertView, IncidentView, IssuedToken, PositionView, SetLocation, WalkView
from dispatch.contracts.people import (
    InvitationView,
    JoinRequest,
    MeView,
    RecoveryCodes,
    Session,
    SignIn,
    TotpBegun,
    TotpCode,
)
from dispatch.contracts.webhook import CallData, CallLocation, ToldLocation
from dispatch.core.matching import Place
from dispatch.incidents.intake import understand
from dispatch.people.reach import PushSubscription
from dispatch.people.second_factors import Begun
from dispatch.people.secrets import Shown
from dispatch.people.sessions import Opened, Owner
from dispatch.people.volunteers import Invitation
from dispatch.records import CallRecord, Details
from registry.devices.cabinet_book import CabinetAccess
from registry.devices.keepers import Keeper, KeeperRole
from registry.models import Certificate, Contact, Presence, Rescuer

NOW = datetime(2026, 1, 5, tzinfo=UTC)
SECRETS = ("113.665", "34.757", "中原路", "五楼", "门禁", "13900000000", "王芳", "RC-77", "whsec_x", "eyJtoken")
DETAILS = Details(
    place=Place(lon=113.665, lat=34.757), address="中原路1号", floor="五楼", note="门禁2580", caller_phone="13900000000"
)
LOCATION = CallLocation(lon=113.665, lat=34.757, datum="wgs84", address="中原路1号", floor="五楼", note="门禁2580")
PRESENCE = Presence(lon=113.665, lat=34.757, accuracy_m=5, observed_at=NOW)
PATIENT = wire.PatientFrame(lon=113.665, lat=34.757, accuracy_m=1, address="中原路1号", floor="五楼", note="门禁")
ACCESS = wire.AedAccessFrame(
    entrance=None, lock="code", code="门禁2580", keeper_phone="13900000000", deputy_phone=None, emergency_phone=None
)
ALERT = AlertView(
    alert_id="a", rescuer_id="r1", role="direct", aed_id=None, state="accepted", wave=0, walk_time_s=1,
    straight_line=False, alerted_at=NOW, name="王芳", phone="13900000000",
    position=PositionView(lon=113.665, lat=34.757, observed_at=NOW),
)  # fmt: skip
OWNER = Owner(identity=Identity(subject="r1", access=Access.VOLUNTEER), name="王芳")
ROUTE = wire.RouteFrame(lonlat=((113.665, 34.757),), length_m=5)


@pytest.mark.parametrize(
    "holder",
    [
        DETAILS,
        CallRecord(
            message_id="m", integration="120", received_at=NOW, type="", attention=None, detail="113.665", body=b""
        ),
        understand(b'{"type": "\xe4\xb8\xad\xe5\x8e\x9f\xe8\xb7\xaf"}', area=None, received_at=NOW),
        LOCATION,
        SetLocation(location=LOCATION),
        CallData(cad_ref="A", location=ToldLocation(**LOCATION.model_dump()), caller_phone="13900000000"),
        IssuedToken(subject="r1", token="eyJtoken", expires_at=NOW),
        wire.Hello(token="eyJtoken"),
        wire.Position(lon=113.665, lat=34.757, datum="wgs84", accuracy_m=5, observed_at=NOW),
        PATIENT,
        wire.Assignment(
            seq=1, at=NOW, alert_id="a", incident_id="i", reason="accepted", role="direct", walk_time_s=1,
            straight_line=False, patient=PATIENT, aed=None, aed_access=ACCESS, route=ROUTE,
        ),
        ACCESS,
        CabinetAccess(code="门禁2580", keeper_phone="13900000000"),
        Keeper(role=KeeperRole.KEEPER, name="王芳", phone_e164="13900000000"),
        ALERT,
        WalkView(lonlat=((113.665, 34.757),), length_m=5, straight_line=False),
        IncidentView(
            incident_id="i", cad_ref="A", status="en_route", attention=None, opened_at=NOW, ambulance_eta_at=None,
            location=LOCATION, caller_phone="13900000000", alerts=(ALERT,),
        ),
        PRESENCE,
        Rescuer(rescuer_id="r1", presence=PRESENCE, home_lon=113.665, home_lat=34.757),
        Certificate(kind="red_cross", number="RC-77"),
        Contact(rescuer_id="r1", name="王芳", phone_e164="13900000000", phone_unreadable=False),
        Integration(name="120", secrets=("whsec_x",), callback_secret="whsec_x"),
        InvitationView(code="eyJtoken", url="x#eyJtoken", expires_at=NOW),
        JoinRequest(code="eyJtoken", consent_version="1"),
        SignIn(name="王芳", password="eyJtoken", code="eyJtoken"),
        TotpBegun(secret="eyJtoken", uri="otpauth://totp/x?secret=eyJtoken", qr_svg="eyJtoken"),
        TotpCode(code="eyJtoken"),
        RecoveryCodes(codes=("eyJtoken",)),
        Begun(secret="eyJtoken", uri="otpauth://totp/x?secret=eyJtoken"),
        Session(token="eyJtoken", expires_at=NOW, good_for_s=60.0, role=Access.VOLUNTEER, subject="r1", name="王芳"),
        MeView(role=Access.VOLUNTEER, subject="r1", name="王芳"),
        PushSubscription(endpoint="https://x/eyJtoken", p256dh="eyJtoken", auth="eyJtoken"),
        Invitation(rescuer_id="r1", code="eyJtoken", expires_at=NOW),
        Shown(session_id="s", generation=1, secret="eyJtoken"),
        OWNER,
        Opened(owner=OWNER, cookie="s.1.eyJtoken"),
    ],
    ids=lambda holder: type(holder).__name__,
)  # fmt: skip
def test_it_shows_nothing_personal(holder: object) -> None:
    for shown in (repr(holder), str(holder), f"{[holder]}"):
        assert not [secret for secret in SECRETS if secret in shown], shown


@pytest.mark.parametrize("adapter", [wire.CLIENT_FRAME, TypeAdapter(SetLocation)])
def test_what_cannot_be_read_is_not_repeated_by_the_error(adapter: TypeAdapter[object]) -> None:
    broken = {"type": "position", "lon": "113.665", "lat": "中原路", "location": {"lon": "中原路", "lat": [34.757]}}

    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(broken)

    assert "中原路" not in str(refused.value)
    assert "34.757" not in str(refused.value)
