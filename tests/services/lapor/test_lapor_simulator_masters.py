"""The stand-in for LAPOR! holds what citizens filed there, and masters that change while it runs."""

from re import fullmatch
from typing import Any

import pytest

from shared.testing.lapor import INSTITUTIONS, Entry, read_institutions
from tests.services.lapor.caller import GOOD, Caller

FILED = {"title": "Jalan rusak", "content": "Jalan di depan pasar rusak.", "institution_id": 3}


@pytest.fixture
async def lapor(stand_in):
    return await stand_in(institutions=INSTITUTIONS | {900: Entry("Kementerian Pekerjaan Umum", ours=False)})


async def listed(lapor: Caller, **query: Any) -> Any:
    return (await lapor.get("/complaints/list", **query)).json()["results"]


async def test_a_list_of_complaints_is_there_only_when_it_is_switched_on(lapor):
    assert (await lapor.get("/complaints/list")).status_code == 404
    await lapor.switch(list=True)
    assert await listed(lapor) == {"data": [], "current_page": 1, "next_page_url": None}


async def test_what_a_citizen_filed_is_listed_with_what_was_told_the_newest_first(lapor):
    await lapor.switch(list=True)
    told = (await lapor.create(location_id=701)).json()["complaint_id"]
    filed = (await lapor.control("complaints", **FILED, is_secret=True, location_name="Kota Bima")).json()
    await lapor.control(f"complaints/{filed['id']}/status", status="Terverifikasi")
    first, second = (await listed(lapor))["data"]
    assert fullmatch(r"\d\d-\d\d-\d{4} \d\d:\d\d:\d\d", first.pop("created_at"))
    assert first == {
        "id": filed["id"],
        "title": FILED["title"],
        "content": FILED["content"],
        "status_code": 2,
        "status_name": "Terverifikasi",
        "disposition_id": 3,
        "disposition_name": INSTITUTIONS[3],
        "is_anonymous": False,
        "is_secret": True,
        "location_name": "Kota Bima",
    }
    assert (second["id"], second["location_name"]) == (told, "Provinsi Nusa Tenggara Barat")
    assert (await lapor.held())["per_ticket"] == {"NTB-79E7-3T8DN": 1}
    await lapor.switch(text_ids=True)
    assert (await listed(lapor, page_size=1, page=2))["data"][0]["id"] == str(told)


async def test_the_list_ends_where_the_integrators_institutions_end(lapor):
    await lapor.switch(list=True)
    there = (await lapor.control("complaints", **FILED | {"institution_id": 900})).json()["id"]
    here = (await lapor.control("complaints", **FILED)).json()["id"]
    assert [one["id"] for one in (await listed(lapor))["data"]] == [here]
    await lapor.reject(there, reason="2")
    await lapor.reject(here, reason="900")
    assert [one["id"] for one in (await listed(lapor))["data"]] == [there]


async def test_a_reporter_is_named_only_when_one_was_given_who_is_not_anonymous(lapor):
    await lapor.switch(list=True)
    for flag in (False, True):
        await lapor.control("complaints", **FILED, reporter={"name": "Warga"}, is_anonymous=flag)
    assert [one.get("reporter", {}).get("name") for one in (await listed(lapor))["data"]] == [None, "Warga"]


async def test_a_citizens_own_complaint_counts_for_no_ticket(lapor):
    filed = (await lapor.control("complaints", **FILED | {"content": GOOD["content"]})).json()
    held = await lapor.held()
    assert (filed["ticket"], held["per_ticket"], held["held"], held["incoming"]) == (None, {}, 1, 1)


@pytest.mark.parametrize("changes", [{"institution_id": 4711}, {"title": ""}, {"is_secret": "yes"}, {"surprise": 1}])
async def test_a_wrong_complaint_of_a_citizen_is_refused(lapor, changes):
    assert (await lapor.control("complaints", **FILED | changes)).status_code == 422
    assert (await lapor.held())["held"] == 0


async def test_institutions_come_go_and_are_renamed_and_complaints_remember_them(lapor):
    number = (await lapor.create(disposition_id=2)).json()["complaint_id"]
    await lapor.http.put("/_simulator/masters/institutions/7", json={"name": "Dinas Kesehatan"})
    await lapor.http.put("/_simulator/masters/institutions/3", json={"name": "Dinas PUPR"})
    await lapor.http.delete("/_simulator/masters/institutions/2")
    results = (await lapor.get("/masters/institutions/external", page_size=1000)).json()["results"]
    assert [(one["id"], one["name"]) for one in results["data"]] == [
        (1, INSTITUTIONS[1]),
        (3, "Dinas PUPR"),
        (7, "Dinas Kesehatan"),
        (900, "Kementerian Pekerjaan Umum"),
    ]
    shown = (await lapor.get(f"/complaints/{number}/complaint")).json()["results"]["data"]
    assert shown["disposition_name"] == INSTITUTIONS[2]
    assert (await lapor.create(disposition_id=2)).status_code == 422
    assert (await lapor.create(disposition_id=7)).status_code == 200
    assert (await lapor.http.delete("/_simulator/masters/institutions/2")).status_code == 404


async def test_categories_and_locations_are_there_and_binding_only_when_switched_on(lapor):
    for name in ("categories", "locations"):
        assert (await lapor.get(f"/masters/{name}")).status_code == 404
    assert (await lapor.create(category_id=4711, location_id=4711)).status_code == 200
    await lapor.switch(more_masters=True)
    found = {}
    for name in ("categories", "locations"):
        results = (await lapor.get(f"/masters/{name}")).json()["results"]
        assert results["next_page_url"].endswith("page=2")
        more = (await lapor.get(f"/masters/{name}", page=2)).json()["results"]
        found[name] = {one["name"]: one["id"] for one in results["data"] + more["data"]}
    assert {"Infrastruktur", "Kesehatan"} <= found["categories"].keys()
    assert {"Nasional", "Kota Mataram", "Kabupaten Lombok Utara"} <= found["locations"].keys()
    right = {"category_id": found["categories"]["Infrastruktur"], "location_id": found["locations"]["Kota Mataram"]}
    assert (await lapor.create(**right)).status_code == 200
    assert (await lapor.create(**right | {"category_id": None})).status_code == 200
    for name in right:
        refused = await lapor.create(**right | {name: 4711})
        assert (refused.status_code, refused.json()["message"].split(":")[0]) == (422, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "\ufeffid,name\n7,Dinas Sosial\n9,Kementerian\n"),
        ("a.csv", "name,id,ours\n Dinas Sosial ,7,true\nKementerian,9,\n"),
        ("a.json", '[{"id": 7, "name": "Dinas Sosial", "ours": true}, {"id": "9", "name": "Kementerian"}]'),
    ],
)
def test_institutions_are_read_from_a_file(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_institutions(tmp_path / name) == {7: Entry("Dinas Sosial"), 9: Entry("Kementerian")}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "id,name\n"),
        ("a.csv", "id,name\nseven,Dinas\n"),
        ("a.csv", "id,name\n0,Dinas\n"),
        ("a.csv", "id,name\n7,\n"),
        ("a.csv", "id,name\n7,A\n7,B\n"),
        ("a.csv", "id,name,ours\n7,A,perhaps\n"),
        ("a.json", "{"),
        ("a.json", "[1]"),
    ],
)
def test_a_file_of_institutions_that_is_none_is_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError):
        read_institutions(tmp_path / name)
