"""Every cut of the report adds up to the whole."""

from hypothesis import given
from hypothesis import strategies as st

from services.routing.learning.report import Outcome, report

words = st.sampled_from(["jalan", "air", None])
outcomes = st.builds(
    Outcome,
    rule=words,
    affair_by=st.sampled_from(["words", "model"]),
    decided=words,
    region=st.sampled_from(["52.03", "52", None]),
    chosen=words,
    overruled=st.booleans(),
    affair_overruled=st.booleans(),
    sure=st.sampled_from([0.0, 0.4, 0.9]),
    complaints=st.integers(1, 50),
)


@given(st.lists(outcomes, min_size=1))
def test_every_cut_adds_up_to_the_whole(found):
    cuts = report(found)
    (whole,) = cuts["all"]
    assert whole.judged == sum(one.complaints for one in found)
    for lines in cuts.values():
        assert sum(line.judged for line in lines) == whole.judged
        assert sum(line.overruled for line in lines) == whole.overruled
        assert sum(line.other_affair for line in lines) == whole.other_affair
        assert all(0 <= line.share <= 1 for line in lines)


def test_nothing_judged_is_an_empty_report():
    assert report([])["all"] == []


def test_an_overruled_decision_counts_where_it_was_made():
    cuts = report([Outcome("jalan provinsi", "words", "pupr", "52.03", "pupr", True, False, 0.8, 3)])
    (line,) = cuts["rule"]
    assert (line.name, line.judged, line.overruled, line.other_affair, line.share) == ("jalan provinsi", 3, 3, 0, 1.0)
    assert cuts["confidence"][0].name == "0.8-0.9"
