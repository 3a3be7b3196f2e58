"""What the history tells of a device: what was set, but not to whom a phone, an organisation or a remark leads."""

from collections.abc import Mapping
from typing import Any

from registry.devices.device import PERSONAL_FIELDS

KIND = "aed_device"
CHANGED = "changed"
"""What the history says of a value that it may not hold."""


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a device in JSON's values, as the history may hold them."""
    return {name: CHANGED if name in PERSONAL_FIELDS and value is not None else value for name, value in values.items()}
