"""What becomes of a message, rule by rule."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.intake.conversation import Situation, limits
from tests.services.intake.conversation.said import COMPLAINT, NOW, TICKET, judge, latest, place

OPEN = Situation(latest=latest())
ASKED = Situation(latest=latest(ago=timedelta(hours=5), asked=("where",)))
NAMED = Situation(named=COMPLAINT)

OPENS = [
    # real words after a greeting, thanks, praise or an announcement
    "assalamualaikum min, lampu jalan mati di Gerung",
    "terima kasih tapi jalan masih rusak",
    "makasih min, sampahnya belum diangkut juga",
    "mantap jalannya rusak terus",
    "mantap pak, janji tinggal janji",
    "semangat terus pak, got mampet jangan lupa",
    "min mau lapor jalan rusak di Praya",
    "saya ingin mengadu soal guru yang tidak pernah masuk",
    "mau lapor polisi tidur terlalu tinggi",
    "halo admin air mati",
    "p banjir",
    "tes air sumur kami bau solar",
    "selamat malam listrik padam",
    "selamat pagi siang malam gelap gulita",
    "ok tapi kapan diperbaiki",
    "terima kasih tidak ada",
    "alhamdulillah jembatan ambruk lagi",
    "siap siap banjir lagi min",
    "amin, semoga cepat diperbaiki jalannya",
    "tolong saya",
    "tolong min",
    "bantu kami min",
    # short, strange, not ours to judge
    "Join",
    "Hello World",
    "hello, world!",
    "100",
    "test 1",
    "Msg",
    "and the next one",
    "Test video",
    "x",
    "?a",
    "halo dunia",
    "Thanks for messaging me!",
    "This is an example.",
    "QUIZ Correct answer is Paris",
    "https://example.org/foto",
    "jalan",
    "الطريق",
    "道路",
    "#jalanrusak",
    "pungli",
    "kok gini",
    "min?? kenapa",
    "belum ada respon",
    "ga ada yang jawab",
    "laporan saya bagaimana ya min",
    "mau tanya laporan saya",
    "tolong laporan ini",
    "ini laporan saya",
    # a command's word inside a sentence
    "tolong batal kan izin tambang itu",
    "stop tambang ilegal di Sekotong",
    "cek jalan di Praya",
    "cek ntb banjir 2024",
    "status jalan ini provinsi atau kabupaten",
    "info jalan putus di Sembalun",
    "bantuan sosial tidak sampai",
    "mulai kemarin air mati",
    "gabung dengan warga menolak tambak",
    # complaints of what others advertise, quoting what machines say
    "tolong berantas judi online slot di kampung kami",
    "warga resah link slot gacor disebar di grup sekolah https://contoh.example",
    "pinjol ilegal meneror saya lewat wa 081234567890",
    "saya sudah chat PDAM, cuma dapat balasan otomatis, air mati tiga hari",
    "Terima kasih telah menghubungi PDAM, cuma itu jawabannya. Air tetap mati.",
    "Saya sedang tidak di tempat saat rumah saya dimasuki banjir",
    "Pesan otomatis terus dari dinas, tidak ada yang membalas keluhan kami",
    "promo pupuk subsidi dijual mahal",
    "investasi bodong, daftar lewat link wa, uang hilang",
    "pinjol daftar wa link ktp orang dipakai",
    "dana desa cair cepat daftar wa link",
]


@pytest.mark.parametrize("text", OPENS)
def test_what_is_not_recognised_opens_a_complaint(text):
    decision = judge(text)
    assert (decision.disposition, decision.prompt, decision.command) == ("opened", None, None), decision.rule


KEPT = [
    ("assalamualaikum min", "greeting"),
    ("Assalamu'alaikum wr. wb.", "greeting"),
    ("HALOOOO ADMIN 🙏", "greeting"),
    ("p", "greeting"),
    ("P", "greeting"),
    ("tes", "greeting"),
    ("Tesss", "greeting"),
    ("selamat pagi kak", "greeting"),
    ("permisi bapak ibu", "greeting"),
    ("min", "greeting"),
    ("@ntbcare halo", "greeting"),
    ("halo ntb care", "greeting"),
    ("om swastiastu", "greeting"),
    ("Hi", "greeting"),
    ("min mau lapor", "announcement"),
    ("saya ingin mengadu", "announcement"),
    ("gimana cara lapor", "announcement"),
    ("bagaimana cara melapor disini ya min?", "announcement"),
    ("mau komplain dong", "announcement"),
    ("lapor", "announcement"),
    ("lapor min", "announcement"),
    ("lapor pak", "announcement"),
    ("Assalamualaikum, izin melapor pak", "announcement"),
    ("bisa lapor disini gak?", "announcement"),
    ("mau buat pengaduan", "announcement"),
    ("ada keluhan min", "announcement"),
    ("min mau tanya", "announcement"),
    ("mau lapor lagi min", "announcement"),
    ("laporan baru", "announcement"),
    ("NTBCARE LAPOR", "announcement"),
    ("terima kasih min", "thanks"),
    ("Makasiiih kakak 🙏🙏", "thanks"),
    ("trims atas responnya", "thanks"),
    ("mksh", "thanks"),
    ("Terima kasih banyak atas bantuan dan informasinya, semoga sehat selalu", "thanks"),
    ("matur tampiasih", "thanks"),
    ("ok makasih", "thanks"),
    ("siap terima kasih infonya", "thanks"),
    ("halo terima kasih", "thanks"),
    ("Thank you", "thanks"),
    ("mantap", "praise"),
    ("semangat pak", "praise"),
    ("Keren pemprov NTB 👏", "praise"),
    ("luar biasa pak gubernur", "praise"),
    ("alhamdulillah", "praise"),
    ("semoga berkah selalu", "praise"),
    ("innalillahi wainna ilaihi rojiun", "praise"),
    ("Good", "praise"),
    ("wkwkwk", "chatter"),
    ("ok", "chatter"),
    ("siap min", "chatter"),
    ("hadir", "chatter"),
    ("iya kak", "chatter"),
    ("cek DM min", "chatter"),
    ("sudah saya inbox kak", "chatter"),
    ("👍", "no_words"),
    ("🙏🏽🙏🏽", "no_words"),
    ("@budi.santoso", "no_words"),
    ("@ani @budi_s 😂", "no_words"),
    ("...", "no_words"),
    ("❤️", "no_words"),
    ("Saya sedang tidak di tempat.", "autoresponder"),
    (
        "Mohon maaf saat ini kami sedang tidak di tempat. Silakan tinggalkan pesan, kami akan segera membalas.",
        "autoresponder",
    ),
    ("This is an automatic reply. I am out of the office until Monday.", "autoresponder"),
    ("Automatic reply: Laporan bulanan", "autoresponder"),
    ("[Balasan otomatis]", "autoresponder"),
    ("Terima kasih telah menghubungi Toko Sumber Rejeki. Kami akan segera membalas pesan Anda.", "autoresponder"),
    ("Delivery Status Notification (Failure)", "autoresponder"),
    ("Your message could not be delivered to +62812", "autoresponder"),
    ("SLOT GACOR hari ini, bonus new member 100%, daftar https://contoh.example", "spam"),
    ("Butuh dana cepat cair tanpa jaminan? WA 081234567890", "spam"),
    ("PROMO obat kuat herbal, minat hubungi wa.me/62812000", "spam"),
    ("jasa followers murah, order via WA 0812 3456 7890 garansi", "spam"),
]


@pytest.mark.parametrize(("text", "rule"), KEPT)
def test_what_says_nothing_yet_is_kept_without_a_complaint(text, rule):
    decision = judge(text)
    assert (decision.disposition, decision.rule) == ("kept", rule)
    assert decision.prompt == ("greeting" if rule in {"greeting", "announcement"} else None)


@pytest.mark.parametrize("text", ["halo min", "mau lapor min"])
def test_a_greeting_is_answered_once_within_the_window(text):
    assert judge(text, Situation(prompted_at=NOW - limits.PROMPT_WINDOW)).prompt is None
    long_ago = NOW - limits.PROMPT_WINDOW - timedelta(seconds=1)
    assert judge(text, Situation(prompted_at=long_ago)).prompt == "greeting"


@pytest.mark.parametrize("surface", ["comment", "post", "mention", "review"])
def test_nothing_is_prompted_in_public(surface):
    assert judge("halo min", surface=surface).prompt is None
    assert judge("", surface=surface, attachments=["image"], stands_alone=False).prompt is None


@pytest.mark.parametrize("text", ["halo", "BANTUAN", "mati", "CEK " + TICKET])
def test_while_another_app_answers_we_say_nothing(text):
    decision = judge(text, standby=True)
    assert (decision.prompt, decision.asks) == (None, ())


def test_a_flood_is_kept_and_not_answered():
    assert judge("halo", Situation(recent=limits.FLOOD)).rule == "flood"
    assert judge("halo", Situation(recent=limits.FLOOD)).prompt is None
    assert judge("jalan rusak di Praya", Situation(recent=limits.FLOOD - 1)).disposition == "opened"


@pytest.mark.parametrize("surface", ["form", "desk"])
@pytest.mark.parametrize("text", ["halo", "STOP", "👍", "", "SLOT GACOR daftar wa.me/1 bonus", "jalan rusak"])
def test_a_form_always_opens(surface, text):
    decision = judge(text, Situation(latest=latest(), recent=500), surface=surface)
    assert (decision.disposition, decision.rule, decision.prompt) == ("opened", "form", None)


def test_a_form_that_names_a_complaint_is_added_to_it():
    decision = judge("terima kasih", NAMED, surface="form", complaint=COMPLAINT)
    assert (decision.disposition, decision.rule, decision.complaint_id) == ("appended", "names_complaint", COMPLAINT)


@pytest.mark.parametrize("text", [f"Menyusul {TICKET}, lampu masih mati", "terima kasih", "STOP"])
def test_what_is_a_complaint_by_a_number_of_its_own_opens_whatever_it_names_and_asks_nothing(text):
    decision = judge(text, Situation(named=COMPLAINT, latest=latest(), recent=500), surface="form", registered=True)
    assert (decision.disposition, decision.rule, decision.asks, decision.prompt) == ("opened", "form", (), None)


@pytest.mark.parametrize("text", ["fotonya menyusul", "lokasinya di belakang pasar", "tidak", "halo dunia"])
def test_what_names_a_complaint_is_added_to_it(text):
    decision = judge(text, NAMED, surface="comment")
    assert (decision.disposition, decision.rule, decision.complaint_id) == ("appended", "names_complaint", COMPLAINT)


@pytest.mark.parametrize(("text", "rule"), [("terima kasih", "thanks"), ("👍", "no_words"), ("mantap min", "praise")])
def test_thanks_that_name_a_complaint_are_only_kept(text, rule):
    assert judge(text, NAMED).rule == rule


def test_an_app_of_ours_may_say_thanks_in_a_complaint():
    assert judge("terima kasih", NAMED, complaint=COMPLAINT).disposition == "appended"


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file", "story", "share", "other", "location"])
def test_media_without_words_wait_and_the_words_are_asked_for(kind):
    decision = judge("", attachments=[kind], stands_alone=False)
    assert (decision.disposition, decision.rule, decision.prompt) == ("held", "waits_for_words", "words_wanted")


def test_the_words_of_media_are_asked_for_once():
    asked = Situation(prompted_at=NOW - timedelta(hours=1), waiting=1)
    assert judge("", asked, attachments=["image"], stands_alone=False).prompt is None


def test_an_empty_message_waits_for_words():
    decision = judge("", surface="sms")
    assert (decision.disposition, decision.prompt) == ("held", "words_wanted")


@pytest.mark.parametrize("text", ["min", "mau lapor", "👆", "terima kasih"])
def test_a_photo_beside_small_talk_is_not_lost_to_it(text):
    assert judge(text, attachments=["image"]).rule == "waits_for_words"
    assert judge(text, OPEN, attachments=["image"]).rule == "adds_media"
    assert judge(text, NAMED, attachments=["image"]).rule == "names_complaint"


@pytest.mark.parametrize("situation", [Situation(), OPEN, NAMED, ASKED])
def test_a_sticker_is_small_talk(situation):
    decision = judge("", situation, attachments=["sticker"], stands_alone=False)
    assert (decision.disposition, decision.rule, decision.prompt) == ("kept", "sticker", None)


@pytest.mark.parametrize(
    ("ago", "finished", "rule"),
    [
        (limits.MEDIA_WINDOW, False, "adds_media"),
        (limits.MEDIA_WINDOW + timedelta(seconds=1), False, "waits_for_words"),
        (timedelta(minutes=1), True, "waits_for_words"),
    ],
)
def test_media_belong_to_the_complaint_that_was_spoken_of_last(ago, finished, rule):
    situation = Situation(latest=latest(ago=ago, finished=finished))
    assert judge("", situation, attachments=["image"], stands_alone=False).rule == rule


def test_a_place_answers_where():
    decision = judge("", ASKED, place=place(latitude=-8.5, longitude=116.1), stands_alone=False)
    assert (decision.rule, decision.answers) == ("answers_question", ("where",))


def test_a_button_opens_nothing():
    assert judge("Pilihan satu", stands_alone=False).rule == "waits_for_words"
    assert judge("Pilihan satu", stands_alone=False).prompt is None
    assert judge("Pilihan satu", OPEN, stands_alone=False).rule == "adds_media"
    assert judge("Terima kasih", OPEN, stands_alone=False).rule == "thanks"


@pytest.mark.parametrize(
    "text",
    [
        "lapor lagi, lampu taman mati",
        "min mau lapor lagi selokan mampet",
        "pengaduan baru: jembatan miring",
        "Pengaduan baru. Pasar becek di Selong",
        "aduan lain min, guru jarang masuk",
    ],
)
@pytest.mark.parametrize("situation", [Situation(), OPEN, ASKED])
def test_who_says_that_it_is_another_complaint_opens_one(text, situation):
    assert (judge(text, situation).disposition, judge(text, situation).rule) == ("opened", "explicit_new")


@pytest.mark.parametrize(
    "text",
    [
        "LAPOR jalan putus",
        "lapor#selokan mampet",
        "ADUAN lampu mati",
        "aduan: lampu mati",
        "NTBCARE LAPOR air keruh",
        "Lapor pohon miring",
    ],
)
def test_the_code_word_of_a_text_message_opens(text):
    assert judge(text, OPEN, surface="sms").rule == "code_word"


@pytest.mark.parametrize("text", ["keluhan saya belum dijawab", "laporan kemarin gimana", "NTBCARE airnya masih mati"])
def test_a_noun_or_the_services_keyword_opens_nothing_new(text):
    assert judge(text, OPEN, surface="sms").rule == "continues"


@pytest.mark.parametrize(
    ("ago", "finished", "disposition"),
    [
        (limits.CONTINUES_WINDOW, False, "appended"),
        (limits.CONTINUES_WINDOW + timedelta(seconds=1), False, "opened"),
        (timedelta(minutes=1), True, "opened"),
    ],
)
def test_what_follows_within_the_hour_goes_on_with_the_complaint(ago, finished, disposition):
    assert judge("airnya juga berbau", Situation(latest=latest(ago=ago, finished=finished))).disposition == disposition


@pytest.mark.parametrize(("ago", "rule"), [(limits.THREAD_WINDOW, "same_thread"), (timedelta(days=8), "stands_alone")])
def test_a_comment_of_the_same_person_in_a_thread_goes_on(ago, rule):
    assert judge("masih begitu juga", Situation(latest=latest(ago=ago)), surface="comment").rule == rule


@pytest.mark.parametrize(
    ("text", "asked", "answers"),
    [
        ("di Desa Kuta dekat masjid", ("where", "when"), ("where",)),
        ("kemarin sore", ("where", "when"), ("when",)),
        ("siang", ("when",), ("when",)),
        ("pagi min", ("when",), ("when",)),
        ("Montong Are", ("where",), ("where",)),
        ("lampu jalan padam", ("where", "what"), ("what",)),
    ],
)
def test_an_answer_is_added_and_says_what_it_answers(text, asked, answers):
    decision = judge(text, Situation(latest=latest(ago=timedelta(hours=20), asked=asked)))
    assert (decision.disposition, decision.rule, decision.answers) == ("appended", "answers_question", answers)


def test_small_talk_is_no_answer():
    assert judge("ok terima kasih min", ASKED).rule == "thanks"
    assert judge("siang min", ASKED).rule == "greeting"


@pytest.mark.parametrize(
    ("ago", "finished", "rule"),
    [
        (limits.ANSWER_WINDOW, False, "answers_question"),
        (limits.ANSWER_WINDOW + timedelta(seconds=1), False, "stands_alone"),
        (timedelta(hours=2), True, "stands_alone"),
    ],
)
def test_an_answer_has_its_time(ago, finished, rule):
    situation = Situation(latest=latest(ago=ago, finished=finished, asked=("where",)))
    assert judge("dekat pasar lama", situation).rule == rule


LONG = (
    "Lampu penerangan di Jalan Merpati Desa Lendang sudah padam semua sejak bulan lalu, anak-anak pulang mengaji gelap"
    " gulita, kami sudah dua kali memberi tahu kepala dusun tetapi tetap saja padam sampai hari ini"
)


def test_a_whole_new_complaint_is_not_hidden_in_an_old_ones_answer():
    assert judge(LONG, ASKED).rule == "stands_alone"
    at_once = Situation(latest=latest(ago=limits.SURE_ANSWER_WINDOW, asked=("where",)))
    assert judge(LONG, at_once).rule == "answers_question"


def test_an_answer_within_a_named_complaint_says_what_it_answers():
    situation = Situation(latest=latest(asked=("where",)), named=COMPLAINT)
    assert judge("di Dusun Temodo", situation).answers == ("where",)
    assert judge("di Dusun Temodo", Situation(latest=latest(asked=("where",)), named=UUID(int=1))).answers == ()


def test_what_follows_an_announcement_is_the_announced_complaint():
    situation = Situation(latest=latest(asked=("where",)), announced_at=NOW - timedelta(minutes=2))
    assert judge("selokan mampet di pasar", situation).rule == "announced"
    assert judge("", situation, attachments=["image"], stands_alone=False).rule == "waits_for_words"
    earlier = Situation(latest=latest(ago=timedelta(minutes=2)), announced_at=NOW - timedelta(minutes=5))
    assert judge("selokan mampet di pasar", earlier).rule == "continues"


def test_what_comes_late_belongs_to_its_own_time():
    asked_later = Situation(
        latest=latest(ago=timedelta(days=-8), asked=("where",)), announced_at=NOW + timedelta(days=9)
    )
    assert judge("selokan mampet", asked_later).rule == "stands_alone"
    assert judge("", asked_later, attachments=["image"], stands_alone=False).rule == "waits_for_words"
    assert judge("masih begitu", asked_later, surface="comment").rule == "stands_alone"
    just_before = Situation(latest=latest(ago=timedelta(minutes=-2)))
    assert judge("airnya juga bau", just_before).rule == "continues"


def test_an_answer_that_was_held_up_with_its_complaint_is_an_answer():
    said_long_ago = Situation(latest=latest(asked=("where",), asked_at=NOW + timedelta(hours=30)))
    assert judge("dekat pasar lama", said_long_ago).answers == ("where",)
