"""The web pages as `make web` builds them, built once however many processes test them."""

import fcntl
import subprocess
from pathlib import Path
from tempfile import gettempdir

PROJECT = Path(__file__).parent.parent.parent
LIMIT_S = 600.0


def build_web_pages() -> Path:
    """The folder of the built pages; does nothing where they are newer than their sources."""
    folder = PROJECT / "rescue_circle" / "web_app"
    lock = Path(gettempdir()) / "rescue-circle-web.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = subprocess.run(
            ["make", "--no-print-directory", "web"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    assert done.returncode == 0, f"the web pages cannot be built:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    assert (folder / "map" / "index.html").is_file()
    return folder
