"""How large a list may be: nobody's list of a country comes near, and a file that is made to fill the memory does.

The figures are ours: the longest list that we know, of a country's 160,000 AEDs, is 80 MB of text or 120 MB of XML.
"""

from pathlib import Path

from registry.importers.files import ImportRefused

MAX_TEXT_BYTES = 400 * 2**20
MAX_UNPACKED_BYTES = 400 * 2**20
MAX_MEMBERS = 500
# Sheets and lists pack to a twentieth, in odd cases to a hundredth; small files may do better.
MAX_RATIO = 250
RATIO_MATTERS_FROM_BYTES = 8 * 2**20
MAX_CELLS = 20_000_000


class TooLarge(ImportRefused):
    """The file, or what it unpacks to, is larger than any list."""

    code = "too_large"


def refuse_large_text(path: Path, size: int) -> None:
    """Raises: TooLarge."""
    if size > MAX_TEXT_BYTES:
        raise TooLarge(
            f"{path.name} has {size / 2**20:.0f} MB, and a list may have {MAX_TEXT_BYTES / 2**20:.0f}: split it"
        )
