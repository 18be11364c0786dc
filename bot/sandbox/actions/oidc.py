"""The OIDC issuer of Actions: tokens that say which run of which workflow is speaking."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.sandbox.clock import Clock, SystemClock

_LIFETIME = timedelta(minutes=5)
_ALGORITHM = "RS256"


def new_issuer_key() -> rsa.RSAPrivateKey:
    """A fresh signing key; making one takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class OidcIssuer:
    """Signs and checks tokens under one address, with a key of its own unless one is given.

    `url` is the `iss` claim and must not be the real GitHub's; it may be set late, before the first token.
    """

    def __init__(self, url: str, *, clock: Clock | None = None, key: rsa.RSAPrivateKey | None = None) -> None:
        self.url = url
        self._clock: Clock = clock or SystemClock()
        self._key = key or new_issuer_key()
        self._key_id = secrets.token_hex(8)

    def issue(self, claims: Mapping[str, Any], audience: str) -> str:
        """A token with these claims, made out to `audience` and good for five minutes."""
        now = self._clock.now()
        standard = {
            "iss": self.url,
            "aud": audience,
            "jti": secrets.token_hex(16),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + _LIFETIME).timestamp()),
        }
        return jwt.encode({**claims, **standard}, self._key, algorithm=_ALGORITHM, headers={"kid": self._key_id})

    def verify(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of a token of ours. Raises ValueError for another issuer's, another audience's or an old one."""
        # The times are checked against the world's clock, which a test may have moved.
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=[_ALGORITHM],
                audience=audience,
                issuer=self.url,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise ValueError(str(error)) from error
        if not claims["nbf"] <= self._clock.now().timestamp() < claims["exp"]:
            raise ValueError("the token is not valid at this time")
        return claims

    def configuration(self) -> dict[str, Any]:
        """The document at `/.well-known/openid-configuration`."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/.well-known/jwks",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": [_ALGORITHM],
        }

    def keys(self) -> dict[str, Any]:
        """The document at `/.well-known/jwks`."""
        key = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**key, "kid": self._key_id, "alg": _ALGORITHM, "use": "sig"}]}
