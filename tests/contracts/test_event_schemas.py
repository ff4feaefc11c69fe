"""The committed schemas are the models', and the command that keeps them so says what to do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from deploy.cli.contracts import app
from deploy.contracts import files
from deploy.contracts.examples import EXAMPLES as EXAMPLES_FOLDER
from shared.events import EVENTS
from shared.events.schema import schema_of, schemas, write

from .records import EXAMPLES, problems


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the command reads and writes."""
    for folder in (EXAMPLES_FOLDER, files.SCHEMAS, files.RELEASED):
        shutil.copytree(files.ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(files, "ROOT", tmp_path)
    files.write_all(tmp_path)
    return tmp_path


def edit(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    change(schema)
    path.write_text(write(schema), encoding="utf-8")


def test_what_is_committed_is_what_the_code_generates() -> None:
    assert files.drift(files.ROOT) == [], "run `ntbcare contracts write` and commit the result"


def test_nothing_that_was_released_is_broken() -> None:
    assert files.broken(files.ROOT) == []


def test_every_example_is_valid_for_a_reader_of_the_released_contracts() -> None:
    released = files.released(files.ROOT)
    for example in EXAMPLES:
        if (event_type := example.headers["ce_type"]) in released:
            assert problems(released[event_type], example.value) == []


@pytest.mark.parametrize("event_type", EVENTS)
def test_a_schema_is_json_schema_2020_12_with_its_own_urn_and_open_for_additions(event_type: str) -> None:
    schema = schema_of(EVENTS[event_type])
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:ntbcare:schema:{event_type}"
    assert "additionalProperties" not in write(schema)
    about = ["conversation_id", "channel"] if event_type.startswith("conversation.") else ["complaint_id", "ticket"]
    assert schema["required"][:3] == ["type", *about]


def test_generating_twice_gives_the_same_bytes() -> None:
    assert files.generated(files.ROOT) == files.generated(files.ROOT)


def test_the_check_passes_on_a_clean_checkout(checkout: Path) -> None:
    result = run("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "break nothing since release" in result.stdout


def test_the_check_names_every_file_that_drifted_and_the_write_mends_them(checkout: Path) -> None:
    edit(checkout / files.SCHEMAS / "complaint.routed.v1.json", lambda schema: schema.pop("title"))
    (checkout / files.ASYNCAPI).unlink()
    (checkout / files.SCHEMAS / "complaint.eaten.v1.json").write_text("{}")
    result = run("check")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "shared/events/schemas/complaint.routed.v1.json is missing or out of date.",
        "docs/asyncapi.yaml is missing or out of date.",
        "shared/events/schemas/complaint.eaten.v1.json belongs to no event.",
        "Run `ntbcare contracts write` and commit the result.",
    ]
    assert len(run("write").stdout.splitlines()) == 3
    assert run("write").stdout == "Nothing to write: all is up to date.\n"
    assert run("check").exit_code == 0


def test_the_check_and_the_release_refuse_what_breaks_a_reader(checkout: Path) -> None:
    number = files.last_release(checkout)
    path = checkout / files.RELEASED / str(number) / "complaint.routed.v1.json"
    edit(path, lambda schema: schema["properties"].update(weather={"type": "integer"}))
    sentence = "complaint.routed.v1: `weather` was removed; readers rely on it."
    result = run("check")
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "publish the new form as a new event" in result.stderr
    result = run("release")
    assert (result.exit_code, result.stderr.strip()) == (1, sentence)
    assert files.last_release(checkout) == number


def test_a_release_keeps_the_contracts_under_the_next_number_and_only_when_something_changed(checkout: Path) -> None:
    before = files.last_release(checkout)
    folder = checkout / files.RELEASED / str(before)
    edit(folder / "complaint.routed.v1.json", lambda schema: schema["properties"].pop("rules_version"))
    edit(folder / "complaint.routed.v1.json", lambda schema: schema["required"].remove("rules_version"))
    assert "now required" in run("release").stderr
    (folder / "complaint.routed.v1.json").unlink()
    assert run("release").exit_code == 0
    assert files.last_release(checkout) == before + 1
    assert files.released(checkout) == schemas()
    assert f"version: 1.{before + 1}.0" in (checkout / files.ASYNCAPI).read_text(encoding="utf-8")
    assert files.drift(checkout) == []
    assert "Nothing changed since release" in run("release").stderr
