"""The directory as data: complete, dated, and loud when it is wrong."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.directory import DESK, INSPECTORATE, DirectoryDataError, Level, affairs, directory, load_directory
from shared.directory.regions import regencies
from shared.directory.tables import DATA

TODAY = date(2026, 11, 23)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def replace(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_directory_has_no_gap_and_no_overlap():
    assert directory().check(on=TODAY) == ()


def test_every_agency_answers_to_its_own_key_and_carries_a_name():
    for agency in directory().agencies:
        assert directory().agency(agency.key, on=TODAY) is agency
        assert agency.name
        assert agency.short


@pytest.mark.parametrize(
    ("affair", "level", "region", "key"),
    [
        ("jalan", Level.NATIONAL, "52.03.01", "BPJN"),
        ("jalan", Level.PROVINCE, "52.03.01", "NTB.PUPRPERKIM"),
        ("jalan", Level.REGENCY, "52.03.01.2001", "52.03.PUPR"),
        ("jalan", Level.VILLAGE, "52.03.01.2001", "52.03.DESA"),
        ("peternakan", Level.PROVINCE, "52", "NTB.DISNAKKESWAN"),
        ("peternakan", Level.REGENCY, "52.05", "52.05.PERTANIAN"),
        ("pmd", Level.REGENCY, "52.08", "52.08.DPMD"),
        ("pmd", Level.REGENCY, "52.71", "52.71.KECAMATAN"),
        ("air_minum", Level.REGIONAL_COMPANY, "52.02", "52.02.PDAM"),
        ("listrik", Level.NATIONAL, "52.02", "PLN"),
        ("umum", Level.PROVINCE, "52", DESK),
        ("pengawasan", Level.PROVINCE, "52", INSPECTORATE),
    ],
)
def test_one_agency_is_competent_for_an_affair_at_a_level_in_a_place(affair, level, region, key):
    assert [agency.key for agency in directory().competent(affair, level, region, on=TODAY)] == [key]


def test_a_hospital_of_several_answers_only_to_its_name():
    found = directory().competent("rumah_sakit", Level.PROVINCE, "52", on=TODAY)
    assert [agency.key for agency in found] == ["NTB.RSUDP"]
    jiwa = directory().agency("NTB.RSJ", on=TODAY)
    assert jiwa is not None
    assert jiwa.by_name


def test_an_old_name_is_an_alias_with_its_last_day():
    agency = directory().agency("NTB.DIKPORA", on=TODAY)
    assert agency is not None
    assert {alias.name: alias.until for alias in agency.aliases}["Dikbud"] == date(2026, 1, 1)


def test_a_name_from_the_pattern_stays_marked_unverified():
    pattern, known = (directory().agency(key, on=TODAY) for key in ("52.05.DISHUB", "52.02.RSUD"))
    assert pattern is not None
    assert known is not None
    assert not pattern.verified
    assert known.verified
    assert known.name == "RSUD Praya"


def test_before_the_reorganisation_only_what_was_there_is_found():
    assert directory().agency("NTB.DIKPORA", on=date(2025, 12, 31)) is None
    assert directory().agency(DESK, on=date(2025, 12, 31)) is not None


def test_a_renamed_agency_keeps_the_name_it_had_on_the_day(folder: Path):
    with (folder / "agencies_province.csv").open("a", encoding="utf-8") as handle:
        handle.write("NTB.DISBUD,Dinas Kebudayaan Lama,Disbud,province,kebudayaan,no,,yes,2020-01-01,2026-01-01,,\n")
    loaded = load_directory(folder)
    old, new = (loaded.agency("NTB.DISBUD", on=day) for day in (date(2025, 5, 5), TODAY))
    assert old is not None
    assert new is not None
    assert (old.name, new.name) == ("Dinas Kebudayaan Lama Provinsi NTB", "Dinas Kebudayaan Provinsi NTB")


def test_the_version_tells_the_day_of_review_and_changes_with_the_data(folder: Path):
    same = load_directory(folder).version
    replace(folder, "agencies_national.csv", "BPJN NTB", "Balai Jalan")
    assert same == directory().version
    assert load_directory(folder).version != same


def test_an_overlap_is_named_with_both_agencies_and_the_place(folder: Path):
    replace(folder, "agencies_province.csv", ",kebudayaan,no,", ",kebudayaan;kehutanan,no,")
    fault = (
        "kehutanan at level province in 52 Nusa Tenggara Barat from 2026-01-02: NTB.DISBUD and NTB.DLHK are competent"
    )
    with pytest.raises(DirectoryDataError, match=fault):
        load_directory(folder)


def test_a_gap_is_named_with_every_place_where_nobody_answers(folder: Path):
    replace(folder, "agencies_regency.csv", ",regency,all,dukcapil,", ",regency,city,dukcapil,")
    with pytest.raises(DirectoryDataError) as refused:
        load_directory(folder)
    _, *faults = str(refused.value).splitlines()
    assert len(faults) == 8
    assert faults[0] == "dukcapil at level regency in 52.01 Kabupaten Lombok Barat from 2026-01-02: nobody is competent"


def test_a_gap_that_opens_later_is_refused_with_its_day(folder: Path):
    replace(
        folder,
        "agencies_province.csv",
        ",kebudayaan,no,,yes,2026-01-02,,",
        ",kebudayaan,no,,yes,2026-01-02,2027-03-31,",
    )
    fault = "kebudayaan at level province in 52 Nusa Tenggara Barat from 2027-04-01: nobody is competent"
    with pytest.raises(DirectoryDataError, match=fault):
        load_directory(folder)


def test_an_agency_that_begins_later_does_not_hide_the_years_before(folder: Path):
    with (folder / "agencies_province.csv").open("a", encoding="utf-8") as handle:
        handle.write("NTB.DESDIGITAL,Dinas Digital,Digital,province,kominfo,yes,,no,2027-01-01,,,\n")
    assert load_directory(folder).known_from == date(2026, 1, 2)


@pytest.mark.parametrize("affair", [a for a in affairs().values() if a.parent is None], ids=lambda a: a.key)
def test_on_every_day_one_agency_answers_at_each_level_that_a_main_affair_has(affair):
    for day in (*directory().changes, TODAY):
        for level in affair.levels:
            for region in regencies():
                assert len(directory().competent(affair.key, level, region.code, on=day)) == 1, (level, region)


def test_everybody_but_the_bodies_without_one_has_a_superior():
    alone = {agency.key for agency in directory().agencies if not agency.parent and not agency.superior}
    assert alone == {"UNRAM"}


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("affairs.csv", "sosial,Sosial,,", "pupr,Sosial,,", "affairs.csv row 14: affair pupr stands twice"),
        ("affairs.csv", "jalan,Jalan dan jembatan,pupr", "jalan,Jalan,jln", "parent jln is not an affair"),
        ("agencies_province.csv", ",pendidikan;", ",sekolah;", "agencies_province.csv row 3: affair sekolah"),
        ("agencies_province.csv", '2026-01-02,,"SMA', '2026-13-02,,"SMA', "row 3: valid_from is '2026-13-02'"),
        ("agencies_province.csv", "NTB.DESK,", "NTB.MEJA,", "NTB.DESK must be there"),
        ("agencies_regency.csv", ",RSUD,regency,all,", ",RSUD,regency,semua,", "where is 'semua'"),
        ("regency_names.csv", "52.01.PUPR", "52.01.PUPT", "regency_names.csv row 2: 52.01.PUPT is no agency"),
        ("agencies_national.csv", "BPJN,Balai", "BPJN,,Balai", "agencies_national.csv row 2: 12 cells, expected 11"),
        ("aliases.csv", "BWSNT1,BWS,", "BWSNT2,BWS,", "BWSNT2 is no agency"),
        ("aliases.csv", "key,alias,until", "key,name,until", "aliases.csv row 1: the columns must be"),
    ],
)
def test_a_wrong_row_is_refused_and_named(folder: Path, name, old, new, message):
    replace(folder, name, old, new)
    with pytest.raises(DirectoryDataError, match=message.replace("(", r"\(")):
        load_directory(folder)


def test_a_missing_table_is_refused_and_named(folder: Path):
    (folder / "aliases.csv").unlink()
    with pytest.raises(DirectoryDataError, match=r"aliases\.csv: the file is missing"):
        load_directory(folder)


def test_two_rows_of_one_agency_may_not_hold_on_the_same_day(folder: Path):
    with (folder / "agencies_province.csv").open("a", encoding="utf-8") as handle:
        handle.write("NTB.DISBUD,Dinas Lain,Disbud,province,kebudayaan,no,,yes,2026-05-01,,,\n")
    with pytest.raises(DirectoryDataError, match=r"NTB\.DISBUD: two rows hold on 2026-05-01"):
        load_directory(folder)


def test_a_day_before_the_structure_is_known_is_answered_as_its_first_day():
    known = directory()
    before = known.known_from - timedelta(days=400)
    assert known.agency("NTB.DIKPORA", on=before) is None
    assert known.agency_known("NTB.DIKPORA", on=before) == known.agency("NTB.DIKPORA", on=known.known_from)
    later = known.known_from + timedelta(days=300)
    assert known.agency_known("NTB.DIKPORA", on=later) == known.agency("NTB.DIKPORA", on=later)
