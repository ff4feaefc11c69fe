"""`ntbcare events access`: who may do what on Kafka, shown, made so, and each user's password."""

import json
import secrets
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer
from confluent_kafka.admin import AclBinding  # type: ignore[attr-defined] # it says __init__ exports nothing
from pydantic import SecretStr, TypeAdapter, ValidationError
from rich.table import Table

from deploy.cli.operator import console, fail
from deploy.kafka.access import Rule, rules, users
from deploy.kafka.administration import Administration, AdministrationError, Difference
from shared.core.settings import Secret
from shared.kafka import KafkaSettings

app = typer.Typer(no_args_is_help=True, help="Who may do what on Kafka: users, and rules (ACLs) on topics and groups.")

_PASSWORD: TypeAdapter[SecretStr] = TypeAdapter(Secret)


@app.command()
def show(*, as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Print the declared table; it asks no broker."""
    declared = rules(KafkaSettings.load().prefix)
    if as_json:
        typer.echo(json.dumps([asdict(rule) for rule in declared], indent=2))
        return
    table = Table("user", "may", "what")
    for user in dict.fromkeys(rule.user for rule in declared):
        lines = [rule for rule in declared if rule.user == user]
        table.add_row(user, "\n".join(rule.verb for rule in lines), "\n".join(_words(rule) for rule in lines))
        table.add_section()
    console.print(table)


@app.command(name="apply")
def apply_rules(*, yes: Annotated[bool, typer.Option("--yes", help="Do not ask before removing.")] = False) -> None:
    """Make the rules that are missing; remove those of our users that the table does not have, after showing them."""
    try:
        administration = Administration(KafkaSettings.load())
        difference = administration.compare()
        _explain(difference)
        if difference.undeclared and not yes:
            typer.confirm(f"Remove these {len(difference.undeclared)} rules?", abort=True)
        administration.apply(difference)
    except AdministrationError as error:
        fail(str(error))
    if difference.missing or difference.undeclared:
        console.print(f"Made {len(difference.missing)} rules, removed {len(difference.undeclared)}.")
    else:
        console.print("Every rule is there, and no other of our users.")


@app.command()
def user(
    name: Annotated[str, typer.Argument(help="As `show` names it, without the installation's prefix.")],
    *,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the password from standard input.")] = False,
) -> None:
    """Create a user or give it another password. Without --stdin one is drawn and printed, this once."""
    settings = KafkaSettings.load()
    if name not in users():
        raise typer.BadParameter(f"The table knows no user {name}; `ntbcare events access show` names them.")
    password = _read_password() if stdin else secrets.token_hex(32)
    full_name = f"{settings.prefix}{name}"
    try:
        Administration(settings).set_password(full_name, password)
    except AdministrationError as error:
        fail(str(error))
    if stdin:
        console.print(f"{full_name} has this password now.")
        return
    typer.echo(f"NTBCARE_KAFKA_USERNAME={full_name}\nNTBCARE_KAFKA_PASSWORD={password}")


def _read_password() -> str:
    try:
        return _PASSWORD.validate_python(sys.stdin.readline().rstrip("\n")).get_secret_value()
    except ValidationError as error:
        fail(f"Not this password: {error.errors(include_input=False)[0]['msg'].removeprefix('Value error, ')}.")


def _explain(difference: Difference) -> None:
    _list("Missing:", difference.missing)
    _list("Not declared, to be removed:", difference.undeclared)
    _list("Rules of strangers on our topics, left alone; look at them:", difference.strangers)


def _list(title: str, bindings: Iterable[AclBinding]) -> None:
    lines = [_line(binding) for binding in bindings]
    if lines:
        console.print("\n  ".join([title, *lines]), soft_wrap=True)


def _line(binding: AclBinding) -> str:
    kind, pattern, verb, permission = (
        getattr(one, "name", str(one)).lower()
        for one in (binding.restype, binding.resource_pattern_type, binding.operation, binding.permission_type)
    )
    dots = "…" if pattern == "prefixed" else ""
    host = "" if binding.host == "*" else f" from {binding.host}"
    return f"{binding.principal.removeprefix('User:')}: {permission} {verb} {kind} {binding.name}{dots}{host}"


def _words(rule: Rule) -> str:
    return f"{rule.kind} {rule.name}{'…' if rule.beginning else ''}"
