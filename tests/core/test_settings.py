"""Settings: refused in plain words that name the variable and never its value."""

import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from services.relay.settings import RelaySettings
from shared.core.settings import Names, Secret, Secrets, Settings, SettingsError

GOOD = "2c7f1e0b9a8d4c6e5f3a1b0d"


class Example(Settings):
    model_config = SettingsConfigDict(env_prefix="NTBCARE_EXAMPLE_")

    key: Secret
    keys: Secrets = (SecretStr(GOOD[::-1]),)
    pages: Names = ("0",)
    limit: int = 5


@pytest.fixture
def load(monkeypatch, tmp_path):
    env_file = tmp_path / "settings.env"
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(env_file))

    def build(file: str = "", **environment: str) -> Example:
        env_file.write_text(file)
        for name, value in environment.items():
            monkeypatch.setenv(f"NTBCARE_EXAMPLE_{name}", value)
        return Example.load()

    return build


def test_a_missing_secret_stops_the_start_and_is_named(load):
    with pytest.raises(SettingsError, match="NTBCARE_EXAMPLE_KEY: is missing"):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEY", "tooshort"),
        ("KEY", "change-me-please-change-me"),
        ("KEY", "ChangeMe-ChangeMe-ChangeMe"),
        ("KEY", "secret-secret-secret"),
        ("KEY", "Password-1234567890"),
        ("KEY", "ganti-dengan-rahasia"),
        ("KEY", "aaaaaaaaaaaaaaaaaaaaaaaa"),
        ("KEY", "0000000000000000"),
        ("KEY", " " * 20),
        ("KEY", "postgresql://role:short@host/database"),
        ("KEY", f"postgresql://role:{GOOD}\u2100@host/database"),
        ("KEY", f"postgresql://role:{GOOD}@[host/database"),
        ("KEYS", ""),
        ("KEYS", f"{GOOD},tooshort"),
        ("KEYS", '["' + GOOD + '"'),
        ("PAGES", ""),
        ("PAGES", "[unclosed"),
        ("LIMIT", "banyak-sekali"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(name, value, load):
    environment = {"KEY": GOOD, name: value}
    with pytest.raises(SettingsError) as refused:
        load(**environment)
    said = str(refused.value)
    assert f"NTBCARE_EXAMPLE_{name}:" in said
    assert GOOD not in said
    assert not value.strip() or value not in said
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_every_wrong_setting_is_named_at_once(load):
    with pytest.raises(SettingsError) as refused:
        load(LIMIT="x", PAGES="")
    assert all(f"NTBCARE_EXAMPLE_{name}:" in str(refused.value) for name in ("KEY", "LIMIT", "PAGES"))


@pytest.mark.parametrize("written", ["1,2", " 1 , 2 ,", '["1", "2"]', ' ["1","2"]'])
def test_a_list_is_written_with_commas_or_as_json(written, load):
    assert load(KEY=GOOD, PAGES=written).pages == ("1", "2")


def test_several_secrets_are_read_in_their_order(load):
    keys = load(KEY=GOOD, KEYS=f"{GOOD}1,{GOOD}2").keys
    assert [key.get_secret_value() for key in keys] == [GOOD + "1", GOOD + "2"]


def test_the_environment_goes_before_the_env_file(load):
    file = f"NTBCARE_EXAMPLE_KEY={GOOD}\nNTBCARE_EXAMPLE_LIMIT=7\nSOMETHING_ELSE=1\n"
    assert load(file).limit == 7
    assert load(file, LIMIT="8").limit == 8


def test_a_secret_shows_in_no_representation(load):
    settings = load(KEY=GOOD, KEYS=GOOD)
    assert GOOD not in repr(settings) + str(settings) + str(settings.model_dump())


def test_an_env_file_that_is_no_text_is_named(load, tmp_path):
    (tmp_path / "settings.env").write_bytes(b"NTBCARE_EXAMPLE_KEY=\xff\xfe")
    with pytest.raises(SettingsError, match="NTBCARE_ENV_FILE"):
        Example.load()


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("postgresql://ntbcare_intake:9f2c47d1a6e0b3c85d1f@localhost/ntbcare", True),
        ("postgresql://ntbcare_intake@localhost/ntbcare?sslcert=client.pem", True),
        ("postgresql://ntbcare_intake:change-me-change-me@localhost/ntbcare", False),
        ("postgresql://ntbcare_intake:PASSWORD@localhost/ntbcare", False),
        ("postgresql://ntbcare_intake:@localhost/ntbcare", False),
    ],
)
def test_the_password_in_a_database_url_is_a_secret_like_any_other(url, fits, monkeypatch):
    monkeypatch.setenv("NTBCARE_ENV_FILE", "/nonexistent")
    monkeypatch.setenv("NTBCARE_RELAY_DATABASE_URL", url)
    if fits:
        assert RelaySettings.load().database_url.get_secret_value() == url
    else:
        with pytest.raises(SettingsError, match="NTBCARE_RELAY_DATABASE_URL") as error:
            RelaySettings.load()
        assert "ntbcare_intake" not in str(error.value)
