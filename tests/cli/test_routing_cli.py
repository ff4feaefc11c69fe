"""`ntbcare routing`: train, models, use, evaluate."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import routing
from services.routing.model import store
from services.routing.model.train import is_held_out
from services.routing.rules.text import normalize
from shared.core.errors import ExplainedError
from tests.services.routing.model.lessons import SUBJECTS, pairs

KEYS = (
    "n top1 top3 macro_f1 right_at_60 right_at_80 region village level agency "
    "calibration confusions wrong versions texts_per_second"
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(routing.app, [*map(str, arguments)])


def test_figures_come_as_one_json_object_without_a_word_of_the_text(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("text,opd_key\njalan rusak berlubang,PUPR\njalan rusak berlubang,DIKBUD\n", encoding="utf-8")
    answer = run("evaluate", file, "--json", "--untrained")
    figures = json.loads(answer.stdout)
    assert set(figures) == set(KEYS.split())
    assert (figures["n"], figures["top1"]) == (2, 0.5)
    assert [one["row"] for one in figures["wrong"]] == [2]
    assert "berlubang" not in answer.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "column"), ("text,opd_key\n", "no rows"), ("text,opd_key\na,XX\n", "row 1"), ("a,b\n1,2\n", "`text`")],
)
def test_a_file_that_cannot_be_measured_is_explained(tmp_path, content, said):
    file = tmp_path / "a.csv"
    file.write_text(content, encoding="utf-8")
    error = run("evaluate", file, "--untrained").exception
    assert isinstance(error, ExplainedError)
    assert said in str(error)


def labelled_file(path: Path, names: Mapping[str, str] = MappingProxyType({})) -> Path:
    rows = [f"{text},{names.get(affair, affair)}" for text, affair in pairs()]
    path.write_text("\n".join(["text,affair", *rows]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[Path, Path]:
    home = tmp_path_factory.mktemp("trained")
    file = labelled_file(home / "a.csv")
    assert run("train", file, "--models", home / "models").exit_code == 0
    return file, home / "models"


def test_a_trained_version_is_in_use_listed_and_measured(trained):
    file, models = trained
    version = store.in_use(models)
    assert version
    assert version in run("models", "--models", models).stdout
    figures = json.loads(run("evaluate", file, "--models", models, "--json").stdout)
    assert set(figures) == set(KEYS.split())
    assert figures["versions"]["model"] == version
    assert figures["top1"] >= 0.9


def test_a_worse_version_is_kept_aside_unless_forced(trained, tmp_path):
    _, models = trained
    before = store.in_use(models)
    following = dict(zip(SUBJECTS, [*SUBJECTS][1:] + [*SUBJECTS][:1], strict=True))
    file = labelled_file(tmp_path / "b.csv")
    lines = file.read_text(encoding="utf-8").splitlines()
    wrong = [
        line if is_held_out(normalize(text).words) else f"{text},{following[affair]}"
        for line in lines[1:]
        for text, affair in [line.split(",")]
    ]
    file.write_text("\n".join([lines[0], *wrong]), encoding="utf-8")
    refused = run("train", file, "--models", models)
    assert refused.exit_code == 1
    assert "not in use" in refused.stdout
    assert store.in_use(models) == before
    assert run("train", file, "--models", models, "--force").exit_code == 0
    assert store.in_use(models) != before
    assert run("use", before, "--models", models).exit_code == 0
    assert store.in_use(models) == before


def test_a_damaged_card_is_told_and_the_rest_is_listed(trained):
    _, models = trained
    (models / "older").mkdir()
    (models / "older" / "card.json").write_text("{", encoding="utf-8")
    listed = run("models", "--models", models).stdout
    assert "model older" in listed
    assert "yes" in listed


def test_figures_are_printed_as_tables(trained):
    file, _ = trained
    printed = run("evaluate", file, "--untrained").stdout
    assert "right_at_60" in printed
    assert "calibration" in printed


def test_too_few_choices_of_officers_are_said(monkeypatch, tmp_path):
    monkeypatch.setenv(
        "NTBCARE_ROUTING_DATABASE_URL", "postgresql://ntbcare_routing:0a1b2c3d4e5f6a7b@127.0.0.1/ntbcare"
    )
    monkeypatch.setattr(routing, "with_database", lambda *_: [("jalan rusak", "pupr")] * 3)
    answer = run("train", "--models", tmp_path)
    assert "3 complaints in the database" in answer.stdout
    assert "At least 200" in str(answer.exception)
