"""Mistakes in a form, said in Indonesian: what is wrong, where, and what to do."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.channels.protocol import RefusedError
from shared.core.text import clean_text

_MOST_NAMED = 5
_LONGEST_POINTER = 200
_WORDS = {
    "missing": ("required", "Bagian ini wajib diisi."),
    "string_too_short": ("required", "Bagian ini tidak boleh kosong."),
    "string_too_long": ("too_long", "Paling banyak {max_length} karakter."),
    "string_type": ("invalid", "Harus berupa teks."),
    "bool_type": ("invalid", "Harus true atau false."),
    "float_type": ("invalid", "Harus berupa angka."),
    "finite_number": ("invalid", "Harus berupa angka."),
    "greater_than_equal": ("invalid", "Paling kecil {ge}."),
    "less_than_equal": ("invalid", "Paling besar {le}."),
    "extra_forbidden": ("unknown_field", "Bagian ini tidak dikenal; periksa ejaannya."),
    "list_type": ("invalid", "Harus berupa daftar."),
    "too_long": ("too_long", "Paling banyak {max_length}."),
    "model_type": ("invalid", "Harus berupa objek JSON."),
    "datetime_type": ("invalid", "Tulis waktu sebagai teks, misalnya 2026-08-17T08:30:00+08:00."),
    "date_type": ("invalid", "Tulis tanggal sebagai teks, misalnya 2026-08-17."),
    "literal_error": ("invalid", "Nilai ini tidak dikenal."),
    "string_pattern_mismatch": ("invalid", "Formatnya tidak sesuai."),
}
_OURS = {
    "phone_invalid",
    "incident_time_invalid",
    "incident_time_out_of_range",
    "place_incomplete",
    "place_outside_province",
    "upload_named_twice",
}


def explain(error: ValidationError) -> RefusedError:
    """Return a 422: reason and pointer of the first mistake, the words of the first five."""
    mistakes = error.errors(include_url=False, include_input=False)
    said = [f"{_pointer(mistake) or '/'}: {_say(mistake)[1]}" for mistake in mistakes[:_MOST_NAMED]]
    return RefusedError(_say(mistakes[0])[0], status=422, detail=" ".join(said), pointer=_pointer(mistakes[0]))


def _say(mistake: ErrorDetails) -> tuple[str, str]:
    if mistake["type"] in _OURS:
        return mistake["type"], mistake["msg"]
    reason, words = _WORDS.get(mistake["type"], ("invalid", "Bagian ini tidak dapat dibaca."))
    return reason, words.format(**mistake.get("ctx", {}))


def _pointer(mistake: ErrorDetails) -> str:
    """Return the JSON pointer (RFC 6901); the empty one is the whole document."""
    names = (str(name).replace("~", "~0").replace("/", "~1") for name in mistake["loc"])
    return clean_text("".join(f"/{name}" for name in names))[:_LONGEST_POINTER]
