"""Switches that make the index behave as it does on a bad day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal

from bot.sandbox.sigstore import Flaw, SigningIdentity

Disguise = Callable[[SigningIdentity], SigningIdentity]


@dataclass(frozen=True)
class Provenance:
    """How the provenance of a file is answered; by default as it was uploaded.

    A `disguise` or `flaw` makes the index mint another attestation for the same file, so that what is served is a real
    one in every respect but the one named. `status` answers with an error while the page still lists a provenance.
    """

    listed: bool = True
    status: int | None = None
    disguise: Disguise | None = None
    flaw: Flaw | None = None
    body: bytes | None = None
    content_type: str = "application/vnd.pypi.integrity.v1+json"

    @property
    def is_reminted(self) -> bool:
        """Whether the uploaded attestations are replaced."""
        return self.disguise is not None or self.flaw is not None


AS_UPLOADED = Provenance()

PROVENANCE_STATES: Mapping[str, Provenance] = {
    "as-uploaded": AS_UPLOADED,
    "none": Provenance(listed=False),
    "other-ref": Provenance(disguise=lambda identity: identity.at_ref("refs/heads/main")),
    "other-commit": Provenance(disguise=lambda identity: replace(identity, sha="0" * 40)),
    "other-run": Provenance(disguise=lambda identity: replace(identity, run_id=identity.run_id + 1)),
    "other-repository": Provenance(disguise=lambda identity: identity.from_repository("mallory/widget")),
    "other-repository-id": Provenance(disguise=lambda identity: replace(identity, repository_id=1)),
    "other-owner-id": Provenance(disguise=lambda identity: replace(identity, repository_owner_id=1)),
    "other-workflow": Provenance(disguise=lambda identity: identity.by_workflow("nightly.yml")),
    "other-issuer": Provenance(disguise=lambda identity: replace(identity, issuer="https://issuer.sandbox.invalid")),
    "reusable-workflow": Provenance(
        disguise=lambda identity: identity.through_reusable("acme/shared/.github/workflows/publish.yml@refs/heads/main")
    ),
    "broken-signature": Provenance(flaw=Flaw.BROKEN_SIGNATURE),
    "wrong-digest": Provenance(flaw=Flaw.WRONG_DIGEST),
    "other-authority": Provenance(flaw=Flaw.OTHER_AUTHORITY),
    "malformed": Provenance(body=b'{"version": 1, "attestation_bundles": 3}'),
    "html": Provenance(body=b"<!doctype html><title>mirror</title>", content_type="text/html"),
    "forbidden": Provenance(status=403),
    "missing": Provenance(status=404),
    "unavailable": Provenance(status=503),
}


@dataclass
class IndexFaults:
    """The switches; all off by default, each can be flipped while the index runs.

    `provenance` maps a file name pattern (`*.whl`, `*`) to one of `PROVENANCE_STATES` or a `Provenance` of one's own;
    the first pattern that fits counts.
    """

    unreachable: Literal["connection"] | int | None = None  # no answer at all, or this status for everything
    html_only: bool = False  # a mirror that ignores Accept and has no provenance
    hidden_reads: int = 0  # files uploaded from now on stay invisible for so many reads
    uploads_disabled: bool = False
    trusted_publishing_disabled: bool = False
    provenance: dict[str, Provenance | str] = field(default_factory=dict)
    # Uploads that are stored although the answer says otherwise: how many more, and with which status.
    lost_upload_answers: int = 0

    def provenance_of(self, filename: str) -> Provenance:
        """The switch that applies to a file."""
        for pattern, state in self.provenance.items():
            if fnmatchcase(filename, pattern):
                return PROVENANCE_STATES[state] if isinstance(state, str) else state
        return AS_UPLOADED
