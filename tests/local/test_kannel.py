"""Kannel itself with deploy/kannel's configuration, between a handset and a door that says what it got."""

import os
import shutil
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.local.handset import Arrived, Handset
from deploy.local.kannel import TEMPLATES, Kannel, kannel_available
from deploy.local.locks import FolderInUseError
from deploy.local.processes import ServerError
from shared.http.client import Response, client

from .starters import ends, kill, listening_addresses, starter

REASON = kannel_available()
needs_kannel = pytest.mark.skipif(REASON is not None, reason=str(REASON))
CITIZEN = "+6281999000111"
TOKEN = "0f" * 32


class Door:
    """Records every call; refuses with 500 as often as `refusals` says."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.refusals = 0
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                fields = parse_qs(url.query, keep_blank_values=True, errors="strict")
                door.calls.append((url.path, {name: values[0] for name, values in fields.items()}))
                door.refusals -= 1
                self.send_response(200 if door.refusals < 0 else 500)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def wait(
        self, enough: Callable[[list[dict[str, str]]], object], path: str = "/sms/" + TOKEN
    ) -> list[dict[str, str]]:
        deadline = time.monotonic() + 10
        while not enough(calls := [fields for called, fields in self.calls if called == path]):
            assert time.monotonic() < deadline, self.calls
            time.sleep(0.02)
        return calls


@pytest.fixture(scope="module")
def open_door() -> Iterator[Door]:
    door = Door()
    threading.Thread(target=door.server.serve_forever, args=(0.05,), daemon=True).start()
    yield door
    door.server.shutdown()
    door.server.server_close()


@pytest.fixture
def door(open_door: Door) -> Door:
    open_door.calls.clear()
    open_door.refusals = 0
    return open_door


@pytest.fixture(scope="module")
def kannel(open_door: Door, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kannel]:
    folder = tmp_path_factory.mktemp("a folder with spaces") / "é"
    with Kannel(folder, door_url=f"{open_door.url}/sms/{TOKEN}", retry_seconds=1) as running:
        yield running


@pytest.fixture(scope="module")
def handset(kannel: Kannel) -> Iterator[Handset]:
    with Handset(kannel) as running:
        yield running


def sendsms(kannel: Kannel, **fields: str) -> Response:
    access = {"username": kannel.username, "password": kannel.password}
    with client(timeout=5) as http:
        return http.get(kannel.sendsms_url, params={**access, "to": CITIZEN, **fields})


@needs_kannel
def test_a_message_arrives_word_for_word(door: Door, handset: Handset) -> None:
    text = 'LAPOR  jalan berlubang, 50%41 & "sawah"+#>'
    handset.send(CITIZEN, "1708", text)
    (call,) = door.wait(len)
    assert (call["from"], call["to"], call["text"]) == (CITIZEN, "1708", text)
    assert (call["coding"], call["charset"], call["smsc"]) == ("0", "UTF-8", "fake")
    assert abs(time.time() - int(call["ts"])) < 60
    assert call["id"]


@needs_kannel
def test_a_message_that_the_door_refused_comes_again_under_the_same_id(door: Door, handset: Handset) -> None:
    door.refusals = 2
    handset.send(CITIZEN, "1708", "lampu jalan mati")
    first, *others = door.wait(lambda calls: len(calls) == 3)
    assert others == [first, first]


@needs_kannel
@pytest.mark.parametrize("text", ["Jembatan roboh 😢 ꦗ", "banjir\ndi Sembalun", "😢 banjir " * 30])
def test_emoji_and_line_ends_arrive_as_utf8(door: Door, handset: Handset, text: str) -> None:
    handset.send(CITIZEN, "1708", text)
    (call,) = door.wait(len)
    assert call["text"].strip() == text.strip()


@needs_kannel
def test_parts_that_come_out_of_order_are_one_message(door: Door, handset: Handset) -> None:
    text = "selokan mampet " * 25
    assert handset.send(CITIZEN, "1708", text, order=(2, 0, 1)) == 3
    (call,) = door.wait(len)
    assert call["text"].strip() == text.strip()
    assert call.get("udh", "").strip() == ""


@needs_kannel
def test_what_nobody_has_taken_yet_survives_a_kill(door: Door, kannel: Kannel, handset: Handset) -> None:
    kannel.smsbox.kill()
    handset.send(CITIZEN, "1708", "air PDAM keruh")
    while (status := kannel.status()) is None or not status.stored:
        time.sleep(0.02)
    kannel.kill()
    assert not kannel.running
    assert not door.calls
    kannel.start()
    (call,) = door.wait(len)
    assert call["text"] == "air PDAM keruh"
    handset.stop()
    handset.start()


@needs_kannel
def test_an_answer_reaches_the_handset_and_its_delivery_is_reported_until_we_take_it(
    door: Door, kannel: Kannel, handset: Handset
) -> None:
    door.refusals = 2
    before = len(handset.received())
    report = f"{door.url}/report?dlr=secret&type=%d&from=%p&to=%P"
    answer = sendsms(kannel, text="Terima kasih, laporan diterima.", **{"dlr-mask": "31", "dlr-url": report})
    assert (answer.status_code, answer.text) == (202, "0: Accepted for delivery")
    assert handset.wait_for(before + 1)[-1] == Arrived("1708", CITIZEN, "Terima kasih, laporan diterima.")
    reports = door.wait(lambda calls: len(calls) == 4, "/report")
    assert {(call["dlr"], call["from"], call["to"]) for call in reports} == {("secret", CITIZEN, "1708")}
    assert sorted(call["type"] for call in reports) == ["1", "1", "8", "8"]


@needs_kannel
@pytest.mark.parametrize("text", ["Laporan Anda 😊 kami terima", "Terima kasih " * 20, "Matur nuwun 🙏 " * 12])
def test_an_answer_of_any_length_and_alphabet_reaches_the_handset_whole(
    kannel: Kannel, handset: Handset, text: str
) -> None:
    before = len(handset.received())
    coding = {"charset": "UTF-8", "coding": "0" if text.isascii() else "2"}
    assert sendsms(kannel, text=text, **coding).status_code == 202
    assert handset.wait_for(before + 1)[-1].text.strip() == text.strip()


@needs_kannel
@pytest.mark.parametrize("access", [{"password": "wrong"}, {"password": ""}, {"username": "admin"}])
def test_nobody_sends_without_the_password(kannel: Kannel, access: dict[str, str]) -> None:
    answer = sendsms(kannel, text="gratis", **access)
    assert (answer.status_code, answer.text) == (403, "Authorization failed for sendsms")


@needs_kannel
def test_kannel_listens_on_loopback_only(kannel: Kannel) -> None:
    for box in (kannel.bearerbox, kannel.smsbox):
        assert listening_addresses(box.pid) == {"127.0.0.1"}


@needs_kannel
def test_the_status_page_wants_its_password(kannel: Kannel) -> None:
    with client(timeout=5) as http:
        page = http.get(f"http://127.0.0.1:{kannel.ports.admin}/status.txt").text
    assert "Denied" in page
    assert "SMS:" not in page


@needs_kannel
def test_a_second_starter_of_the_same_kannel_learns_who_holds_it(kannel: Kannel) -> None:
    with pytest.raises(FolderInUseError, match=rf"in use by process {os.getpid()} "):
        Kannel(kannel.folder, door_url="http://127.0.0.1:9/").start()
    assert kannel.running


@needs_kannel
def test_only_its_owner_reads_the_passwords(kannel: Kannel) -> None:
    assert stat.S_IMODE(kannel.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((kannel.folder / "kannel.conf").stat().st_mode) == 0o600


@needs_kannel
def test_no_log_of_kannel_knows_a_citizen_their_words_or_our_secrets(
    door: Door, kannel: Kannel, handset: Handset
) -> None:
    """The handset's own log aside: that one is the citizen's."""
    door.refusals = 1
    handset.send(CITIZEN, "1708", "rahasiaku")
    door.wait(lambda calls: len(calls) == 2)
    for log in (path for path in kannel.folder.glob("*.log") if path.name != "handset.log"):
        words = log.read_text()
        for secret in (CITIZEN.removeprefix("+"), "rahasiaku", TOKEN, kannel.password):
            assert secret not in words, log


@needs_kannel
def test_a_door_that_is_away_brings_nothing_personal_into_the_logs(tmp_path: Path) -> None:
    with Kannel(tmp_path / "k", door_url=f"http://127.0.0.1:9/{TOKEN}", retry_seconds=1) as kannel:
        with Handset(kannel) as handset:
            handset.send(CITIZEN, "1708", "rahasiaku")
            while (status := kannel.status()) is None or not status.received:
                time.sleep(0.02)
            time.sleep(0.3)
        logs = "".join((kannel.folder / name).read_text() for name in ("bearerbox.log", "smsbox.log"))
        assert not [secret for secret in (CITIZEN[1:], "rahasiaku", TOKEN) if secret in logs]


@needs_kannel
def test_bearerbox_takes_the_configuration_for_an_operator_by_smpp(tmp_path: Path) -> None:
    kannel = Kannel(tmp_path / "k", door_url="http://127.0.0.1:9/")
    kannel.operators.mkdir(parents=True)
    operator = {"SMPP_ID": "op", "SMPP_HOST": "127.0.0.1", "SMPP_PORT": "9"}
    operator |= {"SMPP_USERNAME": "ntb", "SMPP_PASSWORD": "x"}
    template = Template((TEMPLATES / "smsc-smpp.conf").read_text())
    (kannel.operators / "operator.conf").write_text(template.substitute(operator))
    with kannel:
        assert kannel.running


@needs_kannel
def test_kannel_dies_when_its_starter_is_killed(tmp_path: Path) -> None:
    code = (
        "from deploy.local.kannel import *; server = Kannel(folder, door_url='http://127.0.0.1:9/').start().bearerbox"
    )
    with starter(code, tmp_path / "k") as (process, server):
        kill(process)
        assert ends(server, within=10)


def test_a_machine_without_kannel_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("deploy.local.kannel._FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install kannel kannel-extras" in (kannel_available() or "")
    with pytest.raises(ServerError, match="no bearerbox, smsbox, fakesmsc"):
        Kannel(tmp_path / "k", door_url="http://127.0.0.1:9/").start()


needs_envsubst = pytest.mark.skipif(
    shutil.which("envsubst") is None, reason="no envsubst: apt-get install gettext-base"
)


def example() -> dict[str, str]:
    lines = (TEMPLATES / "kannel.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def fill(template: str, settings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], **settings}
    command = [TEMPLATES / "fill", TEMPLATES / template]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@needs_envsubst
def test_an_operator_and_the_launcher_fill_the_same_configuration() -> None:
    settings = {name: value or "drawn" for name, value in example().items()}
    filled = fill("kannel.conf", settings)
    assert filled.stdout == Template((TEMPLATES / "kannel.conf").read_text()).substitute(settings)


@needs_envsubst
def test_a_secret_that_nobody_filled_in_is_refused() -> None:
    secrets = [name for name, value in example().items() if not value]
    assert {"KANNEL_DOOR_URL", "KANNEL_ADMIN_PASSWORD", "KANNEL_SENDSMS_PASSWORD"} <= set(secrets)
    for name in secrets:
        settings = {name: value or "drawn" for name, value in example().items()}
        refused = fill("kannel.conf", {**settings, name: ""})
        assert refused.returncode != 0
        assert name in refused.stderr
        assert refused.stdout == ""
