"""The measure of hostile texts can fail: a pattern that looks back from every letter is found."""

import re

from tests.growth import grows_in_proportion


def test_a_pattern_that_reads_the_rest_at_each_letter_is_found():
    assert grows_in_proportion(re.compile(r"a+b").match, "a" * 2_000)
    assert not grows_in_proportion(re.compile(r"a+b").search, "a" * 2_000)
