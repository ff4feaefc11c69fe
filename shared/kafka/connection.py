"""How we get in to the broker: in clear on one machine, with TLS, with a user and a password; never half of it."""

import ipaddress
import ssl
from typing import Any, Literal

from aiokafka.helpers import create_ssl_context
from pydantic import ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from shared.core.settings import Secret, Settings


class KafkaConnection(Settings):
    """`NTBCARE_KAFKA_…`: the same for producers, consumers and administration."""

    model_config = SettingsConfigDict(env_prefix="NTBCARE_KAFKA_")

    bootstrap: str
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    username: str = ""
    password: Secret | None = None
    ca_file: str = ""
    """Whom to believe, a PEM file; empty for the authorities that the machine knows."""
    cert_file: str = ""
    key_file: str = ""

    @property
    def with_tls(self) -> bool:
        """Whether the connection is encrypted, and the broker's certificate and name verified."""
        return self.security_protocol.endswith("SSL")

    @property
    def with_sasl(self) -> bool:
        """Whether we name ourselves with a user and a password."""
        return self.security_protocol.startswith("SASL")

    @field_validator("security_protocol")
    @classmethod
    def _no_password_in_clear(cls, protocol: str, info: ValidationInfo) -> str:
        if protocol == "SASL_PLAINTEXT" and not _on_loopback(info.data.get("bootstrap", "")):
            raise ValueError("SASL_PLAINTEXT is for this machine only; anybody on the way could listen: use SASL_SSL")
        return protocol

    @field_validator("username", "password")
    @classmethod
    def _both_with_sasl(cls, value: Any, info: ValidationInfo) -> Any:
        protocol = info.data.get("security_protocol", "")
        if protocol.startswith("SASL") and not value:
            raise ValueError(f"is missing, and {protocol} needs it")
        if not protocol.startswith("SASL") and protocol and value:
            raise ValueError(f"is of no use with {protocol}; set NTBCARE_KAFKA_SECURITY_PROTOCOL=SASL_SSL")
        return value

    @field_validator("ca_file", "cert_file", "key_file")
    @classmethod
    def _files_with_tls(cls, path: str, info: ValidationInfo) -> str:
        protocol = info.data.get("security_protocol", "SSL")
        if path and not protocol.endswith("SSL"):
            raise ValueError(f"is of no use with {protocol}; set NTBCARE_KAFKA_SECURITY_PROTOCOL to SASL_SSL or SSL")
        return path

    @field_validator("ca_file")
    @classmethod
    def _a_readable_authority(cls, path: str) -> str:
        try:
            if path:
                create_ssl_context(cafile=path)
        except OSError as error:  # ssl.SSLError is one
            raise ValueError(f"{path} cannot be used ({type(error).__name__}); it must be a PEM file") from None
        return path

    @field_validator("key_file")
    @classmethod
    def _a_certificate_with_its_key(cls, path: str, info: ValidationInfo) -> str:
        certificate = info.data.get("cert_file", path)
        if bool(path) != bool(certificate):
            raise ValueError("NTBCARE_KAFKA_CERT_FILE and NTBCARE_KAFKA_KEY_FILE go together")
        if path:
            try:
                ssl.create_default_context().load_cert_chain(certificate, path)
            except OSError as error:
                raise ValueError(f"certificate and key cannot be used together ({type(error).__name__})") from None
        return path

    def connection(self, client: str) -> dict[str, Any]:
        """Return what every client of aiokafka takes to get in; the broker's log knows it as `ntbcare-<client>`."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "client_id": f"ntbcare-{client}",
            "security_protocol": self.security_protocol,
        }
        if self.with_tls:
            options["ssl_context"] = create_ssl_context(
                cafile=self.ca_file or None, certfile=self.cert_file or None, keyfile=self.key_file or None
            )
        if self.with_sasl and self.password is not None:
            options |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password.get_secret_value(),
            }
        return options


def _on_loopback(bootstrap: str) -> bool:
    return all(_is_loopback(address.strip().rpartition(":")[0].strip("[]")) for address in bootstrap.split(","))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
