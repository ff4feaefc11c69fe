"""`ntbcare lapor`: what the mirror at SP4N-LAPOR! cannot settle by itself, and a stand-in for LAPOR!.

Works with the operator's login role, which sees how a mirror stands and no citizen's words. It leaves a verdict; the
service acts on it within a second.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_settings import SettingsConfigDict
from sqlalchemy import text

from deploy.cli import lapor_masters
from deploy.cli.lapor_list import Mirror, list_, mirrors
from deploy.cli.lapor_reconcile import reconcile
from deploy.cli.lapor_show import Ticket, show
from deploy.cli.operator import as_operator, canonical, console, fail, settled
from deploy.cli.stand_in import LOOPBACK, Host, Port, run
from services.lapor.keeping import MAY_BE_NUMBERED, MAY_BE_QUEUED_AGAIN, OPEN_AGAIN
from shared.core.settings import Secret, Settings
from shared.db import Database

if TYPE_CHECKING:  # only the stand-in needs it
    from shared.testing.lapor import Quirks

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The mirror at SP4N-LAPOR!: how complaints stand there, what is in doubt, both sides compared, its ids.",
)
app.command("list")(list_)
app.command()(show)
app.command()(reconcile)
app.add_typer(lapor_masters.app, name="masters")

_TAKEN = text("SELECT ticket FROM lapor.mirror WHERE lapor_id = :number AND ticket <> :ticket")
_JUDGE = text("""
    UPDATE lapor.mirror SET verdict = :verdict, verdict_number = :number
    WHERE ticket = :ticket AND verdict IS NULL
      AND (state = ANY(:states) OR (state = 'withheld' AND reason = ANY(:open_again) AND :verdict = 'created'))
    RETURNING ticket
""")
_LONGEST_NUMBER = 20


class SimulatorSettings(Settings):
    """The two secrets that the stand-in demands, read as the service reads them."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_LAPOR_")

    auth: Secret
    token: Secret


@app.command()
def resolve(
    ticket: Ticket,
    number: Annotated[str | None, typer.Option(help="The number that it has at LAPOR!, for example 9165816.")] = None,
    wait: Annotated[float, typer.Option(help="How many seconds to wait for the service to act on it.")] = 10.0,
    *,
    not_created: Annotated[bool, typer.Option("--not-created", help="It is not there: tell LAPOR! again.")] = False,
) -> None:
    """Say what you found at LAPOR!: its number there, or that it is not there."""
    if (number is None) != not_created:
        raise typer.BadParameter("Give --number, or say --not-created.")
    wanted, digits = canonical(ticket), _digits(number)

    async def judge(database: Database) -> Mirror:
        await _leave_verdict(database, wanted, digits)
        return await settled(lambda: _one(database, wanted), lambda mirror: mirror.verdict is None, wait)

    now = as_operator(judge)
    if now.verdict is not None:
        fail(f"{wanted}: the service has not acted on it yet. Is it running? (ntbcare serve lapor)")
    if digits is not None and now.lapor_id != digits:
        fail(f"{wanted} is {now.state}: {now.reason or 'somebody else was faster'}.")
    console.print(f"{wanted} is {now.state}{f' as {now.lapor_id}' if now.lapor_id else ''}.")


@app.command(
    epilog="Its secrets come from the environment: any NTBCARE_LAPOR_AUTH, and NTBCARE_LAPOR_TOKEN as {GUID}. "
    "Addresses, switches and examples with curl: shared/testing/lapor/README.md."
)
def simulator(
    port: Port = 8090,
    host: Host = LOOPBACK,
    timetable: Annotated[
        str, typer.Option(help="Statuses that come by themselves, seconds after the creation: 5:Terverifikasi,…")
    ] = "",
    journal: Annotated[
        Path | None,
        typer.Option(help="A file that keeps what it holds over a restart and a kill -9; without it, it forgets."),
    ] = None,
    institutions: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A CSV file with the columns id, name and perhaps ours (false: not the integrator's), or a JSON list "
            "of such. Without it: three of NTB.",
        ),
    ] = None,
    quirk: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="A switch from the start on, several times if need be: fail_share=0.2, list=true, no_id=1. "
            "Those that a journal tells of win.",
        ),
    ] = None,
) -> None:
    """Run a stand-in for LAPOR! until it is told to stop: strict, with every known quirk on a switch."""
    from shared.testing.lapor import HOSTS, INSTITUTIONS, create_simulator, parse_timetable, read_institutions  # noqa: PLC0415 - only it needs it

    settings = SimulatorSettings.load()
    with _refused("--timetable"):
        steps = parse_timetable(timetable)
    with _refused("--institutions"):
        known = read_institutions(institutions) if institutions else INSTITUTIONS
    with _refused("--quirk"):
        quirks = _quirks(quirk or [])
    with _refused("--journal"):
        stand_in = create_simulator(
            auth=settings.auth.get_secret_value(),
            token=settings.token.get_secret_value(),
            timetable=steps,
            institutions=known,
            quirks=quirks,
            journal=journal,
        )
    console.print(f"http://{host}:{port}/_simulator/ shows what it holds.\nNTBCARE_LAPOR_BASE_URL is one of:")
    for path, header in HOSTS.items():
        console.print(f"  http://{host}:{port}{path}  (NTBCARE_LAPOR_AUTH_HEADER={header})", soft_wrap=True)
    run(stand_in, host, port)


@contextmanager
def _refused(option: str) -> Iterator[None]:
    from shared.testing.lapor import JournalError  # noqa: PLC0415 - as above

    try:
        yield
    except (ValueError, OSError, JournalError) as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _quirks(given: list[str]) -> "Quirks":
    from shared.testing.lapor import Quirks  # noqa: PLC0415 - as above

    pairs = dict(one.split("=", 1) for one in given if "=" in one)
    if len(pairs) != len(given):
        raise ValueError("write NAME=VALUE, each name once")
    lists = {name: [way for way in value.split(",") if way] for name, value in pairs.items() if name == "fail_ways"}
    return Quirks.model_validate(pairs | lists)


async def _leave_verdict(database: Database, ticket: str, number: str | None) -> None:
    states = sorted(MAY_BE_QUEUED_AGAIN if number is None else MAY_BE_NUMBERED)
    verdict = {"verdict": "not_created" if number is None else "created", "number": number}
    may_be = {"states": states, "open_again": sorted(OPEN_AGAIN)}
    async with database.transaction() as tx:
        taken = await tx.scalar(_TAKEN, {"number": number, "ticket": ticket})
        if taken:
            fail(f"{number} is the number of {taken}. Look again.")
        if await tx.scalar(_JUDGE, {"ticket": ticket, **may_be, **verdict}):
            return
    found = await mirrors(database, ticket)
    if not found:
        fail(f"{ticket} is unknown to the mirror. See: ntbcare lapor list")
    one = found[0]
    known = f" as {one.lapor_id}" if one.lapor_id else ""
    fail(f"{ticket} is {one.state}{known}: there is nothing to resolve{' twice' if one.verdict else ''}.")


async def _one(database: Database, ticket: str) -> Mirror:
    (found,) = await mirrors(database, ticket)
    return found


def _digits(number: str | None) -> str | None:
    if number is None:
        return None
    digits = number.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER and digits.strip("0")):
        raise typer.BadParameter("A number at LAPOR! is digits, for example 9165816.", param_hint="--number")
    return digits
