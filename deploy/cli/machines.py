"""`ntbcare officers service`: tokens with which machines sign in."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Row

from deploy.cli.accounts import check_agencies, check_regions, moment, run
from services.identity.machines.service import MOST_DAYS, MachineService
from services.identity.service import IdentityService
from shared.db import UnitOfWork
from shared.security import Role

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Machines: each has a token (ntbc_…), which POST /v1/sessions/service exchanges for a short access token.",
)
console = Console()

_Days = Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How long the token is good.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Lower case letters, digits, '.', '-' and '_'.")],
    role: Annotated[Role, typer.Option(help="What it may do, as for an officer.")],
    agency: Annotated[list[str] | None, typer.Option(help="An agency's key; repeat it.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="A regency's code; repeat it.")] = None,
    days: _Days = 90,
) -> None:
    """Add a machine and print its token, this once: it is kept as a digest only."""
    agencies, regions = agency or [], region or []
    check_agencies(agencies)
    check_regions(regions)

    async def work(accounts: IdentityService, tx: UnitOfWork) -> str:
        machines = MachineService(accounts)
        return await machines.add(tx, name, role=role, agencies=agencies, regions=regions, days=days)

    typer.echo(run(work))


@app.command()
def renew(name: str, days: _Days = 90) -> None:
    """Print another token for a machine, this once; the old one ends now."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> str:
        return await MachineService(accounts).renew(tx, name, days=days)

    typer.echo(run(work))


@app.command("list")
def list_machines() -> None:
    """List the machines, and when each token ends and was used last."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> Sequence[Row[*tuple[Any, ...]]]:
        return await MachineService(accounts).machines(tx)

    table = Table("name", "role", "ends at", "used last", "revoked at", box=None)
    for row in run(work):
        table.add_row(row.username, row.role, moment(row.expires_at), moment(row.last_used_at), moment(row.disabled_at))
    console.print(table)


@app.command()
def revoke(name: str) -> None:
    """End a machine for good; an access token it already has ends within ten minutes."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> None:
        await MachineService(accounts).revoke(tx, name)

    run(work)
    console.print(f"{name} is revoked.")
