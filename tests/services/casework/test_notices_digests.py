"""From a notice to a mail: a real database, a real SMTP server, and the worker between them; time is passed in."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import asyncpg
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from deploy.cli import casework
from deploy.cli.status import _troubles
from deploy.reconcile.standing import standing
from services.casework.notices.dispatch import PAUSE, Claim, Dispatch
from services.casework.notices.gathering import Gathered, Gathering
from services.casework.notices.mail import MailServer
from services.casework.notices.preview import preview_account, preview_audience
from services.casework.notices.worker import Worker
from shared.calendar import load_calendar
from shared.core.ids import new_id
from shared.core.times import WITA
from shared.db import Database
from shared.directory import INSPECTORATE
from shared.events import AgencyRef
from tests.services.casework.post import SENDER, Post, mail_settings, post_office
from tests.tls import make_certificates

MORNING = datetime(2026, 12, 1, 7, 41, tzinfo=WITA)
"""A Tuesday, when the digests go out."""
YESTERDAY = datetime(2026, 11, 30, 16, 0, tzinfo=WITA)
STAND_IN = """
CREATE SCHEMA IF NOT EXISTS identity;
CREATE TABLE public.stand_in (account_id uuid, display_name text, email text, role text, agency_key text,
    region_code text);
CREATE OR REPLACE FUNCTION identity.people_to_tell(agency_keys text[], region_codes text[], wanted text)
RETURNS TABLE (id uuid, display_name text, email text, role text, agency_key text, region_code text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT * FROM public.stand_in AS one WHERE one.role = wanted
    AND (one.agency_key = ANY(agency_keys) OR one.region_code = ANY(region_codes)
         OR (one.agency_key IS NULL AND one.region_code IS NULL))
$$;
GRANT USAGE ON SCHEMA identity TO ntbcare_casework;
GRANT EXECUTE ON FUNCTION identity.people_to_tell TO ntbcare_casework;
"""
"""What identity gives; its own comes with its second migration."""


@pytest.fixture(scope="module")
async def office(tmp_path_factory):
    certificates = make_certificates(tmp_path_factory.mktemp("post"))
    async with post_office(certificates) as post:
        yield post, MailServer(mail_settings(post, certificates)), certificates


@pytest.fixture(scope="module")
async def people(sql):
    await sql.execute(STAND_IN)


def said(mail: EmailMessage, part: str = "plain") -> str:
    body = mail.get_body((part,))
    assert body is not None
    return str(body.get_content())


@dataclass
class House:
    """Everything between a notice and a mail."""

    sql: asyncpg.Connection
    pool: Database
    post: Post
    server: MailServer
    now: datetime = MORNING

    def __post_init__(self):
        calendars = load_calendar()
        self.gathering = Gathering(lambda _: calendars, clock=lambda: self.now)
        self.dispatch = Dispatch(sender=SENDER, page="https://ntbcare.example/kasus", clock=lambda: self.now)
        self.worker = self.with_server(self.server)

    def with_server(self, server: MailServer | None) -> Worker:
        return Worker(self.pool, self.gathering, self.dispatch, server, idle=0.01, clock=lambda: self.now)

    async def person(self, role="leader", agency="NTB.DIKPORA", name="Ibu Sri", region=None):
        account, email = new_id(), f"{role}.{new_id().hex[-8:]}@ntbprov.example"
        bound = agency if role in {"liaison", "leader"} else None
        values = "INSERT INTO public.stand_in VALUES ($1, $2, $3, $4, $5, $6)"
        await self.sql.execute(values, account, name, email, role, bound, region)
        return account, email

    async def notice(self, case, audience="leader", agency="NTB.DIKPORA", clock="follow_up", noticed=YESTERDAY):
        notice_id = new_id()
        bound = agency if audience in {"liaison", "leader"} else None
        await self.sql.execute(
            "INSERT INTO casework.deadline (complaint_id, clock, started_at, due_at, outcome, version)"
            " VALUES ($1, $2, $3, $3, 'missed', 'test') ON CONFLICT DO NOTHING",
            *(case.id, clock, YESTERDAY),
        )
        await self.sql.execute(
            "INSERT INTO casework.notice (id, complaint_id, clock, step, audience, agency_key, due_at, noticed_at)"
            " VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
            *(notice_id, case.id, clock, audience, bound, YESTERDAY, noticed),
        )
        return notice_id

    async def told(self, *notices):
        rows = await self.sql.fetch("SELECT id, told_at, problem FROM casework.notice")
        by_id = {row["id"]: (row["told_at"] is not None, row["problem"]) for row in rows}
        return [by_id[one] for one in notices]

    async def digests(self):
        rows = await self.sql.fetch("SELECT kind, state, reason FROM casework.digest ORDER BY id")
        return [tuple(row) for row in rows]

    async def turn(self, now=None):
        self.now = now or self.now
        await self.worker.turn()

    def words(self):
        return [said(one) for one in self.post.taken]


@pytest.fixture
async def house(sql, pool, office, people):
    post, server, _ = office
    post.empty()
    await sql.execute(
        "TRUNCATE casework.digest_notice, casework.digest, casework.notice, public.stand_in;"
        "UPDATE casework.mail_server SET reason = NULL, paused_until = NULL"
    )
    return House(sql, pool, post, server)


async def test_everybody_gets_one_mail_each_morning_with_all_that_is_theirs(house, opened):
    _, leader = await house.person()
    _, liaison = await house.person("liaison")
    _, other = await house.person(agency="NTB.DLHK")
    _, coordinator = await house.person("coordinator")
    cases = [await opened() for _ in range(3)]
    notices = [await house.notice(case, clock=clock) for case in cases for clock in ("follow_up", "resolve")]
    notices.append(await house.notice(cases[0], "liaison"))
    notices.append(await house.notice(cases[0], "coordinator"))
    await house.turn()
    assert Counter(house.post.recipients) == Counter([leader, liaison, coordinator])
    assert other not in house.post.recipients
    mail = next(one for one in house.post.taken if leader in one["To"])
    assert mail["Subject"] == "NTB Care: 3 laporan lewat tenggat"
    assert all(case.ticket in said(mail) for case in cases)
    assert await house.told(*notices) == [(True, None)] * len(notices)
    await house.turn()
    await house.turn(MORNING + timedelta(hours=3))
    assert len(house.post.taken) == 3


async def test_no_mail_holds_a_citizens_words_or_a_place_below_the_regency(house, opened):
    await house.person()
    case = await opened()
    await house.notice(case)
    await house.turn()
    [mail] = house.post.taken
    for part in (said(mail), said(mail, "html")):
        assert "Kabupaten Lombok Timur" in part
        assert "Selong" not in part
        assert "bocor" not in part


@pytest.mark.parametrize(
    "now",
    ["2026-12-01T00:00", "2026-12-01T07:30", "2026-12-01T16:00", "2026-12-06T10:00", "2026-12-25T10:00"],
    ids=["midnight", "opening", "closing", "sunday", "holiday"],
)
async def test_nobody_is_mailed_outside_office_hours_or_before_the_morning(house, opened, now):
    await house.person()
    noticed = datetime.fromisoformat(now).replace(tzinfo=WITA)
    await house.notice(await opened(), noticed=noticed)
    await house.turn(noticed)
    assert not house.post.taken


async def test_a_worker_that_was_away_all_day_mails_the_next_morning(house, opened):
    await house.person()
    await house.notice(await opened())
    await house.turn(MORNING.replace(hour=20))
    assert not house.post.taken
    await house.turn(MORNING + timedelta(days=1))
    assert len(house.post.taken) == 1


async def test_what_comes_during_the_day_waits_for_the_next_morning(house, opened):
    await house.person()
    await house.notice(await opened())
    await house.turn()
    await house.notice(await opened(), noticed=MORNING + timedelta(hours=2))
    await house.turn(MORNING + timedelta(hours=2))
    assert len(house.post.taken) == 1
    await house.turn(MORNING + timedelta(days=1))
    assert [one["Subject"] for one in house.post.taken] == ["NTB Care: 1 laporan lewat tenggat"] * 2


async def test_an_emergency_waits_for_no_morning_and_others_ten_minutes_for_the_one_before(house, opened):
    await house.person()
    noon = MORNING.replace(hour=12)
    first = await house.notice(await opened(emergency=True), clock="respond", noticed=noon)
    await house.turn(noon + timedelta(seconds=5))
    second = await house.notice(await opened(emergency=True), clock="respond", noticed=noon + timedelta(minutes=2))
    await house.turn(noon + timedelta(minutes=2))
    assert [one["Subject"] for one in house.post.taken] == ["NTB Care: MENDESAK, 1 laporan lewat tenggat"]
    assert await house.told(first, second) == [(True, None), (False, None)]
    await house.turn(noon + timedelta(minutes=11))
    assert len(house.post.taken) == 2
    assert await house.digests() == [("urgent", "sent", None)] * 2


@pytest.mark.parametrize(
    "move",
    [
        "UPDATE casework.deadline SET settled_at = now() WHERE complaint_id = $1",
        "UPDATE casework.deadline SET due_at = due_at + interval '1 day' WHERE complaint_id = $1",
    ],
    ids=["settled", "moved"],
)
async def test_a_case_that_moved_on_is_left_out_and_its_notice_is_done(house, opened, sql, move):
    await house.person()
    gone, stays = await opened(), await opened()
    notices = [await house.notice(gone), await house.notice(stays)]
    await sql.execute(move, gone.id)
    await house.turn()
    [words] = house.words()
    assert stays.ticket in words
    assert gone.ticket not in words
    assert await house.told(*notices) == [(True, None)] * 2


@pytest.mark.parametrize("gathered", [False, True])
async def test_a_step_of_what_stands_still_waits_and_is_told_where_it_goes_on_as_it_was(house, opened, sql, gathered):
    await house.person()
    case = await opened()
    notice = await house.notice(case)
    if gathered:
        await house.pool.run(house.gathering.gather)
    await sql.execute(
        "UPDATE casework.deadline SET due_at = NULL, outcome = 'stopped' WHERE complaint_id = $1", case.id
    )
    await house.turn()
    assert (house.post.taken, await house.told(notice)) == ([], [(False, None)])
    await sql.execute(
        "UPDATE casework.deadline SET due_at = started_at, outcome = 'missed' WHERE complaint_id = $1", case.id
    )
    await house.turn(MORNING + timedelta(days=1))
    assert (case.ticket in house.words()[0], await house.told(notice)) == (True, [(True, None)])


async def test_what_was_late_before_it_was_given_to_another_agency_is_told_to_that_ones_head(house, opened, sql):
    _, before = await house.person()
    _, head = await house.person(agency="NTB.DLHK")
    case = await opened()
    notice = await house.notice(case, clock="resolve")
    await house.pool.run(house.gathering.gather)
    await sql.execute("UPDATE casework.\"case\" SET agency_key = 'NTB.DLHK' WHERE complaint_id = $1", case.id)
    await house.turn()
    await house.turn()
    assert (before in house.post.recipients, house.post.recipients) == (False, [head])
    assert await house.told(notice) == [(True, None)]


async def test_a_case_that_moves_on_between_gathering_and_sending_is_left_out(house, opened, sql):
    await house.person()
    case = await opened()
    notice = await house.notice(case)
    await house.pool.run(house.gathering.gather)
    await sql.execute("UPDATE casework.deadline SET settled_at = now() WHERE complaint_id = $1", case.id)
    await house.turn()
    assert not house.post.taken
    assert await house.told(notice) == [(True, None)]
    assert await house.digests() == [("morning", "withheld", "nothing_left")]


async def test_a_sealed_case_is_told_to_the_inspectorate_alone_by_its_ticket(house, opened):
    for role in ("leader", "coordinator"):
        await house.person(role, agency=INSPECTORATE)
    _, inspector = await house.person("inspectorate")
    case = await opened(sealed=True, agency=AgencyRef(key=INSPECTORATE, name="Inspektorat Provinsi NTB"))
    await house.notice(case, "leader", agency=INSPECTORATE)
    await house.notice(case, "coordinator")
    await house.turn()
    assert house.post.recipients == [inspector]
    [words] = house.words()
    assert words.count(case.ticket) == 2  # itself and its link
    assert "Selong" not in words
    assert "Lombok" not in words


async def test_where_an_agency_has_nobody_to_tell_the_coordinator_is_told(house, opened):
    _, coordinator = await house.person("coordinator")
    notice = await house.notice(await opened(), "liaison")
    with capture_logs() as logs:
        await house.turn()
    [missed] = [one for one in logs if one["event"] == "notices.nobody_told"]
    assert (missed["audience"], missed["reason"], missed["count"]) == ("liaison", "nobody_to_tell", 1)
    assert house.post.recipients == [coordinator]
    assert "belum dapat diberi tahu" in house.words()[0]
    assert await house.told(notice) == [(True, "nobody_to_tell")]


async def test_where_nobody_at_all_is_there_the_notice_waits_is_counted_and_told_later(house, opened):
    notice = await house.notice(await opened())
    await house.turn()
    assert await house.told(notice) == [(False, "nobody_to_tell")]
    now = await house.pool.run(house.dispatch.standing)
    assert (now.untold, now.nobody) == ({"leader": 1}, {"leader": 1})
    await house.person()
    await house.turn(MORNING + timedelta(days=1))
    assert await house.told(notice) == [(True, None)]


async def test_a_mailbox_that_does_not_exist_sends_the_notice_up_the_ladder(house, opened):
    await house.person()
    notice = await house.notice(await opened())
    house.post.to_recipient = "550 5.1.1 no such mailbox"
    await house.turn()
    assert await house.digests() == [("morning", "failed", "recipient_refused")]
    house.post.to_recipient = "250 OK"
    _, coordinator = await house.person("coordinator")
    await house.turn()
    assert house.post.recipients == [coordinator]
    assert await house.told(notice) == [(True, "refused")]


async def test_one_dead_mailbox_among_colleagues_does_no_harm(house, opened):
    await house.person()
    await house.person()
    notice = await house.notice(await opened())
    house.post.to_recipient = "550 5.1.1 no such mailbox"
    await house.pool.run(house.gathering.gather)
    await house.worker.send_next()
    house.post.to_recipient = "250 OK"
    await house.worker.send_next()
    await house.turn()
    assert len(house.post.taken) == 1
    assert await house.told(notice) == [(True, None)]


async def test_a_server_that_puts_us_off_is_asked_again_until_closing_then_the_next_morning(house, opened):
    await house.person()
    notice = await house.notice(await opened())
    house.post.to_message = "451 4.3.0 try later"
    for minutes in (0, 0.5, 1, 3, 7):
        await house.turn(MORNING + timedelta(minutes=minutes))
    attempts = await house.sql.fetchval("SELECT attempts FROM casework.digest")
    assert attempts == 4
    house.post.to_message = "250 OK"
    await house.turn(MORNING.replace(hour=17))
    assert not house.post.taken
    await house.turn(MORNING + timedelta(days=1))
    assert len(house.post.taken) == 1
    assert await house.digests() == [("morning", "failed", "day_over"), ("morning", "sent", None)]
    assert await house.told(notice) == [(True, None)]


async def test_an_answer_that_is_lost_is_asked_for_once_more_with_the_same_message_id(house, opened):
    await house.person()
    await house.notice(await opened())
    house.post.hangs_up = True
    for minutes in (0, 2, 4, 20):
        await house.turn(MORNING + timedelta(minutes=minutes))
    assert len({one["Message-ID"] for one in house.post.taken}) == 1
    assert len(house.post.taken) == 2
    assert await house.digests() == [("morning", "unknown", "answer_lost")]
    house.post.hangs_up = False
    await house.turn(MORNING + timedelta(days=1))
    assert len(house.post.taken) == 3
    assert (await house.digests())[1] == ("morning", "sent", None)


async def test_a_crash_between_sending_and_recording_sends_the_same_mail_once_more(house, opened):
    await house.person()
    notice = await house.notice(await opened())
    await house.pool.run(house.gathering.gather)
    claim = await house.pool.run(house.dispatch.claim)
    assert isinstance(claim, Claim)
    await house.server.send(claim.mail, house.now)
    assert await house.told(notice) == [(False, None)]
    for minutes in (1, 6, 9):
        await house.turn(MORNING + timedelta(minutes=minutes))
    assert [one["Message-ID"] for one in house.post.taken] == [claim.mail.message_id] * 2
    assert await house.told(notice) == [(True, None)]
    assert await house.pool.run(lambda tx: house.dispatch.record(tx, claim, None)) is None


async def test_a_wrong_password_lets_all_mails_rest_and_says_so(house, opened, office):
    post, _, certificates = office
    for _ in range(2):
        await house.person()
    notice = await house.notice(await opened())
    wrong = MailServer(mail_settings(post, certificates, smtp_password="6b1d0c94ae775f2238e1"))
    with capture_logs() as logs:
        await house.with_server(wrong).turn()
    assert [one["reason"] for one in logs if one["event"] == "mail.rests"] == ["wrong_password"]
    assert (await house.pool.run(house.dispatch.standing)).rests == "wrong_password"
    await house.turn(MORNING + PAUSE - timedelta(seconds=1))
    assert not post.taken
    await house.turn(MORNING + PAUSE)
    assert len(post.taken) == 2
    assert (await house.pool.run(house.dispatch.standing)).rests is None
    assert await house.told(notice) == [(True, None)]


async def test_without_a_server_notices_wait_and_the_house_says_that_nobody_is_mailed(house, opened):
    await house.person()
    notice = await house.notice(await opened())
    await house.with_server(None).turn()
    now = await house.pool.run(house.dispatch.standing)
    assert (now.rests, now.untold) == ("off", {"leader": 1})
    await house.turn()
    assert await house.told(notice) == [(True, None)]
    assert (await house.pool.run(house.dispatch.standing)).rests is None


async def test_the_operators_status_says_that_reminders_wait(house, opened, database_urls):
    await house.notice(await opened())
    operator = Database(database_urls["operator"], application="test", pool_size=1)
    try:
        await house.with_server(None).turn()
        off = _troubles(await standing(operator, {}))
        await house.turn()
        nobody = _troubles(await standing(operator, {}))
    finally:
        await operator.close()
    assert "no officer is mailed (off): 1 reminders wait" in off
    assert "1 reminders have nobody with an e-mail: ntbcare officers" in nobody


async def test_two_processes_mail_each_person_once(house, opened):
    for _ in range(3):
        await house.person()
    await house.notice(await opened())
    async with house.pool.transaction() as one:
        assert await house.gathering.gather(one) == Gathered(1, {})
        assert await house.pool.run(house.gathering.gather) is None
    async with house.pool.transaction() as one, house.pool.transaction() as other:
        first, second = await house.dispatch.claim(one), await house.dispatch.claim(other)
        assert isinstance(first, Claim)
        assert isinstance(second, Claim)
        assert first.digest_id != second.digest_id


async def test_who_left_the_agency_since_is_not_told(house, opened):
    account, _ = await house.person()
    notice = await house.notice(await opened())
    await house.pool.run(house.gathering.gather)
    await house.sql.execute("UPDATE public.stand_in SET agency_key = 'NTB.DLHK' WHERE account_id = $1", account)
    await house.turn()
    assert not house.post.taken
    assert await house.digests() == [("morning", "failed", "nobody_there")]
    _, successor = await house.person()
    await house.turn()
    assert house.post.recipients == [successor]
    assert await house.told(notice) == [(True, None)]


async def test_neither_rows_nor_logs_hold_an_address_or_a_name(house, opened, sql):
    _, email = await house.person(name="Lalu Contoh")
    await house.notice(await opened())
    with capture_logs() as logs:
        await house.turn()
    rows = await sql.fetch("SELECT d::text FROM casework.digest AS d")
    for words in (str(logs), str([tuple(row) for row in rows])):
        assert email not in words
        assert "Lalu" not in words
    assert [one["event"] for one in logs] == ["notices.gathered", "digest.sent"]


async def test_a_preview_shows_the_digest_and_sends_nothing(house, opened):
    account, _ = await house.person()
    case = await opened()
    notice = await house.notice(case)
    async with house.pool.transaction() as tx:
        mine = await preview_account(tx, account, now=MORNING, page=None)
        leaders = await preview_audience(tx, "leader", agency_key="NTB.DIKPORA", now=MORNING, page=None)
        nobody = await preview_audience(tx, "coordinator", agency_key=None, now=MORNING, page=None)
    assert mine is not None
    assert leaders is not None
    assert case.ticket in mine.text
    assert "Yth. Ibu Sri," in mine.text
    assert case.ticket in leaders.text
    assert nobody is None
    assert not house.post.taken
    assert await house.told(notice) == [(False, None)]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--audience", "leader", "--agency", "NTB.DIKPORA"], 0, "NTB Care: 1 laporan lewat tenggat"),
        (["--audience", "leader", "--html"], 0, '<html lang="id">'),
        (["--audience", "leader", "--agency", "NTB.DLHK"], 0, "nothing to tell"),
        (["--audience", "governor"], 2, "--audience"),
        ([], 2, "--account"),
    ],
)
async def test_an_operator_of_casework_previews_a_digest(
    house, opened, database_urls, monkeypatch, tmp_path, arguments, code, words
):
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_CASEWORK_DATABASE_URL", database_urls["casework"])
    await house.person()
    await house.notice(await opened())
    result = await asyncio.to_thread(CliRunner().invoke, casework.app, ["digest", "preview", *arguments])
    assert result.exit_code == code
    assert words in result.output


async def test_thousands_of_steps_become_one_mail(house, opened, sql):
    await house.person("coordinator")
    case = await opened()
    await house.notice(case, "coordinator")
    await sql.execute(
        "INSERT INTO casework.notice (id, complaint_id, clock, step, audience, due_at, noticed_at)"
        " SELECT gen_random_uuid(), $1, 'follow_up', n::text, 'coordinator', $2, $2 FROM generate_series(1, 2500) AS n",
        *(case.id, YESTERDAY),
    )
    await house.turn()
    assert [one["Subject"] for one in house.post.taken] == ["NTB Care: 1 laporan lewat tenggat"]
    assert await sql.fetchval("SELECT count(*) FROM casework.notice WHERE told_at IS NULL") == 0
