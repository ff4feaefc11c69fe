"""The words of bribery, extortion and abuse of office, and the pairs of words that mean it when near each other."""

import re
from dataclasses import dataclass

OFFICIAL = (
    r"(?:oknum|petugas|pegaw(?:ai|e)|pejabat|aparat|perangkat|asn|pns|kades|kadus|kadis|sekdes|sekda|bendahara|kepala|camat"
    r"|lurah|bupati|gubernur|wali ?kota|guru|polisi(?! tidur)"
    r"|polantas|kapol(?:sek|res)|satpol|jaksa|hakim|dinas|staf|sipir|bidan|dosen|dokter|dewan"
    r"|kasi (?:pemerintahan|kesra|pelayanan)"
    r"|(?:orang|org) (?:dinas|dukcapil|capil|samsat|kelurahan|kecamatan|kantor|bpn|dalam))"
    r"(?:nya)?"
)
_STAFF = r"(?:asn|pns|pegaw(?:ai|e)|staf|perangkat desa|oknum)"
_AMOUNT = (
    r"(?:rp\.? ?\d[\d.,]{0,20}|(?:\d[\d.,]{0,20} ?)?(?:rb|ribu|jt|juta)|\d[\d.,]{0,20}k"
    r"|\d{1,3}(?:[.,]000){1,3}|\d{2,4}000|rupiah|sejuta)"
)
_MONEY = (
    rf"(?:uang|duit|kepeng|bagian d(?:a)?ri|setoran|bayar(?:an)?|membayar|jatah|imbalan|upeti|komisi|fee|{_AMOUNT})"
)
_ASKS_MONEY = (
    r"(?:(?:di|me)?(?:minta(?:i|in)?|palak(?:in)?|malak|tarik|narik|pungut|mungut)|ngendeng)"
    rf"(?=(?: \S{{1,40}}){{0,3}} {_MONEY}\b)"
)
"""Some words may stand between: "meminta sejumlah uang", "minta ke saya 500rb"."""
_AID = r"(?:bansos|bantuan (?:sosial|langsung|pangan|tunai)|dana|blt|bpnt|pkh|bst)"
_EATEN = (
    r"(?<!layak )(?<!bisa )(?<!dapat )(?<!boleh )(?<!enak )(?<!untuk )dimakan"
    r"(?! (?:tikus|kutu|ulat|hama|rayap|usia|waktu|anak|warga|bersama|sapi|ternak|ayam)\b)"
)
"""Rice of an aid may be unfit to be eaten, or eaten by rats."""
_BUDGET = (
    r"(?:anggaran|dana|proyek|perjalanan dinas|perjalanan|laporan|kegiatan|sppd|spj|lpj|rab|k[uw]itansi|nota|pengadaan"
    r"|penerima|pegawai(?= fiktif)|honorer|gaji)"
)
_KIN = (
    r"(?:anak|menantu|k?e?ponakan|adik|kakak|ist(?:e)?ri|suami|saudara|sepupu|ipar)"
    r"(?:(?:nya| sendiri| kandung(?:nya)?)(?=(?: \S{1,40}){0,2} (?:(?:men)?jadi|sebagai)\b)"
    rf"|(?: dari)?(?= (?:pak |si )?{OFFICIAL}\b))"
)
_SPENT = rf"(?:dipakai|dipake|digunakan|dihabiskan)(?: oleh| sama| pak)? {OFFICIAL}"
_POST_STEMS = " ".join(
    f"{way}_{post}"
    for way in ("masuk", "jadi", "lolos", "lulus", "diterima", "kerja", "sebagai", "tenaga", "tes", "seleksi")
    for post in ("honorer", "pppk", "p3k", "pns", "cpns", "asn", "polisi", "satpol", "perangkat_desa")
)
_PRIVATE_STEMS = "kampanye foya judi " + " ".join(
    f"{what}_{whose}"
    for what in ("kepentingan", "keperluan", "kebutuhan", "urusan", "acara", "belanja")
    for whose in ("pribadi", "keluarga")
)
_PRIVATE = (
    r"(?:kepentingan|keperluan|kebutuhan|urusan|acara|belanja) (?:pribadi|keluarga)(?:nya)?"
    r"|(?:buat|untuk) (?:kampanye|foya|judi)"
)
_THREATENS = r"mengancam(?! (?:keselamatan|kesehatan|keamanan|rumah|pengguna|pengendara))"
"""A tree by the office may threaten a house."""


@dataclass(frozen=True, slots=True)
class Near:
    """Two words that mean something when no more than `gap` characters stand between them."""

    stems: str
    """One of these stands in every text that matches: a cheap first look; `_` is a blank."""
    one: str
    other: str
    gap: int
    either: bool = False
    """Whether `other` may come first."""

    def compiled(self) -> re.Pattern[str]:
        """Return one pattern that finds both in a single pass."""
        return re.compile(rf"\b(?:(?P<one>{self.one})|(?P<other>{self.other}))\b")


WORDS = (
    # bribery, gratification, extortion and illegal levies
    r"me(?:ny|s)uap|di ?suap|suap(?:an)?|penyuapan|sogok(?:an)?|(?:me)?nyogok|disogok|gratifikasi",
    r"(?:uang|duit|kepeng) (?:pelicin|pelancar|rokok|terima kasih|ketok palu)",
    r"(?:pungutan|tarikan|setoran|uang administrasi|biaya administrasi) (?:yang )?(?:tidak|tak|ga?k|ga) resmi",
    r"(?:siswa|murid|peserta|honorer) titipan|(?:ber)?main proyek|fee proyek",
    r"masuk (?:ke )?(?:kantong|saku|rekening|dompet) (?:pribadi|sendiri)",
    r"(?:di|me)?[- ]?mark[- ]?up",
    # corruption and abuse of office
    r"(?:di)?korup(?:si|tif|tor)?|mengorupsi|nepotisme|kolusi|penggelapan|menggelapkan|digelapkan",
    r"(?:me)?makan (?:uang|duit|dana|anggaran)",
    r"(?:(?:pe|me)nyeleweng|diseleweng|(?:di|me)?[nt]ilep)\w*",
    r"whistle ?blow\w*|wbs",
)
WORD_STEMS = (
    "uap sogok nyogok gratifikasi korup orupsi nepotisme kolusi nggelap digelap eleweng ilep whistle wbs pelicin"
    " pelancar titipan markup"
)
PHRASES = (
    *("uang pelicin", "uang pelancar", "uang rokok", "uang terima kasih", "uang ketok palu"),
    *("duit rokok", "kepeng rokok", "k resmi", "a resmi", "main proyek", "fee proyek", "mark up", "mark-up"),
    *(f"{pocket} {whose}" for pocket in ("kantong", "saku", "rekening", "dompet") for whose in ("pribadi", "sendiri")),
    *("makan uang", "makan duit", "makan dana", "makan anggaran"),
)
"""Rather than "uang" (`ruang`), "makan" and "gelap" (a street without lamps), which stand in many texts."""
PAIRS = (
    Near("minta ngendeng palak malak tarik narik pungut mungut", _ASKS_MONEY, OFFICIAL, gap=90, either=True),
    Near("dipotong disunat", _AID, r"(?:dipotong|disunat)", gap=40),
    Near(
        "dipotong disunat",
        r"(?:honor|insentif|pip|beasiswa)",
        rf"(?:dipotong|disunat)(?= (?:oleh |pihak )?(?:sekolah|{OFFICIAL})\b)",
        gap=40,
    ),
    Near(
        "dijual",
        r"(?:tanah desa|aset|bantuan(?: (?!dijual)\S{1,20})?)",
        rf"dijual(?= (?:lagi |kembali )?(?:oleh )?{OFFICIAL}\b)",
        gap=20,
    ),
    Near("mudik bolos mabuk", r"(?:asn|pns)", r"(?:bolos|mabuk|mudik)", gap=30),
    Near(
        "mobil_dinas motor_dinas kendaraan_dinas plat_merah plat_nomor_merah",
        r"(?:(?:mobil|motor|kendaraan) dinas|plat(?: nomor)? merah)",
        rf"(?:mudik|liburan|{_PRIVATE})",
        gap=60,
        either=True,
    ),
    Near(
        "digaji di_gaji gaji_buta rima_gaji",
        OFFICIAL,
        r"(?:(?:tetap|masih) (?:di ?gaji|(?:men)?erima gaji)|(?:me)?makan gaji buta)",
        gap=80,
    ),
    Near(
        "kampanye netral sukses",
        r"(?:asn|pns|pejabat|camat|kades|lurah|kadis|kepala dinas|aparat|perangkat desa)",
        r"(?:(?:ikut|ikutan|hadiri|menghadiri) kampanye|kampanye(?:kan)? (?:calon|paslon|caleg)|tim ?sukses"
        r"|tidak netral|netralitas)",
        gap=40,
        either=True,
    ),
    Near("judi judol", _STAFF, r"(?:(?:ber)?main judi|berjudi|judi online|judol)", gap=20),
    # favours for money: seats, posts, tenders, fines
    Near(
        "titip",
        r"(?:titip(?:an|kan)?|dititipkan)",
        r"(?:ppdb|spmb|zonasi|pejabat|dewan|bupati|wali ?kota|seleksi|pppk|p3k|cpns)",
        gap=40,
        either=True,
    ),
    Near(
        "dijual diperjual",
        r"(?:(?:kursi|bangku) (?:sma|smk|smp|sd|man|mts|sekolah|ppdb|spmb|siswa)|posisi|jabatan|kelulusan)",
        r"(?:dijual|diperjual ?belikan)",
        gap=40,
    ),
    Near(
        _POST_STEMS,
        r"(?:masuk|jadi|lolos|lulus|diterima) (?:jadi |kerja |sebagai |tenaga |tes |seleksi )?"
        r"(?:honorer|pppk|p3k|c?pns|asn|polisi|satpol|perangkat desa)",
        rf"(?:mem)?(?:bayar|setor)(?=(?: \S{{1,40}}){{0,2}} {_AMOUNT}\b)",
        gap=50,
        either=True,
    ),
    Near(
        "kontraktor rekanan pemborong",
        r"(?:kontraktor|rekanan|pemborong)",
        r"(?:setor(?:an)?|(?:me)?nyetor|fee|komisi|jatah|upeti)",
        gap=60,
        either=True,
    ),
    Near(
        "setor",
        r"(?:setor|(?:me)?nyetor)(?!(?: \S{1,40}){0,2} (?:berkas|pbb|pajak|sampah|data|dokumen|foto)\b)",
        r"ke(?:pada)? (?:pak )?(?:oknum|sipir|kades|kadus|polisi|pejabat|kepala|camat|lurah|bupati|kapol(?:sek|res))",
        gap=30,
    ),
    Near(
        "tender lelang",
        r"(?:tender|lelang|pelelangan)(?:nya)?",
        r"(?:diatur(?! (?:dalam|pada|perpres|undang))|mengatur pemenang|pengaturan|dikondisikan|ditentukan)",
        gap=40,
        either=True,
    ),
    Near(
        "damai",
        r"(?:(?:di)?tilang|polisi|polantas|razia)",
        r"(?:(?:uang|minta|disuruh|diajak|bayar|biaya|duit|ngajak|mengajak|ajak) damai|damai di tempat)",
        gap=60,
        either=True,
    ),
    Near("bawah_meja", r"(?:bayar(?:an)?|uang|duit|kasih|setor)", r"(?:di |lewat )?bawah meja", gap=30, either=True),
    Near(
        "amplop",
        r"(?:(?:di|nga?)?kasih|minta|pakai|pake|(?:di)?beri|(?:mene)?rima|terima|ada|isi|bawa|selipkan) amplop"
        r"(?! (?:surat|coklat|lamaran|undangan))",
        rf"(?:i[zj]in|dilayani|diurus|diproses|lolos|lancar|keluar|{OFFICIAL})",
        gap=50,
        either=True,
    ),
    Near(
        "hadiah bingkisan parsel",
        OFFICIAL,
        r"(?:menerima|terima|minta|dikasih) (?:hadiah|bingkisan|parsel)(?! (?:juara|lomba))",
        gap=40,
    ),
    Near("ptsl prona", r"(?:ptsl|prona)", _ASKS_MONEY, gap=60, either=True),
    Near("ambulans ambulance", r"ambulan(?:s|ce)", _ASKS_MONEY, gap=40),
    Near(
        "disuruh_bayar disuruh_membayar",
        rf"disuruh (?=(?:mem)?bayar(?: \S{{1,40}}){{0,2}} {_AMOUNT}\b)bayar",
        r"(?:oknum|kades|kadus|(?:orang|org) (?:dinas|dukcapil|capil|samsat|kelurahan|kecamatan|bpn|dalam))",
        gap=40,
        either=True,
    ),
    Near(
        "harus_kasih wajib_kasih mesti_kasih harus_ngasih harus_beri",
        rf"(?:harus|wajib|mesti) (?:kasih|ngasih|beri)(?=(?: \S{{1,40}}){{0,2}} {_MONEY}\b)",
        rf"ke(?:pada)? {OFFICIAL}",
        gap=40,
    ),
    Near("setoran upeti jatah", OFFICIAL, r"(?:men|t)erima (?:setoran|upeti|jatah)", gap=30),
    # public money and posts for oneself and one's own
    Near(
        "mengangkat diangkat ngangkat ditunjuk menunjuk nunjuk masukkan masukin loloskan"
        " kades_angkat kadis_angkat dinas_angkat bupati_angkat camat_angkat",
        r"(?:(?:meng|di|ng)?angkat|(?:di|me)?(?:tunjuk|nunjuk)|memasukkan|masukin|(?:me)?loloskan)",
        _KIN,
        gap=30,
        either=True,
    ),
    Near(
        "ambil_uang ambil_duit ambil_kepeng ambil_dana", OFFICIAL, r"(?:meng|ng)ambil (?:uang|duit|kepeng|dana)", gap=30
    ),
    Near("diambil", r"(?:uang|duit|kepeng|dana)(?:nya)?", r"diambil (?:oleh |sama )?(?:oknum|kades|kadus)", gap=30),
    Near(
        "rampok",
        r"(?:me|nge|di)?rampok",
        r"(?:dana|anggaran|kas desa|uang (?:desa|negara|rakyat))",
        gap=20,
        either=True,
    ),
    Near("dipakai dipake digunakan dihabiskan", r"(?:dana|uang|kas|anggaran)", _SPENT, gap=40),
    Near(_PRIVATE_STEMS, r"(?:dana|uang kas|anggaran|kas desa)", _PRIVATE, gap=60),
    Near("palsu malsu", r"(?:dipalsukan|memalsukan|pemalsuan)", OFFICIAL, gap=40, either=True),
    Near(
        "ditahan dipegang",
        r"(?:kartu|atm|buku) (?:pkh|kks|bansos|bpnt|tabungan)",
        r"(?:ditahan|dipegang) (?:oleh |sama )?(?:kades|kadus|ketua|pendamping|oknum)",
        gap=30,
    ),
    Near("bawahan", OFFICIAL, r"(?:(?:meng)?intimidasi|menekan|mengancam|memaksa) (?:para )?bawahan(?:nya)?", gap=60),
    Near("dimakan", rf"(?:{_AID}|bantuan|anggaran)", _EATEN, gap=40),
    Near(
        "alahguna",
        r"(?:penyalahgunaan|menyalahgunakan|disalahgunakan)",
        r"(?:wewenang|kewenangan|jabatan|dana|anggaran)",
        gap=30,
    ),
    Near("jabatan", r"(?:jual beli|beli|bayar|setor)", "jabatan", gap=20),
    Near("fiktif", "fiktif", _BUDGET, gap=40, either=True),
    Near(
        "leceh cabul ukul aniaya selingkuh ancam",
        OFFICIAL,
        rf"(?:melecehkan|pelecehan|cabul|mencabuli|memukul|menganiaya|selingkuh|{_THREATENS})",
        gap=60,
    ),
    Near(
        "leceh cabul pukul aniaya ancam",
        r"(?:dilecehkan|pelecehan|dicabuli|dipukul|dianiaya|diancam)",
        OFFICIAL,
        gap=60,
    ),
)
