"""120's own end of the callbacks counts what it hears, and notices what should not be."""

import json
from datetime import UTC, datetime

from standardwebhooks import Webhook

from simulators.callback_ear import CallbackEar

STRANGER = "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtYS1zdHJhbmdlcg=="


def tell(ear: CallbackEar, seq: int, *, secret: str = "", incident_id: str = "inc") -> int:
    counts = {"ringing": 0, "on_the_way": 0, "on_scene": 0, "aeds_on_scene": 0}
    data = {"cad_ref": "A", "incident_id": incident_id, "seq": seq, "status": "nobody_available", "counts": counts}
    now = datetime.now(UTC)
    body = json.dumps({"type": "incident.nobody_available", "timestamp": now.isoformat(), "data": data})
    callback_id = f"cb_{incident_id}_{seq}"
    signature = Webhook(secret or ear.secret).sign(callback_id, now, body)
    headers = {
        "webhook-id": callback_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return ear.hear(headers, body.encode())


def test_what_comes_in_order_is_heard_and_what_comes_again_is_counted_as_repeated() -> None:
    ear = CallbackEar("http://localhost/")

    codes = [tell(ear, 1), tell(ear, 2), tell(ear, 2), tell(ear, 1, incident_id="other")]

    assert codes == [204] * 4
    heard = ear.wait_until_quiet()
    assert heard == {
        "heard": 3,
        "repeated": 1,
        "out_of_order": 0,
        "refused": 0,
        "by_type": {"incident.nobody_available": 3},
    }


def test_a_gap_and_a_strangers_signature_are_noticed() -> None:
    ear = CallbackEar("http://localhost/")

    codes = [tell(ear, 1), tell(ear, 3), tell(ear, 2, secret=STRANGER), ear.hear({}, b"{")]

    assert codes == [204, 204, 400, 400]
    heard = ear.wait_until_quiet()
    assert (heard["out_of_order"], heard["refused"]) == (1, 2)
