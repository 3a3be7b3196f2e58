"""Photos in the database, so that a backup has them, and what changes one is one transaction with the history."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from registry.storage.types import UtcDateTime
from registry.tables import aeds, metadata

# By the AED's id; of AEDs that are joined each keeps its own. Both pictures are JPEGs that were made here.
aed_photos = Table(
    "aed_photos",
    metadata,
    Column("photo_id", Integer, primary_key=True),
    Column("aed_id", String(64), ForeignKey(aeds.c.aed_id), nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("by", String(64), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("picture", LargeBinary, nullable=False),
    Column("thumbnail", LargeBinary, nullable=False),
    Index(None, "aed_id", "photo_id"),
    # No number is given twice: what the history says of a photo is of that one.
    sqlite_autoincrement=True,
)
