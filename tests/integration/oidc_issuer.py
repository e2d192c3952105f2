"""An OpenID Connect issuer on loopback: discovery, keys, and tokens as a test wants them."""

import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

AUDIENCE = "live-page"


class OidcIssuer:
    """`url` is its identity; it signs with one key, and knows another that it doesn't publish."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = RSAKey.generate_key(2048, {"kid": "now", "use": "sig"}, auto_kid=False)
        # The same name, so that only the signature tells it apart.
        self.other_key = RSAKey.generate_key(2048, {"kid": "now", "use": "sig"}, auto_kid=False)

    def claims(self, scope: str = "viewers:read", **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "someone",
            "iat": now - 5,
            "exp": now + 300,
            "scope": scope,
        }
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def token(self, scope: str = "viewers:read", *, key: RSAKey | None = None, **changed: Any) -> str:
        """A token; with `key` signed by that one; with other claims where changed, or without those that
        are None."""
        return jwt.encode({"alg": "RS256", "kid": "now"}, self.claims(scope, **changed), key or self.key)

    def unsigned_token(self) -> str:
        """`alg: none`."""
        return ".".join(map(_part, ({"alg": "none", "kid": "now"}, self.claims()))) + "."

    def token_by_public_key(self) -> str:
        """HS256 with the published key as the secret: what a verifier falls for that trusts `alg`."""
        signed = ".".join(map(_part, ({"alg": "HS256", "kid": "now"}, self.claims())))
        # By hand: the library knows better than to take a public key for a secret.
        signature = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def documents(self) -> dict[str, Any]:
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"},
            "/jwks": {"keys": [self.key.as_dict(private=False)]},
        }


@contextmanager
def running_issuer() -> Iterator[OidcIssuer]:
    """An issuer that answers on a free port."""
    documents: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = documents.get(self.path)
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = OidcIssuer(f"http://127.0.0.1:{server.server_port}")
    documents.update(issuer.documents())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _part(content: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
