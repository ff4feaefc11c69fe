"""What is an order, and which tickets a text names."""

import pytest

from services.intake.conversation import Command, Situation
from services.intake.conversation.commands import rating_words, tickets_in
from shared.core.ticket import from_number
from tests.services.intake.conversation.said import TICKET, judge, latest

CODE = "7K3M9-QX2FA"
COMMANDS = [
    (f"CEK {TICKET}", Command(name="check", ticket=TICKET)),
    ("cek ntb 79e73t8dn", Command(name="check", ticket=TICKET)),
    ("#Cek NTB 79E7 3T8DN", Command(name="check", ticket=TICKET)),
    ("cek 79e7-3t8dn min", Command(name="check", ticket=TICKET)),
    (TICKET.lower(), Command(name="check", ticket=TICKET)),
    ("min tolong cek tiket " + TICKET + " ya", Command(name="check", ticket=TICKET)),
    ("status " + TICKET, Command(name="check", ticket=TICKET)),
    ("NTBCARE CEK " + TICKET, Command(name="check", ticket=TICKET)),
    ("cek NTB-79E7-3T8D", Command(name="check", misread=True)),
    ("cek ntb 79e7 3t8dm", Command(name="check", misread=True)),
    ("STATUS", Command(name="status")),
    ("cek status laporan saya min", Command(name="status")),
    ("LAPOR STATUS", Command(name="status")),
    ("BATAL", Command(name="cancel")),
    ("batalkan laporan saya", Command(name="cancel")),
    (f"batal {TICKET}", Command(name="cancel", ticket=TICKET)),
    (f"LANJUT {TICKET}", Command(name="reopen", ticket=TICKET)),
    (f"tolong lanjutkan laporan {TICKET.lower()} min", Command(name="reopen", ticket=TICKET)),
    ("lanjut", Command(name="reopen")),
    ("BANTUAN", Command(name="help")),
    ("bantuan min", Command(name="help")),
    ("Info", Command(name="help")),
    ("STOP", Command(name="stop")),
    ("Berhenti.", Command(name="stop")),
    ("mulai", Command(name="resume")),
    ("START", Command(name="resume")),
    (f"GABUNG {TICKET} {CODE}", Command(name="join", ticket=TICKET, code="7k3m9qx2fa")),
    ("gabung ntb 79e7 3t8dn 7k3m9 qx2fa", Command(name="join", ticket=TICKET, code="7k3m9qx2fa")),
    (f"gabung {TICKET}", Command(name="join", misread=True)),
    (f"gabung {TICKET} 123", Command(name="join", misread=True)),
    (f"NILAI {TICKET} 5", Command(name="rate", ticket=TICKET, stars=5)),
    (f"nilai {TICKET.lower()}, 4. cepat, terima kasih pak", Command(name="rate", ticket=TICKET, stars=4)),
    (f"Nilai {TICKET} 2 " + "belum juga selesai " * 10, Command(name="rate", ticket=TICKET, stars=2)),
    ("bintang 1", Command(name="rate", stars=1)),
    (f"nilai {TICKET} bagus", Command(name="rate", ticket=TICKET, misread=True)),
    (f"nilai {TICKET} 9", Command(name="rate", ticket=TICKET, misread=True)),
    ("nilai ntb 79e7 3t8dm 5", Command(name="rate", misread=True)),
]


@pytest.mark.parametrize(("text", "command"), COMMANDS)
@pytest.mark.parametrize("surface", ["direct_message", "sms"])
def test_an_order_is_understood_as_people_type_it(text, command, surface):
    decision = judge(text, surface=surface)
    assert (decision.disposition, decision.rule, decision.command) == ("kept", "command", command)


@pytest.mark.parametrize(("text", "_command"), COMMANDS)
def test_an_order_in_public_is_only_kept(text, _command):
    decision = judge(text, surface="comment")
    assert (decision.rule, decision.command, decision.prompt) == ("command_in_public", None, None)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("BANTUAN", "help"),
        ("STOP", "stopped"),
        ("cek ntb 79e7 3t8dm", "ticket_unknown"),
        ("STATUS", "ticket_unknown"),
        ("BATAL", "not_cancelled"),
        ("GABUNG " + TICKET, "not_joined"),
        ("CEK " + TICKET, None),
        ("BATAL " + TICKET, None),
        ("LANJUT", None),
        ("lanjut ntb 79e7 3t8dm", "ticket_unknown"),
        ("MULAI", None),
    ],
)
def test_what_is_told_at_once_is_what_does_not_hang_on_the_outcome(text, prompt):
    assert judge(text).prompt == prompt


def test_status_means_the_latest_complaint():
    decision = judge("status", Situation(latest=latest(finished=True)))
    assert (decision.command, decision.prompt) == (Command(name="status", ticket=TICKET), "status")


def test_cancel_means_the_latest_complaint_while_somebody_works_on_it():
    assert judge("batal", Situation(latest=latest())).command == Command(name="cancel", ticket=TICKET)
    over = judge("batal", Situation(latest=latest(finished=True)))
    assert (over.command, over.prompt) == (Command(name="cancel"), "not_cancelled")


def test_a_mistyped_ticket_cancels_no_other_complaint():
    decision = judge("batal ntb 79e7 3t8dm", Situation(latest=latest()))
    assert (decision.command, decision.prompt) == (Command(name="cancel", misread=True), "ticket_unknown")


def test_a_photo_beside_an_order_is_not_lost_to_it():
    assert judge("info", attachments=["image"]).disposition == "opened"


def test_an_order_comes_before_the_complaint_that_its_ticket_names():
    assert judge(f"cek {TICKET}", Situation(named=latest().complaint_id)).rule == "command"


@pytest.mark.parametrize(
    ("text", "tickets"),
    [
        (f"soal {TICKET}, masih mati", (TICKET,)),
        ("laporan ntb79e73t8dn belum dijawab", (TICKET,)),
        ("nomor 79E7-3T8DN itu", (TICKET,)),
        (f"{TICKET} dan {from_number(1)} dan lagi {TICKET}", (TICKET, from_number(1))),
        ("NTB-79E7-3T8DM", ()),
        ("NTB care mohon dibantu", ()),
        ("hubungi 0812-34567", ()),
        ("", ()),
    ],
)
def test_a_text_names_the_tickets_that_fit_their_check_character(text, tickets):
    assert tickets_in(text) == tickets


def test_words_that_happen_to_fit_name_no_ticket():
    word = next(t for t in map(from_number, range(2**20, 2**40, 977_777_777)) if t.replace("-", "").isalpha())
    assert tickets_in(f"ntb {word[4:8]} {word[9:]}".lower()) == ()


def test_a_guesser_gets_few_tickets_looked_up():
    assert len(tickets_in(" ".join(map(from_number, range(100))))) == 5


@pytest.mark.parametrize(
    "text", ["nilai 5 siswa hilang dari rapor", "nilai rapor anak saya salah", "bintang 5 tidak jujur"]
)
def test_a_complaint_about_marks_is_no_rating(text):
    assert judge(text).command is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"NILAI {TICKET} 5", None),
        (f"NILAI {TICKET} 5 Cepat sekali, Pak!", "Cepat sekali, Pak!"),
        (f"nilai {TICKET}: 3 - jalan no 7 belum", "jalan no 7 belum"),
        ("nilai 4", None),
    ],
)
def test_what_a_rating_says_is_kept_as_it_was_written(text, words):
    assert rating_words(text) == words
