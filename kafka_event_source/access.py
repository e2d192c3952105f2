"""How to reach the brokers: librdkafka's security settings from a mapping's SourceAccessConfigurations.

As on AWS, credentials travel over TLS only, and each secret holds what AWS asks for: `username` and `password` for
SASL, `certificate` (and `privateKey`, `privateKeyPassword`) in PEM for TLS.
"""

from collections.abc import Callable, Mapping, Sequence

from kafka_event_source.refusal import Refused

SASL_MECHANISMS = {
    "SASL_SCRAM_512_AUTH": "SCRAM-SHA-512",
    "SASL_SCRAM_256_AUTH": "SCRAM-SHA-256",
    "BASIC_AUTH": "PLAIN",
}


def security_settings(
    access: Sequence[tuple[str, str]], secret: Callable[[str], Mapping[str, str]]
) -> dict[str, str]:
    """Settings for `access`, pairs of type and secret ARN; without any the connection is plaintext.

    `secret` reads one secret and raises Unresolved. Raises Refused when a secret lacks a field.
    """
    settings: dict[str, str] = {}
    for kind, arn in access:
        content = secret(arn)
        if mechanism := SASL_MECHANISMS.get(kind):
            settings |= {
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": mechanism,
                "sasl.username": _field(content, "username", kind),
                "sasl.password": _field(content, "password", kind),
            }
        elif kind == "SERVER_ROOT_CA_CERTIFICATE":
            settings["ssl.ca.pem"] = _field(content, "certificate", kind)
        else:
            settings["ssl.certificate.pem"] = _field(content, "certificate", kind)
            settings["ssl.key.pem"] = _field(content, "privateKey", kind)
            if password := content.get("privateKeyPassword"):
                settings["ssl.key.password"] = password
    if settings:
        settings.setdefault("security.protocol", "SSL")
    return settings


def _field(content: Mapping[str, str], name: str, kind: str) -> str:
    if not content.get(name):
        raise Refused(f"SourceAccessConfigurations: the secret for {kind} lacks {name!r}")
    return content[name]
