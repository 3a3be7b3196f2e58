"""The frozen arrays that matching reads: who and what near a place can help, at one time."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearby:
    """Dispatchable rescuers and AEDs usable (or perhaps usable) around a place at `at`; WGS-84 degrees.

    rescuer_id: n ids; rescuer_lon, rescuer_lat: (n,) float64; rescuer_at_home: (n,) bool, the home position stands in
    for an unknown one.
    aed_id: m ids; aed_lon, aed_lat: (m,) float64; aed_hours_unknown: (m,) bool, whether it can be taken is not known.
    """

    at: datetime
    rescuer_id: tuple[str, ...]
    rescuer_lon: NDArray[np.float64]
    rescuer_lat: NDArray[np.float64]
    rescuer_at_home: NDArray[np.bool_]
    aed_id: tuple[str, ...]
    aed_lon: NDArray[np.float64]
    aed_lat: NDArray[np.float64]
    aed_hours_unknown: NDArray[np.bool_]
