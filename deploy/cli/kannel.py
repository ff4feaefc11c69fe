"""`ntbcare kannel`: a stand-in for Kannel's sendsms, for machines on which Kannel is not installed."""

from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from channel_adapters.sms.settings import SmsSendingSettings
from shared.testing.kannel import create_kannel_simulator

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A stand-in for Kannel's sendsms: simulator.")
console = Console(highlight=False)


@app.callback()
def kannel() -> None:
    """Keep `simulator` a command of its own."""


@app.command()
def simulator(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8095,
    host: Annotated[
        str, typer.Option(help="The address to listen on; its switches ask nobody who they are.")
    ] = "127.0.0.1",
) -> None:
    """Run a stand-in for sendsms until it is told to stop; it wants the name and the password that we send with."""
    settings = SmsSendingSettings.load()
    stand_in = create_kannel_simulator(
        username=settings.sendsms_username, password=settings.sendsms_password.get_secret_value()
    )
    console.print(f"http://{host}:{port}/_simulator/ shows what it took; set NTBCARE_SMS_SENDSMS_URL to")
    console.print(f"http://{host}:{port}/cgi-bin/sendsms")
    uvicorn.run(stand_in, host=host, port=port, log_level="warning", access_log=False)
