"""The walk to the nearest usable AED, street by street: a table by name, for people who know their city by streets."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.places.projection import LocalPlane
from geo.streets.portions import in_portions
from planner.plan_model import Streets


def named_streets(streets: Streets) -> dict[str, NDArray[Any]]:
    """Columns of a table with one row for each name, the least served first; nameless streets are left out.

    length_m, and of its stretches the nearest, the mean by length and the farthest time in seconds; nan where no usable
    AED is in reach of any (nearest), of some (mean, farthest).
    """
    plane = LocalPlane(float(streets.lon[0]), float(streets.lat[0]))
    x, y = in_portions(plane.to_plane, streets.lon, streets.lat)
    step = np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0]))
    # The step onto a stretch's first point comes from another stretch.
    step[streets.first[:-1]] = 0.0
    # Infinitely far times no length would be no number.
    length_m = np.maximum(np.add.reduceat(step, streets.first[:-1]), 0.01)
    number: dict[str, int] = {}
    every = (number.setdefault(each, len(number)) for each in streets.name)
    street = np.fromiter(every, np.int32, len(streets.name))
    name = np.array(list(number), dtype=str)
    time_s = streets.time_s.astype(np.float64)
    whole_m = np.bincount(street, length_m)
    nearest, farthest = np.full(len(name), np.inf), np.zeros(len(name))
    np.minimum.at(nearest, street, time_s)
    np.maximum.at(farthest, street, time_s)
    mean = np.bincount(street, length_m * time_s) / whole_m
    order = np.lexsort((name, -np.where(np.isfinite(mean), mean, np.inf)))
    order = order[name[order] != ""]
    table = {"street": name, "length_m": np.rint(whole_m)}
    times = {"nearest_aed_s": nearest, "mean_aed_s": mean, "farthest_aed_s": farthest}
    table |= {column: np.rint(np.where(np.isfinite(values), values, np.nan)) for column, values in times.items()}
    return {column: values[order] for column, values in table.items()}
