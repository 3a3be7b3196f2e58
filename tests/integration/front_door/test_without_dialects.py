"""A service whose centres speak no dialect does not even load what reads one."""

import subprocess
import sys

from tests.conftest import PROJECT


def test_no_dialect_no_expressions() -> None:
    program = (
        "import sys; from pathlib import Path; import rescue_circle.serve; "
        "from rescue_circle.integrations_file import get_configured; "
        "get_configured(None, ('whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz',)); "
        "print(sorted({'jmespath', 'defusedxml', 'dispatch.dialects'} & set(sys.modules)))"
    )

    told = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
