"""What the settings say of a provider, and what its claims mean here."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.access.tokens import Access
from dispatch.oidc.claims import BadClaims, Said, account_name_for, has_second_factor, role_of, verified_email
from dispatch.oidc.config import OidcConfig, RoleClaim, check_issuer, check_scopes, read_roles, read_second_factor
from dispatch.people.accounts import NAME

CONFIG = OidcConfig(issuer="https://login.example", client_id="rescue", scopes="openid")
DESK = RoleClaim(claim="groups", roles=(("/chiefs", Access.ADMIN), ("/desk", Access.DISPATCHER)))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_roles_are_read_in_their_order_and_a_value_may_hold_an_equals_sign() -> None:
    read = read_roles("groups cn=desk=dispatcher, /a b=admin")

    assert read == RoleClaim(claim="groups", roles=(("cn=desk", Access.DISPATCHER), ("/a b", Access.ADMIN)))
    assert read_roles("") is None


@pytest.mark.parametrize("text", ["groups", "groups =admin", "groups /desk", "groups /desk=volunteer", "g a=admin,"])
def test_what_gives_no_role_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="like groups /rescue/desk=dispatcher"):
        read_roles(text)


@pytest.mark.parametrize("text", ["mfa", "amr=", "sub=admin"])
def test_what_says_nothing_of_a_second_factor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amr=mfa"):
        read_second_factor(text)


@pytest.mark.parametrize(
    "issuer", ["http://login.example", "login.example", "https://login.example/?realm=x", "https://x/#y", "ftp://x"]
)
def test_an_issuer_that_others_can_read_or_that_is_none_is_refused(issuer: str) -> None:
    with pytest.raises(ValueError, match="as it names itself"):
        check_issuer(issuer)


@pytest.mark.parametrize(
    "issuer", ["", "https://login.example/realms/rescue", "http://127.0.0.1:8080", "http://[::1]:1"]
)
def test_an_issuer_by_tls_or_on_this_machine_is_taken(issuer: str) -> None:
    assert check_issuer(issuer) == issuer


def test_scopes_without_openid_ask_for_nobodys_identity() -> None:
    with pytest.raises(ValueError, match="openid"):
        check_scopes("email profile")


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["/desk", "/chiefs"]}, Access.ADMIN),
        ({"groups": "/desk"}, Access.DISPATCHER),
        ({"groups": ["/desks", "desk", "/DESK"]}, None),
        ({"groups": {"/desk": True}}, None),
        ({}, None),
    ],
)
def test_the_first_of_the_settings_values_that_somebody_has_gives_the_role(
    claims: dict[str, Any], role: Access | None
) -> None:
    assert role_of(claims, DESK) is role
    assert role_of(claims, None) is None


def test_a_claim_inside_another_is_found_by_the_way_to_it() -> None:
    inside = RoleClaim(claim="realm_access.roles", roles=(("desk", Access.DISPATCHER),))

    assert role_of({"realm_access": {"roles": ["desk"]}}, inside) is Access.DISPATCHER
    assert role_of({"realm_access": ["roles"]}, inside) is None
    assert role_of({"realm_access.roles": ["desk"]}, inside) is Access.DISPATCHER


def test_a_second_factor_counts_by_the_settings_words_alone() -> None:
    wanted = read_second_factor("amr=mfa acr=gold")

    assert has_second_factor({"amr": ["pwd", "mfa"]}, wanted)
    assert has_second_factor({"acr": "gold"}, wanted)
    assert not has_second_factor({"amr": ["pwd", "gold"], "acr": "mfa"}, wanted)
    assert not has_second_factor({"amr": ["mfa"], "acr": "gold"}, ())


def test_a_second_factor_that_is_told_beside_the_signed_token_does_not_count() -> None:
    config = OidcConfig(issuer="https://x", client_id="x", scopes="openid", second_factor=(("amr", "mfa"),))

    assert not Said.read({"sub": "u"}, {"sub": "u", "amr": ["mfa"]}, config).has_second_factor
    assert Said.read({"sub": "u", "amr": ["mfa"]}, {}, config).has_second_factor


@pytest.mark.parametrize("verified", [None, False, "true", 1])
def test_an_address_that_the_provider_has_not_verified_is_nobodys(verified: object) -> None:
    assert verified_email({"email": "li@city.example", "email_verified": verified}) == ""
    assert verified_email({"email": " Li@City.example", "email_verified": True}) == "li@city.example"


@pytest.mark.parametrize("subject", [None, "", "x" * 256, "李", 7])
def test_a_subject_that_the_standard_does_not_allow_is_refused(subject: object) -> None:
    with pytest.raises(BadClaims):
        Said.read({"sub": subject}, {}, CONFIG)


def test_who_calls_themselves_by_anothers_name_gets_no_account_of_that_name() -> None:
    names = {account_name_for({"preferred_username": "chief"}, "https://x", subject) for subject in ("u-1", "u-2")}

    assert len(names) == 2
    assert all(name.startswith("chief-") for name in names)
    assert account_name_for({"preferred_username": "сhief"}, "https://x", "u-1").startswith("hief-")


@given(claims=st.dictionaries(st.sampled_from(["preferred_username", "groups", "email", "email_verified"]), ANYTHING))
def test_whatever_a_provider_says_an_account_can_be_made_or_nobody_is_let_in(claims: dict[str, Any]) -> None:
    said = Said.read({"sub": "u-1", "amr": claims.get("groups")}, claims, CONFIG)

    assert NAME.fullmatch(said.account_name)
    assert (said.role, said.has_second_factor) == (None, False)
    assert "u-1" not in repr(said)
