"""One Sigstore instance: attests files, and hands out the trust root that makes a verifier believe it."""

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from pypi_attestations import AttestationType

from bot.sandbox.sigstore.authority import AUTHORITY_START, ORGANISATION, CertificateAuthority, TransparencyLog, der_of
from bot.sandbox.sigstore.encoding import b64, key_id, new_key, public_der, rfc3339, sign
from bot.sandbox.sigstore.identity import SigningIdentity
from bot.sandbox.sigstore.rekor import REKOR_NAME, SignatureLog

Json = dict[str, Any]

_PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Flaw(enum.Enum):
    """A way in which `LocalSigstore.attest` is asked to do its work wrongly, so that verifiers can be seen to notice."""

    BROKEN_SIGNATURE = "broken-signature"  # one bit of the envelope's signature is flipped after logging
    WRONG_DIGEST = "wrong-digest"  # a perfectly signed statement about other content under the same file name
    OTHER_AUTHORITY = "other-authority"  # certified by an authority outside the trust root


@dataclass
class LocalSigstore:
    """A certificate authority, its transparency log and a signature log, with fresh keys per instance.

    `web_base` is the prefix of every identity it certifies, such as `http://127.0.0.1:8000`; it may be set late, when
    the port is known.
    """

    web_base: str
    _authority: CertificateAuthority = field(default_factory=CertificateAuthority.create)
    _stranger: CertificateAuthority = field(default_factory=CertificateAuthority.create)
    _transparency: TransparencyLog = field(default_factory=TransparencyLog)
    _signatures: SignatureLog = field(default_factory=SignatureLog)

    def identity(self, claims: Mapping[str, Any]) -> SigningIdentity:
        """The identity this instance certifies for the claims of an Actions OIDC token (KeyError when one is missing)."""
        return SigningIdentity.from_claims(claims, web_base=self.web_base)

    def attest(
        self, filename: str, sha256: str, identity: SigningIdentity, *, at: dt.datetime, flaw: Flaw | None = None
    ) -> Json:
        """A PEP 740 attestation object that `identity` published `filename` (digest in lower-case hex) at `at` (UTC).

        With a `flaw` the object keeps its shape and loses its truth.
        """
        digest = hashlib.sha256(sha256.encode()).hexdigest() if flaw is Flaw.WRONG_DIGEST else sha256
        authority = self._stranger if flaw is Flaw.OTHER_AUTHORITY else self._authority
        key = new_key()
        certificate = authority.certify(key.public_key(), identity, self._transparency, at)
        statement = _statement(filename, digest)
        signature = sign(key, _pre_authentication_encoding(statement))
        entry = self._signatures.record(statement, signature, certificate, at)
        if flaw is Flaw.BROKEN_SIGNATURE:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        return {
            "version": 1,
            "verification_material": {"certificate": b64(der_of(certificate)), "transparency_entries": [entry]},
            "envelope": {"statement": b64(statement), "signature": b64(signature)},
        }

    def trusted_root(self) -> Json:
        """The TrustedRoot document (version 0.1) for `sigstore.models.TrustedRoot.from_file`."""
        chain = [self._authority.intermediate, self._authority.root]
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [_log_instance(REKOR_NAME, self._signatures.key.public_key())],
            "certificateAuthorities": [
                {
                    "subject": {"organization": ORGANISATION, "commonName": "sandbox root"},
                    "uri": f"https://fulcio.{ORGANISATION}",
                    "certChain": {"certificates": [{"rawBytes": b64(der_of(part))} for part in chain]},
                    "validFor": {"start": rfc3339(AUTHORITY_START)},
                }
            ],
            "ctlogs": [_log_instance(f"ct.{ORGANISATION}", self._transparency.key.public_key())],
            "timestampAuthorities": [],
        }


def _log_instance(host: str, key: ec.EllipticCurvePublicKey) -> Json:
    return {
        "baseUrl": f"https://{host}",
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": b64(public_der(key)),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": {"start": rfc3339(AUTHORITY_START)},
        },
        "logId": {"keyId": b64(key_id(key))},
    }


def _statement(filename: str, sha256: str) -> bytes:
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": filename, "digest": {"sha256": sha256}}],
        "predicateType": AttestationType.PYPI_PUBLISH_V1.value,
        "predicate": None,
    }
    return json.dumps(statement, separators=(",", ":")).encode()


def _pre_authentication_encoding(payload: bytes) -> bytes:
    """What a DSSE signature covers (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md)."""
    return f"DSSEv1 {len(_PAYLOAD_TYPE)} {_PAYLOAD_TYPE} {len(payload)} ".encode() + payload
