"""What is sealed at the door: too much rather than too little, but not every quarrel over a parking fee."""

import time

import pytest

from shared.core.sealing import must_seal

BRIBERY = [
    "Oknum petugas minta uang kalau mau berkasnya cepat",
    "Petugas di loket meminta sejumlah uang agar KTP cepat jadi",
    "Saya diminta bayar 500 ribu oleh pegawai kelurahan supaya suratnya ditandatangani",
    "Kami dimintai uang oleh oknum kades setiap urus surat tanah",
    "Harus kasih uang pelicin dulu baru izinnya keluar",
    "Ada yang menyuap panitia lelang proyek jalan",
    "Pak camat menerima suap dari pengembang",
    "calo bilang ada jatah buat orang dalam, ini jelas sogokan",
    "Kepala sekolah menerima gratifikasi dari penerbit",
    "bayar jabatan 50 juta biar jadi kepala seksi",
    "Oknum polisi narik duit di jalan, katanya uang rokok",
    "PUNGLI DI PELABUHAN, TOLONG DITINDAK",
    "pungutan\nliar di sekolah anak saya",
    "Guru minta setoran tiap bulan ke murid",
    "pegawai samsat minta imbalan supaya tidak antre",
]
CORRUPTION = [
    "Dana desa dikorupsi kades, pembangunan tidak ada",
    "Dugaan korupsi pengadaan alat kesehatan",
    "Bantuan sosial diselewengkan oleh perangkat desa",
    "Ada penyelewengan dana BOS di sekolah ini",
    "Uang koperasi pegawai digelapkan bendahara dinas",
    "Perjalanan dinas fiktif setiap bulan",
    "proyek drainase itu di mark up dua kali lipat",
    "Dana BLT ditilep kepala dusun",
    "Penerimaan honorer penuh KKN",
    "Bantuan sosial untuk desa kami disunat perangkat desa",
    "Pejabat itu menyalahgunakan wewenang untuk keluarganya",
    "Bansos dipotong 100 ribu per orang oleh kadus",
]
ABUSE = [
    "Guru melecehkan murid perempuan di kelas",
    "Anak saya dipukul oleh guru olahraga",
    "Oknum polisi mengancam saya supaya tidak melapor",
    "Saya diancam oknum kades setelah protes",
    "Pegawai dinas melakukan pelecehan terhadap mahasiswi magang",
    "Mau melapor lewat WBS, identitas saya mohon dijaga",
    "saya whistleblower di kantor bupati",
]
OPEN = [
    "Petugas parkir resmi menaikkan tarif, mahal sekali",
    "Minta uang parkir resmi diturunkan, terlalu mahal",
    "Jalan rusak parah di depan pasar Masbagik",
    "Polisi tidur di depan sekolah terlalu tinggi dan mengancam keselamatan pengendara",
    "Pohon besar dekat kantor dinas mengancam rumah warga, mohon dipotong petugas",
    "Mahasiswa KKN Unram di desa kami butuh bantuan air bersih",
    "Posko KKN tematik belum dapat izin",
    "Jembatan mau ambruk, mengancam nyawa anak sekolah",
    "ATM tidak bisa tarik uang sejak kemarin di Praya",
    "Mohon bantuan min, pohon di pinggir jalan minta dipotong",
    "Kepada dinas terkait, mohon lampu jalan diperbaiki, kami selalu bayar pajak",
    "Pedagang jeruk peras memakai bahu jalan",
    "Balita belum mau disuapi, posyandu tutup",
    "Saya sudah bayar pajak kendaraan tapi belum terdata",
    "Mohon bantuan dana untuk perbaikan rumah roboh",
    "Kepala saya pusing, puskesmas tutup",
    "Listrik padam dan pegawai PLN tidak menjawab telepon",
    "Guru di SD kami kurang, mohon ditambah",
    "Bantuan sosial belum saya terima tahun ini",
    "Sampah menumpuk, petugas kebersihan tidak datang",
    "",
]


@pytest.mark.parametrize("text", BRIBERY + CORRUPTION + ABUSE)
def test_a_report_of_bribery_corruption_or_abuse_is_sealed(text):
    assert must_seal(text)
    assert must_seal(f"Selamat pagi min.\n\n{text.upper()}!!! Mohon ditindak.")


@pytest.mark.parametrize("text", OPEN)
def test_an_ordinary_complaint_is_not(text):
    assert not must_seal(text)


@pytest.mark.parametrize("text", ["guru " * 2000, "minta uang " * 900, "oknum " * 1600, "a" * 10_000, " \n" * 5000])
def test_no_text_takes_long_to_judge(text):
    started = time.perf_counter()
    must_seal(text)
    assert time.perf_counter() - started < 0.5
