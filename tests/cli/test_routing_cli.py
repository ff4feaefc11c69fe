"""`ntbcare routing`: measuring a file."""

import json

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import routing
from shared.core.errors import ExplainedError

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
