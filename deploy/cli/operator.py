"""What the operator's commands share: the operator's own login role, plain errors, times in WITA.

The role sees how an event went and where it stands, never a citizen's words: `bus.journey`, and of every parking lot
all columns but the record itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NoReturn, TypeVar

import typer
from pydantic_settings import SettingsConfigDict
from rich.console import Console
from rich.table import Table

from shared.core.settings import Secret, Settings, SettingsError
from shared.core.ticket import InvalidTicketError, parse_ticket
from shared.core.times import WITA
from shared.db import Database, is_unavailable

T = TypeVar("T")
POLL_S = 0.2

console = Console(markup=False, highlight=False)


class OperatorSettings(Settings):
    """`NTBCARE_OPERATOR_DATABASE_URL`: `postgresql://ntbcare_operator:…@host:5432/ntbcare`."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_OPERATOR_")

    database_url: Secret


def as_operator(work: Callable[[Database], Awaitable[T]]) -> T:
    """Do the work with the operator's login role; raises `SettingsError` where it is not set."""
    try:
        url = OperatorSettings.load().database_url.get_secret_value()
    except SettingsError as error:
        raise SettingsError(
            f"{error}\nOnly those who hold the operator's role may run this command. `ntbcare database prepare` makes "
            "the role ntbcare_operator; whoever runs the installation gives you its URL."
        ) from None
    return with_database(url, "operator", work)


def with_database(url: str, application: str, work: Callable[[Database], Awaitable[T]], *, patient: bool = False) -> T:
    """Run the work on a pool of its own; a database that is away is an error in plain words."""

    async def run() -> T:
        database = Database(url, application=application, pool_size=1, patient=patient)
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Exception as error:
        if not is_unavailable(error):
            raise
        fail(f"The database does not let us in ({error}). Is it running, and is its URL right?")


def fail(words: str, code: int = 1) -> NoReturn:
    """End the command with this exit code and these words on standard error."""
    Console(stderr=True, markup=False, highlight=False, soft_wrap=True).print(words, style="red")
    raise typer.Exit(code)


async def settled(look: Callable[[], Awaitable[T]], done: Callable[[T], bool], seconds: float) -> T:
    """Look until the service has done its part or the seconds are over; return what was seen last."""
    deadline = time.monotonic() + seconds
    while True:
        now = await look()
        if done(now) or time.monotonic() > deadline:
            return now
        await asyncio.sleep(POLL_S)


def since_of(words: str) -> datetime:
    """Read a time as people in NTB write it (WITA unless it says otherwise); raises `typer.BadParameter`."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise typer.BadParameter(f"{words!r} is no time; write 2026-11-20 or 2026-11-20T08:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=WITA)


def grid() -> Table:
    """Three columns that cut nothing off, however narrow the terminal."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def wita(moment: datetime | None) -> str:
    """Write a time as people in NTB read it, to the millisecond."""
    return "—" if moment is None else moment.astimezone(WITA).isoformat(" ", "milliseconds").removesuffix("+08:00")


def canonical(ticket: str) -> str:
    """Return the ticket that somebody typed as it is stored; raises `typer.BadParameter`."""
    try:
        return parse_ticket(ticket)
    except InvalidTicketError:
        raise typer.BadParameter(
            f"{ticket!r} is no ticket: a character is mistyped or missing. It looks like NTB-XXXX-XXXXX.",
            param_hint="TICKET",
        ) from None
