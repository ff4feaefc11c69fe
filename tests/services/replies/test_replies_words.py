"""What citizens read can be changed without a deploy, is checked before it counts, and says what it costs."""

import asyncio
import json

import asyncpg
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from deploy.cli import replies
from deploy.cli.operator import console
from services.replies.forms import FORMS, WordingError, check
from services.replies.templates import Facts, Texts
from services.replies.words import Words
from shared.channels.alphabet import count_parts, forces_ucs2, is_gsm, spelled_plainly


@pytest.fixture
def run(monkeypatch, tmp_path, database_urls):
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_OPERATOR_DATABASE_URL", database_urls["operator"])
    monkeypatch.setattr(console, "width", 240)

    async def invoke(*words, **told):
        return await asyncio.to_thread(lambda: CliRunner().invoke(replies.app, ["templates", *words], **told))

    return invoke


SASAK = "NTB Care: laporan side {ticket} wah kami terima. {where}"


async def test_a_text_in_another_language_is_said_within_half_a_minute_and_only_there(run, house):
    await house.complain(language="sas")
    answer = await run("set", "acknowledgement", SASAK, "--language", "sas", "--by", "Ibu Rini")
    assert answer.exit_code == 0, answer.output
    house.clock.advance(seconds=29)
    await house.complain(language="sas")
    house.clock.advance(seconds=2)
    for language in ("sas-ID", "id"):
        await house.complain(language=language)
    await house.send_all()
    assert ["side" in one.text for one in house.sender.handed] == [False, False, True, False]


async def test_a_text_may_be_one_channels_own(run, house):
    await run("set", "acknowledgement", "Halo dari Messenger, nomor {ticket}.", "--place", "facebook.direct")
    await house.complain()
    await house.complain(channel="facebook", account="page-1", surface="direct_message")
    await house.send_all()
    assert ["Messenger" in one.text for one in house.sender.handed] == [False, True]


async def test_every_version_is_kept_with_who_wrote_it_and_the_shipped_one_comes_back(run, house):
    for words in ("Versi satu {ticket}.", "Versi dua {ticket}."):
        assert (await run("set", "closed", words, "--by", "Pak Made")).exit_code == 0
    assert "version 3" in (await run("reset", "closed", "--by", "Ibu Rini")).output
    shown = (await run("show", "closed")).output
    assert shown.startswith("NTB Care: laporan {ticket} selesai.")
    for told in ("Versi satu", "Versi dua", "Pak Made", "Ibu Rini", "the shipped text again", "Needed: {ticket}"):
        assert told in shown
    assert (await run("reset", "closed")).exit_code == 1


@pytest.mark.parametrize(
    ("event", "place", "text", "why"),
    [
        ("closed", "sms", "Selesai.", "{ticket} is missing"),
        ("closed", "sms", "{ticket} {agency}", "{agency} is unknown here. Needed: {ticket}. Allowed besides: {where}."),
        ("answer", "private", "{ticket} {agency} {text}", "{agency} is unknown here"),
        ("acknowledgement", "public", "{ticket} {text}", "{text} is unknown here"),
        ("closed", "public", "{ticket}", "closed is said at: sms, direct, private"),
        ("emergency", "sms", "Nomor {ticket}.", "must say 112"),
        ("closed", "sms", "{ticket.__class__}", "a name alone"),
        ("closed", "sms", "{ticket!r}", "a name alone"),
        ("closed", "sms", "{ticket:>999999999}", "a name alone"),
        ("closed", "sms", "{0} {ticket}", "a name alone"),
        ("closed", "sms", "{ticket", "no partner"),
        ("closed", "sms", "  ", "between 1 and 2000"),
        ("closed", "sms", "{ticket}\u0000", "shows nothing"),
        ("closed", "sms", "{ticket}" + "x" * 2000, "between 1 and 2000"),
        ("sung", "sms", "{ticket}", "There is no event sung"),
        ("reason.Too General", "piece", "x", "There is no event"),
        ("closed", "x y.sms", "{ticket}", "is said at"),
    ],
)
def test_a_text_that_cannot_be_said_is_refused_with_what_is_allowed(event, place, text, why):
    with pytest.raises(WordingError) as refused:
        check(event, place, "id", text)
    assert why in str(refused.value)


@pytest.mark.parametrize("language", ["Indonesian", "i", "sas_ID", "en-", "../id"])
def test_a_language_is_named_by_its_tag(language):
    with pytest.raises(WordingError, match="language tag"):
        check("closed", "sms", language, "{ticket}")


def test_a_brace_that_is_meant_is_said_also_around_a_name_that_is_not_known():
    text = "Laporan {ticket} {where} selesai {{where}} {{{ticket}}}."
    check("closed", "sms", "id", text)
    said = Texts(status_page="").fill(text, Facts(ticket="NTB-79E7-3T8DN", state="closed"), "id")
    assert said == "Laporan NTB-79E7-3T8DN selesai {where} {NTB-79E7-3T8DN}."


def test_a_reason_that_casework_adds_later_can_be_put_into_words():
    check("reason.made_up_later", "piece", "bhp", "alasan lain")
    assert len(FORMS) > 20


async def test_a_wrong_text_changes_nothing(run, sql):
    answer = await run("set", "closed", "Selesai, {nama}.")
    assert answer.exit_code == 1
    assert "{nama} is unknown here; {ticket} is missing" in answer.output
    assert await sql.fetchval("SELECT count(*) FROM replies.template") == 0


async def test_a_text_that_takes_two_messages_is_only_kept_when_that_is_wanted(run, sql):
    long = "Laporan {ticket} " + "sudah selesai " * 12
    answer = await run("set", "closed", long)
    assert answer.exit_code == 1
    assert "2 text messages" in answer.output
    assert (await run("set", "closed", long, "--longer")).exit_code == 0
    assert (await run("set", "closed", "-", "--language", "bhp", input="Laporan {ticket} wati.")).exit_code == 0
    assert await sql.fetchval("SELECT count(*) FROM replies.template") == 2


async def test_a_preview_says_how_it_reads_and_what_makes_it_dear(run):
    cheap = (await run("preview", "archived")).output
    assert "NTB-79E7-3T8DN" in cheap
    assert "1 text message, GSM-7." in cheap
    dear = (await run("preview", "closed", "--text", "Selesai 🙏 {ticket} “baik” ê")).output
    assert "UCS-2, because of 🙏" in dear
    assert "“" not in dear.splitlines()[-1]
    assert "instansi lain" in (await run("preview", "reason.other_authority")).output
    assert (await run("preview", "closed", "--place", "public")).exit_code == 1


async def test_the_list_says_whose_each_text_is(run):
    await run("set", "reason.made_up_later", "sebab lain", "--language", "sas", "--by", "Ibu Rini")
    told = json.loads((await run("list", "--language", "sas", "--json")).output)
    assert [(one["event"], one["whose"].split(",")[0]) for one in told] == [("reason.made_up_later", "Ibu Rini")]
    assert "acknowledgement  sms  en" in (await run("list")).output


async def test_a_text_that_no_longer_fits_is_passed_over_and_the_operator_is_told(house, sql):
    await sql.execute(
        "INSERT INTO replies.template (event, place, language, version, text, author)"
        " VALUES ('acknowledgement', 'sms', 'id', 1, 'Halo {nama}', 'psql')"
    )
    with capture_logs() as logs:
        await house.complain()
    await house.send_all()
    assert "kami terima" in house.sender.handed[0].text
    assert [one["text"] for one in logs if one["event"] == "replies.text_unusable"] == ["acknowledgement"]


@pytest.mark.parametrize("statement", ["UPDATE replies.template SET text = 'x'", "DELETE FROM replies.template"])
async def test_nobody_changes_what_was_written(statement, database_urls):
    for role in ("operator", "replies"):
        connection = await asyncpg.connect(database_urls[role])
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        finally:
            await connection.close()


@pytest.mark.parametrize(
    ("written", "shown", "gsm"),
    [
        ("“Baik” \u2013 kata Bu Ani…", '"Baik" - kata Bu Ani...', True),
        ("Lalu Sêmbah ka Dêsa", "Lalu Sembah ka Desa", True),
        ("Cafe\u0301 è ü", "Café è ü", True),
        ("Lalu Sêmbah 🙏", "Lalu Sêmbah 🙏", False),
    ],
)
def test_a_text_is_written_in_the_gsm_alphabet_where_marks_alone_stand_in_its_way(written, shown, gsm):
    assert spelled_plainly(written) == shown
    assert is_gsm(shown) is gsm
    assert bool(forces_ucs2(shown)) is not gsm
    assert count_parts(shown) == 1


def test_a_language_without_texts_reads_indonesian():
    assert Words().find("closed", "direct", language="bhp") == Words().find("closed", "direct", language="id")
