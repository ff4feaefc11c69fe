"""A way in to Kafka that is half set is refused at the start, in plain words that show no password."""

import ssl

import pytest

from shared.core.settings import SettingsError
from shared.events import COMPLAINTS
from shared.kafka import KafkaSettings
from shared.kafka.client import _new_topic
from tests.tls import make_certificates

PASSWORD = "9f3c-a-password-nobody-may-see"
USER = {"username": "ntbcare-relay", "password": PASSWORD}
FAR = "kafka-1.example:9093,kafka-2.example:9093"


@pytest.fixture
def load(monkeypatch, tmp_path):
    def load(**values: str) -> KafkaSettings:
        monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
        for name, value in {"bootstrap": FAR, **values}.items():
            monkeypatch.setenv(f"NTBCARE_KAFKA_{name.upper()}", value)
        return KafkaSettings.load()

    return load


@pytest.mark.parametrize(
    ("values", "variable", "words"),
    [
        ({"security_protocol": "TLS"}, "SECURITY_PROTOCOL", "'PLAINTEXT', 'SSL'"),
        ({"security_protocol": "SASL_SSL"}, "USERNAME", "is missing, and SASL_SSL needs it"),
        ({"security_protocol": "SASL_SSL", "username": "u"}, "PASSWORD", "is missing, and SASL_SSL needs it"),
        ({"security_protocol": "SASL_SSL", "password": PASSWORD}, "USERNAME", "is missing, and SASL_SSL needs it"),
        ({"security_protocol": "SASL_SSL", **USER, "sasl_mechanism": "MD5"}, "SASL_MECHANISM", "SCRAM-SHA-512"),
        (USER, "PASSWORD", "is of no use with PLAINTEXT; set NTBCARE_KAFKA_SECURITY_PROTOCOL=SASL_SSL"),
        ({"security_protocol": "SSL", **USER}, "USERNAME", "is of no use with SSL"),
        ({"security_protocol": "SASL_PLAINTEXT", **USER}, "SECURITY_PROTOCOL", "this machine only"),
        (
            {"security_protocol": "SASL_PLAINTEXT", **USER, "bootstrap": "127.0.0.1:9092,127.bad.example:9092"},
            "SECURITY_PROTOCOL",
            "this machine only",
        ),
        ({"ca_file": "ca.pem"}, "CA_FILE", "is of no use with PLAINTEXT"),
        ({"security_protocol": "SSL", "ca_file": "no/such.pem"}, "CA_FILE", "no/such.pem cannot be used"),
        ({"security_protocol": "SSL", "ca_file": __file__}, "CA_FILE", "must be a PEM file"),
        ({"security_protocol": "SSL", "cert_file": "c.pem"}, "KEY_FILE", "go together"),
        ({"security_protocol": "SSL", "key_file": "k.pem"}, "KEY_FILE", "go together"),
        ({"security_protocol": "SSL", "cert_file": "c", "key_file": "k"}, "KEY_FILE", "(FileNotFoundError)"),
    ],
)
def test_a_half_set_or_unsafe_way_in_is_refused(load, values, variable, words):
    with pytest.raises(SettingsError) as refused:
        load(**values)
    assert f"NTBCARE_KAFKA_{variable}: " in str(refused.value)
    assert words in str(refused.value)
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize("bootstrap", ["127.0.0.1:9092", "localhost:9092, [::1]:9092"])
def test_a_password_may_go_in_clear_on_one_machine(load, bootstrap):
    settings = load(bootstrap=bootstrap, security_protocol="SASL_PLAINTEXT", **USER)
    assert "ssl_context" not in settings.connection("test")


def test_every_client_gets_the_same_way_in_and_its_own_name(load, tmp_path):
    certificates = make_certificates(tmp_path)
    settings = load(security_protocol="SASL_SSL", ca_file=str(certificates.ca), **USER)
    options = settings.connection("routing")
    context = options.pop("ssl_context")
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) == 1
    assert options == {
        "bootstrap_servers": FAR,
        "client_id": "ntbcare-routing",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "ntbcare-relay",
        "sasl_plain_password": PASSWORD,
    }


def test_a_certificate_of_ours_is_taken_with_its_key(load, tmp_path):
    certificates = make_certificates(tmp_path)
    pair = {"cert_file": str(certificates.server), "key_file": str(certificates.server)}
    assert load(security_protocol="SSL", ca_file=str(certificates.ca), **pair).with_tls


def test_the_settings_text_shows_no_password(load):
    assert PASSWORD not in repr(load(security_protocol="SASL_SSL", **USER))


@pytest.mark.parametrize(("copies", "confirming"), [(1, "1"), (2, "2"), (3, "2")])
def test_an_event_is_confirmed_by_two_brokers_where_there_are_copies(load, copies, confirming):
    topic = _new_topic(load(replication_factor=str(copies)), COMPLAINTS)
    assert (topic.replication_factor, topic.topic_configs["min.insync.replicas"]) == (copies, confirming)
