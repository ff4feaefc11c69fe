"""`ntbcare contracts`: write, check and release the event contracts (works in a checkout)."""

import typer

from deploy.contracts import files

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The contracts: JSON Schemas, releases, docs/asyncapi.yaml, docs/openapi.yaml.",
)

_DRIFT = "Run `ntbcare contracts write` and commit the result."
_BREAKING = "Undo it, or publish the new form as a new event (`….v2`) beside the old one."


@app.command()
def write() -> None:
    """Write the JSON Schemas, docs/asyncapi.yaml and docs/openapi.yaml from the code."""
    changed = files.write_all(files.ROOT)
    typer.echo("\n".join(map(str, changed)) or "Nothing to write: all is up to date.")


@app.command()
def check() -> None:
    """Fail when a generated file is out of date or a released contract is broken."""
    drift, broken = files.drift(files.ROOT), files.broken(files.ROOT)
    for sentences, remedy in ((drift, _DRIFT), (broken, _BREAKING)):
        for sentence in sentences:
            typer.echo(sentence, err=True)
        if sentences:
            typer.echo(remedy, err=True)
    if drift or broken:
        raise typer.Exit(1)
    typer.echo(f"Contracts are up to date and break nothing since release {files.last_release(files.ROOT)}.")


@app.command()
def release() -> None:
    """Keep the current contracts as the next release, on which consumers may rely from then on."""
    try:
        number = files.release(files.ROOT)
    except files.ContractError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Wrote release {number} to {files.RELEASED / str(number)}; commit it.")
