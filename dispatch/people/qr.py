"""QR codes for a terminal."""

import io

import segno


def qr_text(link: str) -> str:
    """A QR code of half blocks for a terminal."""
    drawn = io.StringIO()
    segno.make(link, micro=False).terminal(out=drawn, compact=True)
    return drawn.getvalue()
