"""Why a message was not sent, in words for officers and operators; and the names that figures may count. Pure.

A test holds this table against every reason that a rule or a channel can give.
"""

from collections.abc import Mapping

OTHER = "other"
WORDS: Mapping[str, str] = {
    # our own rules
    "too_late": "Sudah terlambat untuk dikirim",
    "conversation_limit": "Terlalu banyak pesan otomatis kepada orang yang sama",
    "thread_limit": "Terlalu banyak balasan di bawah satu unggahan",
    "account_budget": "Batas pesan otomatis akun kita tercapai",
    "emergency_budget": "Batas pesan darurat akun kita tercapai: periksa sekarang",
    "no_receipt": "Pelapor tidak menerima nomor tiketnya",
    "kept_for_the_answer": "Balasan pribadi yang hanya satu kali disimpan untuk jawaban petugas",
    "quiet_hours": "Menunggu pagi: jam tenang",
    "sealed_meanwhile": "Diganti: pengaduan kini ditutup untuk Inspektorat",
    "marked_meanwhile": "Diganti: pelapor atau isinya kini dirahasiakan",
    "citizen_stopped": "Pelapor meminta tidak dihubungi (STOP)",
    "another_app_answers": "Dijawab dari aplikasi lain",
    "public_surface": "Tidak dikatakan di tempat umum",
    "channel_not_served": "Kanal ini tidak dilayani di sini",
    "no_address": "Alamat pelapor tidak ada",
    "address_unreadable": "Alamat pelapor tidak dapat dibuka: kunci tidak cocok",
    "by_operator": "Dinyatakan oleh operator",
    "by_officer": "Dinyatakan oleh petugas",
    "restored": "Tidak pasti sejak pemulihan basis data",
    # nobody knows whether it went out
    "sender_vanished": "Tidak pasti: pengirim terhenti di tengah jalan",
    "no_answer_in_time": "Tidak pasti: penyedia tidak menjawab",
    "answer_lost": "Tidak pasti: jawaban penyedia hilang",
    "unclear_answer": "Tidak pasti: jawaban penyedia tidak jelas",
    "server_fault": "Tidak pasti: gangguan di penyedia",
    "sender_failed": "Tidak pasti: kesalahan di sistem kita",
    "push_failed": "Tidak pasti: gangguan layanan notifikasi",
    # what delivery reports say
    "provider_failed": "Penyedia melaporkan: gagal",
    "provider_rejected": "Penyedia melaporkan: ditolak",
    # windows
    "window_closed": "Di luar batas waktu Meta",
    "window_closed_waiting": "Menunggu pelapor menulis lagi: di luar batas waktu Meta",
    "private_reply_spent": "Komentar ini sudah dijawab pribadi satu kali",
    "comment_not_answerable": "Komentar ini tidak dapat dijawab secara pribadi",
    # the person
    "person_unreachable": "Pelapor memblokir atau tidak dapat dihubungi",
    "person_opted_out": "Pelapor menolak pesan dari nomor kita",
    "no_such_person": "Akun pelapor tidak ada lagi",
    "object_gone": "Komentar atau unggahan sudah dihapus",
    "number_refused": "Nomor tidak dapat dikirimi SMS",
    "number_denied": "Nomor ada dalam daftar tolak gerbang SMS",
    "not_a_mobile_number": "Bukan nomor telepon seluler",
    "foreign_number": "Nomor luar negeri tidak dikirimi",
    "country_not_allowed": "Negara ini tidak dilayani gerbang SMS",
    "no_push": "Aplikasi pelapor tidak menerima notifikasi",
    "push_token_unregistered": "Aplikasi sudah dihapus dari gawai",
    "foreign_push_token": "Notifikasi ini milik aplikasi lain",
    "invalid_push": "Notifikasi ditolak",
    "thread_of_others": "Percakapan dipegang aplikasi lain",
    "unusable_address": "Alamat tidak dapat dipakai",
    "unknown_surface": "Tempat pesan tidak dikenal",
    # the message
    "media_refused": "Lampiran ditolak penyedia",
    "refused": "Ditolak penyedia",
    # try later
    "unreachable": "Penyedia tidak terhubung, dicoba lagi",
    "transient": "Gangguan sementara, dicoba lagi",
    "rate_limited": "Penyedia meminta lebih pelan, dicoba lagi",
    "quota_near": "Kuota hampir habis, menunggu sebentar",
    "private_replies_hour": "Kuota balasan pribadi per jam habis, menunggu",
    "gateway_full": "Gerbang SMS penuh, dicoba lagi",
    "held_too_long": "Tertahan terlalu lama, dicoba lagi",
    "push_quota": "Kuota notifikasi habis, dicoba lagi",
    "push_unavailable": "Layanan notifikasi terganggu, dicoba lagi",
    "push_authority_unreachable": "Layanan izin notifikasi terganggu, dicoba lagi",
    # an operator must act
    "no_token": "Akun kita belum punya token",
    "token_dead": "Token akun kita mati: buat yang baru",
    "app_secret_wrong": "Rahasia aplikasi Meta salah",
    "permission_missing": "Izin aplikasi Meta kurang",
    "account_restricted": "Akun kita dibatasi Meta",
    "messages_switched_off": "Akses pesan Instagram dimatikan",
    "not_graph": "Alamat Graph salah",
    "password_wrong": "Kata sandi gerbang SMS salah",
    "account_suspended": "Akun gerbang SMS ditangguhkan",
    "out_of_credit": "Pulsa gerbang SMS habis",
    "sender_refused": "Nomor pengirim kita ditolak gerbang",
    "not_kannel": "Alamat Kannel salah",
    "not_the_gateway": "Alamat gerbang SMS salah",
    "push_unauthorized": "Notifikasi tidak diizinkan",
    "push_key_unusable": "Kunci notifikasi rusak",
    "push_account_refused": "Akun notifikasi ditolak",
}
"""By reason. Those of the last part let an account rest."""


def words_of(reason: str | None) -> str | None:
    """Return a reason in words; the name itself where nobody has written any."""
    return None if reason is None else WORDS.get(reason, reason)


def counted_as(reason: str | None) -> str:
    """Return the name that a figure counts: there are as many as this table has."""
    return "" if reason is None else reason if reason in WORDS else OTHER
