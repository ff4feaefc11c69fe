"""A channel is a folder; a broken one stops the start."""

import re
import sys
from pathlib import Path

import pytest

import channel_adapters
from shared.channels.discovery import BrokenChannelError, available_channels, load_channel, load_reply_sender
from shared.core.settings import SettingsError
from tests.channels.cases import environment

EXAMPLE = Path(str(channel_adapters.__file__)).parents[1] / "deploy" / "env.example"
REQUIRED = set(re.findall(r"^(NTBCARE_[A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))


def test_discovery_finds_every_channel_folder_and_nothing_else():
    folders = {file.parent.name for file in Path(str(channel_adapters.__file__)).parent.glob("[!_]*/channel.py")}
    assert set(available_channels()) == folders
    assert folders >= {"facebook", "instagram", "mobile", "sms"}


@pytest.fixture
def new_folder(tmp_path, monkeypatch):
    """Make a channel folder of the given files beside the others."""
    monkeypatch.setattr(channel_adapters, "__path__", [*channel_adapters.__path__, str(tmp_path)])

    def make(name: str, **files: str) -> None:
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / f"{file}.py").write_text(text)

    yield make
    for module in [module for module in sys.modules if module.startswith("channel_adapters.warta")]:
        del sys.modules[module]


GOOD = "class Warta:\n    name = 'warta'\n    doors = ()\n\n\ndef build():\n    return Warta()\n"


def test_a_new_channel_touches_one_folder(new_folder):
    new_folder("warta", __init__="", channel=GOOD)
    assert "warta" in available_channels()
    assert load_channel("warta").name == "warta"


def test_a_folder_whose_name_begins_with_an_underscore_is_no_channel(new_folder):
    new_folder("_warta", channel=GOOD)
    assert "_warta" not in available_channels()
    with pytest.raises(BrokenChannelError, match="no channel '_warta'"):
        load_channel("_warta")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "channel.py cannot be used"),
        ({"channel": "import no_such_library"}, "no_such_library"),
        ({"channel": "x = 1"}, "build"),
        ({"__init__": "", "channel": "x = 1"}, "build"),
        ({"channel": GOOD.replace("'warta'", "'berita'")}, "calls itself 'berita'"),
    ],
    ids=["no channel.py", "a missing library", "no build", "no build in a package", "another name"],
)
def test_a_broken_folder_stops_the_start(files, words, new_folder):
    new_folder("warta", **files)
    with pytest.raises(BrokenChannelError, match=words):
        load_channel("warta")


@pytest.mark.parametrize(
    "name",
    [name for name in environment() if re.match("NTBCARE_(FACEBOOK|INSTAGRAM|LAPOR|SMS)_", name) and name in REQUIRED],
    ids=lambda name: name.removeprefix("NTBCARE_"),
)
def test_a_missing_setting_stops_the_start_and_is_named(name, variables):
    variables.delenv(name)
    channel = name.split("_")[1].lower()
    with pytest.raises(SettingsError, match=f"{name}: is missing"):
        load_channel(channel), load_reply_sender(channel)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NTBCARE_FACEBOOK_APP_SECRETS", "fb-live-9f2c47d1a6e0,short-one"),
        ("NTBCARE_FACEBOOK_APP_SECRETS", '["fb-live-9f2c47d1a6e0", 5]'),
        ("NTBCARE_FACEBOOK_APP_SECRETS", '["fb-live-9f2c47d1a6e0"'),
        ("NTBCARE_FACEBOOK_APP_SECRETS", "change-me-change-me-change-me"),
        ("NTBCARE_FACEBOOK_APP_SECRETS", " , "),
        ("NTBCARE_LAPOR_DOOR_SECRETS", "lapor-door-9f2c47d1a6e0,short-one"),
        ("NTBCARE_INSTAGRAM_ACCOUNTS", ""),
        ("NTBCARE_SMS_KANNEL_TOKEN", "short-one"),
        ("NTBCARE_SMS_NUMBERS", "[]"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_not_repeated(name, value, variables):
    variables.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as error:
        load_channel(name.split("_")[1].lower())
    assert not re.search("fb-live|lapor-door", str(error.value))
    assert "short-one" not in str(error.value)


def test_a_channel_never_shows_its_secrets(channels):
    secrets = [part for name, value in environment().items() if "NUMBERS" not in name for part in value.split(",")]
    shown = "".join(map(repr, channels.values()))
    assert not any(secret in shown for secret in secrets if len(secret) > 15)


@pytest.mark.parametrize("name", available_channels())
async def test_a_folder_with_a_send_file_answers_where_it_is_set_up_and_one_without_cannot(name, variables):
    sender = load_reply_sender(name)
    can_send = (Path(str(channel_adapters.__file__)).parent / name / "send.py").exists()
    assert (sender is not None) == (can_send and name != "mobile")  # no push without Firebase's account
    if sender is not None:
        await sender.close()


@pytest.mark.parametrize("text", ["import no_such_library", "x = 1"], ids=["a missing library", "no builder"])
def test_a_broken_send_file_stops_the_start(text, new_folder):
    new_folder("warta", __init__="", channel=GOOD, send=text)
    with pytest.raises(BrokenChannelError, match=r"send\.py cannot be used"):
        load_reply_sender("warta")


def test_nobody_answers_on_a_channel_that_does_not_exist():
    assert load_reply_sender("surat") is None
