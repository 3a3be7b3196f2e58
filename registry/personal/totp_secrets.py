"""The one place that knows how the secret of an authenticator app stands in its row: as it is, or sealed."""

from registry.storage.personal_keys import PersonalKeys

PURPOSE = "totp"


def secret_column(account: str, secret: str, keys: PersonalKeys) -> str:
    """What is written of a secret (base32)."""
    return keys.seal(secret, purpose=PURPOSE, owner=account) if keys else secret


def read_secret(account: str, stored: str, keys: PersonalKeys) -> str:
    """Raises: BrokenSeal, MissingPersonalKey."""
    if "." not in stored:
        return stored
    return keys.unseal(stored, purpose=PURPOSE, owner=account)
