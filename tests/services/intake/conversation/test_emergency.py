"""Danger to life now, and what only sounds like it."""

import pytest

from tests.services.intake.conversation.said import judge

DANGER = [
    "kebakaran",
    "KEBAKARAN DI PASAR BERTAIS",
    "tolong kebakaraaan rumah warga di Ampenan",
    "min ada kebakaran di belakang kantor",
    "lapor kebakaran kios di Selong, api makin membesar",
    "kebakaran hutan di Sembalun sudah dua hari belum padam",
    "minggu lalu sudah saya bilang kabelnya, sekarang kebakaran",
    "tolong rumah tetangga terbakar",
    "tolong ada yang tenggelam di bendungan",
    "anak hanyut di kali Jangkok",
    "perahu nelayan tenggelam di Teluk Saleh",
    "kecelakaan, korban tergeletak di bypass",
    "ada tabrakan di simpang empat korban luka parah belum ada ambulans",
    "kecelakaan korban",
    "pengendara terkapar di depan SPBU",
    "gempa, keluarga terjebak di reruntuhan",
    "longsor menimbun rumah di Bayan",
    "warga tertimbun tanah longsor",
    "banjir bandang di Bima",
    "tolong kami terjebak banjir di atap",
    "tolong ada orang dikeroyok di terminal",
    "sekarang suami saya ngamuk memukuli anak",
    "tetangga saya mau bunuh diri",
    "tolong ada anak kesetrum di sawah",
    "tolong butuh ambulans ibu saya pingsan",
    "tolong tabung gas meledak di warung",
    "halo damkar kebakaran di rumah saya",
    "darurat ambulans sekarang juga di Desa Bengkel",
    "ada orang kecelakaan di depan rumah",
    "anak saya tenggelam tadi malam belum ketemu",
    "pohon tumbang menimpa rumah ada korban",
    "Mobil masuk jurang tolong",
    "Tanah longsor!! ada yang tertimbun",
    "kapal karam",
]

NO_DANGER = [
    "minggu lalu kebakaran",
    "bupati seperti kebakaran jenggot",
    "mobil pemadam kebakaran rusak",
    "latihan simulasi kebakaran di sekolah",
    "korban kebakaran belum dapat bantuan",
    "kabel semrawut bisa menyebabkan kebakaran",
    "takut terjadi kebakaran",
    "tidak ada kebakaran",
    "bukan kebakaran",
    "jalan berlubang rawan kecelakaan",
    "sering terjadi kecelakaan hingga ada korban",
    "jangan menunggu ada korban kecelakaan",
    "rumah kami sering terendam banjir",
    "lampu jalan terbakar",
    "sampah dibakar tiap sore",
    "sawah kami tenggelam",
    "bantuan korban gempa belum cair",
    "kenapa minta ambulans desa harus bayar",
    "tahun 2018 banjir bandang merusak jembatan",
    "kemarin ada anak hanyut",
    "sirine tsunami rusak",
    "pencarian pasien di ruang gawat darurat",
    "kasus pemukulan murid belum selesai",
    "longsor menutup jalan desa",
    "jalan tertimbun longsor",
    "pohon tumbang menimpa kabel",
    "jembatan darurat ambruk",
    "tawuran pelajar sering terjadi",
    "harga gas elpiji meledak",
    "mati lampu",
    "rumah saya mengalami musibah kebakaran, kapan bantuan cair",
    "sudah ada kecelakaan tiga kali di tikungan ini",
    "akses darurat untuk ambulans terhalang portal",
    "anak kami mengalami kecelakaan, sekarang dirawat dan tidak mampu bayar",
    "bangkai perahu karam mengganggu nelayan",
    "kalau ada kecelakaan siapa bertanggung jawab",
    "guardrail putus, mobil bisa masuk jurang",
    "",
]


@pytest.mark.parametrize("text", DANGER)
def test_danger_to_life_opens_a_flagged_complaint_and_asks_nothing(text):
    decision = judge(text)
    assert (decision.disposition, decision.emergency, decision.asks) == ("opened", True, ())


@pytest.mark.parametrize("text", NO_DANGER)
def test_what_is_over_feared_usual_or_a_figure_of_speech_is_no_emergency(text):
    assert not judge(text).emergency


@pytest.mark.parametrize("before", ["", "Sudah dua kali saya lapor. ", "Kemarin jalan rusak! "])
@pytest.mark.parametrize("after", ["", ". Dulu juga pernah.", "\nTerima kasih, kemarin saya lupa kirim foto"])
def test_each_sentence_is_judged_by_itself(before, after):
    assert judge(f"{before}Kebakaran di pasar{after}").emergency
