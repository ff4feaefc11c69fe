"""What becomes of what a citizen writes back: to an officer's question, to an answer, and to the wish for a rating."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.intake.conversation import Situation, Turn, limits
from services.intake.conversation.ratings import stars_of
from services.intake.conversation.words import read
from tests.services.intake.conversation.said import COMPLAINT, NOW, TICKET, judge, latest, place

OTHER = UUID(int=7)
SECOND = timedelta(seconds=1)
SAID = "Pipa air bocor di Jalan Merpati, sudah dilaporkan ke kantor desa. Petugas kami memperbaiki pipa itu kemarin."


def turn(ago: timedelta = timedelta(hours=5), **values: object) -> Turn:
    return Turn(complaint_id=COMPLAINT, ticket=TICKET, at=NOW - ago, **values)  # type: ignore[arg-type]


AWAITING = Situation(awaiting=turn())
ANSWERED = Situation(answered=turn(said=SAID), rateable=turn(said=SAID))
CLOSED = Situation(rateable=turn())


@pytest.mark.parametrize(
    "text",
    [
        "siang",
        "3 rumah",
        "di Desa Kuta",
        "tidak tahu",
        "belum",
        "nomor meternya ada di rumah pak RT",
        "sudah 2 minggu ya",
    ],
)
def test_what_follows_an_officers_question_answers_it(text):
    decision = judge(text, AWAITING)
    assert (decision.disposition, decision.rule, decision.complaint_id) == ("appended", "answers_officer", COMPLAINT)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ok siap", "chatter"),
        ("terima kasih min", "thanks"),
        ("assalamualaikum", "greeting"),
        ("selamat siang pak", "greeting"),
        ("mau lapor lagi min", "announcement"),
        ("👍", "no_words"),
        ("STATUS", "command"),
        ("Saya sedang tidak di tempat.", "autoresponder"),
        ("SLOT GACOR hari ini, bonus new member 100%, daftar https://contoh.example", "spam"),
        ("lapor lagi, lampu taman mati", "explicit_new"),
        ("LAPOR lampu taman mati", "code_word"),
    ],
)
def test_what_is_no_answer_answers_no_officer(text, rule):
    assert judge(text, AWAITING).rule == rule


def test_what_names_another_complaint_answers_no_officer():
    decision = judge("fotonya menyusul", Situation(awaiting=turn(), named=OTHER))
    assert (decision.rule, decision.complaint_id) == ("names_complaint", OTHER)


@pytest.mark.parametrize(
    "said",
    [
        {"attachments": ["image"], "stands_alone": False},
        {"text": "makasih", "attachments": ["image"]},
        {"place": place(latitude=-8.5, longitude=116.1), "stands_alone": False},
        {"text": "Pilihan satu", "stands_alone": False},
    ],
)
def test_a_photo_a_place_and_a_button_answer_an_officer(said):
    assert judge(situation=AWAITING, **said).rule == "answers_officer"


def test_an_empty_text_answers_no_officer():
    assert judge("", AWAITING, surface="sms").rule == "waits_for_words"


@pytest.mark.parametrize(
    ("ago", "rule"),
    [
        (limits.OFFICER_WINDOW, "answers_officer"),
        (limits.OFFICER_WINDOW + SECOND, "stands_alone"),
        (timedelta(minutes=-1), "stands_alone"),
    ],
)
def test_an_officers_question_is_open_from_when_it_was_asked_for_thirty_days(ago, rule):
    assert judge("dekat pasar lama", Situation(awaiting=turn(ago))).rule == rule


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        ({"ago": timedelta(minutes=2)}, "continues"),
        ({"ago": timedelta(minutes=2), "finished": True}, "answers_officer"),
        ({"ago": timedelta(hours=2)}, "answers_officer"),
        ({"ago": timedelta(hours=2), "asked": ("where",)}, "answers_question"),
        ({"ago": timedelta(hours=9), "asked": ("where",)}, "answers_officer"),
        ({"ago": timedelta(hours=9), "asked": ("where",), "complaint_id": COMPLAINT}, "answers_officer"),
    ],
)
def test_what_was_asked_or_spoken_of_last_goes_first(other, rule):
    situation = Situation(awaiting=turn(), latest=latest(**({"complaint_id": OTHER} | other)))
    assert judge("di belakang pasar lama", situation).rule == rule


@pytest.mark.parametrize(("ago", "rule"), [(timedelta(hours=1), "announced"), (timedelta(hours=6), "answers_officer")])
def test_what_was_announced_after_an_officer_asked_is_no_answer(ago, rule):
    situation = Situation(awaiting=turn(), latest=latest(ago=timedelta(days=2)), announced_at=NOW - ago)
    assert judge("selokan mampet di pasar", situation).rule == rule
    without_latest = Situation(awaiting=turn(), announced_at=NOW - ago)
    assert judge("selokan mampet", without_latest).rule == ("stands_alone" if rule == "announced" else rule)


@pytest.mark.parametrize(
    "text",
    [
        "belum",
        "belum pak",
        "masih bocor",
        "MASIH BOCOR!!",
        "kapan?",
        "sudah tapi masih bocor juga",
        "ternyata tidak ada yang datang",
        "bohong, petugas tidak pernah ke sini",
        "tidak benar itu",
        "kok belum dikerjakan",
        "pipanya tetap bocor",
        "sama saja min",
        "kapan petugas turun ke lokasi",
        "jalan merpati masih bocor",
        "masih becek",
        "2 masih bocor",
    ],
)
def test_what_doubts_or_contradicts_an_answer_is_added_to_its_complaint(text):
    decision = judge(text, ANSWERED)
    assert (decision.disposition, decision.rule, decision.complaint_id) == ("appended", "answers_answer", COMPLAINT)


@pytest.mark.parametrize(
    "text",
    [
        "lampu jalan masih mati",  # something else
        "masih banyak sampah di Praya",  # a place of its own
        "kenapa guru tidak pernah masuk",
        "kapan bansos cair",
        "ternyata kepala desa menjual pupuk subsidi",
        "pipa bocor lagi",  # refers to no answer
        "LAPOR masih bocor",
        "lapor lagi, masih bocor",
        "belum ada perbaikan sama sekali sejak petugas datang kemarin dan kini pipanya bocor lebih besar dari dulu",
    ],
)
def test_what_is_a_complaint_by_itself_is_not_hidden_in_an_answered_one(text):
    assert judge(text, ANSWERED).disposition == "opened"


@pytest.mark.parametrize(("text", "rule"), [("terima kasih", "thanks"), ("ok siap", "chatter"), ("👍", "no_words")])
def test_thanks_for_an_answer_are_kept(text, rule):
    assert judge(text, ANSWERED).rule == rule


@pytest.mark.parametrize(
    ("situation", "surface"),
    [
        (Situation(answered=turn(limits.REPLY_WINDOW + SECOND, said=SAID)), "sms"),
        (Situation(answered=turn(timedelta(minutes=-1), said=SAID)), "sms"),
        (ANSWERED, "comment"),
        (CLOSED, "sms"),
        (Situation(answered=turn(said=SAID), latest=latest(ago=timedelta(hours=2), complaint_id=OTHER)), "sms"),
        (Situation(answered=turn(said=SAID), announced_at=NOW - timedelta(hours=1)), "sms"),
    ],
)
def test_later_in_public_and_after_another_complaint_belum_stands_alone(situation, surface):
    assert judge("masih bocor", situation, surface=surface).rule == "stands_alone"


def test_within_the_window_the_answered_complaint_itself_takes_it():
    situation = Situation(
        answered=turn(limits.REPLY_WINDOW, said=SAID), latest=latest(ago=timedelta(minutes=2), finished=True)
    )
    assert judge("masih bocor", situation).rule == "answers_answer"


RATINGS = [
    ("5", 5),
    ("1", 1),
    (" 3. ", 3),
    ("lima", 5),
    ("beri bintang 3", 3),
    ("saya beri nilai 2", 2),
    ("4/5", 4),
    ("5/5 mantap", 5),
    ("4 dari 5", 4),
    ("5 bintang", 5),
    ("5 bagus sekali", 5),
    ("5, terima kasih pak", 5),
    ("2 tidak puas", 2),
    ("1 sangat mengecewakan", 1),
    ("3 pelayanannya biasa saja", 3),
    ("5 👍", 5),
]
NO_RATINGS = [
    *(
        "0",
        "6",
        "10",
        "55",
        "4 5",
        "4,5",
        "5 rumah rusak",
        "3 hari mati lampu",
        "5 petugas tidak ramah",
        "2 masih bocor",
    ),
    *(
        "5 orang",
        "bagus",
        "nilai",
        "lima hari",
        "5 siang",
        "5 jam tidak ada air bagus",
        "dua jembatan putus",
        "rt 5",
        "",
    ),
]


@pytest.mark.parametrize(("text", "stars"), RATINGS)
def test_a_number_after_an_answer_is_a_rating(text, stars):
    decision = judge(text, CLOSED, surface="sms")
    assert (decision.disposition, decision.rule, decision.prompt) == ("kept", "rating", "rated")
    assert decision.rating is not None
    assert (decision.rating.stars, decision.rating.complaint_id) == (stars, COMPLAINT)
    assert decision.rating.text == (text.strip() if len(read(text)) > 1 else None)


@pytest.mark.parametrize("text", NO_RATINGS)
def test_what_has_one_word_more_is_no_rating(text):
    assert stars_of(read(text)) is None
    assert judge(text, CLOSED, surface="sms").rule != "rating"


@pytest.mark.parametrize(
    ("situation", "surface", "rule"),
    [
        (Situation(), "sms", "stands_alone"),
        (CLOSED, "comment", "stands_alone"),
        (Situation(rateable=turn(limits.RATING_WINDOW + SECOND)), "sms", "stands_alone"),
        (Situation(rateable=turn(), awaiting=turn(timedelta(hours=1))), "sms", "answers_officer"),
        (Situation(rateable=turn(), awaiting=turn(timedelta(hours=9))), "sms", "rating"),
        (Situation(rateable=turn(), latest=latest(ago=timedelta(hours=2), complaint_id=OTHER)), "sms", "stands_alone"),
        (Situation(rateable=turn(), latest=latest(ago=timedelta(hours=9), complaint_id=OTHER)), "sms", "rating"),
        (Situation(rateable=turn(), named=COMPLAINT), "sms", "rating"),
    ],
)
def test_a_number_rates_what_was_answered_last(situation, surface, rule):
    assert judge("5", situation, surface=surface).rule == rule


def test_a_second_rating_is_kept_and_changes_nothing():
    decision = judge("4", Situation(rateable=turn(rated=True)))
    assert (decision.disposition, decision.rule, decision.rating, decision.prompt) == ("kept", "rating", None, None)
