"""One-time codes of an authenticator app (TOTP, RFC 6238: six digits, thirty seconds) and recovery codes.

The time is passed in.
"""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime

import pyotp
import segno

ISSUER = "Rescue Circle"
STEP_S = 30
DIGITS = 6
SLIP_STEPS = 1
"""A phone's clock may be half a minute off, and typing takes a while (RFC 6238, 5.2: one step of delay at most)."""

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
"""80 bits: nobody guesses one, and so a plain digest of it is as good as a slow one."""


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 recommends."""
    return pyotp.random_base32(32)


def uri_of(secret: str, account: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def qr_svg(uri: str) -> str:
    """The QR code as an SVG document."""
    return segno.make(uri, micro=False).svg_inline(scale=4, border=4)


def find_step(secret: str, code: str, now: datetime, *, after: int | None) -> int | None:
    """The time step whose code this is, among those that count now; None where it is no such code, or one that has been
    used (`after`: the last step of which one was)."""
    this, totp = int(now.timestamp()) // STEP_S, pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
    steps = range(this - SLIP_STEPS, this + SLIP_STEPS + 1)
    fitting = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return next((step for step in fitting if after is None or step > after), None)


def new_recovery_codes() -> list[str]:
    """Each good once, in place of the app's: four groups of four letters or digits."""
    letters = (base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES))
    return ["-".join(text[start : start + 4] for start in range(0, len(text), 4)) for text in letters]


def as_typed(code: str) -> str:
    """A code of either kind without what people put between its letters. A Chinese keyboard's wide digits count."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", code).casefold() if letter.isalnum())
