"""`ntbcare lapor reconcile`: both sides are compared, and what is not even is named with what to do about it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.reconcile.lapor.comparing import compare
from deploy.reconcile.lapor.reading import TheirSide
from deploy.reconcile.lapor.sides import Arrival, Looked, Mirror, Ours, Report, Shown, Theirs, Told
from services.lapor.keeping import OPEN_AGAIN
from services.lapor.rules import digest
from services.lapor.wire.port import Busy, Listed, Locked, Page, Refused, Status, Unclear
from shared.testing.lapor.complaint import Complaints
from shared.testing.lapor.payloads import Incoming

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=2)
LONG_AGO = NOW - timedelta(days=3)
TICKET, OTHER = "NTB-79E7-3T8DN", "NTB-4B2C-8K1PX"


def mirror(**changes) -> Mirror:
    values: dict[str, Any] = {
        "ticket": TICKET,
        "state": "tracked",
        "lapor_id": "501",
        "status": "Dalam Proses",
        "since": LONG_AGO,
        "mirrored_at": LONG_AGO,
        "looked_at": EARLIER,
        "due_at": NOW + timedelta(hours=1),
    }
    return Mirror(**values | changes)


def unnumbered(state: str, **changes) -> Mirror:
    nothing = {"lapor_id": None, "status": None, "mirrored_at": None, "looked_at": None, "due_at": None}
    return mirror(state=state, **nothing | changes)


def shown(lapor_id: str = "501", **changes) -> Shown:
    values: dict[str, Any] = {"lapor_id": lapor_id, "status": "Dalam Proses", "at": NOW}
    return Shown(**values | changes)


def the_list(*shown_ones: Shown, **changes) -> Theirs:
    values: dict[str, Any] = {"began_at": NOW - timedelta(minutes=5), "whole": True}
    return Theirs(listed={one.lapor_id: one for one in shown_ones}, **values | changes)


def asked(**looked: str | None) -> Theirs:
    found = {number.removeprefix("n"): Looked(status, NOW) for number, status in looked.items()}
    return Theirs(began_at=NOW - timedelta(minutes=5), looked=found)


def arrival(lapor_id: str = "601", **changes) -> Arrival:
    values: dict[str, Any] = {"lapor_id": lapor_id, "state": "accepted", "arrived_at": LONG_AGO, "linked_at": LONG_AGO}
    return Arrival(**values | changes)


def named(report: Report) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in report.findings:
        found.setdefault(one.section, []).append(one.what)
    return found


def judged(ours: Ours | Mirror, theirs: Theirs) -> Report:
    report = compare(Ours(mirrors=(ours,)) if isinstance(ours, Mirror) else ours, theirs, NOW)
    mirrors = (ours,) if isinstance(ours, Mirror) else ours.mirrors
    assert sum(report.ours.values()) == len(mirrors), "the counts add up"
    if theirs.listed is not None:
        assert report.theirs is not None
        assert sum(report.theirs.values()) == len(theirs.listed)
    return report


@pytest.mark.parametrize("theirs", [the_list(shown(status="DALAM  proses")), asked(n501="Dalam Proses")])
def test_the_same_number_with_the_same_status_is_even(theirs):
    report = judged(mirror(), theirs)
    assert not report.findings
    assert report.ours["even"] == 1


def test_a_number_that_lapor_does_not_know_is_only_here():
    assert named(judged(mirror(), asked(n501=None))) == {"only_here": ["LAPOR! does not know this number"]}
    assert set(named(judged(mirror(), the_list()))) == {"only_here"}


def test_a_number_that_is_not_on_the_list_but_known_by_itself_is_even():
    theirs = the_list(looked={"501": Looked("Dalam Proses", NOW)})
    assert not judged(mirror(), theirs).findings


def test_a_number_that_was_not_asked_for_is_counted_and_not_named():
    for theirs in (asked(), the_list(whole=False), the_list(began_at=LONG_AGO)):
        report = judged(mirror(), theirs)
        assert (named(report), report.ours["not_asked"]) == ({}, 1)


@pytest.mark.parametrize("state", ["waiting", "queued", "to_review", "by_hand", "refused", "arriving"])
def test_what_is_without_a_number_for_more_than_a_day_is_only_here(state):
    (what,) = named(judged(unnumbered(state), the_list()))["only_here"]
    assert what.startswith(f"{state} for 3 days without a number")
    assert not judged(unnumbered(state, since=NOW - timedelta(hours=23)), the_list()).findings


def test_what_is_not_verified_yet_being_posted_or_kept_in_the_house_is_no_fault():
    for state, since in (("waiting", None), ("posting", LONG_AGO), ("withheld", LONG_AGO)):
        assert not judged(unnumbered(state, since=since), the_list()).findings


def test_what_is_on_the_list_alone_is_only_there():
    theirs = the_list(shown("701"), shown("702", ticket=OTHER), shown("601"), shown("501"), shown("703", ticket=TICKET))
    ours = Ours(mirrors=(mirror(),), arrivals=(arrival(),))
    report = judged(ours, theirs)
    found = [one.lapor_id for one in report.of("only_there")]
    assert found == ["701", "702"]
    assert report.theirs == {"ours_by_number": 1, "ours_by_ticket": 1, "arrived": 1, "only_there": 2}


@pytest.mark.parametrize(
    "stuck",
    [
        {"state": "refused", "reason": "HTTP 422 too_long", "arrived_at": NOW},
        {"state": "queued"},
        {"state": "accepted", "linked_at": None},
    ],
)
def test_what_arrived_and_is_stuck_is_only_there(stuck):
    report = judged(Ours(arrivals=(arrival(**stuck),)), asked())
    assert [one.lapor_id for one in report.of("only_there")] == ["601"]
    if stuck["state"] != "refused":
        assert not judged(Ours(arrivals=(arrival(**stuck, arrived_at=EARLIER),)), asked()).findings


@pytest.mark.parametrize("theirs", [the_list(shown(status="Selesai")), asked(n501="Selesai")])
def test_another_status_than_we_noted_is_named_with_both(theirs):
    assert named(judged(mirror(), theirs)) == {
        "different_status": ["there “Selesai”, here “Dalam Proses”; its next look will see it"]
    }
    (late,) = named(judged(mirror(due_at=EARLIER), theirs))["different_status"]
    assert late.endswith("its next look is overdue")


def test_what_the_mirror_saw_after_us_counts():
    assert not judged(mirror(looked_at=NOW + timedelta(seconds=1)), asked(n501="Selesai")).findings
    assert not judged(mirror(looked_at=NOW + timedelta(seconds=1)), asked(n501=None)).findings


def test_what_was_told_just_now_and_not_looked_at_yet_is_even():
    fresh = mirror(state="created", status=None, looked_at=None)
    assert not judged(fresh, asked(n501="Belum Terverifikasi")).findings
    never = mirror(state="created", status=None, looked_at=None, due_at=LONG_AGO)
    assert "never looked at" in named(judged(never, asked(n501="Belum Terverifikasi")))["different_status"][0]


def test_what_should_not_be_there_and_is_contradicts():
    theirs = the_list(shown("801", ticket=TICKET))
    (what,) = named(judged(unnumbered("withheld", reason="withdrawn"), theirs))["different_status"]
    assert what == "withheld here (withdrawn), and there “Dalam Proses”"
    assert set(named(judged(unnumbered("waiting", since=None), theirs))) == {"different_status"}


def test_what_an_officer_typed_in_without_giving_its_number_is_in_doubt():
    theirs = the_list(shown("801", ticket=TICKET))
    typed = [unnumbered("withheld", reason=reason) for reason in sorted(OPEN_AGAIN)]
    for one in (unnumbered("by_hand"), unnumbered("refused"), *typed):
        (found,) = judged(one, theirs).findings
        assert (found.section, found.ticket, found.lapor_id) == ("in_doubt", TICKET, "801")
    assert not judged(unnumbered("posting"), theirs).findings


def test_a_doubt_is_named_with_the_number_under_which_the_list_has_it():
    doubt = unnumbered("perhaps_created", reason="HTTP 502", words="Atap sekolah bocor di Selong.")
    (alone,) = judged(doubt, asked()).findings
    assert (alone.section, alone.lapor_id, alone.what) == ("in_doubt", None, "HTTP 502")
    (ours,) = judged(doubt, the_list(shown("801", ticket=TICKET, content=f"[{TICKET}] {doubt.words}"))).findings
    assert (ours.lapor_id, ours.what.endswith("our words")) == ("801", True)
    (strange,) = judged(doubt, the_list(shown("801", ticket=TICKET, content=f"[{TICKET}] Jalan rusak."))).findings
    assert strange.what.endswith("with other words than ours")


def test_two_numbers_that_bear_one_ticket_are_perhaps_double():
    report = judged(mirror(), the_list(shown(), shown("502", ticket=TICKET)))
    (double,) = report.findings
    assert (double.section, double.ticket, double.what) == (
        "perhaps_double",
        TICKET,
        "2 numbers bear this ticket: 501, 502",
    )
    assert report.ours["even"] == 1
    noticed = Ours(mirrors=(mirror(),), notices=(Told(TICKET, "503"),))
    assert "501, 503" in named(judged(noticed, asked(n501="Dalam Proses")))["perhaps_double"][0]


def test_one_number_at_two_complaints_of_ours_is_perhaps_double():
    ours = Ours(mirrors=(mirror(),), arrivals=(arrival("501", ticket=OTHER),))
    (double,) = judged(ours, asked(n501="Dalam Proses")).of("perhaps_double")
    assert (double.lapor_id, TICKET in double.what, OTHER in double.what) == ("501", True, True)


def test_two_arrivals_with_the_same_words_within_a_day_are_perhaps_double():
    same = digest("Jalan rusak di Selong")
    twice = (
        arrival("601", digest=same, filed_at=LONG_AGO),
        arrival("602", digest=same, filed_at=LONG_AGO + timedelta(hours=20)),
        arrival("603", digest=same, filed_at=LONG_AGO + timedelta(hours=60)),
        arrival("604", digest=None, filed_at=LONG_AGO),
    )
    (double,) = judged(Ours(arrivals=twice), asked()).findings
    assert (double.lapor_id, double.what) == ("602", "the same words as 601, within a day")
    listed = the_list(
        shown("601", digest=same, filed_at=EARLIER), shown("602", digest=same, filed_at=NOW), shown("603", digest=None)
    )
    kept = (arrival("601"), arrival("602"), arrival("603"))
    assert [one.lapor_id for one in judged(Ours(arrivals=kept), listed).findings] == ["602"]


# reading LAPOR!


def listed(lapor_id: str, content: str = "Jalan rusak", status: str = "Dalam Proses", **changes) -> Listed:
    values: dict[str, Any] = {"institution_id": 1, "filed_at": None, "anonymous": False, "secret": False, "place": ""}
    return Listed(lapor_id=lapor_id, title="Judul", content=content, status=status, **values | changes)


class FakePort:
    """What LAPOR! says, one call after the other: pages, statuses, or what goes wrong."""

    def __init__(self, pages: Any = (), statuses: Any = None) -> None:
        self.pages = list(pages)
        self.statuses = dict(statuses or {})
        self.calls: list[str] = []

    async def listed(self, page: int) -> Any:
        self.calls.append(f"list {page}")
        return self.pages.pop(0)

    async def status(self, lapor_id: str) -> Any:
        self.calls.append(lapor_id)
        said = self.statuses.get(lapor_id, Refused(404, "Pengaduan tidak ditemukan"))
        said = said.pop(0) if isinstance(said, list) else said
        return Status(name=said, since=None) if isinstance(said, str) else said


async def read(port: FakePort, *numbers: str, has_list: bool = True, at_most: int = 200) -> tuple[Theirs, list[float]]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def ours() -> list[str]:
        return list(numbers)

    side: Any = TheirSide(port, pace_s=0.5, progress=lambda *_: None, sleep=sleep)  # type: ignore[arg-type]
    return await side.read(ours, has_list=has_list, at_most=at_most), slept


async def test_the_list_is_read_to_its_end_and_only_the_rest_is_asked_for_one_by_one():
    pages = [Page((listed("501"), listed("502")), more=True), Page((listed("502"), listed("503")), more=False)]
    port = FakePort(pages, {"504": "Selesai"})
    theirs, slept = await read(port, "501", "504", "505")
    assert port.calls == ["list 1", "list 2", "504", "505"]
    assert (theirs.listed or {}).keys() == {"501", "502", "503"}
    assert (theirs.whole, theirs.unread) == (True, None)
    assert {number: one.status for number, one in theirs.looked.items()} == {"504": "Selesai", "505": None}
    assert slept == [0.5, 0.5, 0.5], "a pause between two calls"


async def test_no_more_numbers_are_asked_for_than_allowed_and_those_that_wait_longest_come_first():
    port = FakePort(statuses={"1": "Selesai", "2": "Selesai"})
    theirs, _ = await read(port, "1", "2", "3", has_list=False, at_most=2)
    assert (port.calls, theirs.listed) == (["1", "2"], None)


async def test_a_list_that_repeats_itself_for_ever_is_left():
    port = FakePort([Page((listed("501"),), more=True)] * 5)
    theirs, _ = await read(port, has_list=True)
    assert (len(port.calls), theirs.whole) == (2, False)


async def test_where_lapor_asks_us_to_wait_we_wait():
    port = FakePort(statuses={"1": [Busy(7.0), "Selesai"]})
    theirs, slept = await read(port, "1", has_list=False)
    assert theirs.looked["1"].status == "Selesai"
    assert 7.0 in slept
    late, _ = await read(FakePort(statuses={"1": Busy(86_400.0)}), "1", has_list=False)
    assert "asks us to wait 86400 seconds" in (late.unread or "")


async def test_what_was_read_before_the_trouble_counts_and_the_trouble_is_said():
    broken, _ = await read(
        FakePort(statuses={"1": "Selesai", **dict.fromkeys("234", Unclear("HTTP 502"))}), *"12345", has_list=False
    )
    assert (list(broken.looked), "HTTP 502" in (broken.unread or "")) == (["1"], True)
    locked, _ = await read(FakePort([Locked(401)]), "1")
    assert "NTBCARE_LAPOR_AUTH" in (locked.unread or "")
    no_list, _ = await read(FakePort([Refused(404, "Not Found")]), "1")
    assert "NTBCARE_LAPOR_LIST_PATH" in (no_list.unread or "")


async def test_a_single_answer_that_is_not_understood_leaves_that_number_out_alone():
    theirs, _ = await read(FakePort(statuses={"1": Unclear("HTTP 502"), "2": "Selesai"}), *"12", has_list=False)
    assert (list(theirs.looked), theirs.unread) == (["2"], None)


# the command


async def tracked(house: Any) -> Any:
    mirror = house()
    told = await mirror.verified()
    await mirror.work()
    assert await mirror.mirror.look_at_one()
    return mirror, told


async def everything(sql: Any) -> dict[str, Any]:
    tables = ("mirror", "step", "heard", "exchange", "notice", "incoming", "master", "budget")
    return {one: await sql.fetch(f"SELECT * FROM lapor.{one} ORDER BY 1") for one in tables}


async def test_all_is_even_ends_with_exit_code_0_and_nothing_is_written(run, where_lapor_runs, house, lapor, sql):
    await tracked(house)
    where_lapor_runs()
    before = await everything(sql)
    answer = await run("reconcile", "--pace", "0")
    assert answer.exit_code == 0, answer.output
    assert "Ours: 1 = 1 even" in answer.output
    assert "1 numbers were asked one by one" in answer.output
    assert "All is even." in answer.output
    assert await everything(sql) == before


async def test_each_unevenness_is_named_with_its_ticket_and_what_to_do(run, where_lapor_runs, house, lapor, sql):
    mirror, moved = await tracked(house)
    lapor.held.move(lapor.one(moved.ticket), "Selesai")
    _, lost = await tracked(house)
    del lapor.held.complaints[lapor.one(lost.ticket).id]
    lapor.switch(no_id=1)
    doubtful = await mirror.verified()
    await mirror.work()
    await sql.execute("UPDATE lapor.mirror SET looked_at = now() - interval '1 hour' WHERE lapor_id IS NOT NULL")
    where_lapor_runs()
    answer = await run("reconcile", "--pace", "0")
    assert answer.exit_code == 1, answer.output
    assert "Ours: 3 = 1 only here + 1 different status + 1 in doubt" in answer.output
    for ticket in (moved.ticket, lost.ticket, doubtful.ticket):
        assert ticket in answer.output
    assert "there “Selesai”, here “Belum Terverifikasi”" in answer.output
    assert answer.output.count("Next: ") == 3
    assert "bocor" not in answer.output
    document = json.loads((await run("reconcile", "--pace", "0", "--json")).stdout)
    found = {name: [one["ticket"] for one in part["findings"]] for name, part in document["sections"].items()}
    assert found == {
        "only_here": [lost.ticket],
        "only_there": [],
        "different_status": [moved.ticket],
        "perhaps_double": [],
        "in_doubt": [doubtful.ticket],
    }
    assert (document["even"], document["source"], sum(document["ours"].values())) == (False, "single numbers", 3)


async def test_lapor_that_cannot_be_read_ends_with_exit_code_2(run, where_lapor_runs, house, lapor):
    await tracked(house)
    where_lapor_runs()
    lapor.switch(locked=-1)
    answer = await run("reconcile", "--pace", "0")
    assert answer.exit_code == 2
    assert "check NTBCARE_LAPOR_AUTH" in answer.stderr
    document = json.loads((await run("reconcile", "--pace", "0", "--json")).stdout)
    assert (document["even"], document["ours"]["not_asked"]) == (False, 1)


async def test_numbers_that_were_not_asked_for_are_counted(run, where_lapor_runs, house):
    await tracked(house)
    where_lapor_runs()
    answer = await run("reconcile", "--pace", "0", "--at-most", "0")
    assert (answer.exit_code, "1 numbers were not asked for" in answer.output) == (0, True)


async def test_where_everything_is_typed_in_by_hand_our_own_side_is_compared(run, where_lapor_runs, house, lapor):
    await tracked(house)
    where_lapor_runs(mode="by_hand")
    lapor.held.calls.clear()
    answer = await run("reconcile")
    assert (answer.exit_code, "by_hand" in answer.output) == (0, True)
    assert not lapor.held.calls


async def test_the_whole_list_is_compared_where_lapor_has_one(run, where_lapor_runs, house, lapor):
    lapor.held.complaints = Complaints()
    mirror, told = await tracked(house)
    lapor.switch(no_id=1)
    doubtful = await mirror.verified()
    await mirror.work()
    twin = lapor.held.add(lapor.one(told.ticket).sent)
    theirs = lapor.held.add(Incoming(title="Jalan rusak", content="Jalan berlubang di Praya.", institution_id=1))
    lapor.switch(list=True)
    lapor.held.calls.clear()
    where_lapor_runs(list_since="2026-01-01", list_path="/complaints/list", page_size=2)
    answer = await run("reconcile", "--pace", "0", "--json")
    assert answer.exit_code == 1, answer.output
    document = json.loads(answer.stdout)
    assert document["theirs"] == {"ours_by_number": 1, "ours_by_ticket": 2, "arrived": 0, "only_there": 1}
    found = {
        name: [(one["ticket"], one["lapor_id"]) for one in part["findings"]]
        for name, part in document["sections"].items()
    }
    assert found == {
        "only_here": [],
        "only_there": [(None, str(theirs.id))],
        "different_status": [],
        "perhaps_double": [(told.ticket, None)],
        "in_doubt": [(doubtful.ticket, str(lapor.one(doubtful.ticket).id))],
    }
    assert str(twin.id) in document["sections"]["perhaps_double"]["findings"][0]["what"]
    assert "our words" in document["sections"]["in_doubt"]["findings"][0]["what"]
    assert sum(lapor.held.calls.values()) == 2, "two pages, and no single number"
    for words in ("bocor", "berlubang"):
        assert words not in answer.output


async def test_a_list_that_is_not_where_the_settings_say_ends_with_exit_code_2(run, where_lapor_runs, house, lapor):
    await tracked(house)
    where_lapor_runs(list_since="2026-01-01", list_path="/complaints/list")
    answer = await run("reconcile", "--pace", "0")
    assert (answer.exit_code, "NTBCARE_LAPOR_LIST_PATH" in answer.stderr) == (2, True)
