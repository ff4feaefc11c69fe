"""`ntbcare officers`: what an operator types."""

import pytest
from typer.testing import CliRunner

from deploy.cli.officers import app


@pytest.fixture
def run(settings):
    def invoke(*arguments, password="kuda-putih-Rinjani"):
        return CliRunner().invoke(app, arguments, input=f"{password}\n", env={"COLUMNS": "200"})

    return invoke


def test_an_officer_is_added_listed_and_disabled(run):
    added = run("add", "lalu.hadi", "--role", "liaison", "--agency", "NTB.DIKPORA", "--agency", "52.03.DINKES")
    assert added.exit_code == 0, added.output
    assert "52.03.DINKES, NTB.DIKPORA" in run("list").output
    assert run("disable", "lalu.hadi").exit_code == 0
    line = next(line for line in run("list").output.splitlines() if "lalu.hadi" in line)
    assert "+00:00" in line


def test_an_agency_that_the_directory_does_not_know_is_refused(run):
    answer = run("add", "salah.alamat", "--role", "liaison", "--agency", "NTB.SIHIR")
    assert answer.exit_code == 2
    assert "NTB.SIHIR" in answer.output
    assert "salah.alamat" not in run("list").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "x.pendek", "--role", "operator"), "Kata sandi"),
        (("add", "x.tanpa", "--role", "liaison"), "terikat pada instansi"),
        (("disable", "x.tiada"), "tidak ada"),
    ],
)
def test_a_refusal_is_explained_and_not_traced(run, arguments, words):
    answer = run(*arguments, password="pendek" if "x.pendek" in arguments else "kuda-putih-Rinjani")
    assert answer.exit_code == 1
    assert words in answer.output
    assert "Traceback" not in answer.output
