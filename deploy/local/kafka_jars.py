"""Apache Kafka's own jars, fetched by Maven into `.cache/kafka/<version>` as `deploy/kafka/pom.xml` says."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.local.processes import Child, ServerError

REPOSITORY = Path(__file__).resolve().parents[2]
KAFKA = REPOSITORY / "deploy" / "kafka"
OLDEST_JAVA = 17  # what Apache Kafka 4 brokers run on
FETCH_SECONDS = 600


def kafka_version() -> str:
    """Return the version that the pom pins."""
    return _pinned("kafka.version")


def kafka_jars() -> Path:
    """Return the folder of the jars, fetched or not."""
    return REPOSITORY / ".cache" / "kafka" / kafka_version()


def java() -> str | None:
    """Find the `java` to run: JAVA_HOME's, else the path's."""
    home = os.environ.get("JAVA_HOME")
    return (shutil.which("java", path=str(Path(home, "bin"))) if home else None) or shutil.which("java")


def apache_kafka_available() -> str | None:
    """Why Apache Kafka cannot run here, or None where it can (its jars may still have to be fetched)."""
    command = java()
    if command is None:
        return f"no Java: install a Java {OLDEST_JAVA} runtime"
    asked = [command, "-version"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    version = re.search(r'version "(\d+)', found.stderr + found.stdout)
    if version is None or int(version[1]) < OLDEST_JAVA:
        return f"{command} is older than Java {OLDEST_JAVA}" if version else f"{command} does not run"
    if not _fetched(kafka_jars()) and shutil.which("mvn") is None:
        return "no Maven to fetch the jars with: install maven"
    return None


def fetch_kafka_jars(say: Callable[[str], None] | None = None) -> Path:
    """Fetch the jars unless they are here, and return their folder. Safe when run twice at once."""
    jars = kafka_jars()
    if _fetched(jars):
        return jars
    jars.parent.mkdir(parents=True, exist_ok=True)
    with (jars.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _fetched(jars):
            (say or _say)(f"Fetching Apache Kafka {kafka_version()} through Maven (44 MB, once) …")
            _fetch(jars)
    return jars


def _fetch(jars: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise ServerError("Maven is missing: install maven, or run on the embedded broker.")
    child = Child("maven", jars.parent)
    child.stop_orphan()
    incoming = jars.with_name(f"{jars.name}.incoming")
    shutil.rmtree(incoming, ignore_errors=True)
    command = [maven, "--batch-mode", "--quiet", "--file", str(KAFKA / "pom.xml")]
    child.start([*command, "dependency:copy-dependencies", f"-Dlibs={incoming}"])
    try:
        child.wait_for_success(timeout=FETCH_SECONDS)
    except ServerError as error:
        raise ServerError(f"Maven could not bring Apache Kafka: {error}") from error
    finally:
        child.stop()  # an interrupt here must not leave it writing
    shutil.rmtree(jars, ignore_errors=True)
    incoming.rename(jars)


def _fetched(jars: Path) -> bool:
    wanted = (f"kafka_2.13-{kafka_version()}.jar", f"log4j-slf4j-impl-{_pinned('log4j.version')}.jar")
    return all((jars / name).is_file() for name in wanted)


def _pinned(name: str) -> str:
    found = re.search(rf"<{re.escape(name)}>(.+?)</", (KAFKA / "pom.xml").read_text())
    if found is None:
        raise ServerError(f"{KAFKA / 'pom.xml'} names no {name}")
    return found[1]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
