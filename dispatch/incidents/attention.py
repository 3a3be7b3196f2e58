"""What a dispatcher is asked to look at, in sentences, where 120's message could be read and its case is the reason."""

SENTENCES = {
    "address_dropped": "The patient is farther off than the address before can mean, and the message brings none: "
    "address, floor and note are no longer shown.",
    "another_incident_near": "Another open incident is so near that both may be one patient: join them, or say that "
    "it is another patient. Until then nobody is rung for this one, for a minute at most.",
    "bad_ambulance_eta": "The ambulance's time is before the call, so the usual one is assumed.",
    "location_missing": "The call has no place that can be used: say where the patient is.",
    "message_id_used_again": "The message has the id of an earlier one and other content: it was taken as a new one.",
    "news_after_end": "120 still speaks of this call after its end.",
    "nobody_available": "Nobody is near enough, or nobody has answered yes.",
    "old_call": "The call is older than any that is still open, so nobody was rung by itself: set its place to ring.",
    "reference_used_again": "Another open call has the same reference and another place: both are rung for.",
    "vague_place": "The message's place is vaguer than the one held, which was kept.",
}
"""By attention code."""

UNCHANGED = "Nothing changed: what the message says is known, or older than what is known."
