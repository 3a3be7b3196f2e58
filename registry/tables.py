"""The registry's tables. Personal data stands in side tables, so that erasing a person leaves every reference intact.

`metadata` is the whole database's: dispatch adds its own tables to it.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.models import AedState
from registry.storage.types import GeographyPoint, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_JSON = JSON().with_variant(JSONB(), "postgresql")
_JSON_OR_NULL = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_AED_STATES = ", ".join(f"'{state.value}'" for state in AedState)

# One row: what ids given by this database hold, so that none is given again after it came back from a backup.
epochs = Table(
    "epochs",
    metadata,
    Column("epoch", String(16), primary_key=True),
    Column("drawn_at", UtcDateTime(), nullable=False),
)

aeds = Table(
    "aeds",
    metadata,
    Column("aed_id", String(64), primary_key=True),
    Column("position", GeographyPoint(), nullable=False),
    Column("name", Text, nullable=False),
    Column("location_text", Text, nullable=False),
    Column("floor", String(64), nullable=False),
    Column("indoor", Boolean(create_constraint=False), nullable=True),
    Column("access", String(64), nullable=False),
    Column("opening_hours", Text, nullable=False),
    Column("hours_as_written", Text, nullable=False, server_default=""),
    Column("time_zone", String(64), nullable=False),
    Column("state", String(32), nullable=False),
    Column("source", String(128), nullable=False),
    Column("source_ref", String(512), nullable=False),
    Column("source_file", Text, nullable=False),
    # What the source said last, so that an import sees its changes and not those a registry officer made here.
    Column("source_digest", String(64), nullable=False),
    # By field: {"at", "by"} of the person who set it, {"said"} what the list says.
    Column("corrected", _JSON, nullable=False),
    Column("imported_at", UtcDateTime(), nullable=False),
    Column("changed_at", UtcDateTime(), nullable=False),
    # A row is what one source says, and unless it is joined to another it is the cabinet too (docs/adr/0013).
    Column("joined_to", String(64), nullable=True, index=True),
    Column("absent_since", UtcDateTime(), nullable=True),
    Column("retired_at", UtcDateTime(), nullable=True),
    Column("retired_by", String(64), nullable=True),
    UniqueConstraint("source", "source_ref"),
    CheckConstraint(f"state IN ({_AED_STATES})", name="state"),
)
Index("ix_aeds_position", aeds.c.position, postgresql_using="gist")

# Two rows of different sources that may be one cabinet. decision: "joined", "apart", or None while nobody has looked.
aed_doubles = Table(
    "aed_doubles",
    metadata,
    Column("first_id", String(64), ForeignKey(aeds.c.aed_id), primary_key=True),
    Column("second_id", String(64), ForeignKey(aeds.c.aed_id), primary_key=True, index=True),
    Column("score", Float, nullable=False),
    Column("evidence", _JSON, nullable=False),
    Column("found_at", UtcDateTime(), nullable=False),
    Column("decision", String(16), nullable=True),
    Column("decided_at", UtcDateTime(), nullable=True),
    Column("decided_by", String(64), nullable=False),
    CheckConstraint("first_id < second_id", name="in_order"),
    CheckConstraint("decision IN ('joined', 'apart')", name="decision"),
)

imports = Table(
    "imports",
    metadata,
    Column("import_id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("source", String(128), nullable=False),
    Column("file", Text, nullable=False),
    Column("imported_at", UtcDateTime(), nullable=False),
    *(Column(count, Integer, nullable=False) for count in ("accepted", "changed", "unchanged", "rejected", "absent")),
    Column("undone_at", UtcDateTime(), nullable=True),
    # Since when it cannot be taken back any more, because what that needs has been removed.
    Column("undo_ended_at", UtcDateTime(), nullable=True),
    sqlite_autoincrement=True,
)

# What an import of AEDs changed, to take it back. before: the row as it was, None where there was none.
import_changes = Table(
    "import_changes",
    metadata,
    Column("import_id", Integer, ForeignKey(imports.c.import_id), primary_key=True),
    Column("aed_id", String(64), primary_key=True, index=True),
    Column("before", _JSON_OR_NULL, nullable=True),
)

rescuers = Table(
    "rescuers",
    metadata,
    Column("rescuer_id", String(64), primary_key=True),
    Column("on_duty", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("duty_changed_at", UtcDateTime(), nullable=True),
    Column("last_seen_at", UtcDateTime(), nullable=True),
    Column("erased_at", UtcDateTime(), nullable=True),
    Column("source", String(128), nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_digest", String(64), nullable=False),
    Column("imported_at", UtcDateTime(), nullable=False),
)

# A phone stands in one of two columns: as it is, or sealed under a key that the database does not hold, beside a keyed
# digest by which equal ones are found (registry/personal/phones.py reads and writes them).
rescuer_personal = Table(
    "rescuer_personal",
    metadata,
    Column("rescuer_id", String(64), ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone_e164", String(16), nullable=False, index=True),
    Column("phone_sealed", String(128), nullable=False, server_default=""),
    Column("phone_mark", String(64), nullable=False, server_default="", index=True),
)

rescuer_homes = Table(
    "rescuer_homes",
    metadata,
    Column("rescuer_id", String(64), ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("position", GeographyPoint(), nullable=False),
)

rescuer_presences = Table(
    "rescuer_presences",
    metadata,
    Column("rescuer_id", String(64), ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("position", GeographyPoint(), nullable=False),
    Column("accuracy_m", Float, nullable=False),
    Column("observed_at", UtcDateTime(), nullable=False),
)

# A certificate's number names its holder, so certificates are erased with the person.
certificates = Table(
    "certificates",
    metadata,
    Column("rescuer_id", String(64), ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(64), nullable=False),
    Column("number", String(128), nullable=False),
    Column("valid_from", Date, nullable=True),
    Column("valid_until", Date, nullable=True),
    Column("issuer", Text, nullable=False, server_default=""),
    # Whose word it is: a list's name, or `models.BY_HAND`.
    Column("source", String(128), nullable=False, server_default=""),
    Column("verified_at", UtcDateTime(), nullable=True),
    Column("verified_by", String(64), nullable=True),
    # The ordinal of the certificate that this one renews.
    Column("follows", Integer, nullable=True),
    Index("ix_certificates_valid_until", "valid_until", "rescuer_id"),
)

# Appended to only, which triggers see to. A person's own data is never in it: see registry/history/log.py.
history = Table(
    "registry_history",
    metadata,
    Column("change_id", Integer, primary_key=True),
    Column("at", UtcDateTime(), nullable=False),
    Column("by", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject_id", String(128), nullable=False),
    Column("action", String(32), nullable=False),
    Column("before", _JSON_OR_NULL, nullable=True),
    Column("after", _JSON_OR_NULL, nullable=True),
    # A change is taken back once.
    Column("undoes", Integer, nullable=True, unique=True),
    Index("ix_registry_history_subject", "kind", "subject_id", "change_id"),
    sqlite_autoincrement=True,
)

# SQLite only, written by triggers: what was changed, the newest number last (PostgreSQL notifies instead).
registry_changes = Table(
    "registry_changes",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("id", String(64), nullable=False),
    UniqueConstraint("kind", "id"),
    sqlite_autoincrement=True,
    info={"only_on": "sqlite"},
)
