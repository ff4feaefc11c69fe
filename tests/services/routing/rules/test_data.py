"""The reviewed rules as data: complete, and consistent with the directory."""

from datetime import date

from services.routing.rules.affair import phrases
from services.routing.rules.authority import find_authorities
from services.routing.rules.text import RULES, normalize
from shared.directory import affairs, directory

TODAY = date(2026, 11, 23)


def test_every_main_affair_has_a_file_of_words():
    files = {path.stem for path in (RULES / "affairs").glob("*.yaml")}
    assert files == {key for key, affair in affairs().items() if affair.parent is None}
    assert phrases() is phrases()


def test_every_default_authority_names_an_agency_everywhere():
    for authority in find_authorities(normalize("")).values():
        for region in ("52.01", "52.05", "52.71"):
            assert len(directory().competent(authority.part, authority.level, region, on=TODAY)) == 1, authority
        assert authority.law
