"""What the stack tells its processes of one another."""

import json

import pytest

from channel_adapters.lapor.doors import COMPLAINTS
from deploy.local.brokers import Tansu
from deploy.local.postgres import Postgres
from deploy.local.stack import PROCESSES, Stack
from shared.channels import load_channel


@pytest.fixture
def stack(tmp_path):
    """A stack that is described and never started."""
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "password").write_text("a-password-of-nobody-7d1c")
    postgres, broker = Postgres(tmp_path / "postgres", port=2), Tansu(tmp_path / "broker", port=3)
    return Stack(tmp_path / "state", postgres=postgres, broker=broker, first_port=4)


def test_the_service_lapor_is_told_the_door_that_takes_what_lapor_gave_to_the_province(stack, monkeypatch):
    settings = stack.environment()
    (process,) = [one for one in PROCESSES if "lapor" in "".join(one.arguments[2:3]).split(",")]
    assert settings["NTBCARE_LAPOR_DOOR_URL"] == f"{stack.url(process.name)}{COMPLAINTS.path}"
    monkeypatch.setenv("NTBCARE_ENV_FILE", "/nonexistent")
    monkeypatch.setenv("NTBCARE_LAPOR_DOOR_SECRETS", settings["NTBCARE_LAPOR_DOOR_SECRETS"])
    assert load_channel("lapor").name == "lapor"


def test_a_secret_that_an_older_folder_lacks_is_drawn_and_the_others_stay(stack, tmp_path):
    file = tmp_path / "state" / "secrets.json"
    known = json.loads(file.read_text())
    file.write_text(json.dumps({name: value for name, value in known.items() if name != "lapor_door_secret"}))
    Stack(tmp_path / "state", postgres=stack.postgres, broker=stack.broker, first_port=4)
    now = json.loads(file.read_text())
    assert now.keys() == known.keys()
    assert [name for name in known if known[name] != now[name]] == ["lapor_door_secret"]
