"""What only an administrator does on Kafka: access rules and users (docs/decisions/0015).

Raises `AdministrationError`, whose text is for people and holds no password.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined] # it says __init__ exports nothing
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from deploy.kafka.access import OURS, Rule, rules
from shared.core.errors import ExplainedError
from shared.kafka import KafkaSettings

T = TypeVar("T")

_PATIENCE_S = 10.0
_ITERATIONS = 8192
_ANYTHING: Any = None  # as its documentation says; its types do not
_ANY = AclBindingFilter(
    ResourceType.ANY,
    _ANYTHING,
    ResourcePatternType.ANY,
    _ANYTHING,
    _ANYTHING,
    AclOperation.ANY,
    AclPermissionType.ANY,
)


class AdministrationError(ExplainedError):
    """The brokers did not do it; the text says why."""


class NoRulesError(AdministrationError):
    """The brokers have no authorizer: rules would change nothing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What lies between the declared rules and those on the brokers.

    `strangers` are rules of users who are not ours on topics that are: they are shown, and left alone.
    """

    missing: tuple[AclBinding, ...] = ()
    undeclared: tuple[AclBinding, ...] = ()
    strangers: tuple[AclBinding, ...] = ()


class Administration:
    """A connection of the administrator's. Nothing is opened before the first call."""

    def __init__(self, settings: KafkaSettings, *, patience: float = _PATIENCE_S) -> None:
        """Use the settings' own user; `patience` is in seconds, for each call."""
        self._settings = settings
        self._patience = patience
        self._trouble = ""
        options = _options(settings) | {"error_cb": self._note}
        self._client = AdminClient(options)

    def topics(self) -> set[str]:
        """Return the names of the topics that this user may see."""
        try:
            return set(self._client.list_topics(timeout=self._patience).topics)
        except KafkaException as error:
            raise self._explained(error) from None

    def compare(self) -> Difference:
        """Compare the brokers' rules with the table."""
        declared = {_binding(rule) for rule in rules(self._settings.prefix)}
        found = set(self._wait(self._client.describe_acls(_ANY, request_timeout=self._patience)))
        ours = {binding for binding in found if self._is_our_user(binding.principal)}
        strangers = {binding for binding in found - ours if self._is_about_our_topics(binding)}
        return Difference(_sorted(declared - ours), _sorted(ours - declared), _sorted(strangers))

    def apply(self, difference: Difference) -> None:
        """Make the missing rules, then remove those of our users that are not declared."""
        if difference.missing:
            self._wait_all(self._client.create_acls(list(difference.missing), request_timeout=self._patience))
        if difference.undeclared:
            exactly = [_filter(binding) for binding in difference.undeclared]
            self._wait_all(self._client.delete_acls(exactly, request_timeout=self._patience))

    def set_password(self, user: str, password: str) -> None:
        """Create a SCRAM user, or give it another password; the old one is void at once for new connections."""
        mechanism = ScramMechanism[self._settings.sasl_mechanism.replace("-", "_")]
        credential = ScramCredentialInfo(mechanism, _ITERATIONS)
        change = UserScramCredentialUpsertion(user, credential, password.encode())
        self._wait_all(self._client.alter_user_scram_credentials([change], request_timeout=self._patience))

    def _is_our_user(self, principal: str) -> bool:
        return principal.startswith(tuple(f"User:{self._settings.prefix}{beginning}" for beginning in OURS))

    def _is_about_our_topics(self, binding: AclBinding) -> bool:
        ours = {rule.name for rule in rules(self._settings.prefix) if rule.kind == "topic"}
        if binding.restype != ResourceType.TOPIC:
            return False
        if binding.resource_pattern_type == ResourcePatternType.PREFIXED:
            return any(name.startswith(binding.name) for name in ours)
        return binding.name == "*" or binding.name in ours

    def _wait_all(self, futures: Mapping[Any, "Future[Any]"]) -> None:
        for future in futures.values():
            self._wait(future)

    def _wait(self, future: "Future[T]") -> T:
        try:
            return future.result()
        except KafkaException as error:
            raise self._explained(error) from None

    def _note(self, error: KafkaError) -> None:
        if error.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - the client's own name for it
            self._trouble = error.str()

    def _explained(self, error: KafkaException) -> AdministrationError:
        self._client.poll(0)  # hands over what `_note` waits for
        reason: KafkaError = error.args[0]
        place = f"Kafka at {self._settings.bootstrap}"
        if reason.code() == KafkaError.SECURITY_DISABLED:
            return NoRulesError(f"{place} checks no rules: its brokers have no authorizer.class.name.")
        if reason.code() == KafkaError.CLUSTER_AUTHORIZATION_FAILED:
            return AdministrationError(f"{place} does not let {self._settings.username or 'us'} administrate it.")
        return AdministrationError(f"{place} did not do it: {self._trouble or reason.str()}.")


def _options(settings: KafkaSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap.servers": settings.bootstrap,
        "client.id": "ntbcare-administration",
        "security.protocol": settings.security_protocol,
        "socket.connection.setup.timeout.ms": 5_000,
        "log_level": 0,
    }
    if settings.with_sasl and settings.password is not None:
        options["sasl.mechanism"] = settings.sasl_mechanism
        options["sasl.username"] = settings.username
        options["sasl.password"] = settings.password.get_secret_value()
    files = {
        "ssl.ca.location": settings.ca_file,
        "ssl.certificate.location": settings.cert_file,
        "ssl.key.location": settings.key_file,
    }
    return options | {name: path for name, path in files.items() if path}


def _binding(rule: Rule) -> AclBinding:
    return AclBinding(
        ResourceType[rule.kind.name],
        rule.name,
        ResourcePatternType.PREFIXED if rule.beginning else ResourcePatternType.LITERAL,
        f"User:{rule.user}",
        "*",
        AclOperation[rule.verb.name],
        AclPermissionType.ALLOW,
    )


def _filter(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )


def _sorted(bindings: Iterable[AclBinding]) -> tuple[AclBinding, ...]:
    return tuple(sorted(bindings, key=lambda one: (one.principal, str(one.restype), one.name, str(one.operation))))
