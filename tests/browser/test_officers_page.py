"""An officer at the page for LAPOR!, with a cheap phone's screen: reads, copies, types numbers, settles doubts."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
from playwright.async_api import expect

from services.lapor.arrivals import repository as arrivals
from services.lapor.arrivals.arriving import NotReceived
from services.lapor.desk.tables import read_table
from tests.services.lapor.desk import NAME, PERSONAL, table

pytestmark = pytest.mark.wide

DONE_S = 5


async def at_work(officer: Any, username: str = "rahmi") -> None:
    await officer.open()
    await officer.sign_in(username)
    await expect(officer.page.get_by_role("heading", name="Yang harus dikerjakan")).to_be_focused()


async def state_of(mirror: Any, ticket: str, wanted: str) -> Any:
    async with asyncio.timeout(DONE_S):
        while (row := await mirror.row(ticket))["state"] != wanted:  # noqa: ASYNC110 - another thread changes it
            await asyncio.sleep(0.05)
    return row


def get(url: str) -> Any:
    return urllib.request.urlopen(url, timeout=5)


async def test_an_officer_copies_each_field_and_types_the_number_back(visit):
    mirror, officer = await visit(mode="by_hand")
    photo = await mirror.store(b"\xff\xd8\xff" + b"x" * 4000, "image/jpeg")
    first, second = await mirror.verified(attachments=(photo,)), await mirror.verified()
    await at_work(officer)
    card = officer.card(first.ticket)
    await card.get_by_role("button", name="Salin judul").click()
    await expect(officer.page.get_by_role("status")).to_have_text("Judul disalin.")
    assert (await officer.page.evaluate("navigator.clipboard.readText()")).startswith("Atap ruang kelas")
    await card.get_by_role("button", name="Salin isi").click()
    await expect(officer.page.get_by_role("status")).to_have_text("Isi disalin.")
    assert (await officer.page.evaluate("navigator.clipboard.readText()")).startswith(f"[{first.ticket}] Atap")
    await card.get_by_role("button", name="Buka Lampiran 1").click()
    await expect(card.get_by_role("link", name="buka di tab baru")).to_be_focused()
    await card.get_by_label("Nomor dari LAPOR!").fill("#9500001")
    await card.get_by_role("button", name="Simpan").click()
    await expect(officer.page.get_by_role("status")).to_contain_text("Nomor #9500001 disimpan")
    await expect(card).to_have_count(0)
    await expect(officer.page.get_by_role("heading", name=second.ticket)).to_be_focused()
    assert (await state_of(mirror, first.ticket, "created"))["lapor_id"] == "9500001"


async def test_a_wrong_number_is_said_and_nothing_is_lost(visit):
    mirror, officer = await visit(mode="by_hand")
    first, second = await mirror.verified(), await mirror.verified()
    await at_work(officer)
    for one in (first, second):
        await officer.card(one.ticket).get_by_label("Nomor dari LAPOR!").fill("9500010")
        await officer.card(one.ticket).get_by_role("button", name="Simpan").click()
        if one is first:
            await expect(officer.card(first.ticket)).to_have_count(0)
    await expect(officer.page.get_by_role("alert")).to_contain_text(f"sudah milik aduan {first.ticket}")
    assert await officer.card(second.ticket).get_by_label("Nomor dari LAPOR!").input_value() == "9500010"


async def test_what_masking_found_is_marked_and_the_officer_changes_it_before_it_goes(visit):
    mirror, officer = await visit(review="when_masked")
    told = await mirror.verified(text=PERSONAL)
    await at_work(officer)
    card = officer.card(told.ticket)
    assert await card.locator("mark").all_inner_texts() == ["[NAME_1]", "[PHONE_1]"]
    assert NAME not in await officer.page.content()
    await card.get_by_label("Ubah isinya").fill("Jembatan gantung putus.")
    await card.get_by_role("button", name="Kirim", exact=False).first.click()
    await expect(card).to_have_count(0)
    row = await state_of(mirror, told.ticket, "queued")
    assert row["text"] == "Jembatan gantung putus."


async def test_what_an_officer_keeps_never_goes(visit):
    mirror, officer = await visit(review="when_masked")
    told = await mirror.verified(text=PERSONAL)
    await at_work(officer)
    card = officer.card(told.ticket)
    await card.locator("summary", has_text="Jangan kirim").click()
    await card.get_by_label("Alasan tidak dikirim").fill("Urusan keluarga")
    await card.get_by_role("button", name="Jangan kirim").click()
    await expect(officer.page.get_by_role("status")).to_contain_text("Tidak dikirim")
    assert (await state_of(mirror, told.ticket, "withheld"))["reason"] == "officer"


@pytest.mark.parametrize("there", [True, False])
async def test_one_press_says_whether_lapor_has_what_is_in_doubt(visit, lapor, there):
    mirror, officer = await visit()
    lapor.switch(no_id=1)
    told = await mirror.verified()
    await mirror.work()
    await at_work(officer)
    card = officer.card(told.ticket)
    await expect(card.get_by_role("listitem").nth(1)).to_contain_text(f"[{told.ticket}]")
    if there:
        await card.get_by_label("Sudah ada, nomornya").fill(str(lapor.one(told.ticket).id))
        await card.get_by_role("button", name="Sudah ada").click()
    else:
        await card.get_by_role("button", name="Belum ada, kirim lagi").click()
    await expect(card).to_have_count(0)
    await state_of(mirror, told.ticket, "created" if there else "queued")


async def test_a_list_is_downloaded_filled_in_and_uploaded(visit):
    mirror, officer = await visit(mode="by_hand")
    told = [await mirror.verified() for _ in range(2)]
    await at_work(officer)
    await officer.page.get_by_text("Unduh daftar untuk diketik").click()
    async with officer.page.expect_download() as begun:
        await officer.page.get_by_role("button", name="Unduh XLSX").click()
    download = await begun.value
    rows = await read_table((await download.path()).read_bytes())
    assert [row[0] for row in rows[1:]] == [one.ticket for one in told]
    await officer.page.get_by_text("Unggah nomor dari LAPOR!").click()
    file = officer.page.get_by_label("Berkas CSV atau XLSX dengan kolom tiket")
    wrong = table(rows[0], [told[0].ticket, "9500030"], [told[1].ticket, "abc"])
    await file.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": wrong})
    await officer.page.get_by_role("button", name="Simpan semua nomor").click()
    await expect(officer.page.get_by_role("listitem").filter(has_text="Baris 3")).to_be_visible()
    right = table(rows[0], [told[0].ticket, "9500030"], [told[1].ticket, "9500031"])
    await file.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": right})
    await officer.page.get_by_role("button", name="Periksa dulu").first.click()
    await expect(officer.page.get_by_role("status")).to_contain_text("Belum disimpan; akan menjadi: 2 nomor baru")
    await officer.page.get_by_role("button", name="Simpan semua nomor").click()
    await expect(officer.page.get_by_role("status")).to_contain_text("Disimpan: 2 nomor baru")
    await expect(officer.page.get_by_text("Tidak ada yang menunggu.")).to_be_visible()
    await state_of(mirror, told[1].ticket, "created")


async def test_news_from_lapor_and_complaints_that_it_assigned_are_typed_in(visit):
    mirror, officer = await visit(mode="by_hand")
    told = await mirror.verified()
    await at_work(officer)
    await officer.card(told.ticket).get_by_label("Nomor dari LAPOR!").fill("9500040")
    await officer.card(told.ticket).get_by_role("button", name="Simpan").click()
    await expect(officer.card(told.ticket)).to_have_count(0)
    await officer.page.get_by_text("Tulis kabar dari LAPOR!").click()
    await officer.page.get_by_role("textbox", name="Tiket").fill(told.ticket.lower())
    await officer.page.get_by_label("Status di LAPOR!").fill("Dalam Proses")
    await officer.page.get_by_label("Instansi").fill("Dinas Pendidikan")
    await officer.page.get_by_label("Isinya").fill("Tim sudah meninjau.")
    await officer.page.get_by_label("Ditulis pada").fill("2026-08-04T09:00")
    await officer.page.get_by_role("button", name="Simpan kabar").click()
    await expect(officer.page.get_by_role("status")).to_contain_text("Dalam Proses, kabar disimpan")
    heard = [one for one in await mirror.published(told.ticket) if one["type"] == "complaint.mirror_followed_up.v1"]
    assert json.loads(heard[0]["value"])["written_at"].startswith("2026-08-04T01:00:00")
    await officer.page.get_by_text("Aduan yang ditugaskan LAPOR!").click()
    form = officer.page.get_by_role("form", name="Masukkan satu aduan")
    await form.get_by_label("Nomor LAPOR!").fill("9500041")
    await form.get_by_label("Isi", exact=True).fill("Lampu jalan padam di Dompu.")
    await form.get_by_label("Anonim di LAPOR!").check()
    await form.get_by_role("button", name="Masukkan").click()
    await expect(officer.page.get_by_role("status")).to_have_text("9500041: dimasukkan.")


async def test_what_was_refused_here_is_handed_over_again_with_one_press(visit):
    mirror, officer = await visit(mode="by_hand")
    now, number = datetime.now(UTC), "9500050"
    async with mirror.pool.transaction() as tx:
        await arrivals.arrive(
            tx, now, lapor_id=number, source="entered", content="Lampu padam.", anonymous=True, secret=False
        )
    async with mirror.pool.transaction() as tx:
        arrival = await mirror.service.arriving.claim(tx)
        await mirror.service.arriving.record(tx, arrival, NotReceived(reason="HTTP 413", final=True))
    await at_work(officer)
    await officer.page.get_by_role("button", name=f"Serahkan lagi, {number}").click()
    await expect(officer.page.get_by_role("status")).to_have_text(f"{number}: diserahkan lagi.")
    await expect(officer.page.get_by_text("Tidak ada yang menunggu.")).to_be_visible()
    assert await mirror.sql.fetchval("SELECT state FROM lapor.incoming WHERE lapor_id = $1", number) == "queued"


async def test_a_page_that_the_phone_threw_away_is_there_again_without_a_password(visit):
    mirror, officer = await visit(mode="by_hand")
    told = await mirror.verified()
    await at_work(officer)
    await officer.page.reload()
    await expect(officer.card(told.ticket)).to_be_visible()
    stored = await officer.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    assert "eyJ" not in stored
    await officer.page.get_by_role("button", name="Keluar").click()
    await expect(officer.page.get_by_label("Nama pengguna")).to_be_focused()
    await officer.page.reload()
    await expect(officer.page.get_by_role("heading", name="Masuk")).to_be_visible()
    assert told.ticket not in await officer.page.content()


async def test_who_needs_a_one_time_code_enrols_on_the_page_and_reads_no_words(visit, lapor):
    mirror, officer = await visit()
    lapor.switch(no_id=1)
    told = await mirror.verified()
    await mirror.work()
    await officer.open()
    await officer.sign_in("anto")
    await expect(officer.page.get_by_role("heading", name="Daftarkan aplikasi")).to_be_visible()
    totp = pyotp.TOTP(await officer.page.locator("#enrol-key").inner_text())
    await officer.page.locator("#enrol-code").fill(totp.now())
    await officer.page.get_by_role("button", name="Daftarkan").click()
    await expect(officer.page.locator("#papers-list li")).to_have_count(10)
    paper = await officer.page.locator("#papers-list li").first.inner_text()
    await officer.page.get_by_role("button", name="Sudah disimpan").click()
    await officer.sign_in("anto", paper)
    await expect(officer.card(told.ticket)).to_be_visible()
    text = await officer.page.content()
    assert "Atap ruang kelas" not in text
    assert "Pastikan" in text


async def test_who_has_no_business_here_is_told_so(visit):
    _, officer = await visit()
    await officer.open()
    await officer.sign_in("sri")
    await expect(officer.page.get_by_role("alert")).to_contain_text("diurus oleh koordinator provinsi")


async def test_a_wrong_password_is_said_where_a_screen_reader_hears_it(visit):
    _, officer = await visit()
    await officer.open()
    await officer.page.get_by_label("Nama pengguna").fill("rahmi")
    await officer.page.get_by_label("Kata sandi").fill("salah-sama-sekali")
    await officer.page.get_by_role("button", name="Masuk", exact=True).click()
    await expect(officer.page.get_by_role("alert")).to_contain_text("salah")


async def test_everything_has_a_name_and_nothing_is_wider_than_a_small_screen(visit, lapor):
    mirror, officer = await visit(review="when_masked")
    await mirror.verified(text=PERSONAL)
    lapor.switch(no_id=1)
    await mirror.verified()
    await mirror.work()
    await at_work(officer)
    nameless = await officer.page.evaluate(
        """() => [...document.querySelectorAll("input, textarea, button, select, progress")]
          .filter((one) => !(one.labels?.length || one.textContent.trim() || one.getAttribute("aria-label")))
          .map((one) => one.outerHTML)"""
    )
    assert nameless == []
    ids = await officer.page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    await officer.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert await officer.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = await officer.page.evaluate(
        "[...document.querySelectorAll('#desk button')].filter((one) => one.getBoundingClientRect().height < 44).length"
    )
    assert small == 0
    assert not re.search(r"\b(?:null|undefined|NaN)\b", await officer.page.locator("main").inner_text())
    assert "WITA" in await officer.page.locator(".cards .quiet").first.inner_text()


async def test_words_that_look_like_a_page_stay_words(visit):
    mirror, officer = await visit(mode="by_hand")
    told = await mirror.verified(text='<img src=x onerror="document.title=1"> Atap sekolah <b>bocor</b>.')
    await at_work(officer)
    await expect(officer.card(told.ticket)).to_contain_text("<b>bocor</b>")
    assert await officer.page.locator("img").count() == 0


async def test_the_page_lets_nothing_in_from_outside(visit):
    _, officer = await visit()
    answer = await asyncio.to_thread(get, f"{officer.base}/petugas/lapor")
    policy, page = answer.headers["content-security-policy"], answer.read().decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert not re.search(r"https?://|<style|style=|\son\w+=|<script>", page)
    for name in re.findall(r'(?:src|href)="(/petugas/lapor/[^"]+)"', page):
        part = await asyncio.to_thread(get, officer.base + name)
        assert not re.search(rb"https?://|innerHTML|\beval\b", part.read())


async def test_a_page_that_is_known_is_not_sent_again(visit):
    _, officer = await visit()
    first = await asyncio.to_thread(get, f"{officer.base}/petugas/lapor/page.js")
    again = urllib.request.Request(
        f"{officer.base}/petugas/lapor/page.js", headers={"if-none-match": first.headers["etag"]}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        await asyncio.to_thread(lambda: urllib.request.urlopen(again, timeout=5))
    assert caught.value.code == 304
    with pytest.raises(urllib.error.HTTPError) as caught:
        await asyncio.to_thread(get, f"{officer.base}/petugas/lapor/page.html")
    assert caught.value.code == 404
