"""Words that tell a person from a place, an office or the beginning of a sentence. Lower case, without full stops.

Titles: Lalu, Baiq, Raden, Denda, Lale (Sasak nobility), amaq, inaq, papuq, mamiq (father, mother, grandparent,
pilgrim), tuan guru (ulama), Dea, Lala (Samawa), Dae, Ruma, Muma, Ompu, Ama, Ina (Mbojo).
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HONORIFICS = _words(
    """alm almarhum almarhumah almh bang bapak bp bpk bu dra drs guru h hajah haji hajjah hj ibu ibuk ir kak kh mas
    mbak nn ny pak prof saudara saudari sdr sdri tn tuan ust ustad ustadz ustadzah ustaz"""
)
PERSON_CUES = HONORIFICS | {"nama", "bernama", "saya", "inisial"}
"""After these a place's name is a person's."""
TITLES_CERTAIN = _words("baiq bq inaq amaq mamiq papuq tgh tgkh")
"""No words of Indonesian: a name follows in any case."""
TITLES_LIKELY = _words(
    """alm almarhum almarhumah almh amak bpk daeng dende h hajah haji hajjah hj inak lale mamik ompu papuk sdr sdri
    ust ustad ustadz ustadzah ustaz
    dihubungi menghubungi menemui bertemu menelepon ditelepon didampingi mendampingi"""
)
"""In any case; a capitalised name follows. Officers write whom they met: the words of meeting do as a title does."""
TITLES_CAPITAL = _words("lalu raden lala dae dea ama ina denda muma ruma l")
"""Only capitalised or after an honorific: `lalu` is then, `denda` a fine."""
PARTICLES = _words("bin binti al el m muh muhammad moh mohammad la nur")

OFFICES = _words(
    """babinsa bhabinkamtibmas bidan bpd bupati camat danramil desa direktur dokter dusun gubernur kabag kabid kades
    kadis kadus kaling kapolda kapolres kapolsek kasi keliang kepala kepsek ketua klian koramil kota
    lingkungan lurah mantan menteri pegawai pekasih perawat petugas pj pkk plt polisi polres polsek pos posko presiden
    rt rw satpam sekcam sekda sekdes wabup wagub wakil wali walikota"""
)
PLACE_WORDS = _words(
    """bandara bendungan btn bukit bypass cv dasan desa ds dsn dusun embung gang gedung gg gili gor gubuk gunung
    hotel istana jalan jembatan jl jln kab kabupaten kampung kec kecamatan kel kelurahan klinik komplek
    kompleks koperasi kota kp lapangan lingk lingkungan lorong makam masjid mts mtsn musala museum mushalla
    mushola musholla pantai pasar paud pelabuhan perempatan pertigaan perum perumahan pesantren pondok ponpes
    pt pulau puskesmas pustu rs rsj rsud rsup sd sdn simpang sma sman smk smkn smp smpn stadion sungai taman
    terminal tk ud universitas waduk yayasan"""
)
"""No word that is often something else: `min` is an admin, `kali` is times."""
PLACE_LINKS = _words("raya lingkar utama lama baru dr kh h l r tgh umum daerah negeri swasta al")
"""What may stand between a word of place and its name: `Jalan Raya Raden Patah`, `Rumah Sakit H. L. Manambai`."""
PLACE_FIRST = _words(
    """aik air batu brang buin bukit dasan gili gubuk gunung kampung karang labuan labuhan lendang lingkungan montong
    mpang orong pancor pondok repok sori tanjung teluk timba tolo"""
)
"""How names of hamlets begin, which no table holds."""

COMMON = _words(
    """ada adalah administrasi agar agustus air aja akan akibat aku ambil anak anda anggota angin angkutan apa april
    aspal atas atau badan bagaimana bahwa baloq banjir bantuan banyak bapak baru bawah bayar bbm beach
    beberapa bekerja belakang beli beliau belum bensin berapa beras bersama besar besok biaya bidan bila
    bilang biro bisa bisnis blm boleh bpjs bpk bu bukan bulan bunga bupati bus cafe camat cuma dalam dan dana
    dari datang dekat demi denda dengan depan desa desember dgn di dia dibuat dibuka dimana diminta dinas
    diskominfotik ditutup dokter dr drainase dua dukcapil dulu empat februari furoda ga gak gas gempa gimana
    got gubernur gunung guru hanya harap harga hari harus hasil hilang hingga hotel hujan hutan ialah ibu ikut
    inap indonesia ingin ini inspektorat irigasi istri itu iya jadi jalan jam jangan januari jatuh jaya
    jembatan jg jika jl jln jual juga juli jumat juni kabel kabupaten kades kadus kalau kali kalo kambing kami
    kamis kamu kantor kapal kapan karena kasih kata ke kebersihan kebudayaan kebun kecamatan kecil kehutanan
    kelautan kelompok keluar keluarga kelurahan kemarin kembali kemudian kena kenapa kendaraan kepada kepala
    kepolisian kerja kesehatan keterlambatan ketika ketua keuangan khusus kirim kita kk kominfo koperasi
    korban kota krn ktp lagi lain lalu lampu langsung laut layanan lewat lima lingkungan lintas listrik
    longsor lurah maaf macet main makasih malah malam mana mandiri marah maret masih masuk masyarakat mati mau
    mei melalui membayar membeli memberi meminta menangis mengambil mengapa mengatakan mengurus mengusir
    meninggal menjual menuju mereka minggu minta mobil mohon motor muda mulai muncul naik namun nanti nasional
    negara nelayan ngga nggak no nomor november nya oktober oleh orang pada padahal padam pagi pajak pak
    pantai para pariwisata parkir pasar patah pdam pedagang pegawai pekerjaan pelaku pelayanan pemda
    pemerintah pemilik pemkab pemkot pemprov pendidikan perahu perawat perdagangan pergi perhubungan perikanan
    perindustrian pernah perpustakaan pertanahan pertanian petani petugas pihak pinjaman pipa pln plus pohon
    polisi progresif proses provinsi pulang pungutan punya pupuk puskesmas puting putus rabu rakyat rawat
    reguler resort restoran rsud rt rumah rusak rw saat sabtu saja sakit saluran sama sampah sampai samping
    sanksi sapi satpam satu sawah saya sdh sebab sebelah sebelum sebuah sedang segera sejahtera sejak sekarang
    sekolah selalu selamat selasa selesai selokan seluruh sembako semua sendiri senin seorang seperti
    september sering serta setelah setiap siang siapa soal solar sore sosial suami sudah sumur sungai supaya
    sy tadi tahun tak tanah tanpa tanya tapi tdk tenaga tentang terima terjadi terkena terminal ternak
    tersebut terus tetangga tetapi tiang tiap tidak tiga tilang tim tinggal tolong truk tsb tua tunggakan
    turun uang udah umrah umum untuk urus utk wajib waktu walikota warga ya yang yg"""
)
"""No names, though they may be capitalised at the start of a sentence or follow a title."""

TIMES = _words("minggu bulan tahun hari jam malam waktu masa yang yg")
"""After these `lalu` is ago, however it is written."""
