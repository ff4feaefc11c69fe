"""What training brings on real complaints of other places; only where these are at hand."""

import pytest

from services.routing.model.features import spoken
from services.routing.model.fit import fit
from services.routing.model.labels import accepted, labelled, read_rows
from services.routing.model.serve import AffairModel
from services.routing.rules.text import normalize
from tests.beside import beside

LEAST_TOP1 = 0.76


@pytest.mark.wide
def test_four_fifths_of_the_complaints_teach_the_rest():
    path = beside("complaints_dev.csv")
    if path is None:
        return
    rows = read_rows(path)
    texts = [normalize(row["text"]) for row in rows]
    ranked = [spoken(text) for text in texts]
    labels = [label for _, label in labelled(rows)]
    taught = [row for row in range(len(rows)) if row % 5]
    asked = range(0, len(rows), 5)
    learnt = fit([texts[row] for row in taught], [ranked[row] for row in taught], [labels[row] for row in taught])
    found = AffairModel("new", learnt).score_many([texts[row] for row in asked], [ranked[row] for row in asked])
    right = [scores[0].affair in accepted(rows[row], row) for row, scores in zip(asked, found, strict=True)]
    assert sum(right) / len(right) >= LEAST_TOP1
