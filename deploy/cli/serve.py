"""`ntbcare serve`: run one service, or several in one process."""

import asyncio
import contextlib
import gc
import importlib
import pkgutil
import signal
from collections.abc import Iterator
from typing import Annotated

import structlog
import typer
import uvicorn
from fastapi import FastAPI

from gateway.app import create_app
from gateway.settings import GatewaySettings
from shared.core.service import Part, ServeOptions, ServiceApp
from shared.telemetry.logs import configure_logs

app = typer.Typer(add_completion=False)
log = structlog.get_logger()

_GRACE_S = 10
_ALLOCATIONS = 20_000
"""Objects more than before, after which the collector looks at the young ones.

With Python's own 700 a door spends a fifth of its time there.
"""


def available_services() -> tuple[str, ...]:
    """Return the names of the services that can be served."""
    package = importlib.import_module("services")
    return tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__)))


@app.command()
def serve(
    services: Annotated[
        list[str], typer.Argument(help="One or several of the folders in services/: intake, relay, routing, …")
    ],
    channels: Annotated[
        str | None, typer.Option(help="Only these channels of intake or replies, comma separated.")
    ] = None,
    part: Annotated[Part, typer.Option(help="Its addresses, what it does by itself, or both.")] = "both",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    forwarded_allow_ips: Annotated[str, typer.Option(help="Proxies whose X-Forwarded-For is believed.")] = "127.0.0.1",
) -> None:
    """Run services in this process until it is told to stop (TERM or Ctrl-C)."""
    unknown = sorted(set(services) - set(available_services()))
    if unknown:
        raise typer.BadParameter(f"Known services: {', '.join(available_services())}.")
    configure_logs(",".join(services))
    options = ServeOptions(channels=channels.split(",") if channels else None, part=part)
    built = [build_service(name, options) for name in services]
    token = GatewaySettings.load().metrics_token
    app = create_app(built, metrics_token=None if token is None else token.get_secret_value())
    if not serve_app(app, built, host=host, port=port, forwarded_allow_ips=forwarded_allow_ips):
        raise typer.Exit(1)


def serve_app(
    app: FastAPI, services: list[ServiceApp], *, host: str, port: int, forwarded_allow_ips: str = "127.0.0.1"
) -> bool:
    """Serve an application, and run its services' workers, until told to stop; return whether it ever listened."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=forwarded_allow_ips,
        timeout_graceful_shutdown=_GRACE_S,
    )
    _collect_seldom()
    uvicorn_server = _Server(config)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run(uvicorn_server, services))
    return uvicorn_server.started


def _collect_seldom() -> None:
    """Spare the collector what was built to stay: code, tables, models are as old as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 10, 10)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the workers must finish too, and `run` sees to both."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def build_service(name: str, options: ServeOptions) -> ServiceApp:
    """Build one service from its folder: the part of it that is to run here."""
    built: ServiceApp = importlib.import_module(f"services.{name}.app").build(options)
    return built.only(options.part)


async def run(server: uvicorn.Server, services: list[ServiceApp]) -> None:
    """Serve HTTP and run the workers; when one of them ends, everything ends, so that a supervisor starts it anew."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    serving = asyncio.create_task(server.serve())
    workers = [
        asyncio.create_task(worker(), name=f"{service.name}.{name}")
        for service in services
        for name, worker in service.workers.items()
    ]
    done, _ = await asyncio.wait([serving, *workers], return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in done if task is not serving]
    server.should_exit = True
    for task in workers:
        task.cancel()
    await asyncio.wait([serving, *workers], timeout=_GRACE_S)
    for task in failed:
        error = task.exception()
        log.error("worker.ended", worker=task.get_name(), error=type(error).__name__ if error else None)
        raise SystemExit(1)
