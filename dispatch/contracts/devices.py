"""Bodies of the HTTP interface for registry officers: an AED's device and cabinet, its keepers and its checks."""

from typing import Annotated

from pydantic import AfterValidator, Field

from dispatch.contracts.webhook import Unshown, WireModel
from registry.devices.device import Device, Text
from registry.storage.words import storable

Why = Annotated[str, AfterValidator(storable), Field(max_length=500, description="Kept in the history.")]


class DeviceChange(Device):
    """Only the fields that are given change; null, or an empty text, says that nothing is known any more."""

    why: Why = ""


class DeviceView(WireModel):
    """What is known of the device and cabinet of an AED. has_cabinet_code: there is a code, which is told apart."""

    aed_id: str
    device: Device
    has_cabinet_code: bool


class CabinetCode(WireModel, Unshown):
    """What opens the cabinet, as its keeper gave it."""

    code: Annotated[Text, Field(max_length=64)]
    why: Why = ""


class CabinetCodeView(WireModel, Unshown):
    code: str
