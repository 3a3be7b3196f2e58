"""What a list said of a person last, as a digest that tells changes and of which nobody tries names and phones."""

from registry.storage.personal_keys import DIGEST_LETTERS, BrokenSeal, MissingPersonalKey, PersonalKeys


def digest_column(digest: str, rescuer_id: str, keys: PersonalKeys) -> str:
    """What is written: with a key hidden under the newest one."""
    return keys.hide(digest, owner=rescuer_id) if keys else digest


def is_digest(stored: str, digest: str, rescuer_id: str, keys: PersonalKeys) -> bool:
    """Whether a list says what it said last time, in whichever form that stands."""
    if is_plain(stored):
        return stored == digest
    try:
        return keys.unhide(stored, owner=rescuer_id) == digest[:DIGEST_LETTERS]
    except (BrokenSeal, MissingPersonalKey):
        return False


def is_plain(stored: str) -> bool:
    """As it was made, without a key; a person who is erased has none at all."""
    return "." not in stored
