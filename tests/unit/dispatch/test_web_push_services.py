"""Where a push may go."""

import pytest

from dispatch.channels.web_push import BadVapidKey, PushServices, Vapid, new_private_key

SERVICES = PushServices(["https://push.example", "https://*.push.example.net"])


@pytest.mark.parametrize(
    "endpoint", ["https://push.example/x", "https://a.push.example.net/y?z", "https://a.b.push.example.net"]
)
def test_a_service_that_is_named_is_called(endpoint: str) -> None:
    assert SERVICES.allow(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/x",
        "https://push.example:8443/x",
        "https://push.example.evil.org/x",
        "https://push.example@evil.org/x",
        "https://evil.org/?https://push.example",
        "https://push.example.net/x",
        "https://evilpush.example.net/x",
        "https://a.push.example.net:22/x",
        "https://me@a.push.example.net/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
def test_no_other_address_is(endpoint: str) -> None:
    assert not SERVICES.allow(endpoint)


def test_a_new_key_can_be_used_and_its_proof_is_kept_for_a_while() -> None:
    vapid = Vapid(new_private_key(), "mailto:desk@example.org")

    assert len(vapid.public_key) == 87
    assert vapid.header("https://push.example/a") == vapid.header("https://push.example/b")
    assert vapid.header("https://push.example/a") != vapid.header("https://other.example/a")


@pytest.mark.parametrize("key", ["", "abc", "!" * 43, "A" * 60])
def test_what_is_no_key_is_said_to_be_none(key: str) -> None:
    with pytest.raises(BadVapidKey, match="vapid-key"):
        Vapid(key, "mailto:desk@example.org")
