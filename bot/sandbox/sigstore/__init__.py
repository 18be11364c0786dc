"""A Sigstore of our own: it signs attestations that the unmodified verifier accepts, given its trust root.

Nothing here is ever trusted by anyone who was not handed `LocalSigstore.trusted_root()`: every instance has fresh keys.
Certificates name the web base they were told, never the real GitHub, so that an attestation of the sandbox cannot be
mistaken for a real one by a reader either.
"""

from bot.sandbox.sigstore.identity import SigningIdentity
from bot.sandbox.sigstore.local import Flaw, LocalSigstore

__all__ = ["Flaw", "LocalSigstore", "SigningIdentity"]
