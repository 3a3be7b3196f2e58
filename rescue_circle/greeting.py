"""What the service says when it is ready, for the person who started it."""

from sqlalchemy.engine import make_url

from dispatch.service import DispatchService
from registry.storage.private_file import is_open_to_others
from rescue_circle import __version__
from rescue_circle.settings import Settings


def greeting(settings: Settings, service: DispatchService, *, is_alone: bool = True) -> str:
    """A few lines: where to connect, what is in the live picture, and what is missing for phones to ring.

    is_alone: no other service is at work on the same database.
    """
    names = [integration.name for integration in service.integrations.all]
    facts = {
        "120 sends its calls to": " and ".join(f"http://{_where(settings)}/webhooks/{name}" for name in names),
        "people open": f"{settings.public_address}/ (volunteers, console, map of AEDs)",
        "phones connect to": f"ws://{_where(settings)}/streams/volunteer",
        "consoles connect to": f"ws://{_where(settings)}/streams/dispatcher",
        "everything else": f"http://{_where(settings)}/openapi.json (interface), /readyz, /metrics",
        "who can help": f"{service.directory.rescuer_count:,} rescuers, {service.directory.aed_count:,} AEDs",
        "ways": _ways(service),
        "database": make_url(settings.database_url).render_as_string(hide_password=True),
        "clock": f"simulated, {service.clock.speed:g} times real time" if service.clock.simulated else "real time",
        "open incidents": f"{service.engine.live.open_count} taken up where they were left",
    }
    lines = [f"Rescue Circle {__version__} takes calls."]
    lines += [f"  {label + ':':<24}{fact}" for label, fact in facts.items()]
    lines += [f"  Note: {note}" for note in _notes(settings, service, is_alone=is_alone)]
    return "\n".join(lines)


def _where(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def _ways(service: DispatchService) -> str:
    network = service.renderer.alerts.ways.scout.network
    if network is None:
        return "straight lines, lengthened; set RESCUE_NETWORK to walk along streets"
    return f"{network.length_km:,.0f} km of streets, {network.name}"


def _notes(settings: Settings, service: DispatchService, *, is_alone: bool) -> list[str]:
    notes = []
    if not is_alone:
        notes.append(
            "another service is at work on this database; only the one that takes a call rings phones for it: end one"
        )
    url = make_url(settings.database_url)
    if is_open_to_others(url):
        notes.append(f"every user of this machine can read the database: chmod 600 {url.database}*")
    if service.directory.rescuer_count == 0:
        notes.append("nobody can be alerted yet: rescue-circle registry import RESCUERS.csv")
    if service.directory.aed_count == 0:
        notes.append("no AED is known yet: rescue-circle registry import AEDS")
    if service.area is None:
        notes.append("calls are taken from anywhere: set RESCUE_SERVICE_AREA to notice wrong coordinates")
    if settings.host in {"127.0.0.1", "::1", "localhost"}:
        notes.append("only this machine can connect; put a proxy with TLS in front, or set RESCUE_HOST")
    return notes
