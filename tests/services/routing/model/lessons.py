"""Made-up complaints that a model learns from quickly: five affairs, each with words of its own."""

from itertools import product

SUBJECTS = {
    "pupr": ("aspal berlubang", "jembatan retak"),
    "lingkungan_hidup": ("sampah menumpuk", "limbah berbau"),
    "perhubungan": ("lampu merah mati", "parkir liar"),
    "dukcapil": ("ktp belum jadi", "akta lahir lama"),
    "air_minum": ("air pdam keruh", "meteran pdam rusak"),
}
WHERE = tuple(f"gang {number} dekat pohon" for number in range(30))


def pairs() -> list[tuple[str, str]]:
    """Return texts with their affairs."""
    return [
        (f"{subject} di {where}", affair)
        for affair, subjects in SUBJECTS.items()
        for subject, where in product(subjects, WHERE)
    ]
