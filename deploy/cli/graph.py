"""`ntbcare graph`: a stand-in for Meta's Graph API, for machines that must not reach Meta."""

from typing import Annotated, Literal

import typer
from pydantic import SecretStr
from rich.console import Console

from channel_adapters.facebook.settings import FacebookSendingSettings
from channel_adapters.instagram.settings import InstagramSendingSettings
from deploy.cli.stand_in import LOOPBACK, Host, Port, run
from shared.testing.graph import Account, create_graph_simulator

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A stand-in for Meta's Graph API: simulator.")
console = Console(highlight=False)


@app.callback()
def graph() -> None:
    """Keep `simulator` a command of its own."""


@app.command()
def simulator(
    port: Port = 8094,
    host: Host = LOOPBACK,
    facebook_door: Annotated[str, typer.Option(help="Where echoes go: http://127.0.0.1:8000/channels/facebook")] = "",
    instagram_door: Annotated[str, typer.Option(help="Where echoes go: http://127.0.0.1:8000/channels/instagram")] = "",
    *,
    anybody: Annotated[
        bool, typer.Option("--anybody", help="Whoever is answered has just written: no windows.")
    ] = False,
) -> None:
    """Run a stand-in for Graph until it is told to stop; it demands the tokens that the channels send with."""
    given = {"facebook": facebook_door, "instagram": instagram_door}
    doors = {name: door for name, door in given.items() if door}
    stand_in = create_graph_simulator(_accounts(), doors=doors, anybody=anybody)
    console.print(f"http://{host}:{port}/_simulator/ shows what it took; set NTBCARE_FACEBOOK_GRAPH_URL and")
    console.print(f"NTBCARE_INSTAGRAM_GRAPH_URL to http://{host}:{port}/v26.0")
    run(stand_in, host, port)


def _accounts() -> list[Account]:
    facebook, instagram = FacebookSendingSettings.load(), InstagramSendingSettings.load()
    pages = [_account("facebook", *one, facebook.app_secrets[0]) for one in facebook.page_tokens.items()]
    return [
        *pages,
        *(_account("instagram", *one, instagram.app_secrets[0]) for one in instagram.account_tokens.items()),
    ]


def _account(channel: Literal["facebook", "instagram"], name: str, token: SecretStr, app_secret: SecretStr) -> Account:
    return Account(id=name, channel=channel, token=token.get_secret_value(), app_secret=app_secret.get_secret_value())
