"""The certificate authority (Fulcio) and its certificate transparency log."""

import datetime as dt
import struct
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.sandbox.sigstore.encoding import der, key_id, new_key, sign, vector
from bot.sandbox.sigstore.identity import SigningIdentity

ORGANISATION = "sandbox.test"

# The authority outlives any clock a test may set; only the leaves are short-lived, as in the real one.
AUTHORITY_START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_AUTHORITY_END = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)
_LEAF_LIFETIME = dt.timedelta(minutes=10)

_TIMESTAMP_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_DER_OCTET_STRING = 0x04
_SHA256_ECDSA = b"\x04\x03"


@dataclass(frozen=True)
class TransparencyLog:
    """The certificate transparency log: it promises, with a signed timestamp, to publish a certificate (RFC 6962)."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    def timestamp_list(self, precertificate: bytes, issuer: ec.EllipticCurvePublicKey, at: dt.datetime) -> bytes:
        """The SignedCertificateTimestampList extension with exactly one timestamp (§3.2, §3.3)."""
        milliseconds = int(at.timestamp() * 1000)
        entry = key_id(issuer) + len(precertificate).to_bytes(3, "big") + precertificate
        signed = struct.pack("!BBQH", 0, 0, milliseconds, 1) + entry + struct.pack("!H", 0)
        timestamp = b"\x00" + key_id(self.key.public_key()) + struct.pack("!QH", milliseconds, 0)
        timestamp += _SHA256_ECDSA + vector(sign(self.key, signed))
        return der(_DER_OCTET_STRING, vector(vector(timestamp)))


@dataclass(frozen=True)
class CertificateAuthority:
    """A root and an intermediate that certifies signing keys for ten minutes."""

    root: x509.Certificate
    intermediate: x509.Certificate
    signing_key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls) -> "CertificateAuthority":
        """A new authority with fresh keys."""
        root_key, signing_key = new_key(), new_key()
        root_name, name = _name("root"), _name("intermediate")
        root = _authority_certificate(root_name, root_name, root_key.public_key(), root_key, path_length=1)
        intermediate = _authority_certificate(name, root_name, signing_key.public_key(), root_key, path_length=0)
        return cls(root, intermediate, signing_key)

    def certify(
        self, key: ec.EllipticCurvePublicKey, identity: SigningIdentity, log: TransparencyLog, at: dt.datetime
    ) -> x509.Certificate:
        """A leaf certificate with its timestamp embedded.

        The log signs the certificate as it would be without the timestamp (RFC 6962 §3.2), so it is signed twice: once
        to learn those bytes, once with the timestamp as its last extension.
        """
        builder = self._leaf_builder(key, identity, at)
        precertificate = builder.sign(self.signing_key, hashes.SHA256()).tbs_certificate_bytes
        timestamps = log.timestamp_list(precertificate, self.signing_key.public_key(), at)
        builder = builder.add_extension(x509.UnrecognizedExtension(_TIMESTAMP_LIST, timestamps), critical=False)
        return builder.sign(self.signing_key, hashes.SHA256())

    def _leaf_builder(
        self, key: ec.EllipticCurvePublicKey, identity: SigningIdentity, at: dt.datetime
    ) -> x509.CertificateBuilder:
        authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.signing_key.public_key())
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity.signer_uri)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.intermediate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at)
            .not_valid_after(at + _LEAF_LIFETIME)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(authority_id, critical=False)
            .add_extension(names, critical=True)
        )
        for extension in identity.extensions():
            builder = builder.add_extension(extension, critical=False)
        return builder


def der_of(certificate: x509.Certificate) -> bytes:
    """The certificate's DER bytes."""
    return certificate.public_bytes(serialization.Encoding.DER)


def _authority_certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    path_length: int,
) -> x509.Certificate:
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(AUTHORITY_START)
        .not_valid_after(_AUTHORITY_END)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(digital_signature=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(authority_id, critical=False)
    )
    if subject != issuer:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _key_usage(*, digital_signature: bool) -> x509.KeyUsage:
    """Leaves sign data, authorities sign certificates; nothing does both."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not digital_signature,
        crl_sign=not digital_signature,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, f"sandbox {common_name}"),
        ]
    )
