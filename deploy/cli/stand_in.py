"""What the commands that run a stand-in of a third party have in common."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # the commands beside it serve nothing, and start sooner without
    from fastapi import FastAPI

Port = Annotated[int, typer.Option(help="The port to listen on.")]
Host = Annotated[str, typer.Option(help="The address to listen on; its switches ask nobody who they are.")]
LOOPBACK = "127.0.0.1"


def run(stand_in: "FastAPI", host: str, port: int) -> None:
    """Serve it until it is told to stop."""
    import uvicorn  # noqa: PLC0415 - as above

    uvicorn.run(stand_in, host=host, port=port, log_level="warning", access_log=False)
