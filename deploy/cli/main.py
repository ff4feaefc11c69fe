"""`ntbcare`: what an operator types."""

import sys

import typer
from rich.console import Console

from deploy.cli import contracts, database, demo, officers, serve, up
from deploy.demo.story import StoryError
from deploy.local.processes import ServerError
from shared.channels import BrokenChannelError
from shared.core.settings import SettingsError

app = typer.Typer(
    help="NTB Care: one gateway for every complaint channel of a province.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("up")(up.up)
app.command("serve")(serve.serve)
app.add_typer(officers.app, name="officers", help="Officers' accounts: add, list, disable.")
app.add_typer(contracts.app, name="contracts", help="The event contracts: write, check, release.")
app.add_typer(database.app, name="database", help="Prepare, migrate and check the database.")


def main() -> None:
    """Run the command line; a wrong setting is explained, not traced."""
    try:
        app()
    except (SettingsError, BrokenChannelError, ServerError, StoryError) as error:
        Console(stderr=True, highlight=False).print(f"[red]{error}[/red]")
        sys.exit(2)


if __name__ == "__main__":
    main()
