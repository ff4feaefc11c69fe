import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from deploy.local import kafka_jars
from deploy.local.kafka_jars import apache_kafka_available, fetch_kafka_jars, kafka_version
from deploy.local.processes import ServerError

Install: TypeAlias = Callable[[str, str], None]

MAVEN = """#!/bin/sh
echo called >> "{calls}"
for word; do case "$word" in -Dlibs=*) libs="${{word#-Dlibs=}}" ;; esac; done
sleep 0.3
mkdir -p "$libs" && touch "$libs/kafka_2.13-{kafka}.jar" "$libs/log4j-slf4j-impl-{log4j}.jar"
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A machine with nothing on its path but what a test puts into its `bin`, and an empty checkout."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "sleep", "mkdir", "touch"):
        (programs / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(kafka_jars, "REPOSITORY", tmp_path / "a checkout")

    def install(name: str, script: str) -> None:
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)

    return install


def java(version: str) -> str:
    return f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n"


def test_a_machine_without_java_cannot_run_apache_kafka(machine: Install) -> None:
    assert "no Java" in (apache_kafka_available() or "")


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.2", "16"])
def test_an_old_java_cannot_run_apache_kafka(machine: Install, version: str) -> None:
    machine("java", java(version))
    assert "older than Java 17" in (apache_kafka_available() or "")


def test_java_alone_cannot_fetch_apache_kafka(machine: Install) -> None:
    machine("java", java("17.0.15"))
    assert "no Maven" in (apache_kafka_available() or "")


def test_java_and_maven_are_enough_and_maven_only_once(machine: Install, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    said: list[str] = []
    machine("java", java("25"))
    machine("mvn", MAVEN.format(calls=calls, kafka=kafka_version(), log4j=kafka_jars._pinned("log4j.version")))
    assert apache_kafka_available() is None

    threads = [threading.Thread(target=fetch_kafka_jars, args=(said.append,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls.read_text().split() == ["called"]
    assert len(said) == 1

    (tmp_path / "bin" / "mvn").unlink()
    assert apache_kafka_available() is None
    assert fetch_kafka_jars(said.append).name == kafka_version()


def test_a_failure_of_maven_is_told_in_its_own_words(machine: Install) -> None:
    machine("mvn", "#!/bin/sh\necho '[ERROR] Unknown host'\nexit 1\n")
    with pytest.raises(ServerError, match="Unknown host"):
        fetch_kafka_jars(lambda text: None)
