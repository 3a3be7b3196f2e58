"""The figures that are states and not counts, each read from where it lives whenever the metrics are asked for."""

from dispatch.service import DispatchService
from dispatch.spool.spool import DatabaseState


def install(service: DispatchService) -> None:
    """Add them to the service's metrics."""
    show, engine, hub, directory = service.metrics.show, service.engine, service.hub, service.directory
    show("rescue_open_incidents", "Incidents that are not closed.", lambda: engine.live.open_count)
    show(
        "rescue_open_incidents_attention",
        "Of these, those a dispatcher must look at.",
        lambda: engine.live.attention_count,
    )
    show(
        "rescue_deadlines_overdue",
        "Deadlines of incidents past and not yet carried out.",
        lambda: engine.deadlines.overdue,
    )
    show(
        "rescue_clock_ahead_seconds",
        "Seconds that the service's clock is ahead of the machine's, which somebody has set.",
        lambda: service.clock.ahead_s,
    )
    show("rescue_mailboxes_behind", "Streams with durable frames yet to go out.", lambda: hub.behind()[0])
    show("rescue_frames_behind", "Durable frames yet to go out on open streams.", lambda: hub.behind()[1])
    show("rescue_aeds", "AEDs in the live picture.", lambda: directory.aed_count)
    show("rescue_rescuers", "Rescuers in the live picture.", lambda: directory.rescuer_count)
    journal = service.journal
    show("rescue_database_away", "1 while the database is away.", lambda: journal.state is DatabaseState.AWAY)
    show(
        "rescue_calls_refused_now",
        "1 while nothing can be made durable, so that every call is refused.",
        lambda: bool(journal.refusal),
    )
    show("rescue_spool_waiting", "Appends in the spool that the journal does not have yet.", lambda: journal.waiting)
    show("rescue_spool_taken", "Appends the spool took since the start.", lambda: journal.spooled_count)
    show(
        "rescue_spool_set_aside",
        "Spooled appends that the journal would not take: a person must look.",
        lambda: journal.set_aside_count,
    )
    show(
        "rescue_spool_damaged_bytes",
        "What cannot be read of the spool and lies beside it: a person must look.",
        lambda: journal.damaged_bytes,
    )
