"""The stand-in for LAPOR! is strict, misbehaves on demand, and tells what it holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import shared.testing.lapor as lapor_stand_in
from shared.http.client import ASGITransport, AsyncClient
from shared.testing.lapor import HOSTS, Quirks, create_simulator, parse_timetable
from shared.testing.lapor.ways import Way
from tests.services.lapor.caller import AUTH, FOLLOWUP, GOOD, JPEG, PDF, TOKEN, Caller


@pytest.fixture
async def lapor():
    now = [datetime(2026, 11, 9, 1, 0, tzinfo=UTC)]
    app = create_simulator(auth=f"Bearer {AUTH}", token=TOKEN, timetable=[(60, "Terverifikasi")], clock=lambda: now[0])
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://lapor") as http:
        yield Caller(http, now=now)


@pytest.mark.parametrize("prefix", HOSTS)
async def test_each_host_wants_the_secret_in_its_own_header(lapor, prefix):
    here = Caller(lapor.http, prefix)
    assert (await here.create()).json()["complaint_id"] == 9165801
    other = {"auth": "Authorization", "Authorization": "auth"}[HOSTS[prefix]]
    here.headers[other] = here.headers.pop(HOSTS[prefix])
    assert (await here.create()).status_code == 401


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("auth", AUTH, 401),
        ("auth", "Bearer wrong", 401),
        ("auth", "", 401),
        ("token", TOKEN.strip("{}"), 401),
        ("token", TOKEN.lower(), 401),
        ("Accept", "text/html", 406),
    ],
)
async def test_wrong_headers_are_turned_away_in_the_envelope(lapor, name, value, status):
    lapor.headers[name] = value
    answer = await lapor.create()
    assert (answer.status_code, answer.json()["status"]) == (status, False)
    assert (await lapor.held())["held"] == 0


WRONG = [
    {"surprise": 1},
    {"title": ""},
    {"title": "x" * 201},
    {"content": 5},
    {"user_id": "77"},
    {"user_id": None},
    {"disposition_id": "1"},
    {"disposition_id": 4711},
    {"is_secret": 0},
    {"is_secret": "false"},
    {"date_of_incident": "09-11-2026"},
    {"attachments": []},
    {"attachments": True},
    {"attachments": "[1,2]"},
    {"attachments": "[1]."},
    {"is_new_user_slider": True},
    {"is_new_user_slider": True, "user_id": None, "nameUser": "A", "emailUser": "a@b.id"},
    {"nameUser": "A"},
]


@pytest.mark.parametrize("changes", WRONG, ids=str)
async def test_a_complaint_with_a_wrong_field_is_refused_and_not_held(lapor, changes):
    answer = await lapor.create(**changes)
    assert (answer.status_code, answer.json()["status"]) == (422, False)
    assert (await lapor.held())["held"] == 0


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"user_id"}))
async def test_a_complaint_without_a_field_is_refused(lapor, name):
    body = {key: value for key, value in GOOD.items() if key != name}
    answer = await lapor.post("/complaints/complaint", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["results"]["errors"]] == [name]


@pytest.mark.parametrize(("content", "kind", "status"), [(b"{", "application/json", 400), (b"{}", "text/xml", 415)])
async def test_what_is_no_json_is_refused(lapor, content, kind, status):
    lapor.headers["content-type"] = kind
    assert (await lapor.post("/complaints/complaint", content=content)).status_code == status


async def test_a_new_reporter_may_stand_in_the_complaint(lapor):
    person = {"is_new_user_slider": True, "emailUser": "a@b.id", "nameUser": "A", "phoneUser": "1"}
    body = {key: value for key, value in GOOD.items() if key != "user_id"} | person
    assert (await lapor.post("/complaints/complaint", json=body)).status_code == 200


async def test_files_are_answered_in_two_lists_and_named_in_a_string_with_a_dot(lapor):
    files = [("attachments[]", JPEG), ("attachments[]", PDF)]
    results = (await lapor.post("/complaints/complaint/file", files=files)).json()["results"]
    numbers = [entry["id"] for entry in results["images"] + results["docs"]]
    assert [len(results["images"]), len(results["docs"])] == [1, 1]
    assert (await lapor.create(attachments=f"[{numbers[0]},{numbers[1]}].")).status_code == 200


@pytest.mark.parametrize(
    "files",
    [
        [("attachments[]", ("a.exe", b"MZ", "application/octet-stream"))],
        [("attachments[]", ("a.jpg", b"x" * (5 * 1024 * 1024 + 1), "image/jpeg"))],
        [("attachments[]", JPEG)] * 6,
        [("file", JPEG)],
    ],
    ids=["kind", "size", "number", "name"],
)
async def test_a_file_that_lapor_does_not_take_is_refused(lapor, files):
    assert (await lapor.post("/complaints/complaint/file", files=files)).status_code == 422


@pytest.mark.parametrize(
    ("quirk", "status", "held"),
    [
        ({"no_id": 1}, 200, 1),
        ({"error_after": 1}, 502, 1),
        ({"answer_late": 1, "late_s": 0}, 200, 1),
        ({"error_before": 1}, 503, 0),
        ({"too_many": 1}, 429, 0),
        ({"locked": 1}, 401, 0),
        ({"not_taken": 1}, 200, 0),
    ],
    ids=str,
)
async def test_a_quirk_strikes_as_often_as_it_was_switched_on(lapor, quirk, status, held):
    await lapor.switch(**quirk)
    answer = await lapor.create()
    assert (answer.status_code, (await lapor.held())["held"]) == (status, held)
    assert (await lapor.create()).json()["complaint_id"]


@pytest.mark.parametrize("quirks", [{"no_id": -2}, {"unknown": 1}, {"late_s": "soon"}])
async def test_a_switch_that_is_none_is_refused(lapor, quirks):
    assert (await lapor.switch(**quirks)).status_code == 422
    assert (await lapor.switch()).json()["no_id"] == 0


async def test_a_ticket_that_is_told_twice_is_counted_twice(lapor):
    await lapor.create()
    await lapor.create()
    await lapor.create(content="Tanpa tiket.")
    assert (await lapor.held())["per_ticket"] == {"NTB-79E7-3T8DN": 2, "(none)": 1}


async def test_the_page_shows_what_it_holds_and_escapes_it(lapor):
    await lapor.create(title="<script>alert(1)</script>", content="[NTB-79E7-3T8DN] <img src=x onerror=alert(1)>")
    page = await lapor.http.get("/_simulator/")
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_status_moves_by_the_timetable_and_by_hand_in_wib(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    path = f"/complaints/{number}/complaint"
    assert (await lapor.get(path)).json()["results"]["data"]["status_name"] == "Belum Terverifikasi"
    lapor.now[0] = datetime(2026, 11, 9, 1, 2, tzinfo=UTC)
    await lapor.http.post(f"/_simulator/complaints/{number}/status", json={"status": "Kata Baru"})
    results = (await lapor.get(path)).json()["results"]
    assert results["data"]["status_name"] == "Kata Baru"
    assert [(log["date"], log["status_new"]) for log in results["data_logs"]] == [
        ("2026-11-09 08:00:00", "Belum Terverifikasi"),
        ("2026-11-09 08:01:00", "Terverifikasi"),
        ("2026-11-09 08:02:00", "Kata Baru"),
    ]
    await lapor.switch(object_logs=True, unordered_logs=True, text_ids=True)
    results = (await lapor.get(path)).json()["results"]
    assert [results["data_logs"][name]["status_new"] for name in ("0", "1", "2")] == [
        "Terverifikasi",
        "Kata Baru",
        "Belum Terverifikasi",
    ]
    assert results["data"]["disposition_id"] == "1"


async def test_followups_come_in_pages_with_attachments_as_list_or_object(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    for _ in range(11):
        body = {"content": "Sedang ditangani.", "files": 1}
        await lapor.http.post(f"/_simulator/complaints/{number}/followups", json=body)
    added = await lapor.post(
        "/complaints/followup/add", data=FOLLOWUP | {"complaint_id": str(number)}, files={"x": JPEG}
    )
    assert added.status_code == 422
    files = {"attachment[0]": JPEG}
    added = await lapor.post("/complaints/followup/add", data=FOLLOWUP | {"complaint_id": str(number)}, files=files)
    assert added.status_code == 200
    await lapor.switch(object_attachments=True)
    first = (await lapor.get(f"/complaints/{number}/followups")).json()["results"]
    second = (await lapor.get(f"/complaints/{number}/followups", page=2)).json()["results"]
    assert (len(first["data"]), len(second["data"]), second["next_page_url"]) == (10, 2, None)
    assert first["next_page_url"].endswith("page=2")
    assert first["data"][0]["created_at"] == "09-11-2026 08:00:00"
    assert set(first["data"][0]["attachments"]) == {"0", "docs"}


@pytest.mark.parametrize(
    "changes",
    [{"content": "x" * 1001}, {"rating": "5"}, {"is_secret": "yes"}, {"surprise": "1"}, {"complaint_id": "abc"}],
    ids=str,
)
async def test_a_followup_with_a_wrong_field_is_refused(lapor, changes):
    number = (await lapor.create()).json()["complaint_id"]
    body = FOLLOWUP | {"complaint_id": str(number)} | changes
    assert (await lapor.post("/complaints/followup/add", data=body)).status_code == 422


async def test_masters_come_in_pages_with_ids_as_number_or_text(lapor):
    one = (await lapor.get("/masters/institutions/external", page_size=2)).json()["results"]
    assert [entry["id"] for entry in one["data"]] == [1, 2]
    assert one["next_page_url"].endswith("page_size=2&page=2")
    await lapor.switch(text_ids=True)
    two = (await lapor.get("/masters/institutions/external", page_size=2, page=2)).json()["results"]
    assert ([entry["id"] for entry in two["data"]], two["next_page_url"]) == (["3"], None)
    assert (await lapor.get("/masters/institutions/external", page="x")).status_code == 422
    assert (await lapor.get("/masters/templates")).json()["results"]["data"][0]["template_code"] == "disposition"


async def test_a_complaint_is_passed_on_to_a_known_institution_only(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    body = {"is_request": 1, "not_authority": 1, "reason": "2", "reason_description": "Bukan wewenang kami."}
    assert (await lapor.post(f"/complaints/process/{number}/reject", json=body)).status_code == 200
    wrong = await lapor.post(f"/complaints/process/{number}/reject", json=body | {"reason": "99"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    "path", ["/complaints/1/complaint", "/complaints/x/complaint", "/complaints/²/complaint", "/none"]
)
async def test_what_is_not_there_is_a_404_in_the_envelope(lapor, path):
    answer = await lapor.get(path)
    assert (answer.status_code, answer.json()["status"]) == (404, False)


async def test_a_journal_keeps_what_it_holds_over_a_restart(tmp_path):
    now = [datetime(2026, 11, 9, 1, 0, tzinfo=UTC)]
    shown = []
    for minute in (0, 3):
        app = create_simulator(
            auth=AUTH,
            token=TOKEN,
            timetable=[(60, "Terverifikasi"), (150, "Selesai")],
            clock=lambda: now[0],
            journal=tmp_path / "lapor.jsonl",
        )
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://lapor") as http:
            lapor = Caller(http)
            if minute == 0:
                number = (await lapor.create(title="Lampu «padam»")).json()["complaint_id"]
                now[0] = now[0].replace(minute=2)
                await http.post(f"/_simulator/complaints/{number}/status", json={"status": "Dalam Proses"})
                await http.post(f"/_simulator/complaints/{number}/followups", json={"content": "Sedang.", "files": 1})
            shown.append((await lapor.held())["complaints"])
    assert [log["status_new"] for log in shown[1][0]["logs"]] == [
        "Belum Terverifikasi",
        "Terverifikasi",
        "Dalam Proses",
    ]
    assert shown[0] == shown[1]
    now[0] = now[0].replace(minute=3)
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://lapor") as http:
        assert (await Caller(http).held())["complaints"][0]["status"] == "Selesai"
        assert (await Caller(http).create()).json()["complaint_id"] == number + 1


def test_a_timetable_is_read_and_a_wrong_one_refused():
    assert parse_timetable("2:Terverifikasi, 5.5:Dalam Proses") == [(2.0, "Terverifikasi"), (5.5, "Dalam Proses")]
    assert parse_timetable("") == []
    for wrong in ("Selesai", "x:Selesai", "5:", "5:Selesai,2:Terverifikasi"):
        with pytest.raises(ValueError, match=r"SECONDS|float"):
            parse_timetable(wrong)


def test_its_readme_names_every_switch_way_and_address():
    text = (Path(lapor_stand_in.__file__).parent / "README.md").read_text(encoding="utf-8")
    all_paths = create_simulator(auth=AUTH, token=TOKEN).openapi()["paths"]
    hosts = tuple(HOSTS)
    paths = {
        path.removeprefix(hosts[0]).replace("{number}", "{id}") for path in all_paths if not path.startswith(hosts[1:])
    }
    assert paths >= {"/_simulator/complaints/{id}/followups", "/complaints/list"}
    assert not {name for name in {*Quirks.model_fields, *Way} if f"`{name}`" not in text}
    assert not {path for path in paths if f"{path}`" not in text}
