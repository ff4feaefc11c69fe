"""What the commands about accounts share: the database, who types, and the directory's word on agencies and regions."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import typer

from services.identity.service import IdentityService
from services.identity.settings import IdentityDatabaseSettings
from shared.core.errors import ProblemError
from shared.db import Database, UnitOfWork
from shared.directory import directory
from shared.directory.regions import regencies

T = TypeVar("T")


def run(work: Callable[[IdentityService, UnitOfWork], Awaitable[T]]) -> T:
    """Do this in one transaction as identity's login role; a refusal is explained and ends the command."""
    url = IdentityDatabaseSettings.load().database_url.get_secret_value()

    async def act() -> T:
        database = Database(url, application="officers", pool_size=1)
        try:
            async with database.transaction() as tx:
                return await work(IdentityService(actor=f"cli:{_who()}"), tx)
        finally:
            await database.close()

    try:
        return asyncio.run(act())
    except ProblemError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None


def check_agencies(keys: Sequence[str]) -> None:
    """Refuse agencies that the directory does not know today."""
    today = datetime.now(UTC).date()
    unknown = [key for key in keys if directory().agency_known(key, on=today) is None]
    if unknown:
        raise typer.BadParameter(
            f"The directory knows no agency {', '.join(unknown)} today (see `ntbcare directory`).",
            param_hint="--agency",
        )


def check_regions(codes: Sequence[str]) -> None:
    """Refuse regions that are no regency or city of the province."""
    known = {region.code: region.name for region in regencies()}
    unknown = [code for code in codes if code not in known]
    if unknown:
        names = ", ".join(f"{code} {name}" for code, name in known.items())
        raise typer.BadParameter(
            f"No regency or city has the code {', '.join(unknown)}. These have: {names}.", param_hint="--region"
        )


def ask_password() -> str:
    """Return a new password, asked for twice; or the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def bound_words(agencies: Sequence[str], regions: Sequence[str]) -> str:
    """Return what an account is bound to, for people."""
    return ", ".join((*agencies, *regions))


def moment(time: datetime | None) -> str:
    """Return a time for a table."""
    return time.isoformat(" ", "seconds") if time else ""


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        return str(os.getuid())
