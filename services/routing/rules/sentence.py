"""What the words around a place say of it: whether somebody only comes from there, goes there, or compares with it."""

from services.routing.rules.text import RULES, read_words

VILLAGE_MARKERS = frozenset({"desa", "kelurahan", "pemdes", "kades", "lurah", "sekdes", "bumdes"})
KECAMATAN_MARKERS = frozenset({"kecamatan", "camat"})
HAMLET_MARKERS = frozenset({"dusun", "kampung", "lingkungan", "dasan", "gubuk", "kadus"})
REGENCY_MARKERS = frozenset({"kabupaten", "pemkab", "bupati"})
CITY_MARKERS = frozenset({"kota", "pemkot", "walikota"})
MARKERS = VILLAGE_MARKERS | KECAMATAN_MARKERS | HAMLET_MARKERS | REGENCY_MARKERS | CITY_MARKERS
#: A person's title, not the region itself: "kades baru" is the new head.
HEADS = frozenset({"kades", "lurah", "camat", "kadus", "sekdes", "bupati", "walikota", "pemdes"})
#: A building's name is often the name of its place: Puskesmas Woha, SMKN 1 Selong, Pasar Keruak.
FACILITIES = read_words(RULES / "places" / "before_names.txt")
PEOPLE = frozenset({"pak", "bu", "nama", "an", "saudara", "saudari", "sdr", "sdri", "haji", "hj", "mas", "mbak"})

_ORIGIN = frozenset({"asal", "berasal", "asli", "keturunan", "kelahiran", "perantau"})
_DWELLER = frozenset({"warga", "orang", "penduduk", "masyarakat", "alamat", "beralamat"})
_ORIGIN_FROM = frozenset(
    {"warga", "keluarga", "orang", "saya", "pasien", "pendatang", "rombongan", "wisatawan", "tamu", "kami", "mahasiswa"}
)
#: Papers and plates tell where somebody or something is registered.
_PAPERS = frozenset({"ktp", "plat", "pelat", "nopol", "platnya", "domisilinya"})
#: "Tinggal di Y" after X: X was where they came from.
_LIVES = frozenset({"tinggal", "domisili", "berdomisili", "kos", "ngekos", "merantau", "kuliah", "bekerja", "kerja"})
_SENDER = frozenset({"dari", "ttd", "hormat", "salam", "wassalam", "wasalam", "pengirim", "pelapor", "nama"})
_COMPARED = frozenset({"seperti", "kayak", "kaya", "beda", "berbeda", "dibanding", "dibandingkan", "daripada", "kalah"})
_DESTINATION = frozenset({"ke", "menuju", "arah", "tujuan", "jurusan", "trayek", "rute"})
_BETWEEN = frozenset({"di", "dengan", "dari", "sama", "yang", "ada"})
#: After "kecamatan", these are no name of one.
_NO_NAME = frozenset(
    {
        "di", "dan", "ini", "itu", "kami", "kita", "saya", "setempat", "yang", "tidak", "sudah", "belum", "atau",
        "juga", "untuk", "dengan", "tersebut", "lain", "ada",
        "agar", "mohon", "tolong", "karena", "terdekat", "sekitar",
    }
)  # fmt: skip
_WINDOW = 4
_SIGNATURE = 3


def origin_of(words: tuple[str, ...], start: int, end: int) -> float:
    """Say how far a place is only where somebody comes from: 1 for `asal X`, half for `warga X`, 0 for none.

    Comparisons ("tidak seperti di X") and signatures ("ttd Ahmad, X") are about as little the place of the event.
    """
    before = [w for w in words[max(0, start - _WINDOW) : start] if w not in MARKERS]
    if not before:
        return 0.0
    last = before[-1]
    if (
        last in _ORIGIN
        or _is_on_paper(before)
        or (last == "dari" and any(w in _ORIGIN_FROM | _ORIGIN for w in before[:-1]))
    ):
        return 1.0
    if _is_compared(before):
        return 1.0
    if last in _DWELLER:
        return 1.0 if _lives_elsewhere(words, end) else 0.5
    return 0.6 if end == len(words) and _is_signature(words, start) else 0.0


def is_destination(words: tuple[str, ...], start: int) -> bool:
    """Say whether the words before lead to the place (`ke X`, `ke Desa X`, `ke RSUD X`, `bus jurusan X`)."""
    before = words[start - 1] if start else ""
    before2 = words[start - 2] if start > 1 else ""
    return before in _DESTINATION or (before2 in _DESTINATION and before in MARKERS | FACILITIES)


def is_region_of_another_name(words: tuple[str, ...], at: int) -> bool:
    """Say whether a word after "kecamatan" or "kabupaten" could be a name at all; whose, the caller knows."""
    return at < len(words) and words[at].isalpha() and words[at] not in _NO_NAME


def _is_on_paper(before: list[str]) -> bool:
    """Say whether a paper or a plate names the place: "KTP X", "plat saya X", but not "KTP di X"."""
    return before[-1] in _PAPERS or (before[-1] in {"saya", "kami"} and before[-2:-1] != [] and before[-2] in _PAPERS)


def _is_compared(before: list[str]) -> bool:
    near = [w for w in before if w not in _BETWEEN]
    return bool(near) and near[-1] in _COMPARED and before[-1] in _BETWEEN | _COMPARED


def _lives_elsewhere(words: tuple[str, ...], end: int) -> bool:
    after = words[end : end + _WINDOW + 1]
    return any(word in _LIVES and "di" in after[i + 1 : i + 3] for i, word in enumerate(after))


def _is_signature(words: tuple[str, ...], start: int) -> bool:
    return any(word in _SENDER for word in words[max(0, start - _SIGNATURE) : start])
