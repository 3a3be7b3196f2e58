"""An AED's device and cabinet, the cabinet's code apart from it, its keepers and their word, its inspections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.storage.types import UtcDateTime

revision = "0017_devices"
down_revision = "0016_joined_records"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TEXTS = (
    *("maker", "model", "serial", "device_identifier", "kind", "adult_pads_batch", "child_pads_batch", "battery_batch"),
    *("entrance", "lock", "cabinet", "cabinet_qr", "wheelchair", "emergency_phone", "site_email", "place_category"),
    *("photo_licence", "position_note", "data_source", "remarks"),
)
DUE = ("adult_pads_expire_on", "child_pads_expire_on", "battery_expires_on", "check_due_on", "confirmation_due_on")
DAYS = (*DUE, "installed_on", "recorded_on", "last_checked_on", "next_check_on")
FLAGS = ("is_monitored", "has_child_pads", "has_security_post", "has_reception")
PARTS = (
    *("site_phones", "names", "addresses", "place_texts", "operator", "maintainer", "web_pages", "photo_urls"),
    "other_ids",
)


def upgrade() -> None:
    _add_devices()
    _add_codes()
    _add_keepers()
    _add_links()
    _add_confirmations()
    _add_inspections()


def _add_devices() -> None:
    op.create_table(
        "aed_devices",
        sa.Column("aed_id", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in TEXTS),
        *(sa.Column(name, sa.Date(), nullable=True) for name in DAYS),
        *(sa.Column(name, sa.Boolean(create_constraint=False), nullable=True) for name in FLAGS),
        *(sa.Column(name, _JSON, nullable=True) for name in PARTS),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("device_count", "check_every_days")),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_devices_aed_id_aeds")),
        sa.PrimaryKeyConstraint("aed_id", name=op.f("pk_aed_devices")),
        sa.UniqueConstraint("cabinet_qr", name=op.f("uq_aed_devices_cabinet_qr")),
    )
    for day in DUE:
        op.create_index(op.f(f"ix_aed_devices_{day}"), "aed_devices", [day])


def _add_codes() -> None:
    op.create_table(
        "aed_cabinet_codes",
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_sealed", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_cabinet_codes_aed_id_aeds")),
        sa.PrimaryKeyConstraint("aed_id", name=op.f("pk_aed_cabinet_codes")),
    )


def _add_keepers() -> None:
    op.create_table(
        "aed_keepers",
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_e164", sa.String(16), nullable=False),
        sa.Column("phone_sealed", sa.String(128), nullable=False),
        sa.Column("phone_mark", sa.String(64), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("rescuer_id", sa.String(64), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.CheckConstraint("role IN ('keeper', 'deputy')", name=op.f("ck_aed_keepers_role")),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_keepers_aed_id_aeds")),
        sa.ForeignKeyConstraint(
            ["rescuer_id"], ["rescuers.rescuer_id"], name=op.f("fk_aed_keepers_rescuer_id_rescuers")
        ),
        sa.PrimaryKeyConstraint("aed_id", "role", name=op.f("pk_aed_keepers")),
    )
    for name in ("phone_e164", "phone_mark", "rescuer_id"):
        op.create_index(op.f(f"ix_aed_keepers_{name}"), "aed_keepers", [name])


def _add_links() -> None:
    op.create_table(
        "aed_confirmation_links",
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["aed_id", "role"],
            ["aed_keepers.aed_id", "aed_keepers.role"],
            name=op.f("fk_aed_confirmation_links_aed_id_role_aed_keepers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("aed_id", "role", name=op.f("pk_aed_confirmation_links")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_aed_confirmation_links_code_digest")),
    )


def _add_confirmations() -> None:
    op.create_table(
        "aed_confirmations",
        sa.Column("confirmation_id", sa.Integer(), nullable=False),
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_confirmations_aed_id_aeds")),
        sa.PrimaryKeyConstraint("confirmation_id", name=op.f("pk_aed_confirmations")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_aed_confirmations_aed_id_at"), "aed_confirmations", ["aed_id", "at"])
    _keep("aed_confirmations", "TRUE")


def _add_inspections() -> None:
    op.create_table(
        "aed_inspections",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("aed_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("points", _JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("result IN ('ready', 'unusable', 'missing')", name=op.f("ck_aed_inspections_result")),
        sa.ForeignKeyConstraint(["aed_id"], ["aeds.aed_id"], name=op.f("fk_aed_inspections_aed_id_aeds")),
        sa.PrimaryKeyConstraint("inspection_id", name=op.f("pk_aed_inspections")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_aed_inspections_aed_id_at"), "aed_inspections", ["aed_id", "at"])
    differs = "IS DISTINCT FROM" if _is_postgresql() else "IS NOT"
    standing = ("inspection_id", "aed_id", "at", "by", "result", "points")
    changed = " OR ".join(f'NEW."{name}" {differs} OLD."{name}"' for name in standing)
    _keep("aed_inspections", f"NEW.note <> '' OR {changed}")


def _keep(table: str, changed: str) -> None:
    """Let nobody change (as far as `changed` says) or remove a row."""
    words = f"{table} is only appended to"
    if not _is_postgresql():
        for what, when in (("update", f"WHEN {changed}"), ("delete", "")):
            op.execute(
                f"CREATE TRIGGER {table}_stands_{what} BEFORE {what} ON {table} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
        return
    body = f"BEGIN RAISE EXCEPTION '{words}'; END"
    op.execute(f"CREATE FUNCTION {table}_stands() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    refuse = f"EXECUTE FUNCTION {table}_stands()"
    op.execute(f"CREATE TRIGGER {table}_stands_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed}) {refuse}")
    op.execute(f"CREATE TRIGGER {table}_stands_delete BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def downgrade() -> None:
    """Loses what was known of devices, cabinets and keepers."""
    for kept in ("aed_inspections", "aed_confirmations"):
        op.drop_table(kept)
        if _is_postgresql():
            op.execute(f"DROP FUNCTION {kept}_stands()")
    op.drop_table("aed_confirmation_links")
    op.drop_table("aed_keepers")
    op.drop_table("aed_cabinet_codes")
    op.drop_table("aed_devices")
