"""Secrets in settings: one, or two while one takes the other's place."""

import base64
import binascii
import re

LEAST_KEY_BYTES = 24
"""What the Standard Webhooks specification asks of a secret."""

MAX_VALID = 2
"""The new one and the old one; a third would be a change that nobody has finished."""


class BadSecret(ValueError):
    """A secret cannot be used; the message says what one looks like and never shows it."""

    code = "bad_secret"


def split_secrets(text: str) -> tuple[str, ...]:
    """The secrets of a setting, newest first, parted by a space or a comma.

    Raises:
        BadSecret: more than two.
    """
    secrets = tuple(part for part in re.split(r"[\s,]+", text) if part)
    if len(secrets) > MAX_VALID:
        raise BadSecret(f"give at most {MAX_VALID} secrets, the new one first; spaces and commas part them")
    return secrets


def check_webhook_secret(secret: str) -> None:
    """Hold a Standard Webhooks secret to its form and length.

    Raises:
        BadSecret
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise BadSecret("write whsec_ and the base64 of the secret, as openssl rand -base64 32 gives it") from error
    if len(key) < LEAST_KEY_BYTES:
        raise BadSecret(f"the secret must be at least {LEAST_KEY_BYTES} random bytes")
