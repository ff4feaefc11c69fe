"""Words that tell a person from a place, an office or the beginning of a sentence. Lower case, without full stops.

Titles: Lalu, Baiq, Raden, Denda, Lale (Sasak nobility), amaq, inaq, papuq, mamiq (father, mother, grandparent,
pilgrim), tuan guru (ulama), Dea, Datu, Lala (Samawa), Dae, Ruma, Muma, Ompu (Mbojo).
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HONORIFICS = _words(
    """pak bapak bpk bp bu ibu ibuk sdr sdri saudara saudari mas mbak kak bang tn ny nn haji hajah hajjah h hj kh ust
    ustad ustadz ustaz ustadzah drs dra ir prof alm almh almarhum almarhumah tuan guru"""
)
PERSON_CUES = HONORIFICS | {"nama", "bernama", "saya", "inisial"}
"""After these a place's name is a person's."""
TITLES_CERTAIN = _words("baiq bq inaq amaq mamiq papuq tgh tgkh")
"""No words of Indonesian: a name follows in any case."""
TITLES_LIKELY = _words(
    """inak amak mamik papuk lale dende ompu daeng haji hajah hajjah h hj ust ustad ustadz ustaz ustadzah almarhum
    almarhumah alm almh sdr sdri bpk"""
)
"""In any case; a capitalised name follows."""
TITLES_CAPITAL = _words("lalu raden lala dae dea datu denda muma ruma l")
"""Only capitalised or after an honorific: `lalu` is then, `denda` a fine."""
PARTICLES = _words("bin binti al el m muh muhammad moh mohammad la nur")

OFFICES = _words(
    """kades kadus kepala desa dusun lurah camat bupati wabup walikota wali kota gubernur wagub sekda sekdes sekcam
    kaling keliang pekasih kapolsek kapolres kapolda danramil babinsa bhabinkamtibmas kadis kabid kasi kabag
    ketua rt rw bpd direktur kepsek lingkungan polsek polres koramil klian pj plt wakil mantan"""
)
PLACE_WORDS = _words(
    """jalan jl jln gang gg lorong simpang perempatan pertigaan desa ds kelurahan kel kecamatan kec kabupaten kab
    kota dusun dsn lingkungan lingk kampung kp gubuk dasan gunung bukit pantai pulau gili sungai kali bandara
    pelabuhan terminal masjid musala musholla mushola mushalla sd sdn smp smpn sma sman smk smkn mi min mts
    mtsn ma man paud tk universitas stadion lapangan gor taman pasar rsud rsup rsj rs klinik puskesmas pustu
    jembatan bendungan embung waduk perumahan perum btn kompleks komplek pondok pesantren ponpes yayasan pt cv
    ud koperasi makam museum gedung hotel"""
)
PLACE_LINKS = _words("raya lingkar utama lama baru dr kh h l r tgh umum daerah negeri swasta al")
"""What may stand between a word of place and its name: `Jalan Raya Raden Patah`, `Rumah Sakit H. L. Manambai`."""
PLACE_FIRST = _words(
    """dasan gubuk gunung montong karang lendang repok timba pancor gili batu lingkungan kampung pondok bukit labuhan
    labuan tanjung teluk aik air brang buin orong sori tolo mpang"""
)
"""How names of hamlets begin, which no table holds."""

COMMON = _words(
    """yang dan atau dengan dgn di ke dari dr untuk utk pada dalam ini itu tsb tersebut saya sy aku kamu anda dia
    beliau kami kita mereka nya ya iya sudah udah sdh belum blm mau ingin minta meminta mohon tolong bisa
    boleh akan sedang lagi masih baru tadi kemarin besok nanti sekarang hari semua para terima kasih makasih
    selamat pagi siang sore malam maaf nomor no tidak tdk tak gak ga nggak ngga bukan jadi kalau kalo karena
    krn tapi tetapi namun ada punya kirim tanya sama bersama tentang soal apa siapa bagaimana gimana kenapa
    mengapa mana kapan dimana berapa harap segera langsung dulu kemudian terus bahwa yg juga jg aja saja hanya
    cuma pernah sering selalu orang warga masyarakat rakyat anak bapak ibu pak bu bpk suami istri keluarga
    anggota rumah jalan jl jln lintas lampu air listrik banjir sampah jembatan sekolah guru dokter bidan
    perawat petugas pegawai polisi satpam kantor dinas badan biro desa kelurahan kecamatan kabupaten kota
    provinsi pemerintah pemda pemkab pemkot pemprov bupati walikota gubernur camat lurah kepala kades kadus
    ketua rt rw rsud puskesmas pasar terminal bantuan dana uang pajak denda kendaraan motor mobil truk bus
    angkutan parkir pungutan biaya bayar membayar tilang keterlambatan administrasi pln pdam bpjs ktp kk sakit
    meninggal tua muda besar kecil tinggal datang pergi pulang bilang kata mengatakan memberi kasih ambil
    mengambil jual menjual beli membeli kerja bekerja rusak mati padam macet putus hilang jatuh kena terkena
    turun naik masuk keluar lalu tahun bulan minggu jam senin selasa rabu kamis jumat sabtu januari februari
    maret april mei juni juli agustus september oktober november desember atas bawah depan belakang samping
    sebelah dekat sampai hingga seperti kepada oleh sejak setelah sebelum ketika saat waktu lain tanpa malah
    padahal sebab akibat hasil proses urus mengurus mengusir tetangga korban pelaku pemilik kepolisian tanah
    sawah kebun kapal perahu nelayan petani pedagang jika bila seorang sebuah satu dua tiga empat lima banyak
    beberapa setiap tiap seluruh pihak tim kelompok harus wajib jangan mulai selesai lewat melalui menuju
    muncul terjadi dibuat diminta ditutup dibuka patah indonesia negara nasional serta agar supaya demi adalah
    ialah sendiri menangis marah kembali ikut bisnis main pelayanan layanan rawat inap progresif sanksi bunga
    tunggakan pinjaman jaya mandiri sejahtera"""
)
"""No names, though they may be capitalised at the start of a sentence or follow a title."""
