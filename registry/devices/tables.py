"""Tables of devices and cabinets; whoever keeps them is a person, whose table is among those of people."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import UtcDateTime
from registry.tables import aeds, metadata

_ID = String(64)
_JSON = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
DUE_DAYS = (
    *("adult_pads_expire_on", "child_pads_expire_on", "battery_expires_on"),
    *("check_due_on", "confirmation_due_on"),
)

# By the AED's id; of AEDs that are joined each keeps its own, and the first one's word counts.
aed_devices = Table(
    "aed_devices",
    metadata,
    Column("aed_id", _ID, ForeignKey(aeds.c.aed_id), primary_key=True),
    *(Column(name, Text) for name in ("maker", "model", "serial", "device_identifier", "kind")),
    Column("installed_on", Date),
    Column("is_monitored", Boolean(create_constraint=False)),
    Column("adult_pads_expire_on", Date),
    Column("adult_pads_batch", Text),
    Column("has_child_pads", Boolean(create_constraint=False)),
    Column("child_pads_expire_on", Date),
    Column("child_pads_batch", Text),
    Column("battery_expires_on", Date),
    Column("battery_batch", Text),
    *(Column(name, Text) for name in ("entrance", "lock", "cabinet")),
    Column("cabinet_qr", Text, unique=True),
    Column("has_security_post", Boolean(create_constraint=False)),
    Column("has_reception", Boolean(create_constraint=False)),
    *(Column(name, Text) for name in ("wheelchair", "emergency_phone")),
    Column("site_phones", _JSON),
    Column("site_email", Text),
    *(Column(name, _JSON) for name in ("names", "addresses", "place_texts", "operator", "maintainer")),
    Column("place_category", Text),
    Column("device_count", Integer),
    *(Column(name, _JSON) for name in ("web_pages", "photo_urls")),
    Column("photo_licence", Text),
    Column("other_ids", _JSON),
    *(Column(name, Text) for name in ("position_note", "data_source")),
    Column("recorded_on", Date),
    Column("remarks", Text),
    Column("check_every_days", Integer),
    Column("last_checked_on", Date),
    Column("next_check_on", Date),
    # Follow from what is known; kept so that what is due is found without reading everything.
    Column("check_due_on", Date),
    Column("confirmation_due_on", Date),
    # By field: what the AED's list says, and {"at", "by"} of who set something else, which counts until it is let go.
    Column("told", _JSON, nullable=False, server_default="{}"),
    Column("corrected", _JSON, nullable=False, server_default="{}"),
    Column("changed_at", UtcDateTime(), nullable=False),
    *(Index(None, day) for day in DUE_DAYS),
)

# Appended to only, which triggers see to. by: "keeper" or "deputy", who used their link, or the account that said so.
aed_confirmations = Table(
    "aed_confirmations",
    metadata,
    Column("confirmation_id", Integer, primary_key=True),
    Column("aed_id", _ID, ForeignKey(aeds.c.aed_id), nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("by", _ID, nullable=False),
    Index(None, "aed_id", "at"),
    sqlite_autoincrement=True,
)

# Appended to only, which triggers see to; but a note that speaks of a person can be emptied. points: by name, what was
# seen there.
aed_inspections = Table(
    "aed_inspections",
    metadata,
    Column("inspection_id", Integer, primary_key=True),
    Column("aed_id", _ID, ForeignKey(aeds.c.aed_id), nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("by", _ID, nullable=False),
    Column("result", String(16), nullable=False),
    Column("points", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("result IN ('ready', 'unusable', 'missing')", name="result"),
    Index(None, "aed_id", "at"),
    sqlite_autoincrement=True,
)
