"""`ntbcare officers`: make, list and disable officers' accounts (needs `NTBCARE_IDENTITY_DATABASE_URL`)."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.identity.service import IdentityService, Officer
from services.identity.settings import IdentityDatabaseSettings
from shared.core.errors import ProblemError
from shared.db import Database, UnitOfWork
from shared.directory import directory
from shared.security import Role, new_key_pair

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Officers' accounts: add, list, disable; new-keys draws the key pair of their tokens.",
)
console = Console()

T = TypeVar("T")


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="Lower case letters, digits, '.', '-' and '_'.")],
    role: Annotated[Role, typer.Option(help="What the account is for.")],
    agency: Annotated[
        list[str] | None, typer.Option(help="An agency's key, for example NTB.DIKPORA; repeat it.")
    ] = None,
    name: Annotated[str, typer.Option(help="The officer's name as colleagues read it.")] = "",
) -> None:
    """Add an account. The password is asked for, or read from the first line of standard input."""
    agencies = agency or []
    _check_agencies(agencies)
    password = _password()

    async def work(service: IdentityService, tx: UnitOfWork) -> None:
        await service.add_officer(
            tx, username=username, password=password, display_name=name, role=role, agencies=agencies
        )

    _run(work)
    console.print(f"{username} is ready: {role}{' of ' + ', '.join(agencies) if agencies else ''}.")


@app.command("list")
def list_officers() -> None:
    """List every account."""

    async def work(service: IdentityService, tx: UnitOfWork) -> list[Officer]:
        return await service.officers(tx)

    table = Table("username", "name", "role", "agencies", "disabled at", box=None)
    for officer in _run(work):
        disabled = officer.disabled_at.isoformat(" ", "seconds") if officer.disabled_at else ""
        principal = officer.principal
        agencies = ", ".join(principal.agencies)
        table.add_row(officer.username, escape(officer.display_name), principal.role, agencies, disabled)
    console.print(table)


@app.command("new-keys")
def new_keys() -> None:
    """Draw the key pair that signs and checks officers' tokens, as two lines for the env file."""
    pair = new_key_pair()
    typer.echo(f"NTBCARE_IDENTITY_SIGNING_KEY={pair.signing_key}")
    typer.echo(f"NTBCARE_SECURITY_TOKEN_PUBLIC_KEY={pair.public_key}")


@app.command()
def disable(username: str) -> None:
    """Let an account sign in no more; a token it already has ends within eight hours."""

    async def work(service: IdentityService, tx: UnitOfWork) -> None:
        await service.disable_officer(tx, username)

    _run(work)
    console.print(f"{username} is disabled.")


def _check_agencies(keys: list[str]) -> None:
    today = max(datetime.now(UTC).date(), directory().known_from)
    unknown = [key for key in keys if directory().agency(key, on=today) is None]
    if unknown:
        raise typer.BadParameter(
            f"The directory knows no agency {', '.join(unknown)} today (shared/directory/data).", param_hint="--agency"
        )


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _run(work: Callable[[IdentityService, UnitOfWork], Awaitable[T]]) -> T:
    url = IdentityDatabaseSettings.load().database_url.get_secret_value()

    async def run() -> T:
        database = Database(url, application="officers", pool_size=1)
        try:
            async with database.transaction() as tx:
                return await work(IdentityService(), tx)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except ProblemError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
