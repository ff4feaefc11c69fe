"""Where things are: the top level is fixed, and every service and channel has the files that a newcomer looks for."""

import pytest

from tests.architecture.sources import PRODUCT, ROOT, folders, tracked_files

TOP_FOLDERS = {*PRODUCT, "tests", "docs", ".ci"}
TOP_FILES = {
    ".gitignore",
    ".pre-commit-config.yaml",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "pyproject.toml",
}
SERVICE_FILES = {"README.md", "__init__.py", "app.py", "settings.py"}
MIGRATION_FILES = {"migrations/env.py", "migrations/script.py.mako", "models.py"}
CHANNEL_FILES = {
    "README.md",
    "__init__.py",
    "authenticate.py",
    "channel.py",
    "fixtures/env.json",
    "normalize.py",
    "payloads.py",
    "settings.py",
}


def test_the_top_level_is_what_the_design_fixes():
    names = {path.parts[0] for path in tracked_files()}
    files = {path.name for path in tracked_files() if len(path.parts) == 1}
    assert names - files == TOP_FOLDERS
    assert files == TOP_FILES


@pytest.mark.parametrize("service", folders("services"), ids=lambda path: path.name)
def test_a_service_has_its_files(service):
    wanted = SERVICE_FILES | (MIGRATION_FILES if (service / "migrations").is_dir() else set())
    assert not {name for name in wanted if not (service / name).is_file()}


@pytest.mark.parametrize("service", folders("services"), ids=lambda path: path.name)
def test_a_service_with_tables_has_migrations(service):
    if (service / "models.py").exists():
        assert list((service / "migrations" / "versions").glob("0001_*.py"))


@pytest.mark.parametrize(
    "channel", [path for path in folders("channel_adapters") if path.name[0] != "_"], ids=lambda path: path.name
)
def test_a_channel_has_its_files(channel):
    assert not {name for name in CHANNEL_FILES if not (channel / name).is_file()}
    assert len(list((channel / "fixtures").glob("*.json"))) > 1, "a channel without cases is untested"


@pytest.mark.parametrize(
    "folder", [*PRODUCT, "tests", "docs", "docs/decisions", "channel_adapters/_meta", "shared/events"]
)
def test_a_folder_that_a_newcomer_opens_has_a_readme(folder):
    readme = ROOT / folder / "README.md"
    assert readme.is_file()
    assert len(readme.read_text(encoding="utf-8").splitlines()) < 70, "a README is one screen"
