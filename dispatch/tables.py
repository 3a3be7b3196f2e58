"""The journal's tables, beside the registry's in one database.

`events` is the truth; `incidents`, `reservations` and the inbox are written with it and let a restart go on without
replaying everything. Reservations and the inbox come from the one transaction that writes their incident, so no foreign
key checks them row by row while a phone waits (ADR 10); the tests do, after all that they break. A console's inbox
names the events that it was told and does not hold them again. Personal data stands in `incident_details` and
`call_messages` (body, detail) only, where it can be erased.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import GeographyPoint, UtcDateTime
from registry.tables import metadata

CLOSED = "closed"
"""The status of an incident that is over."""

_JSON = JSON().with_variant(JSONB(), "postgresql")
_ID = String(64)
_NAME = String(64)
_REF = String(200)
_RECIPIENT = String(160)

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", _ID, primary_key=True),
    Column("integration", _NAME, nullable=False),
    Column("cad_ref", _REF, nullable=True),
    Column("version", Integer, nullable=False),
    Column("status", String(32), nullable=False),
    Column("attention", String(64), nullable=True),
    # Open for the machine: not closed, or closed with an AED still away from its place, or with a dispatcher asked for.
    Column("is_open", Boolean(create_constraint=False), nullable=False),
    Column("opened_at", UtcDateTime(), nullable=False),
    Column("deadline_at", UtcDateTime(), nullable=True),
    Column("erased_at", UtcDateTime(), nullable=True),
    # How many callbacks were written for it: their numbers within the incident have no gaps.
    Column("callback_count", Integer, nullable=False, server_default="0"),
    Index(None, "is_open"),
    Index(None, "opened_at"),
    Index(None, "integration", "cad_ref"),
)
# A centre counts its references anew some day: one of them is one call for as long as that is not over.
Index(
    "uq_incidents_open_cad_ref",
    incidents.c.integration,
    incidents.c.cad_ref,
    unique=True,
    sqlite_where=incidents.c.status != CLOSED,
    postgresql_where=incidents.c.status != CLOSED,
)

events = Table(
    "events",
    metadata,
    Column("incident_id", ForeignKey(incidents.c.incident_id), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", String(64), nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("body", _JSON, nullable=False),
    PrimaryKeyConstraint("incident_id", "seq"),
)

incident_details = Table(
    "incident_details",
    metadata,
    Column("incident_id", ForeignKey(incidents.c.incident_id), primary_key=True),
    Column("position", GeographyPoint(), nullable=False),
    Column("accuracy_m", Float, nullable=True),
    Column("address", Text, nullable=False),
    Column("floor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("caller_phone", Text, nullable=False),
    Column("more", _JSON, nullable=False, server_default="{}"),
)

call_messages = Table(
    "call_messages",
    metadata,
    Column("integration", _NAME, nullable=False),
    Column("message_id", String(256), nullable=False),
    Column("incident_id", ForeignKey(incidents.c.incident_id), nullable=False, index=True),
    Column("received_at", UtcDateTime(), nullable=False),
    Column("type", String(64), nullable=False),
    Column("attention", String(64), nullable=True),
    Column("detail", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    # Of the body as it came: the same id with other bytes is another message. "" where it was erased before.
    Column("body_sha256", String(64), nullable=False),
    PrimaryKeyConstraint("integration", "message_id", "body_sha256"),
)

reservations = Table(
    "reservations",
    metadata,
    Column("resource", String(160), primary_key=True),
    Column("incident_id", _ID, nullable=False),
    Column("reserved_at", UtcDateTime(), nullable=False),
)

# Who has just said no, or gone to a call, until when: another call looks for others first.
rests = Table(
    "rests",
    metadata,
    Column("rescuer_id", _ID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("until", UtcDateTime(), nullable=False),
    PrimaryKeyConstraint("rescuer_id", "kind"),
    Index(None, "until"),
)

inboxes = Table(
    "inboxes",
    metadata,
    Column("recipient", _RECIPIENT, primary_key=True),
    Column("last_seq", Integer, nullable=False),
    Column("acked_seq", Integer, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("recipient", _RECIPIENT, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("incident_id", _ID, nullable=False),
    Column("alert_id", _ID, nullable=True),
    Column("at", UtcDateTime(), nullable=False),
    Column("body", _JSON, nullable=False),
    PrimaryKeyConstraint("recipient", "seq"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("alert_id", _ID, primary_key=True),
    Column("incident_id", ForeignKey(incidents.c.incident_id), nullable=False, index=True),
    Column("delivered_at", UtcDateTime(), nullable=True),
    Column("seen_at", UtcDateTime(), nullable=True),
)

# What 120 is told, and what became of it; the operation centre is told, too, under one id that is no incident's. All
# times but those within `body` are real time.
callbacks = Table(
    "callbacks",
    metadata,
    Column("incident_id", _ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("epoch", String(16), nullable=False, server_default=""),
    Column("integration", _NAME, nullable=False),
    Column("type", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("written_at", UtcDateTime(), nullable=False),
    Column("tried_since", UtcDateTime(), nullable=False),
    Column("next_attempt_at", UtcDateTime(), nullable=False),
    Column("delivered_at", UtcDateTime(), nullable=True),
    Column("last_error", String(200), nullable=False),
    PrimaryKeyConstraint("incident_id", "seq"),
    # Holds all that the deliverer asks for at every look, so that a day's backlog is counted without reading it.
    Index(None, "state", "integration", "incident_id", "seq"),
)

# The operation centre's feed: one row since it was first told of anything. last_seq: of its newest message.
centre_feed = Table(
    "centre_feed",
    metadata,
    Column("integration", _NAME, primary_key=True),
    Column("last_seq", Integer, nullable=False),
    Column("begun_at", UtcDateTime(), nullable=False),
)

# What it was told last of an incident: status, counts, and while it is open the district where the city allows that.
centre_incidents = Table(
    "centre_incidents",
    metadata,
    Column("incident_id", ForeignKey(incidents.c.incident_id), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("said", _JSON, nullable=False),
)

# The AEDs that it takes for standing, and where and how.
centre_aeds = Table(
    "centre_aeds",
    metadata,
    Column("aed_id", _ID, primary_key=True),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("state", String(32), nullable=False),
)
