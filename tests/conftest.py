"""Fixtures that every room's tests may use."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; without it a test skips on a laptop and fails in continuous integration."""
    folder = Path(os.environ.get("RESCUE_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"no real data at {folder}: set RESCUE_DATA to its folder"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
