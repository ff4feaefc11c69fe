"""`ntbcare officers`: what an operator types."""

from collections.abc import Callable

import pytest
from click.testing import Result
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
        (("add", "x.tanpa", "--role", "liaison"), "terikat pada satu instansi"),
        (("disable", "x.tiada"), "tidak ada"),
    ],
)
def test_a_refusal_is_explained_and_not_traced(run, arguments, words):
    answer = run(*arguments, password="pendek" if "x.pendek" in arguments else "kuda-putih-Rinjani")
    assert answer.exit_code == 1
    assert words in answer.output
    assert "Traceback" not in answer.output


def test_an_officer_is_edited_and_bound_to_regions(run):
    assert run("add", "bupati.lotim", "--role", "leader", "--region", "52.03", "--name", "Bupati").exit_code == 0
    edited = run("edit", "bupati.lotim", "--email", "bupati@ntb.example", "--region", "52.03", "--region", "52.01")
    assert edited.exit_code == 0, edited.output
    assert "52.01, 52.03" in (line := listed(run, "bupati.lotim"))
    assert "bupati@ntb.example" in line
    assert run("edit", "bupati.lotim", "--email", "").exit_code == 0
    assert "@" not in listed(run, "bupati.lotim")
    assert run("edit", "bupati.lotim", "--no-region").exit_code == 1
    assert run("edit", "bupati.lotim").exit_code == 2


def listed(run: Callable[..., Result], username: str) -> str:
    return next(line for line in run("list").output.splitlines() if username in line)


def test_a_region_that_is_none_is_refused_with_those_that_are(run):
    answer = run("add", "salah.wilayah", "--role", "coordinator", "--region", "52.03.07")
    assert answer.exit_code == 2
    assert "52.08" in answer.output


def test_passwords_codes_and_sessions_are_reset_and_all_of_it_is_in_the_log(run):
    run("add", "urut", "--role", "operator")
    assert "PUT /v1/sessions/password" in run("reset-password", "urut", password="kuda-hitam-Tambora").output
    assert "may sign in again: 0 failures" in run("unlock", "urut").output
    assert run("reset-totp", "urut").exit_code == 0
    assert "0 sessions" in run("sign-out", "urut").output
    assert run("bind-oidc", "urut", "--subject", "9a0c").exit_code == 0
    log = run("log", "--user", "urut")
    lines = [line.split() for line in log.output.splitlines()[1:]]
    acts = ["oidc.allowed", "session.ended", "session.ended", "codes.reset", "account.unlocked"]
    acts += ["password.reset", "account.added"]
    assert [words[3] for words in lines] == acts
    assert all(words[2].startswith("cli:") for words in lines)
    assert "Tambora" not in log.output
    assert "9a0c" not in log.output


def test_an_identity_is_allowed_by_exactly_one_claim(run):
    run("add", "oidc.siapa", "--role", "operator")
    for options in ((), ("--email", "a@ntb.example", "--subject", "x")):
        assert run("bind-oidc", "oidc.siapa", *options).exit_code == 2


def test_a_machines_token_is_shown_once_renewed_and_revoked(run):
    added = run("service", "add", "rekap", "--role", "liaison", "--agency", "NTB.DIKPORA", "--days", "30")
    assert added.output.startswith("ntbc_"), added.output
    assert len(added.output.strip()) == 77
    assert added.output.strip() not in run("service", "list").output
    assert run("service", "renew", "rekap").output != added.output
    assert run("service", "revoke", "rekap").exit_code == 0
    assert run("service", "renew", "rekap").exit_code == 1
    assert "liaison (service)" in listed(run, "rekap")
    assert run("service", "add", "abadi", "--role", "operator", "--days", "4000").exit_code == 2
