"""The mirror's pure parts, by tables: words, answers, waits, secrets."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.lapor import rules
from services.lapor.settings import LaporSettings
from services.lapor.wire import reading
from services.lapor.wire.client import LaporClient
from services.lapor.wire.port import Busy, Created, Locked, Refused, Report, Status, Unclear
from shared.core.settings import SettingsError

NOW = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)
TICKET = "NTB-79E7-3T8DN"


def report(**changes: Any) -> Report:
    values: dict[str, Any] = {
        "ticket": TICKET,
        "text": "Lampu jalan padam.",
        "attachments": 0,
        "anonymous": False,
        "secret": False,
        "personal": False,
        "happened_on": date(2026, 11, 9),
        "institution_id": 1,
    }
    return rules.report(**values | changes)


def answer(status: int, body: bytes, headers: dict[str, str] | None = None) -> reading.Answer:
    return reading.Answer(status=status, body=body, headers=headers or {}, at=NOW)


@pytest.mark.parametrize(
    ("text", "title", "content"),
    [
        ("Lampu jalan padam.", "Lampu jalan padam.", f"[{TICKET}] Lampu jalan padam."),
        ("  Lampu\n jalan  padam. ", "Lampu jalan padam.", f"[{TICKET}] Lampu\n jalan  padam."),
        ("", f"Pengaduan {TICKET}", f"[{TICKET}] (tanpa teks)"),
        ("kata " * 30, "kata " * 15 + "kata…", f"[{TICKET}] " + ("kata " * 30).strip()),
        ("x" * 100, "x" * 80 + "…", f"[{TICKET}] " + "x" * 100),
    ],
)
def test_title_and_content_are_made_of_the_words(text, title, content):
    made = report(text=text)
    assert (made.title, made.content) == (title, content)


def test_attachments_are_named_by_their_number():
    assert report(attachments=2).content.endswith("\n\nLampiran: 2 berkas di NTB Care.")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Belum Terverifikasi", "received"),
        ("Terverifikasi", "assigned"),
        ("Sudah Terverifikasi", "assigned"),
        (" DALAM  proses", "in_progress"),
        ("Selesai", "closed"),
        ("Diarsipkan", "archived"),
        ("Ditolak", "rejected"),
        ("Selesai Sebagian", None),
        ("", None),
    ],
)
def test_a_status_means_a_state_of_ours_or_none(status, state):
    assert rules.state_of(status) == state


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"),
    [(1, None, 60), (2, None, 120), (9, None, 3600), (99, None, 3600), (1, 7200, 7200)],
)
def test_waits_double_up_to_an_hour_and_lapors_wish_is_granted(attempts, asked, seconds):
    assert rules.wait(attempts, 60, asked) == seconds


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"status": True, "complaint_id": 9165816}, Created("9165816")),
        (201, {"status": True, "complaint_id": " 9165816 "}, Created("9165816")),
        (200, {"status": True, "results": {"complaint": {"id": 9165816}}}, Created("9165816")),
        (200, {"status": True, "results": {"complaint": {"id": "9165816"}}}, Created("9165816")),
        (200, {"status": False, "complaint_id": 9165816}, Created("9165816")),
        (200, {"status": True, "complaint_id": None}, Unclear("HTTP 200 without a number: no message")),
        (200, {"status": True, "complaint_id": 0}, Unclear("HTTP 200 without a number: no message")),
        (200, {"status": True, "complaint_id": True}, Unclear("HTTP 200 without a number: no message")),
        (200, {"status": True, "complaint_id": "../1"}, Unclear("HTTP 200 without a number: no message")),
        (200, {"status": False, "message": "Gagal"}, Unclear("HTTP 200 without a number: Gagal")),
        (200, {"results": []}, Unclear("HTTP 200 without a number: no message")),
        (200, [], Unclear("HTTP 200 without a number: no message")),
        (200, None, Unclear("HTTP 200 without a number: no message")),
        (302, {}, Unclear("HTTP 302")),
        (400, {"message": "Judul wajib"}, Refused(400, "Judul wajib")),
        (422, {}, Refused(422, "no message")),
        (401, {}, Locked(401)),
        (403, {}, Locked(403)),
        (408, {}, Unclear("HTTP 408")),
        (429, {}, Busy(None)),
        (500, {}, Unclear("HTTP 500")),
        (503, {"complaint_id": 1}, Unclear("HTTP 503")),
    ],
)
def test_the_answer_to_a_new_complaint_is_read_as(status, body, outcome):
    raw = b"<html>" if body is None else json.dumps(body).encode()
    assert reading.created(answer(status, raw)) == outcome


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("999999999", 86400),
        ("Mon, 09 Nov 2026 01:02:00 GMT", 120),
        ("Mon, 09 Nov 2026 00:00:00 GMT", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert reading.created(answer(429, b"", {"retry-after": value})) == Busy(seconds)


LOGS = [
    {"id": "12", "date": "2026-11-09 10:00:00", "status_new": "Selesai"},
    {"id": 3, "date": "2026-11-09 08:00:00", "status_new": "Terverifikasi"},
    {"id": 7, "date": "2026-11-09 09:00:00", "status_new": "Dalam Proses"},
]


@pytest.mark.parametrize(
    ("results", "name", "hour"),
    [
        ({"data": {"status_name": "Selesai"}, "data_logs": LOGS}, "Selesai", 3),
        ({"data": {"status_name": "Selesai", "data_logs": LOGS}}, "Selesai", 3),
        ({"data": {}, "data_logs": LOGS}, "Selesai", 3),
        ({"status_name": "Dalam  Proses", "data_logs": {"1": LOGS[0], "0": LOGS[2], "docs": []}}, "Dalam Proses", 2),
        ({"data": {"status_name": "Ditunda"}, "data_logs": LOGS}, "Ditunda", None),
        ({"data": {"status_name": "Selesai"}, "data_logs": [None, 3, {"date": "kemarin"}]}, "Selesai", None),
        ({"data": {"status_name": "Selesai"}}, "Selesai", None),
    ],
)
def test_a_status_is_read_with_its_time_in_wib(results, name, hour):
    body = json.dumps({"status": True, "results": results}).encode()
    since = None if hour is None else datetime(2026, 11, 9, hour, tzinfo=UTC)
    assert reading.looked(answer(200, body)) == Status(name=name, since=since)


@pytest.mark.parametrize("results", [{}, [], None, {"data": []}, {"data": {"status_name": 4}}])
def test_a_look_without_a_status_tells_nothing(results):
    assert isinstance(reading.looked(answer(200, json.dumps({"results": results}).encode())), Unclear)


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        ([1, 2], [1, 2]),
        ({"1": "b", "0": "a", "10": "c", "docs": []}, ["a", "b", "c"]),
        (None, []),
        (False, []),
        ("", []),
    ],
)
def test_a_list_may_come_as_an_object(value, entries):
    assert reading.listed(value) == entries


@pytest.mark.parametrize("text", ["2026-11-09 08:00:00", "09-11-2026 08:00:00", "2026-11-09T08:00:00"])
def test_times_without_a_zone_are_wib(text):
    assert reading.moment(text) == NOW


def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **lines: str) -> LaporSettings:
    values = {
        "DATABASE_URL": "postgresql://ntbcare_lapor:9f8e7d6c5b4a39281706@127.0.0.1:5432/ntbcare",
        "BASE_URL": "https://lapor.example/lapor/3.0.0/",
        "AUTH": "$2y$10$kQ4fZ1hV8sLw3xNbT6rPuO",
        "TOKEN": "{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}",
        "USER_ID": "1",
        "CHANNEL_ID": "1",
        "INSTITUTION_ID": "1",
    } | lines
    env_file = tmp_path / "one.env"
    env_file.write_text("".join(f"NTBCARE_LAPOR_{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(env_file))
    return LaporSettings.load()


BCRYPT = "$2y$10$kQ4fZ1hV8sLw3xNbT6rPuO"


@pytest.mark.parametrize("form", ["{}", "'{}'", '"{}"', "'Bearer {}'", "Bearer {}", "'bearer {}'"])
async def test_a_secret_with_dollars_survives_the_env_file(tmp_path, monkeypatch, form):
    client = LaporClient(settings(tmp_path, monkeypatch, AUTH=form.format(BCRYPT)))
    assert client._headers["auth"] == f"Bearer {BCRYPT}"
    assert client._headers["token"] == "{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}"
    await client.close()


async def test_header_and_scheme_are_settings(tmp_path, monkeypatch):
    client = LaporClient(settings(tmp_path, monkeypatch, AUTH_HEADER="Authorization", AUTH_SCHEME=""))
    assert client._headers["Authorization"] == BCRYPT
    await client.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "lapor.example"),
        ("BASE_URL", "https://user:pass@lapor.example"),
        ("BASE_URL", "https://lapor.example/?x=1"),
        ("AUTH", "'\"$2y$10$kQ4fZ1hV8sLw3xNbT6rPuO é'"),
        ("AUTH_HEADER", "auth:"),
        ("LIST_PATH", "complaints?page=1"),
        ("MODE", "sometimes"),
        ("USER_ID", "0"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_shows_no_secret(tmp_path, monkeypatch, name, value):
    with pytest.raises(SettingsError) as refused:
        settings(tmp_path, monkeypatch, **{name: value})
    assert f"NTBCARE_LAPOR_{name}" in str(refused.value)
    assert "kQ4fZ" not in str(refused.value)
