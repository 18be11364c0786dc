"""The few encodings that certificates, TLS structures and JSON documents need."""

import base64
import datetime as dt
import hashlib
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """An ECDSA signature over the SHA-256 of `data`, DER encoded."""
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def public_der(key: ec.EllipticCurvePublicKey) -> bytes:
    """The key's SubjectPublicKeyInfo."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    """The SHA-256 by which logs and timestamps name a key."""
    return hashlib.sha256(public_der(key)).digest()


def b64(data: bytes) -> str:
    """Standard base64 as text."""
    return base64.b64encode(data).decode()


def rfc3339(moment: dt.datetime) -> str:
    """A UTC moment to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def vector(data: bytes) -> bytes:
    """A TLS vector with a two-byte length."""
    return struct.pack("!H", len(data)) + data


def der(tag: int, data: bytes) -> bytes:
    """One DER value with a definite length."""
    if len(data) < 128:
        return bytes([tag, len(data)]) + data
    length = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + data
