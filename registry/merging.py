"""What counts where the live picture and the database differ about a rescuer."""

from dataclasses import replace
from datetime import datetime

from registry.fixes import better_of
from registry.models import Rescuer


def merged(live: Rescuer, stored: Rescuer) -> Rescuer:
    """The database's word on certificates and home; of duty and last sign of life the newer, of position the better.

    What a phone said a moment ago is not in the database yet. Who was erased in either stays erased; of whom the
    database says that consent is withdrawn nothing is kept.
    """
    for one in (live, stored):
        if one.erased_at is not None:
            return Rescuer(rescuer_id=one.rescuer_id, erased_at=one.erased_at)
    if stored.off_consent:
        return replace(stored, on_duty=False, presence=None, last_seen_at=None)
    signs = [one.last_seen_at for one in (stored, live) if one.last_seen_at is not None]
    live_word_is_newer = live.duty_changed_at is not None and (
        stored.duty_changed_at is None or stored.duty_changed_at < live.duty_changed_at
    )
    duty = live if live_word_is_newer else stored
    return replace(
        stored,
        presence=better_of(stored.presence, live.presence),
        last_seen_at=max(signs, default=None),
        on_duty=duty.on_duty,
        duty_changed_at=duty.duty_changed_at,
    )


def without_position(rescuer: Rescuer, before: datetime) -> Rescuer:
    """The same rescuer, less a position taken before then."""
    presence = rescuer.presence
    return rescuer if presence is None or presence.observed_at > before else replace(rescuer, presence=None)
