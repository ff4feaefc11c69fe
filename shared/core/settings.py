"""Settings: one small class per folder, from the environment and an env file, refused in plain words.

`NTBCARE_ENV_FILE` names the env file (default `.env` in the working folder). There is no default secret anywhere: the
demo and `make up` draw their own; everywhere else a missing one stops the start.
"""

import json
import os
import re
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.core.errors import ExplainedError

SHORTEST_SECRET = 16
_FEWEST_SYMBOLS = 5
"""Different characters: one random secret of 16 hexadecimal digits in two million has fewer."""
_HTTP_ADDRESS = re.compile(r"https?://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_PLACEHOLDERS = ("change-me", "changeme", "secret", "password", "default", "example", "ganti")


def _real_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if "://" in text:
        password = _password(text)
        if password is None:  # the database knows this role by other means, such as a certificate
            return value
        text = password
    if len(text) < SHORTEST_SECRET:
        raise ValueError(f"a secret needs at least {SHORTEST_SECRET} characters")
    if text.lower().startswith(_PLACEHOLDERS) or len(set(text)) < _FEWEST_SYMBOLS:
        raise ValueError("this is a placeholder, not a secret; draw one with: openssl rand -hex 32")
    return value


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:  # its text may quote the password
        raise ValueError("this is no address; write postgresql://role:password@host:port/database") from None


def _split(value: object) -> object:
    """Take a list apart as it stands in the environment (`a,b` or `["a", "b"]`); leave anything but text as it is."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [part.strip() for part in value.split(",") if part.strip()]
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('this is no list; write a,b or ["a", "b"]') from None


def _http_address(value: str) -> str:
    if not _HTTP_ADDRESS.fullmatch(value):
        raise ValueError("this is no address; write https://host/path, without user, query and white space")
    return value.rstrip("/")


def _goes_into_a_header(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("this secret must have no spaces and no letters outside ASCII")
    return value


HttpAddress = Annotated[str, AfterValidator(_http_address)]
"""Where another programme's HTTP interface is; no slash at the end."""
Secret = Annotated[SecretStr, AfterValidator(_real_secret)]
HeaderSecret = Annotated[Secret, AfterValidator(_goes_into_a_header)]
"""A secret that is sent in an HTTP header."""
SecretsIfAny = Annotated[tuple[Secret, ...], NoDecode, BeforeValidator(_split)]
"""The same as `Secrets`, where something may be left out that needs them."""
Secrets = Annotated[SecretsIfAny, Field(min_length=1)]
"""One or more secrets, all of them valid: the new and the old one while they are being rotated."""
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), Field(min_length=1)]
"""One or more names or ids."""


class SettingsError(ExplainedError):
    """A setting is missing or wrong. The text names each variable and what to do, and never a value."""


class Settings(BaseSettings):
    """The base of every settings class; subclasses set `env_prefix`, for example `NTBCARE_ROUTING_`."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True, hide_input_in_errors=True)

    @classmethod
    def load(cls) -> Self:
        """Read and check the settings; raises `SettingsError`."""
        env_file = os.environ.get("NTBCARE_ENV_FILE", ".env")
        try:
            return cls(_env_file=env_file)
        except (OSError, UnicodeError) as error:
            raise SettingsError(f"NTBCARE_ENV_FILE: {env_file} cannot be read ({type(error).__name__})") from None
        except ValidationError as error:
            raise SettingsError(_explain(cls, error, env_file)) from None


def _explain(cls: type[Settings], error: ValidationError, env_file: str) -> str:
    prefix = str(cls.model_config.get("env_prefix", ""))
    lines = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        name = prefix + "_".join(str(part) for part in problem["loc"][:1]).upper()
        words = "is missing" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
        lines.append(f"  {name}: {words}" if problem["loc"] else f"  {words}")
    file = env_file if Path(env_file).exists() else f"{env_file}, which is not there"
    remedy = f"Set it in the environment or in the env file ({file}); deploy/env.example explains each."
    return "\n".join([f"{cls.__name__} cannot start:", *lines, remedy])
