"""Commands of the channels: the key with which Web Push proves who sends."""

import typer

app = typer.Typer(no_args_is_help=True, help="Ways to volunteers whose app is closed.")


@app.command("vapid-key")
def vapid_key() -> None:
    """Print a new RESCUE_VAPID_PRIVATE_KEY; changing it later makes every browser subscribe anew."""
    from dispatch.channels.web_push import new_private_key  # noqa: PLC0415

    typer.echo(new_private_key())


@app.callback()
def channels() -> None:
    """Ways to volunteers whose app is closed."""
