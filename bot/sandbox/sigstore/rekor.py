"""The signature log (Rekor version 1): what was signed, when, by which certificate."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.sandbox.sigstore.authority import ORGANISATION
from bot.sandbox.sigstore.encoding import b64, key_id, new_key, sign
from bot.sandbox.sigstore.merkle import MerkleLog

REKOR_NAME = f"rekor.{ORGANISATION}"


@dataclass(frozen=True)
class SignatureLog:
    """An append-only log of signed statements that answers each with proof of its inclusion."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    # A first leaf keeps inclusion paths from being trivially empty.
    _tree: MerkleLog = field(default_factory=lambda: MerkleLog([b"genesis"]))

    def record(
        self, statement: bytes, signature: bytes, certificate: x509.Certificate, at: dt.datetime
    ) -> dict[str, Any]:
        """Log one signed statement and return the transparency entry that PEP 740 embeds."""
        body = _entry_body(statement, signature, certificate)
        index = self._tree.append(body)
        log_id = key_id(self.key.public_key())
        integrated = int(at.timestamp())
        promise: dict[str, str | int] = {
            "body": b64(body),
            "integratedTime": integrated,
            "logID": log_id.hex(),
            "logIndex": index,
        }
        return {
            "logIndex": str(index),
            "logId": {"keyId": b64(log_id)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(integrated),
            "inclusionPromise": {"signedEntryTimestamp": b64(sign(self.key, rfc8785.dumps(promise)))},
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(self._tree.root()),
                "treeSize": str(len(self._tree)),
                "hashes": [b64(node) for node in self._tree.path(index)],
                "checkpoint": {"envelope": self._checkpoint()},
            },
            "canonicalizedBody": b64(body),
        }

    def _checkpoint(self) -> str:
        """The signed tree head, as a note (https://c2sp.org/signed-note)."""
        note = f"{REKOR_NAME} - 1\n{len(self._tree)}\n{b64(self._tree.root())}\n"
        signature = key_id(self.key.public_key())[:4] + sign(self.key, note.encode())
        return f"{note}\n\N{EM DASH} {REKOR_NAME} {b64(signature)}\n"


def _entry_body(statement: bytes, signature: bytes, certificate: x509.Certificate) -> bytes:
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return rfc8785.dumps(
        {
            "apiVersion": "0.0.1",
            "kind": "dsse",
            "spec": {
                # Clients cannot check the envelope's hash: PEP 740 does not carry the envelope Rekor was given.
                "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
                "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(statement).hexdigest()},
                "signatures": [{"signature": b64(signature), "verifier": b64(pem)}],
            },
        }
    )
