"""docs/openapi.yaml: every address of the house in one document, read from the services as they are built.

Nothing is opened for it: the settings are the channels' fixtures and secrets drawn for the moment.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import channel_adapters
from deploy.cli.serve import available_services, build_service
from gateway.app import create_app
from shared.channels import available_channels
from shared.core.service import ServeOptions
from shared.security import new_key_pair

Document = dict[str, Any]


@cache
def document(*services: str) -> Document:
    """Return the OpenAPI document of these services, by default of all that answer HTTP; the same dictionary always."""
    with tempfile.TemporaryDirectory() as folder, _in_place_of_the_environment(_settings(Path(folder))):
        built = [build_service(name, ServeOptions(part="http")) for name in services or _with_addresses()]
        described = create_app(built).openapi()
    return described | {"paths": dict(sorted(described["paths"].items()))}


def _with_addresses() -> list[str]:
    return [name for name in available_services() if find_spec(f"services.{name}.endpoints") is not None]


def _settings(folder: Path) -> dict[str, str]:
    keys = new_key_pair()
    settings = {
        "NTBCARE_ENV_FILE": str(folder / "no.env"),
        "NTBCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "NTBCARE_INTAKE_ATTACHMENTS": str(folder),
        "NTBCARE_INTAKE_VAULT_KEYS": secrets.token_hex(32),
        "NTBCARE_INTAKE_ACCESS_CODE_KEY": secrets.token_hex(32),
        "NTBCARE_REPLIES_VAULT_KEYS": secrets.token_hex(32),
        "NTBCARE_IDENTITY_SIGNING_KEY": keys.signing_key,
        "NTBCARE_IDENTITY_VAULT_KEYS": secrets.token_hex(32),
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": keys.public_key,
        "NTBCARE_LAPOR_MODE": "by_hand",
        "NTBCARE_LAPOR_INSTITUTION_ID": "1",
    }
    for name in _with_addresses():
        password = secrets.token_hex(16)
        settings[f"NTBCARE_{name.upper()}_DATABASE_URL"] = f"postgresql://{name}:{password}@127.0.0.1:1/none"
    for channel in available_channels():
        fixture = Path(*channel_adapters.__path__) / channel / "fixtures" / "env.json"
        settings |= json.loads(fixture.read_text(encoding="utf-8"))
    return settings


@contextmanager
def _in_place_of_the_environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Let only these settings count: the document is the same on every machine."""
    before = {name: value for name, value in os.environ.items() if name.startswith("NTBCARE_")}
    for name in before:
        del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in settings:
            del os.environ[name]
        os.environ.update(before)
