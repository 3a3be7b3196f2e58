"""The room that is left on the disks that calls need, as figures: a full one is best noticed long before a call is."""

import math
from functools import partial
from pathlib import Path

from prometheus_client import Gauge
from sqlalchemy.engine import make_url

from dispatch.operations.metrics import Metrics
from dispatch.spool.room import free_bytes
from rescue_circle.settings import Settings


def show_disks(settings: Settings, metrics: Metrics) -> None:
    """Of the spool, and of the database where it is a file of this machine; what cannot be asked is not a number."""
    folders = {"spool": settings.spool_path.parent}
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        folders["database"] = Path(url.database).parent
    figure = Gauge(
        "rescue_disk_free_bytes",
        "What may still be written to the disk of the spool, and of a database that is a file.",
        ["of"],
        registry=metrics.registry,
    )
    for of, folder in folders.items():
        figure.labels(of=of).set_function(partial(_free, folder))


def _free(folder: Path) -> float:
    try:
        return free_bytes(folder)
    except OSError:
        return math.nan
