"""`rescue-circle token`: tokens for streams and the HTTP interface, from the service's own secret."""

from typing import Annotated

import typer

from dispatch.access.secrets import split_secrets
from dispatch.access.tokens import Access, Identity, TokenSigner

app = typer.Typer(no_args_is_help=True, help="Tokens for streams and the HTTP interface.")


@app.command("issue")
def issue_token(
    role: Annotated[Access, typer.Option(help="What the bearer may do.")],
    subject: Annotated[str, typer.Option(help="Whose token: a volunteer's rescuer_id, or any name.")],
    ttl_s: Annotated[float, typer.Option(min=1, max=30 * 86_400, help="Seconds until it expires.")] = 12 * 3600,
    secret: Annotated[str, typer.Option(envvar="RESCUE_TOKEN_SECRET", help="The service's.", show_default=False)] = "",
) -> None:
    """Print a short-lived signed token."""
    token, _ = TokenSigner(*split_secrets(secret)).issue(Identity(subject=subject, access=role), ttl_s=ttl_s)
    typer.echo(token)


@app.callback()
def tokens() -> None:
    """Tokens for streams and the HTTP interface."""
