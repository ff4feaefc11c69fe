"""With 30 % of calls failing in every known way, and kills -9: each complaint once, each word on its own case.

`make storm` does it with 2,000 complaints and prints the figures.
"""

import os
from pathlib import Path

import pytest

from tests.services.lapor.storm import Storm

pytestmark = pytest.mark.wide

REPORT = Path(".cache/storm.txt")
COMPLAINTS = int(os.environ.get("NTBCARE_STORM_COMPLAINTS", "30"))
KILL_EVERY_S = float(os.environ.get("NTBCARE_STORM_KILL_EVERY_S", "7"))
PROCESSES = int(os.environ.get("NTBCARE_STORM_PROCESSES", "3"))
PATIENCE_S = float(os.environ.get("NTBCARE_STORM_PATIENCE_S", "150"))


async def test_through_a_storm_lapor_holds_each_complaint_once_and_nothing_lands_on_a_wrong_case(
    tmp_path, kafka, database_urls
):
    storm = Storm(tmp_path, kafka=kafka, urls=database_urls, share=0.3, seed=3)
    count = await storm.run(COMPLAINTS, processes=PROCESSES, kill_every_s=KILL_EVERY_S, patience_s=PATIENCE_S)
    count.report(REPORT)
    assert (count.held, count.twice, count.missing) == (COMPLAINTS, [], [])
    assert count.our_follow_ups == {1: COMPLAINTS}
    assert count.their_follow_ups == {1: COMPLAINTS}
    assert (count.wrong_case, count.status_wrong, count.files_missing) == (0, [], 0)
    assert count.personal == []
    assert count.kills > 0
    assert len(count.dealt) > 10, "the storm knew few ways"
