"""deploy/env.example explains every setting of every process, and nobody can start with its placeholders."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from shared.core.settings import Settings, SettingsError
from tests.architecture.sources import PRODUCT, ROOT

EXAMPLE = ROOT / "deploy" / "env.example"
LINE = re.compile(r"(?P<optional>#?)(?P<name>NTBCARE_[A-Z_]+)=(?P<value>.*)")


@dataclass(frozen=True)
class Line:
    optional: bool
    name: str
    value: str
    explained: bool


def lines() -> list[Line]:
    text = EXAMPLE.read_text(encoding="utf-8").splitlines()
    found = ((before, LINE.fullmatch(line)) for before, line in zip(["", *text], text, strict=False))
    return [
        Line(bool(match["optional"]), match["name"], match["value"], before.startswith("# "))
        for before, match in found
        if match
    ]


def settings_classes() -> list[type[Settings]]:
    for package in PRODUCT:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            importlib.import_module(module.name)
    found = {one for one in descendants(Settings) if one.model_config.get("env_prefix")}  # others are only inherited
    return sorted(found, key=lambda one: one.__qualname__)


def descendants(parent: type[Settings]) -> Iterator[type[Settings]]:
    for child in parent.__subclasses__():
        yield from descendants(child)
        if child.__module__.split(".")[0] in PRODUCT and "<locals>" not in child.__qualname__:
            yield child


def fields() -> dict[str, FieldInfo]:
    """Return every setting by its variable, as the process that is strictest about it has it."""
    told = [(variable(one, name), field) for one in settings_classes() for name, field in one.model_fields.items()]
    return dict(sorted(told, key=lambda one: one[1].is_required()))


def variable(one: type[Settings], name: str) -> str:
    return f"{one.model_config.get('env_prefix', '')}{name}".upper()


def is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in repr(field.annotation)


def test_the_example_names_every_setting_and_no_other():
    assert {line.name for line in lines()} == fields().keys()


def test_the_example_names_each_setting_once_with_an_explanation():
    names = [line.name for line in lines()]
    assert len(names) == len(set(names))
    assert not [line.name for line in lines() if not line.explained]


def test_the_example_leaves_out_exactly_what_has_a_default():
    assert {line.name: line.optional for line in lines()} == {
        name: not field.is_required() for name, field in fields().items()
    }


def test_the_example_shows_the_default():
    for line in lines():
        field = fields()[line.name]
        if line.optional and not is_secret(field):
            assert field.default is not PydanticUndefined
            assert line.value == written(field.default)


def written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return ",".join(default) if isinstance(default, tuple) else str(default)


def test_every_secret_is_a_placeholder():
    assert {
        line.name for line in lines() if is_secret(fields()[line.name]) and not line.value.startswith("change-me")
    } == set()


@pytest.mark.parametrize("one", settings_classes(), ids=lambda one: one.__qualname__)
def test_nobody_starts_with_the_placeholders(one, tmp_path, monkeypatch):
    env_file = tmp_path / "all.env"
    env_file.write_text("".join(f"{line.name}={line.value}\n" for line in lines()), encoding="utf-8")
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(env_file))
    names = {variable(one, name) for name in one.model_fields}
    for name in names:
        monkeypatch.delenv(name, raising=False)
    placeholders = {line.name for line in lines() if line.name in names and line.value.startswith("change-me")}
    if not placeholders:
        one.load()
        return
    with pytest.raises(SettingsError) as refused:
        one.load()
    assert {name for name in names if f"{name}:" in str(refused.value)} == placeholders
    assert "change-me" not in str(refused.value)
