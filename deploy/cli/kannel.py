"""`ntbcare kannel`: a stand-in for Kannel's sendsms, for machines on which Kannel is not installed."""

import typer
from rich.console import Console

from channel_adapters.sms.settings import SmsSendingSettings
from deploy.cli.stand_in import LOOPBACK, Host, Port, run
from shared.testing.kannel import create_kannel_simulator

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A stand-in for Kannel's sendsms: simulator.")
console = Console(highlight=False)


@app.callback()
def kannel() -> None:
    """Keep `simulator` a command of its own."""


@app.command()
def simulator(
    port: Port = 8095,
    host: Host = LOOPBACK,
) -> None:
    """Run a stand-in for sendsms until it is told to stop; it wants the name and the password that we send with."""
    settings = SmsSendingSettings.load()
    stand_in = create_kannel_simulator(
        username=settings.sendsms_username, password=settings.sendsms_password.get_secret_value()
    )
    console.print(f"http://{host}:{port}/_simulator/ shows what it took; set NTBCARE_SMS_SENDSMS_URL to")
    console.print(f"http://{host}:{port}/cgi-bin/sendsms")
    run(stand_in, host, port)
