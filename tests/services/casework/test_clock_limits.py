"""The clocks' limits: the ministry's and NTB's, an operator's own over them, and what is wrong in a file."""

from datetime import datetime
from pathlib import Path

import pytest

from services.casework.clocks.limits import load_limits
from shared.core.times import WITA
from shared.directory import DirectoryDataError

HEADER = "clock,kind,urgency,amount,unit,valid_from,valid_to,certainty,source\n"
LIMITS = load_limits()
TODAY = datetime(2026, 11, 5, 10, tzinfo=WITA)


@pytest.mark.parametrize(
    ("clock", "kind", "urgency", "limit"),
    [
        ("verify", "pengaduan", "biasa", (3, "working_days")),
        ("follow_up", "whistleblowing", "mendesak", (5, "working_days")),
        ("transfer", "pengaduan", "mendesak", (3, "working_days")),
        ("close", "pengaduan", "biasa", (10, "working_days")),
        ("resolve", "pengaduan", "mendesak", (14, "working_days")),
        ("resolve", "pengaduan_pengawasan", "biasa", (60, "working_days")),
        ("resolve", "whistleblowing", "biasa", (60, "working_days")),
        ("resolve", "permintaan_informasi", "penting", (5, "working_days")),
        ("complete", "pengaduan", "biasa", (30, "calendar_days")),
        ("respond", "pengaduan", "mendesak", (1, "hours")),
        ("respond", "whistleblowing", "penting", (24, "hours")),
        ("respond", "aspirasi", "biasa", (48, "hours")),
    ],
)
def test_the_limits_are_those_of_the_ministry_and_of_ntb(clock, kind, urgency, limit):
    found = LIMITS.limit(clock, kind=kind, urgency=urgency, at=TODAY)
    assert found is not None
    assert (found.amount, found.unit) == limit
    assert found.source


def test_what_limited_complaints_before_is_not_known():
    before = datetime(2018, 12, 31, 23, 59, tzinfo=WITA)
    assert LIMITS.limit("resolve", kind="pengaduan", urgency="biasa", at=before) is None


def test_a_new_limit_holds_for_what_begins_from_its_day_on_in_wita(tmp_path: Path):
    own = tmp_path / "ours.csv"
    own.write_text(
        f"{HEADER}verify,,,3,working_days,2019-01-01,2026-12-31,certain,lama\n"
        "verify,,,2,working_days,2027-01-01,,certain,Pergub contoh\n"
    )
    limits = load_limits(own)
    for at, amount in (("2026-12-31T15:59+00:00", 3), ("2026-12-31T16:00+00:00", 2)):
        found = limits.limit("verify", kind="pengaduan", urgency="biasa", at=datetime.fromisoformat(at))
        assert found is not None
        assert found.amount == amount


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("verifikasi,,,3,working_days,2027-01-01,,certain,x", "row 2: clock is 'verifikasi'"),
        ("resolve,keluhan,,3,working_days,2027-01-01,,certain,x", "row 2: kind is 'keluhan'"),
        ("respond,,darurat,3,hours,2027-01-01,,certain,x", "row 2: urgency is 'darurat'"),
        ("verify,,,0,working_days,2019-01-01,,certain,x", "row 2: amount is '0'"),
        ("verify,,,1.5,working_days,2019-01-01,,certain,x", "row 2: amount is '1.5'"),
        ("verify,,,3,minutes,2019-01-01,,certain,x", "row 2: unit is 'minutes'"),
        ("verify,,,3,working_days,2019-01-01,,sure,x", "row 2: certainty is 'sure'"),
        ("verify,,,3,working_days,2019-01-01,,certain,", "row 2: source is empty"),
        ("verify,,,3,working_days,2019-01-01,2018-01-01,certain,x", "row 2: valid_to 2018-01-01 lies before"),
        ("verify,,,3,working_days,2027-01-01,,certain,x", "verify: two limits hold on 2027-01-01"),
        (
            "verify,,,3,working_days,2019-01-01,2026-12-31,certain,x",
            "verify pengaduan mendesak: no limit holds on 2027",
        ),
        ("verify,,,3", "row 2: 4 cells, expected 9"),
    ],
)
def test_a_wrong_file_is_refused_with_its_row(tmp_path: Path, row, message):
    own = tmp_path / "ours.csv"
    own.write_text(f"{HEADER}{row}\n")
    with pytest.raises(DirectoryDataError, match=message) as refused:
        load_limits(own)
    assert str(own) in str(refused.value)


def test_a_limit_that_stands_twice_is_refused(tmp_path: Path):
    own = tmp_path / "ours.csv"
    row = "verify,,,3,working_days,2019-01-01,,certain,x\n"
    own.write_text(HEADER + row + row)
    with pytest.raises(DirectoryDataError, match=r"row 3: verify 2019-01-01 stands twice"):
        load_limits(own)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(DirectoryDataError, match="the file is missing"):
        load_limits(tmp_path / "gone.csv")
