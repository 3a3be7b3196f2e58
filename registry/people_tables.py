"""Tables of the people who use the service: volunteers' invitations, consents, sessions and ways to be reached, the
accounts of those who work at a desk; who keeps an AED and what opens its
cabinet, and what anybody reports of one.

All times are real time: they bound secrets and prove consents, and no simulated clock may stretch them.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.people.kinds import PersonKind, Transport
from registry.storage.types import GeographyPoint, UtcDateTime
from registry.tables import (
    aeds,
    certificates,
    imports,
    metadata,
    rescuer_homes,
    rescuer_personal,
    rescuer_presences,
    rescuers,
)

_ID = String(64)
_DIGEST = String(64)

ACCOUNT_ROLES = ("dispatcher", "registry_officer", "admin")
_ROLES, _KINDS, _TRANSPORTS = (
    ", ".join(f"'{word}'" for word in words) for words in (ACCOUNT_ROLES, PersonKind, Transport)
)

# One at a time for each rescuer. A digest of the code only: whoever reads the table can join as nobody.
invitations = Table(
    "invitations",
    metadata,
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("code_digest", _DIGEST, nullable=False, unique=True),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("used_at", UtcDateTime(), nullable=True),
)

# A rescuer without a row was registered on paper; whoever withdrew is left alone until they consent anew.
consents = Table(
    "consents",
    metadata,
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("version", String(32), nullable=False),
    Column("given_at", UtcDateTime(), nullable=False),
    Column("withdrawn_at", UtcDateTime(), nullable=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", _ID, primary_key=True),
    Column("role", String(32), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("disabled_at", UtcDateTime(), nullable=True),
    CheckConstraint(f"role IN ({_ROLES})", name="role"),
)

# Who an account is at the provider (OpenID Connect). Until the first sign-in an invitation, by a verified e-mail or by
# the subject; then the subject alone. expires_at: of the invitation. role_by_claim: the provider gives the role, and at
# each sign-in anew; else an administrator has given it.
account_identities = Table(
    "account_identities",
    metadata,
    Column("account_name", _ID, ForeignKey(accounts.c.name), primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", String(255), nullable=True),
    Column("email", String(254), nullable=True),
    Column("role_by_claim", Boolean(create_constraint=False), nullable=False),
    Column("invited_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=True),
    Column("bound_at", UtcDateTime(), nullable=True),
    UniqueConstraint("issuer", "subject"),
    UniqueConstraint("issuer", "email"),
)

# An account's authenticator app. It counts once a code of it has been shown. last_step: of the newest code that was
# used, so that none is used twice. The secret is sealed where there is a key (registry/personal).
totp_secrets = Table(
    "totp_secrets",
    metadata,
    Column("account_name", _ID, ForeignKey(accounts.c.name), primary_key=True),
    Column("secret", String(128), nullable=False),
    Column("begun_at", UtcDateTime(), nullable=False),
    Column("confirmed_at", UtcDateTime(), nullable=True),
    Column("last_step", BigInteger, nullable=True),
)

# Digests of those that have not been used.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_name", _ID, ForeignKey(accounts.c.name), nullable=False),
    Column("code_digest", _DIGEST, nullable=False),
    PrimaryKeyConstraint("account_name", "code_digest"),
)

# Of a volunteer or of an account. Digests of the secret that counts and of the one before it. generation: how often it
# was changed. ends_at: however much it is used, where a provider signed somebody in. factor_told_at: when the provider
# said that a second factor was used.
sessions = Table(
    "sessions",
    metadata,
    Column("session_id", _ID, primary_key=True),
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), nullable=True, index=True),
    Column("account_name", _ID, ForeignKey(accounts.c.name), nullable=True, index=True),
    Column("generation", Integer, nullable=False),
    Column("secret_digest", _DIGEST, nullable=False),
    Column("previous_digest", _DIGEST, nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("rotated_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False, index=True),
    Column("ends_at", UtcDateTime(), nullable=True),
    Column("factor_told_at", UtcDateTime(), nullable=True),
    CheckConstraint("(rescuer_id IS NULL) <> (account_name IS NULL)", name="one_owner"),
)

# Where a browser's push service takes messages for a volunteer; the newest browser only, as with streams.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("endpoint", Text, nullable=False),
    Column("p256dh", String(128), nullable=False),
    Column("auth", String(64), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
)

# Where another app reaches a volunteer, by the name that the settings give its channel: an openid, a push token.
channel_addresses = Table(
    "channel_addresses",
    metadata,
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("address", Text, nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    PrimaryKeyConstraint("rescuer_id", "channel"),
)

# The last one of each volunteer.
test_alarms = Table(
    "test_alarms",
    metadata,
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("test_id", _ID, nullable=False),
    Column("sent_at", UtcDateTime(), nullable=False),
    Column("arrived_at", UtcDateTime(), nullable=True),
    Column("channel", String(32), nullable=True),
)

# Who reported it is not kept. reports: how often the same was said while it was open.
aed_problems = Table(
    "aed_problems",
    metadata,
    Column("problem_id", _ID, primary_key=True),
    Column("aed_id", _ID, ForeignKey(aeds.c.aed_id), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("reported_at", UtcDateTime(), nullable=False),
    Column("last_reported_at", UtcDateTime(), nullable=False),
    Column("resolved_at", UtcDateTime(), nullable=True),
    Column("resolution", Text, nullable=False),
    Index(None, "aed_id", "resolved_at"),
    Index(None, "resolved_at"),
)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", _ID, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("district", Text, nullable=False),
)

teams = Table(
    "teams",
    metadata,
    Column("team_id", _ID, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("district", Text, nullable=False),
    Column("organisation_id", _ID, ForeignKey(organisations.c.organisation_id), nullable=True),
)

# Who has no row is a volunteer of no organisation. corrected: what an officer set, which lists leave alone.
rescuer_profiles = Table(
    "rescuer_profiles",
    metadata,
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("organisation_id", _ID, ForeignKey(organisations.c.organisation_id), nullable=True, index=True),
    Column("team_id", _ID, ForeignKey(teams.c.team_id), nullable=True, index=True),
    Column("transport", String(16), nullable=True),
    Column("insurance_note", Text, nullable=False),
    Column("work_position", GeographyPoint(), nullable=True),
    Column("corrected", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    CheckConstraint(f"transport IN ({_TRANSPORTS})", name="transport"),
)

# weekly, quiet: hours of a week as `people.weeks` reads them. time_zone: "" for the city's.
rescuer_availabilities = Table(
    "rescuer_availabilities",
    metadata,
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), primary_key=True),
    Column("paused_at", UtcDateTime(), nullable=True),
    Column("paused_until", UtcDateTime(), nullable=True),
    Column("weekly", Text, nullable=False),
    Column("quiet", Text, nullable=False),
    Column("time_zone", String(64), nullable=False),
)

# Whether certificates of a list count unseen; a list without a row follows the one of "*", and without that it does.
certificate_sources = Table(
    "certificate_sources",
    metadata,
    Column("source", String(128), primary_key=True),
    Column("trusted", Boolean(create_constraint=False), nullable=False),
)

# The kinds that count; while it is empty, all do.
certificate_kinds = Table(
    "certificate_kinds",
    metadata,
    Column("kind_key", _ID, primary_key=True),
    Column("kind", _ID, nullable=False),
)

# rescuer_id: the registered person that they are, so that erasing that person erases this; None for most.
aed_keepers = Table(
    "aed_keepers",
    metadata,
    Column("aed_id", _ID, ForeignKey(aeds.c.aed_id), nullable=False),
    Column("role", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("phone_e164", String(16), nullable=False, index=True),
    Column("phone_sealed", String(128), nullable=False),
    Column("phone_mark", String(64), nullable=False, index=True),
    Column("email", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), nullable=True, index=True),
    Column("since", UtcDateTime(), nullable=False),
    PrimaryKeyConstraint("aed_id", "role"),
    CheckConstraint("role IN ('keeper', 'deputy')", name="role"),
)

# Apart from the device, so that whoever reads or exports that has no code in hand.
aed_cabinet_codes = Table(
    "aed_cabinet_codes",
    metadata,
    Column("aed_id", _ID, ForeignKey(aeds.c.aed_id), primary_key=True),
    Column("code", Text, nullable=False),
    Column("code_sealed", Text, nullable=False),
    Column("changed_at", UtcDateTime(), nullable=False),
)

# With which a keeper confirms that the AED is there: a digest of the code only, and it goes with the keeper.
aed_confirmation_links = Table(
    "aed_confirmation_links",
    metadata,
    Column("aed_id", _ID, nullable=False),
    Column("role", String(16), nullable=False),
    Column("code_digest", _DIGEST, nullable=False, unique=True),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("used_at", UtcDateTime(), nullable=True),
    PrimaryKeyConstraint("aed_id", "role"),
    ForeignKeyConstraint(["aed_id", "role"], [aed_keepers.c.aed_id, aed_keepers.c.role], ondelete="CASCADE"),
)

# certificate_kind: "" of a course that leads to none. place_id: of one that the registry knows; no reference yet.
courses = Table(
    "courses",
    metadata,
    Column("course_id", _ID, primary_key=True),
    Column("title", Text, nullable=False),
    Column("certificate_kind", _ID, nullable=False),
    Column("valid_months", Integer, nullable=True),
    Column("place_id", _ID, nullable=True),
    Column("place", Text, nullable=False),
    Column("starts_at", UtcDateTime(), nullable=False),
    Column("ends_at", UtcDateTime(), nullable=False),
    Column("organisation_id", _ID, ForeignKey(organisations.c.organisation_id), nullable=True),
    Column("capacity", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    CheckConstraint("state IN ('planned', 'held', 'cancelled')", name="state"),
    Index("ix_courses_starts_at", "starts_at", "course_id"),
)

# staff: 0 of the trainer, from 1 of examiners. rescuer_id: of a registered person, so that they are erased from here.
course_staff = Table(
    "course_staff",
    metadata,
    Column("course_id", _ID, ForeignKey(courses.c.course_id), primary_key=True),
    Column("staff", Integer, primary_key=True, autoincrement=False),
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), nullable=True, index=True),
    Column("name", Text, nullable=False),
)

# attended, passed: None while nobody has said. examiner: their number among the course's staff. serial: printed on the
# certificate. certificate: its ordinal among the person's, which may have been struck out since.
course_people = Table(
    "course_people",
    metadata,
    Column("course_id", _ID, ForeignKey(courses.c.course_id), primary_key=True),
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), primary_key=True, index=True),
    Column("enrolled_at", UtcDateTime(), nullable=False),
    Column("attended", Boolean(create_constraint=False), nullable=True),
    Column("attended_h", Float, nullable=True),
    Column("passed", Boolean(create_constraint=False), nullable=True),
    Column("examined_on", Date, nullable=True),
    Column("examiner", Integer, nullable=True),
    Column("serial", String(128), nullable=False),
    Column("issued_at", UtcDateTime(), nullable=True),
    Column("certificate", Integer, nullable=True),
)

# What an import of people found and left of each whom it brought or changed, to take it back: JSON, in one of two
# columns as phones stand (registry/personal/import_secrets.py). Kept for days only.
import_people = Table(
    "import_people",
    metadata,
    Column("import_id", Integer, ForeignKey(imports.c.import_id), nullable=False),
    Column("rescuer_id", _ID, ForeignKey(rescuers.c.rescuer_id), nullable=False, index=True),
    Column("told", Text, nullable=False),
    Column("told_sealed", Text, nullable=False),
    PrimaryKeyConstraint("import_id", "rescuer_id"),
)

PERSONAL_TABLES = (
    *(rescuer_personal, rescuer_homes, rescuer_presences, certificates),
    *(invitations, consents, sessions, push_subscriptions, channel_addresses, test_alarms),
    *(course_staff, course_people),
    *(rescuer_profiles, rescuer_availabilities, aed_keepers, import_people),
)
"""Their rows are erased with their rescuer."""
