"""Attestations that come with an upload, checked as far as an index must to store them."""

import base64
import binascii
import json
from typing import Any

from cryptography import x509

from bot.sandbox.index.state import Publisher

# Fulcio's "Build Config URI": the workflow file the run was started from.
_BUILD_CONFIG = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.18")


class AttestationRefusedError(ValueError):
    """The attestations cannot be stored; the message is the index's own."""


def read_attestations(text: str, publisher: Publisher | None, filename: str, sha256: str) -> list[dict[str, Any]]:
    """The attestation objects of an upload's `attestations` field.

    They must come from a trusted publisher's own top-level workflow and speak of exactly this file. Signatures are not
    verified here: the index's readers do that, and some of our stories need them to fail at it. Raises
    AttestationRefusedError.
    """
    if publisher is None:
        raise AttestationRefusedError("Attestations are only supported when using Trusted Publishing")
    try:
        listed = json.loads(text)
        subjects = [_subject(attestation) for attestation in listed]
        configs = [_build_config(attestation) for attestation in listed]
    except (ValueError, TypeError, KeyError, IndexError, binascii.Error, x509.ExtensionNotFound) as error:
        raise AttestationRefusedError(f"Malformed attestations: {error}") from error
    if len(listed) > 2:
        raise AttestationRefusedError("A maximum of 2 attestations per file are supported")
    for (name, digest), config in zip(subjects, configs, strict=True):
        if name != filename:
            raise _invalid("subject does not match distribution name")
        if digest != sha256:
            raise _invalid("subject does not match distribution digest")
        if f"/{publisher.repository}/.github/workflows/{publisher.workflow}@" not in config:
            expected = f"({publisher.workflow} @ {publisher.repository})"
            raise _invalid(
                f"Certificate's Build Config URI ({config}) does not match expected Trusted Publisher {expected}"
            )
    return list(listed)


def _invalid(reason: str) -> AttestationRefusedError:
    return AttestationRefusedError(f"Invalid attestations supplied during upload: Verification failed: {reason}")


def _subject(attestation: Any) -> tuple[str, str]:
    statement = json.loads(base64.b64decode(attestation["envelope"]["statement"], validate=True))
    subject = statement["subject"][0]
    return subject["name"], subject["digest"]["sha256"]


def _build_config(attestation: Any) -> str:
    der = base64.b64decode(attestation["verification_material"]["certificate"], validate=True)
    extension = x509.load_der_x509_certificate(der).extensions.get_extension_for_oid(_BUILD_CONFIG).value
    if not isinstance(extension, x509.UnrecognizedExtension):
        raise TypeError("no build config")
    # A DER UTF8String: tag, length (one byte, or 0x80 and the count of length bytes), text.
    header = 2 if extension.value[1] < 0x80 else 2 + (extension.value[1] & 0x7F)
    return extension.value[header:].decode()
