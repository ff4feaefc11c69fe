"""`ntbcare officers`: officers' accounts, from the first day to the last (needs `NTBCARE_IDENTITY_DATABASE_URL`)."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Row

from deploy.cli.accounts import ask_password, bound_words, check_agencies, check_regions, moment, run
from deploy.cli.machines import app as service
from services.identity.oidc.identity import Claim
from services.identity.oidc.service import allow
from services.identity.rules import BINDINGS, Bound
from services.identity.service import IdentityService, Officer
from shared.db import UnitOfWork
from shared.security import Role, new_key_pair

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Officers' accounts, and the log of what was done with them; new-keys draws the key pair of their tokens.",
)
app.add_typer(service, name="service")
console = Console()

_Agencies = Annotated[list[str] | None, typer.Option("--agency", help="An agency's key (NTB.DIKPORA); repeat it.")]
_Regions = Annotated[list[str] | None, typer.Option("--region", help="A regency's code (52.03); repeat it.")]
_Email = Annotated[str | None, typer.Option(help="Where digests and reminders go.")]

_BINDING = {
    Bound.TO_NOTHING: "bound to nothing",
    Bound.TO_AGENCIES: "needs --agency",
    Bound.TO_REGIONS_OR_NOTHING: "may have --region",
    Bound.TO_EITHER: "needs --agency or --region",
}
_ROLES = "; ".join(f"{role}: {_BINDING[bound]}" for role, bound in BINDINGS.items())


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="Lower case letters, digits, '.', '-' and '_'.")],
    role: Annotated[Role, typer.Option(help=f"What the account is for. {_ROLES}.")],
    agency: _Agencies = None,
    region: _Regions = None,
    name: Annotated[str, typer.Option(help="The officer's name as colleagues read it.")] = "",
    email: _Email = None,
) -> None:
    """Add an account. The password is asked for, or read from the first line of standard input."""
    agencies, regions = agency or [], region or []
    check_agencies(agencies)
    check_regions(regions)
    password = ask_password()

    async def work(accounts: IdentityService, tx: UnitOfWork) -> None:
        await accounts.add_officer(
            tx,
            username=username,
            password=password,
            display_name=name,
            role=role,
            agencies=agencies,
            regions=regions,
            email=email,
        )

    run(work)
    bound = bound_words(agencies, regions)
    console.print(f"{username} is ready: {role}{' of ' + bound if bound else ''}.")


@app.command("list")
def list_officers() -> None:
    """List every account."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> list[Officer]:
        return await accounts.officers(tx)

    table = Table("username", "name", "role", "bound to", "e-mail", "disabled at", box=None)
    for officer in run(work):
        principal = officer.principal
        table.add_row(
            officer.username,
            escape(officer.display_name),
            principal.role if principal.kind == "officer" else f"{principal.role} (service)",
            bound_words(principal.agencies, principal.regions),
            officer.email or "",
            moment(officer.disabled_at),
        )
    console.print(table)


@app.command("new-keys")
def new_keys() -> None:
    """Draw the key pair that signs and checks officers' tokens, as two lines for the env file."""
    pair = new_key_pair()
    typer.echo(f"NTBCARE_IDENTITY_SIGNING_KEY={pair.signing_key}")
    typer.echo(f"NTBCARE_SECURITY_TOKEN_PUBLIC_KEY={pair.public_key}")


@app.command()
def edit(
    username: str,
    name: Annotated[str | None, typer.Option(help="Another name for colleagues to read.")] = None,
    email: Annotated[str | None, typer.Option(help='Another address; "" takes it away.')] = None,
    agency: _Agencies = None,
    region: _Regions = None,
    no_region: Annotated[bool, typer.Option("--no-region", help="Bound to no region any more.")] = False,  # noqa: FBT002 - a flag
    no_agency: Annotated[bool, typer.Option("--no-agency", help="Bound to no agency any more.")] = False,  # noqa: FBT002
) -> None:
    """Change name, e-mail, agencies or regions; those given replace the old ones. The role stays: add another account.

    Who is signed in has the new reach within ten minutes.
    """
    agencies, regions = [] if no_agency else agency, [] if no_region else region
    if all(given is None for given in (name, email, agencies, regions)):
        raise typer.BadParameter("Say what changes: --name, --email, --agency, --region, --no-agency or --no-region.")
    check_agencies(agencies or [])
    check_regions(regions or [])

    async def work(accounts: IdentityService, tx: UnitOfWork) -> None:
        await accounts.edit_officer(tx, username, display_name=name, email=email, agencies=agencies, regions=regions)

    run(work)
    console.print(f"{username} is changed.")


@app.command()
def disable(username: str) -> None:
    """Let an account sign in no more and end its sessions; a token it already has ends within ten minutes."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> None:
        await accounts.disable_officer(tx, username)

    run(work)
    console.print(f"{username} is disabled.")


@app.command("sign-out")
def sign_out(username: str) -> None:
    """End an account's sessions; they may sign in again. A token ends within ten minutes."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> int:
        return await accounts.sign_out(tx, username)

    console.print(f"{username} is signed out of {run(work)} sessions.")


@app.command("reset-password")
def reset_password(username: str) -> None:
    """Give an account another password and end its sessions. It is asked for, or read from standard input."""
    password = ask_password()

    async def work(accounts: IdentityService, tx: UnitOfWork) -> None:
        await accounts.reset_password(tx, username, password)

    run(work)
    console.print(f"{username} has a new password. Ask them to change it: PUT /v1/sessions/password.")


@app.command()
def unlock(username: str) -> None:
    """Let an account sign in again that too many wrong passwords or codes have closed. The password stays."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> int:
        return await accounts.unlock(tx, username)

    console.print(f"{username} may sign in again: {run(work)} failures are forgotten.")


@app.command("reset-totp")
def reset_totp(username: str) -> None:
    """Take an account's authenticator and recovery codes away: a telephone is lost. Make sure that it is them."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> None:
        await accounts.reset_codes(tx, username)

    run(work)
    console.print(f"{username} has no one-time codes any more, and enrols again at the next sign-in.")


@app.command("bind-oidc")
def bind_oidc(
    username: str,
    email: Annotated[str | None, typer.Option(help="The verified e-mail address that the provider tells.")] = None,
    preferred_username: Annotated[str | None, typer.Option(help="The user name at the provider.")] = None,
    subject: Annotated[str | None, typer.Option(help="The provider's own id of them (sub): the surest.")] = None,
) -> None:
    """Let whoever comes from the provider with this claim be this account: once, and by subject from then on.

    A binding that the account had before ends.
    """
    named: dict[Claim, str | None] = {"email": email, "preferred_username": preferred_username, "sub": subject}
    chosen = [(claim, value) for claim, value in named.items() if value]
    if len(chosen) != 1:
        raise typer.BadParameter("Say one of --email, --preferred-username and --subject.")
    ((claim, value),) = chosen

    async def work(accounts: IdentityService, tx: UnitOfWork) -> None:
        await allow(tx, accounts, username, claim, value)

    run(work)
    console.print(f"{username} may come from the provider with {claim} {escape(value)}.")


@app.command()
def log(
    user: Annotated[str | None, typer.Option(help="Only about this account.")] = None,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries.")] = 50,
) -> None:
    """Show what was done with accounts and who signed in, the newest first. Nobody can change it."""

    async def work(accounts: IdentityService, tx: UnitOfWork) -> Sequence[Row[Any]]:
        return await accounts.log(tx, username=user, at_most=last)

    table = Table("at", "who", "what", "account", "details", box=None)
    for row in run(work):
        table.add_row(moment(row.happened_at), row.by, row.act, row.username, escape(json.dumps(row.details)))
    console.print(table)
