from collections.abc import Mapping

import pytest

from shared.channels.discovery import available_channels, load_channel
from shared.channels.protocol import Channel
from tests.channels.cases import environment


@pytest.fixture(scope="session")
def channels() -> Mapping[str, Channel]:
    return load_channels()


def load_channels() -> Mapping[str, Channel]:
    """Build every channel with the settings of the fixtures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTBCARE_ENV_FILE", "/nonexistent")
        for name, value in environment().items():
            patch.setenv(name, value)
        return {name: load_channel(name) for name in available_channels()}


@pytest.fixture
def variables(monkeypatch):
    monkeypatch.setenv("NTBCARE_ENV_FILE", "/nonexistent")
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    return monkeypatch
