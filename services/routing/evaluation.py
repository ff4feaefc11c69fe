"""Measures affairs, places, levels and agencies on a labelled file; figures, never a citizen's words."""

from collections import Counter
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from services.routing.model.features import spoken
from services.routing.model.labels import accepted
from services.routing.model.serve import AffairModel
from services.routing.rules.decide import Clues, Decision, Knowledge, decide, rules_version
from services.routing.rules.text import normalize
from shared.directory import Level, directory
from shared.directory.regions import regency_of

#: Files up to so many rows have their wrong rows listed.
_LISTED = 100
_BATCH = 500
_BINS = 10


def evaluate(rows: Sequence[dict[str, str]], model: AffairModel | None) -> dict[str, Any]:
    """Return the figures that the columns allow; None where they do not."""
    wanted = [accepted(row, number) for number, row in enumerate(rows, 1)]
    _scores(rows[:1], model)  # reads the word lists, which a service has read at its start
    started = perf_counter()
    found = [one for at in range(0, len(rows), _BATCH) for one in _scores(rows[at : at + _BATCH], model)]
    took = perf_counter() - started
    answers = [
        (number, right, [key for key, _ in scores[:3]], scores[0][1])
        for number, (right, scores) in enumerate(zip(wanted, found, strict=True), 1)
        if right
    ]
    shares, wrong = _others(rows, model)
    wrong += [
        {"row": number, "measure": "affair", "wanted": "|".join(right), "found": best[0]}
        for number, right, best, _ in answers
        if best[0] not in right
    ]
    return {
        "n": len(rows),
        **_affairs(answers),
        **shares,
        "wrong": wrong if len(rows) <= _LISTED else [],
        "versions": {
            "rules": rules_version(),
            "directory": directory().version,
            "model": model.version if model else None,
        },
        "texts_per_second": round(len(rows) / took, 1),
    }


def _scores(rows: Sequence[dict[str, str]], model: AffairModel | None) -> list[list[tuple[str, float]]]:
    texts = [normalize(row["text"]) for row in rows]
    ranked = [spoken(text) for text in texts]
    if model is not None:
        ranked = model.score_many(texts, ranked)
    return [[(score.affair, score.probability) for score in scores] for scores in ranked]


def _affairs(answers: Sequence[tuple[int, tuple[str, ...], list[str], float]]) -> dict[str, Any]:
    keys = ("top1", "top3", "macro_f1", "right_at_60", "right_at_80")
    if not answers:
        return dict.fromkeys(keys) | {"calibration": [], "confusions": []}
    judged = sorted(((sure, best[0] in right) for _, right, best, sure in answers), key=lambda one: -one[0])
    pairs = [(best[0] if best[0] in right else right[0], best[0]) for _, right, best, _ in answers]
    confused = Counter(pair for pair in pairs if pair[0] != pair[1])
    return {
        "top1": _share([right for _, right in judged]),
        "top3": _share([bool(set(best) & set(right)) for _, right, best, _ in answers]),
        "macro_f1": _macro_f1(pairs),
        "right_at_60": _share([right for _, right in judged[: max(1, len(judged) * 60 // 100)]]),
        "right_at_80": _share([right for _, right in judged[: max(1, len(judged) * 80 // 100)]]),
        "calibration": _calibration(judged),
        "confusions": [{"wanted": a, "found": b, "n": n} for (a, b), n in confused.most_common()],
    }


def _share(answers: Sequence[bool]) -> float:
    return round(sum(answers) / len(answers), 4)


def _macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 over the affairs that were wanted."""
    wanted, found = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    right = Counter(a for a, b in pairs if a == b)
    return round(sum(2 * right[key] / (wanted[key] + found[key]) for key in wanted) / len(wanted), 4)


def _calibration(judged: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for sure, right in judged:
        bins.setdefault(min(int(sure * _BINS), _BINS - 1), []).append((sure, right))
    return [
        {
            "from": place / _BINS,
            "n": len(inside),
            "confidence": round(sum(sure for sure, _ in inside) / len(inside), 4),
            "right": _share([right for _, right in inside]),
        }
        for place, inside in sorted(bins.items())
    ]


def _others(
    rows: Sequence[dict[str, str]], model: AffairModel | None
) -> tuple[dict[str, float | None], list[dict[str, Any]]]:
    """Return the shares right of place, level and agency, and what is wrong; as the house decides."""
    knowledge = Knowledge(directory=directory(), model=model)
    right: dict[str, list[bool]] = {name: [] for name in MEASURES}
    wrong: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        if not any(row.get(column) for column, _ in MEASURES.values()):
            continue
        found = decide(Clues(text=row["text"], on=knowledge.directory.known_from), knowledge)
        for name, (column, is_right) in MEASURES.items():
            wanted = row.get(column)
            if not wanted or (name == "village" and regency_of(wanted) in {wanted, None}):
                continue
            right[name].append(is_right(found, wanted) and not (name == "agency" and _elsewhere(found, row)))
            if not right[name][-1]:
                answer = {"agency": found.agency_key, "level": found.level.value}.get(name, found.place.code)
                wrong.append({"row": number, "measure": name, "wanted": wanted, "found": answer})
    return {name: _share(answers) if answers else None for name, answers in right.items()}, wrong


def _elsewhere(found: Decision, row: dict[str, str]) -> bool:
    """Say whether a regency's agency was found, but another regency's than the wanted one."""
    code = found.agency_key.rpartition(".")[0]
    wanted = row.get("region_code")
    return bool(wanted and code.replace(".", "").isdigit() and regency_of(wanted) not in {None, code})


def _family(agency: str) -> str:
    """Return the last part of an agency's key; the drinking-water companies, however called, are PDAM."""
    return "PDAM" if "PDAM" in agency or "Perumdam" in agency else agency.rpartition(".")[2]


def _regency(code: str) -> str:
    return ".".join(code.split(".")[:2])


_LEVELS = {
    Level.PROVINCE: "prov",
    Level.REGENCY: "kabkota",
    Level.VILLAGE: "kabkota",
    Level.REGIONAL_COMPANY: "bumd",
    Level.NATIONAL: "vertikal",
}
MEASURES: dict[str, tuple[str, Callable[[Decision, str], bool]]] = {
    "region": ("region_code", lambda found, wanted: _regency(found.place.code or "") == _regency(wanted)),
    "village": ("region_code", lambda found, wanted: found.place.code == wanted),
    "level": ("authority_level", lambda found, wanted: _LEVELS[found.level] == wanted),
    "agency": ("agency", lambda found, wanted: _family(found.agency_key) == _family(wanted)),
}
"""By name: the column that says what is right, and when a decision is."""
