"""`ntbcare up`: the whole house on this machine, kept running."""

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from deploy.cli.database import OwnerSettings, role_passwords
from deploy.demo import providers
from deploy.demo.providers import Call
from deploy.local.brokers import ApacheKafka, Tansu
from deploy.local.external import External, Owner
from deploy.local.handset import Handset
from deploy.local.postgres import Postgres
from deploy.local.stack import GRAPH, LAPOR, PROCESSES, SENDSMS, Stack
from shared.kafka import KafkaSettings

app = typer.Typer(add_completion=False)
console = Console(highlight=False, soft_wrap=True)

FIRST_PORT = 8001


@app.command()
def up(
    state: Annotated[Path, typer.Option(help="The folder that keeps everything over a restart.")] = Path(".state"),
    first_port: Annotated[int, typer.Option(help="The services listen from this port on.")] = FIRST_PORT,
    *,
    apache: Annotated[
        bool, typer.Option("--apache", help="On Apache Kafka itself (Java 17, Maven), which forgets nothing.")
    ] = False,
    external: Annotated[
        bool, typer.Option("--external", help="On the PostgreSQL and Kafka of the env file (NTBCARE_ENV_FILE).")
    ] = False,
    as_it_is: Annotated[
        bool, typer.Option("--as-it-is", help="With --external: make no roles, schemas, topics, rules or users.")
    ] = False,
) -> None:
    """Start everything and keep it running until Ctrl-C; what dies is started again.

    State survives a restart and a kill -9: messages are in PostgreSQL, and what the memory-only broker forgot is
    published again from the outbox. With --external nothing of this machine's own is started but the services.
    """
    if as_it_is and not external:
        raise typer.BadParameter("--as-it-is goes with --external.")
    if apache and external:
        raise typer.BadParameter("--apache starts a broker here, --external starts none: say one of them.")
    house = _external(state, first_port, as_it_is=as_it_is) if external else _own(state, first_port, apache=apache)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with console.status("Starting …") as status:
        house.start(say=lambda words: status.update(f"Starting {words}"))
    try:
        with ExitStack() as phones:
            if isinstance(house, Stack):
                if house.kannel is not None:
                    phones.enter_context(Handset(house.kannel))
                _explain(house)
            else:
                _explain_external(house)
            house.watch(say=_warn)
    except KeyboardInterrupt:
        console.print("Stopping everything …")
    finally:
        house.stop()


def _own(state: Path, first_port: int, *, apache: bool) -> Stack:
    folder, port = state.absolute(), first_port - 1
    return Stack(
        folder,
        postgres=Postgres(folder / "postgres", port=first_port - 2),
        broker=ApacheKafka(folder / "kafka", port=port) if apache else Tansu(folder / "broker", port=port),
        first_port=first_port,
        by_hand=True,
    )


def _external(state: Path, first_port: int, *, as_it_is: bool) -> External:
    return External(
        state.absolute() / "external",
        env_file=Path(os.environ.get("NTBCARE_ENV_FILE", ".env")).absolute(),
        kafka=KafkaSettings.load(),
        owner=None if as_it_is else Owner(OwnerSettings.load().database_url.get_secret_value(), role_passwords()),
        first_port=first_port,
    )


def _warn(words: str) -> None:
    console.print(f"[yellow]{escape(words)}[/yellow]")


def _explain_external(house: External) -> None:
    console.print("\n[bold]NTB Care runs[/bold] on the servers of", escape(str(house.env_file)), "\n")
    for name in house.ports:
        console.print(f"  {house.url(name)}/health/ready  /metrics  ({name})", markup=False)
    console.print(f"\nEvents: Kafka at {house.kafka.bootstrap} ({house.kafka.security_protocol})", markup=False)
    console.print(f"Logs: {house.folder}/processes/*.log", markup=False)
    for words in house.warnings:
        _warn(words)


def _explain(stack: Stack) -> None:
    settings = stack.environment()
    console.print("\n[bold]NTB Care runs.[/bold] Ctrl-C stops it; its state stays in", escape(str(stack.folder)), "\n")
    for title, call in _examples(settings):
        console.print(f"[bold]{title}[/bold]")
        console.print(_curl(stack, call), markup=False)
        console.print()
    environment = f"NTBCARE_ENV_FILE={stack.env_file}"
    casework, identity = stack.url("casework"), stack.url("identity")
    case = f"{casework}/v1/cases/NTB-…"
    for title, lines in {
        "Where a complaint stands": [f"curl {stack.url('intake-mobile')}/v1/complaints/NTB-…"],
        "Its whole way, with times": [f"{environment} .venv/bin/ntbcare trace NTB-…"],
        "An officer of the first one's agency: take it, answer; N is the version that the case's ETag names": [
            f"{environment} .venv/bin/ntbcare officers add siti --role liaison --agency 52.03.PUPR",
            f"""curl {identity}/v1/sessions --json '{{"username": "siti", "password": "…"}}'""",
            f"curl {casework}/v1/cases -H 'Authorization: Bearer …'",
            f"""curl -X POST {case}/take -H 'Authorization: Bearer …' -H 'If-Match: "N"'""",
            f"""curl {case}/answer -H 'Authorization: Bearer …' -H 'If-Match: "N"' --json '{{"text": "…"}}'""",
        ],
        "The officers' page for LAPOR!": [
            f"{environment} .venv/bin/ntbcare officers add dewi --role coordinator",
            f"{stack.url('officers')}/petugas/lapor",
        ],
        "What LAPOR! holds (a stand-in), and how each complaint stands there": [
            f"{stack.url(LAPOR)}/_simulator/",
            f"{environment} .venv/bin/ntbcare lapor list",
        ],
        "What citizens were told: a stand-in for Graph; text messages; what did not arrive": [
            f"{stack.url(GRAPH)}/_simulator/",
            f"{stack.folder}/kannel/handset.log" if stack.kannel else f"{stack.url(SENDSMS)}/_simulator/",
            f"{environment} .venv/bin/ntbcare replies list",
        ],
        "What Lombok Timur may know, from its own topic": [
            f"REGION=52.03 KAFKA_BOOTSTRAP={stack.broker.bootstrap} .venv/bin/python docs/examples/region_consumer.py"
        ],
        "What could not be processed": [f"{environment} .venv/bin/ntbcare parked list"],
        "Documentation of each API (OpenAPI)": [
            f"{url}/openapi.json" for url in (stack.url("intake-mobile"), casework, identity)
        ],
        "Health and figures of each process": [
            f"{stack.url(process.name)}/health/ready  /metrics  ({process.name})" for process in PROCESSES
        ],
        "Events (Kafka, topics complaints.v1 and complaints.region.52.03, …)": [stack.broker.bootstrap],
        "Logs": [f"{stack.folder}/processes/*.log"],
    }.items():
        console.print(f"[bold]{title}[/bold]")
        for line in lines:
            console.print(f"  {line}", markup=False)
        console.print()


def _examples(settings: dict[str, str]) -> list[tuple[str, Call]]:
    """Return a call for each door. The signatures are real: they hold for these very bytes."""
    now = int(time.time())
    return [
        (
            "Facebook (Messenger), signed",
            providers.messenger(
                settings["NTBCARE_FACEBOOK_APP_SECRETS"],
                [("7024611350925511", "Jalan rusak di Masbagik Lombok Timur", now * 1000)],
                label="",
            ),
        ),
        (
            "Instagram, signed",
            providers.instagram(
                settings["NTBCARE_INSTAGRAM_APP_SECRETS"],
                "5839120447760012",
                "Sampah menumpuk di pasar Tente Bima",
                now * 1000,
                label="",
            ),
        ),
        (
            "SMS, as Kannel delivers it",
            providers.kannel(
                settings["NTBCARE_SMS_KANNEL_TOKEN"], "+6281907123456", "air pdam mati di Ampenan", now, label=""
            ),
        ),
        (
            "The mobile app",
            providers.mobile(
                {"text": "Lampu jalan mati di Desa Sembalun", "place": {"region_code": "52.03"}}, label=""
            ),
        ),
    ]


def _curl(stack: Stack, call: Call) -> str:
    parts = [f"  curl '{stack.url(f'intake-{call.channel}')}{call.path}'"]
    parts += [f"-H '{name}: {value}'" for name, value in call.headers.items()]
    if call.body:
        parts.append(f"--data-binary '{call.body.decode()}'")
    return " \\\n    ".join(parts)
