"""The proof that a dialect describes, with the secrets that the operator has set beside it."""

from dispatch.access.hmac_scheme import HmacScheme, get_key
from dispatch.access.proofs import CertificateProof, HmacProof, Proof, StandardWebhooksProof, TokenProof
from dispatch.access.proxies import TrustedProxies
from dispatch.access.secrets import BadSecret, check_webhook_secret
from dispatch.access.signature import SignatureChecker
from dispatch.dialects import proof_forms as forms

LEAST_TOKEN_CHARACTERS = 24
"""A token travels with every request, so it is held to what a webhook's secret is."""


def build_proof(
    form: forms.Proof, *, secrets: tuple[str, ...], certificates: tuple[str, ...], proxies: TrustedProxies
) -> Proof:
    """Raises: BadSecret: what is missing, or what there is too much; it shows no secret."""
    if isinstance(form, forms.ClientCertificate):
        return _certificate(form, secrets=secrets, certificates=certificates, proxies=proxies)
    if certificates:
        raise BadSecret(f"client_certificates: leave them out, the dialect's proof is {form.kind}")
    if not secrets:
        raise BadSecret("secrets: write one, or in secrets_from the name of the environment variable that holds it")
    try:
        check_secrets(form, secrets)
    except BadSecret as error:
        raise BadSecret(f"secrets: {error}") from error
    match form:
        case forms.StandardWebhooks():
            return StandardWebhooksProof(checker=SignatureChecker(*secrets))
        case forms.Token():
            return TokenProof(header=form.header, prefix=form.prefix, tokens=secrets)
        case forms.Hmac():
            return HmacProof(
                scheme=HmacScheme(hash=form.hash, text=form.text, encoding=form.encoding),
                keys=tuple(get_key(secret, form.secret_form) for secret in secrets),
                signature_header=form.signature_header,
                signature_prefix=form.signature_prefix,
                timestamp_header=form.timestamp_header,
                timestamp_form=form.timestamp_form,
                tolerance_s=form.tolerance_s,
            )


def check_secrets(form: forms.Proof | forms.CallbackProof, secrets: tuple[str, ...]) -> None:
    """Raises: BadSecret: one is not of the form, or shorter than is safe."""
    for secret in secrets:
        match form:
            case forms.StandardWebhooks():
                check_webhook_secret(secret)
            case forms.Hmac():
                get_key(secret, form.secret_form)
            case forms.Token() if len(secret) < LEAST_TOKEN_CHARACTERS:
                raise BadSecret(f"the token must be at least {LEAST_TOKEN_CHARACTERS} characters")
            case _:
                pass


def _certificate(
    form: forms.ClientCertificate, *, secrets: tuple[str, ...], certificates: tuple[str, ...], proxies: TrustedProxies
) -> Proof:
    if secrets:
        raise BadSecret("secrets: leave them out, the dialect's proof is a client certificate")
    if not certificates:
        raise BadSecret("client_certificates: write the fingerprints or subjects of those that may call")
    if proxies.is_everybody:
        raise BadSecret("RESCUE_TRUSTED_PROXIES must name the proxies that tell certificates: with * anybody could")
    return CertificateProof(
        header=form.header,
        certificates=certificates,
        proxies=proxies,
        verified_header=form.verified_header,
        verified_value=form.verified_value,
    )
