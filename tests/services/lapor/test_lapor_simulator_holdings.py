"""The stand-in for LAPOR! holds follow-ups, files and thousands of complaints, and shows them."""

from hashlib import sha256
from time import perf_counter

import pytest

from shared.testing.lapor import INSTITUTIONS
from shared.testing.lapor.payloads import NewComplaint
from tests.services.lapor.caller import FOLLOWUP, GOOD, JPEG, PDF

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
async def lapor(stand_in):
    return await stand_in()


async def test_a_followup_says_whose_it_is_and_is_counted_by_its_words(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    for content in ("Sudah diperiksa.", "Sudah diperiksa.", "Selesai."):
        await lapor.followup(number, content=content, template_code="followup", institution_to_id="3")
    one, held = await lapor.one(number), await lapor.held()
    assert one["per_content"] == {"Sudah diperiksa.": 2, "Selesai.": 1}
    assert held["followups_twice"] == [number]
    (shown, *_) = (await lapor.get(f"/complaints/{number}/followups")).json()["results"]["data"]
    assert (shown["institution_from_name"], shown["institution_to_name"]) == (INSTITUTIONS[1], INSTITUTIONS[3])
    assert "by" not in shown


@pytest.mark.parametrize(
    "changes", [{"template_code": "surprise"}, {"institution_from_id": "4711"}, {"institution_to_id": "4711"}], ids=str
)
async def test_a_followup_that_names_what_is_unknown_is_refused(lapor, changes):
    number = (await lapor.create()).json()["complaint_id"]
    assert (await lapor.followup(number, **changes)).status_code == 422
    assert (await lapor.one(number))["followups"] == []


async def test_an_institution_answers_and_moves_the_status_in_one_request(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    answer = {
        "content": "Sedang ditangani.",
        "institution_from_id": 2,
        "institution_to_id": 1,
        "status": "Dalam Proses",
    }
    one = (
        await lapor.control(f"complaints/{number}/followups", **answer, files=["image/png", "application/pdf"])
    ).json()
    assert (one["status"], one["per_content"]) == ("Dalam Proses", {})
    await lapor.switch(object_attachments=True)
    (shown,) = (await lapor.get(f"/complaints/{number}/followups")).json()["results"]["data"]
    assert (shown["institution_from_name"], shown["institution_to_name"]) == (INSTITUTIONS[2], INSTITUTIONS[1])
    assert [set(shown["attachments"]), len(shown["attachments"]["docs"])] == [{"0", "docs"}, 1]
    for wrong in ({"template_code": "surprise"}, {"institution_from_id": 4711}, {"files": ["text/plain"]}):
        assert (await lapor.control(f"complaints/{number}/followups", **answer | wrong)).status_code == 422


async def test_a_complaint_that_is_passed_on_stands_with_the_other_institution(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    await lapor.reject(number, reason="2")
    results = (await lapor.get(f"/complaints/{number}/complaint")).json()["results"]
    assert (results["data"]["disposition_id"], results["data"]["disposition_name"]) == (2, INSTITUTIONS[2])
    log = results["data_logs"][-1]
    assert (log["content"], log["institution_from_id"]) == (
        "Diteruskan dari {{institution_from}} kepada {{institution_to}}",
        1,
    )
    assert INSTITUTIONS[2] in log["data"]
    assert (log["status_old"], log["status_new"]) == ("Belum Terverifikasi", "Belum Terverifikasi")
    assert (await lapor.one(number))["passed_on"] == 1


@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        ("image/jpeg", b"\xff\xd8\xff\xe0", 200),
        ("image/png", b"\x89PNG\r\n\x1a\n\x00", 200),
        ("application/pdf", b"%PDF-1.7", 200),
        ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 200),
        (DOCX, b"PK\x03\x04", 200),
        ("image/jpeg", b"\x89PNG\r\n\x1a\n\x00", 422),
        ("image/png", b"<svg/>", 422),
        ("application/pdf", b"MZ\x90", 422),
        (DOCX, b"", 422),
        ("text/plain", b"%PDF-1.7", 422),
    ],
)
async def test_a_file_is_what_its_first_bytes_say(lapor, kind, content, status):
    number = (await lapor.create()).json()["complaint_id"]
    file = ("berkas", content, kind)
    assert (await lapor.upload(file)).status_code == status
    assert (await lapor.followup(number, files={"attachment[0]": file})).status_code == status
    assert (await lapor.held())["files"] == 2 * (status == 200)


async def test_the_files_of_a_followup_are_known_again(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    await lapor.followup(number, files={"attachment[0]": JPEG, "attachment[1]": PDF})
    first, second = (await lapor.one(number))["followups"][0]["files"]
    assert (first["name"], first["kind"], first["size"]) == ("a.jpg", "image/jpeg", 3)
    assert second["sha256"] == sha256(PDF[1]).hexdigest()
    six = {f"attachment[{place}]": JPEG for place in range(6)}
    assert (await lapor.followup(number, files=six)).status_code == 422


async def test_complaints_are_found_by_ticket_and_by_number_in_steps(lapor):
    for place in range(5):
        await lapor.create(content=f"[NTB-AAAA-AAAA{place % 4}] Lampu padam.")
    get = lapor.http.get
    one = (await get("/_simulator/complaints", params={"ticket": "NTB-AAAA-AAAA0"})).json()
    assert (one["per_ticket"], one["held"], one["twice"]) == ({"NTB-AAAA-AAAA0": 2}, 5, ["NTB-AAAA-AAAA0"])
    ids = [found["id"] for found in one["complaints"]]
    some = (await get("/_simulator/complaints", params={"after_id": ids[0], "limit": 2})).json()["complaints"]
    assert [found["id"] for found in some] == [ids[0] + 1, ids[0] + 2]
    none = (await get("/_simulator/complaints", params={"limit": 0})).json()
    assert (none["complaints"], len(none["per_ticket"])) == ([], 4)
    unknown = (await get("/_simulator/complaints", params={"ticket": "NTB-ZZZZ-ZZZZZ"})).json()
    assert (unknown["per_ticket"], unknown["complaints"]) == ({"NTB-ZZZZ-ZZZZZ": 0}, [])


async def test_the_page_finds_a_ticket_or_a_number_and_leads_to_all_that_is_known(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    other = (await lapor.create(content="[NTB-AAAA-AAAAA] Sampah.")).json()["complaint_id"]
    await lapor.followup(number, content="<b>Selesai</b>", files={"attachment[0]": JPEG})
    for query in (str(number), f"#{number}", " ntb-79e7-3t8dn "):
        page = (await lapor.http.get("/_simulator/", params={"q": query})).text
        assert (f'href="{number}"' in page, f'href="{other}"' in page) == (True, False)
    assert "<tr><td>" not in (await lapor.http.get("/_simulator/", params={"q": '"><script>'})).text
    detail = await lapor.http.get(f"/_simulator/{number}")
    assert "&lt;b&gt;Selesai" in detail.text
    assert "<b>" not in detail.text
    assert "a.jpg" in detail.text
    assert "default-src 'none'" in detail.headers["content-security-policy"]
    assert (await lapor.http.get("/_simulator/1")).status_code == 404


@pytest.mark.wide
async def test_ten_thousand_complaints_make_it_no_slower(stand_in):
    lapor = await stand_in()
    held = lapor.app.state.held
    for place in range(10_000):
        held.add(NewComplaint.model_validate(GOOD | {"content": f"[NTB-{place // 10000:04}-{place:05}] Lampu."}))
    await lapor.switch(list=True)
    started = perf_counter()
    page = (await lapor.http.get("/_simulator/")).text
    assert page.count("<tr>") == 201
    assert (await lapor.held(limit=10))["held"] == 10_000
    assert len((await lapor.get("/complaints/list", page_size=100)).json()["results"]["data"]) == 100
    assert (await lapor.create()).status_code == 200
    assert perf_counter() - started < 2, "seconds for four requests"


async def test_a_followup_keeps_every_word_it_was_sent_with(lapor):
    number = (await lapor.create()).json()["complaint_id"]
    await lapor.followup(number, is_secret="1")
    (kept,) = (await lapor.one(number))["followups"]
    assert {name: str(kept[name]) for name in FOLLOWUP} == FOLLOWUP | {"is_secret": "1"}
