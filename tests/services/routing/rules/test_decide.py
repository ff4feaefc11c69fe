"""The right agency, table by table: levels of authority by law, names, the desk, the seal."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing.rules import Clues, Decision, Knowledge, decide
from services.routing.rules.decide import rules_version
from services.routing.rules.sms_code import SmsCode
from shared.directory import DESK, INSPECTORATE, directory
from tests.growth import grows_in_proportion

TODAY = date(2026, 11, 23)


KNOWLEDGE = Knowledge(directory=directory())


def route(text: str, *, on: date = TODAY, **known) -> Decision:
    return decide(Clues(text=text, on=on, **known), KNOWLEDGE)


LEVELS = [
    ("Jalan provinsi di Kecamatan Jonggat berlubang parah", "NTB.PUPRPERKIM"),
    ("jln nasional rusak di Plampang Sumbawa bnyk lubang", "BPJN"),
    ("Jalan kabupaten di Desa Lendang Nangka hancur sudah tiga tahun", "52.03.PUPR"),
    ("jalan desa di Desa Mertak, Pujut becek dan rusak", "52.02.DESA"),
    ("Jalan Desa Pohgading Pringgabaya rusak berat", "52.03.PUPR"),
    ("Bendungan Batu Bulan Moyo Hulu bocor", "BWSNT1"),
    ("Guru SMKN 2 Woha belum terima honor", "NTB.DIKPORA"),
    ("Atap SDN 3 Keruak bocor, murid belajar kehujanan", "52.03.DIKBUD"),
    ("anak SMP dipukul guru di Batukliang", "52.02.DIKBUD"),
    ("Madrasah di Kopang menarik uang ke wali murid", "KEMENAG"),
    ("Beasiswa kuliah unram belum cair", "UNRAM"),
    ("Pasien IGD RSUD Provinsi NTB menunggu 9 jam tanpa kamar", "NTB.RSUDP"),
    ("RS Mandalika tidak punya dokter spesialis anak", "NTB.RSMANDALIKA"),
    ("antrean poli RSUD Dompu dari subuh", "52.05.RSUD"),
    ("pasien RSUD Soedjono ditelantarkan di IGD", "52.03.RSUD"),
    ("Obat kosong di puskesmas Gangga KLU", "52.08.DINKES"),
    ("Cetak e-KTP di Taliwang sudah 4 bulan tidak jadi", "52.07.DISDUKCAPIL"),
    ("KK saya salah nama, kantor di Gerung bilang sistem error", "52.01.DISDUKCAPIL"),
    ("Perpanjangan SIM di Polres Bima dipersulit", "POLDA"),
    ("Antre pajak kendaraan di Samsat Praya lama sekali", "NTB.BAPPENDA"),
    ("tagihan PBB di Gunungsari dobel", "52.01.BAPENDA"),
    ("Listrik padam tiap sore di Empang Sumbawa", "PLN"),
    ("Air PDAM mati seminggu di Ampenan", "52.71.PDAM"),
    ("Air PDAM keruh di Labuapi", "52.01.PDAM"),
    ("Pembalakan liar di hutan Sekotong makin parah", "NTB.DLHK"),
    ("Pendakian Rinjani mahal tiketnya", "BTNGR"),
    ("Nelayan di Tanjung Luar mengeluh bom ikan", "NTB.DKP"),
    ("Sampah menumpuk di Pasar Renteng Praya tidak diangkut", "52.02.DLH"),
    ("TPA Kebon Kongok penuh dan bau sampai ke rumah warga", "NTB.DLHK"),
    ("Upah kami di bawah UMK, perusahaan di Lembar tidak mau bayar", "NTB.DISNAKERTRANS"),
    ("Rekomendasi paspor calon PMI di Disnakertrans Loteng lama", "52.02.DISNAKER"),
    ("Lampu jalan mati di Jalan Pejanggik Mataram", "52.71.DISHUB"),
    ("Kapal feri di Pelabuhan Kayangan antre 12 jam", "BPTD"),
    ("Truk tambang galian C lalu lalang di Lenangguar", "NTB.ESDM"),
    ("LPG 3 kg langka di Lunyuk harga 40 ribu", "PERTAMINA"),
    ("Pupuk subsidi langka di Manggalewa", "52.05.PERTANIAN"),
    ("kepala desa di Woja Dompu tidak transparan dana desa", "52.05.DPMD"),
    ("Sertifikat PTSL di Narmada belum keluar 2 tahun", "BPN"),
    ("Kebakaran rumah di Raba Kota Bima", "52.72.DAMKAR"),
    ("Gempa merusak rumah di Bayan, bantuan belum datang", "52.08.BPBD"),
    ("bpjs kesehatan saya nonaktif padahal bayar terus di Selong", "BPJSKES"),
    ("klaim JHT BPJS ketenagakerjaan belum cair", "BPJSTK"),
    ("PKH saya tidak cair, warga Sape Bima", "52.06.DINSOS"),
    ("Ternak sapi berkeliaran di jalan raya Utan", "52.04.SATPOLPP"),
]


@pytest.mark.parametrize(("text", "key"), LEVELS)
def test_subject_level_and_place_give_the_agency_that_the_law_names(text, key):
    found = route(text)
    assert found.agency_key == key, found.reasons
    assert found.candidates[0].agency_key == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Jalan depan RSUD Praya berlubang", "52.02.PUPR"),
        ("Saluran di samping Pasar Keruak mampet", "52.03.PUPR"),
        ("Lampu jalan dekat puskesmas Aikmel mati", "52.03.DISHUB"),
    ],
)
def test_a_building_that_only_says_where_is_not_the_subject(text, key):
    assert route(text).agency_key == key


def test_an_agency_called_with_its_regency_is_believed():
    found = route("Dinas PUPR Lotim tolong perbaiki irigasi")
    assert found.agency_key == "52.03.PUPR"
    assert found.place.code == "52.03"


@pytest.mark.parametrize(
    "text", ["", "selamat pagi min", "???", "Jalan rusak parah tolong diperbaiki", "macet di Surabaya"]
)
def test_what_nobody_knows_goes_to_the_desk_with_its_doubt(text):
    found = route(text)
    assert found.agency_key == DESK
    assert found.confidence <= 0.3
    assert "Admin NTB Care" in found.reasons[0]


def test_an_ambiguous_place_gives_both_regencies_with_half_the_confidence_each():
    found = route("jalan rusak di Bima")
    assert {"52.06.PUPR", "52.72.PUPR"} <= {candidate.agency_key for candidate in found.candidates}
    assert found.confidence < 0.5
    assert route("jalan rusak di Bima", account_region="52.72").agency_key == "52.72.PUPR"


def test_the_region_picked_in_the_app_completes_a_text_without_place():
    assert route("Jalan rusak parah", given_region="52.07.02").agency_key == "52.07.PUPR"


def test_the_reasons_tell_the_whole_way_in_one_line():
    reason = route("Jalan provinsi di Kecamatan Jonggat berlubang").reasons[0]
    assert "'jalan provinsi'" in reason
    assert "Jonggat" in reason
    assert reason.endswith("→ Dinas PUPR-Perkim (jalan provinsi)")


def test_the_reasons_repeat_nothing_personal_of_the_text():
    text = "Saya Zulkarnaen NIK 5203012345670001 HP 081234567890, KTP di Selong belum jadi, kata Qomariyah"
    told = repr(route(text))
    for secret in ("zulkarnaen", "5203012345670001", "081234567890", "qomariyah"):
        assert secret not in told.lower()


def test_a_sealed_complaint_goes_to_the_inspectorate_and_its_reasons_are_neutral():
    found = route("Kepala SDN di Desa Kidang Praya Timur minta uang suap", sealed=True)
    assert found.agency_key == INSPECTORATE
    assert found.place.code == "52.02"
    told = repr(found).lower()
    assert not [word for word in ("kidang", "suap", "sdn", "uang") if word in told]


def test_a_day_before_the_known_structure_is_answered_with_what_is_known():
    assert route("Listrik padam di Selong", on=date(2020, 1, 1)).agency_key == "PLN"


def test_the_same_complaint_gets_the_same_decision_with_its_versions():
    first, second = (route("Air PDAM mati di Praya") for _ in range(2))
    assert first == second
    assert first.versions.directory == directory().version
    assert first.versions.rules.startswith("rules+")


def test_an_operator_s_table_of_sms_codes_is_part_of_the_versions():
    own = Knowledge(directory=directory(), sms_codes={"ABC": SmsCode("52.03", capitals=False)}, sms_codes_version="1f")
    sms = decide(Clues(text="ABC jalan rusak", on=TODAY, sms=True), own)
    assert sms.agency_key == "52.03.PUPR"
    assert sms.versions.rules == f"{rules_version()}+codes.1f"
    assert decide(Clues(text="ABC jalan rusak", on=TODAY), own).versions.rules == rules_version()


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_finds_an_agency_of_the_directory(text):
    found = route(text)
    assert directory().agency(found.agency_key, on=TODAY) is not None
    assert 0.0 <= found.confidence <= 1.0
    assert len({candidate.agency_key for candidate in found.candidates}) == len(found.candidates) <= 3
    assert found.reasons


@given(
    st.text(),
    st.one_of(st.none(), st.text()),
    st.one_of(st.none(), st.tuples(st.floats(), st.floats())),
    st.one_of(st.none(), st.text()),
    st.dates(),
)
@settings(max_examples=100, deadline=None)
def test_nothing_that_comes_in_makes_it_raise(text, region, coordinates, account, day):
    route(text, given_region=region, coordinates=coordinates, account_region=account, on=day)


TEXTS = st.sampled_from([text for text, _ in LEVELS])


@given(TEXTS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_upper_and_lower_case_do_not_change_the_agency(text, random):
    mixed = "".join(random.choice((c.upper(), c.lower())) for c in text)
    assert route(mixed).agency_key == route(text).agency_key


@given(TEXTS, st.lists(st.sampled_from(["!", "...", ",", " - ", "\n", "?", " ", "\t", "\u00a0"]), min_size=1))
@settings(max_examples=100, deadline=None)
def test_punctuation_between_the_words_does_not_change_the_agency(text, marks):
    words = text.split()
    spaced = "".join(word + marks[i % len(marks)] + " " for i, word in enumerate(words))
    assert route(spaced).agency_key == route(text).agency_key


@given(
    TEXTS, st.sampled_from(["Assalamualaikum wr wb. ", "Selamat pagi bapak/ibu admin, ", "Yth. Bapak Gubernur NTB, "])
)
@settings(max_examples=100, deadline=None)
def test_a_greeting_does_not_change_the_agency(text, greeting):
    assert route(greeting + text + " Terima kasih.").agency_key == route(text).agency_key


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_letters_held_down_do_not_change_the_agency(text):
    assert route(text + " toloooooong yaaaaa minnnn").agency_key == route(text).agency_key


@pytest.mark.parametrize("word", ["jalan", "praya", "bima", "air mati", "warga dari desa", "a", "pupr lotim"])
def test_a_text_made_to_be_slow_is_decided_all_the_same(word):
    assert grows_in_proportion(route, f"{word} " * 1_000)
