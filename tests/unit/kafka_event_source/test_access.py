"""SourceAccessConfigurations: the brokers' security settings from Secrets Manager."""

import pytest

from kafka_event_source.access import security_settings
from kafka_event_source.refusal import Refused

SECRETS = {
    "scram": {"username": "viewers", "password": "pw"},
    "ca": {"certificate": "CA PEM"},
    "client": {"certificate": "PEM", "privateKey": "KEY", "privateKeyPassword": "kp"},
    "bad": {"username": "viewers"},
}


@pytest.mark.parametrize(
    ("kind", "mechanism"),
    [
        ("SASL_SCRAM_512_AUTH", "SCRAM-SHA-512"),
        ("SASL_SCRAM_256_AUTH", "SCRAM-SHA-256"),
        ("BASIC_AUTH", "PLAIN"),
    ],
)
def test_sasl_goes_over_tls_only(kind: str, mechanism: str) -> None:
    access = [(kind, "scram"), ("SERVER_ROOT_CA_CERTIFICATE", "ca")]
    assert security_settings(access, SECRETS.__getitem__) == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": mechanism,
        "sasl.username": "viewers",
        "sasl.password": "pw",
        "ssl.ca.pem": "CA PEM",
    }


def test_a_client_certificate_makes_mutual_tls() -> None:
    assert security_settings([("CLIENT_CERTIFICATE_TLS_AUTH", "client")], SECRETS.__getitem__) == {
        "security.protocol": "SSL",
        "ssl.certificate.pem": "PEM",
        "ssl.key.pem": "KEY",
        "ssl.key.password": "kp",
    }


def test_without_access_configurations_the_connection_is_plaintext() -> None:
    assert security_settings([], SECRETS.__getitem__) == {}


def test_a_secret_that_lacks_a_field_is_refused_without_its_content() -> None:
    with pytest.raises(Refused, match="lacks 'password'") as refused:
        security_settings([("SASL_SCRAM_512_AUTH", "bad")], SECRETS.__getitem__)
    assert "viewers" not in str(refused.value)
