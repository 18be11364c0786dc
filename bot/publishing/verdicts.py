"""What the attestations of a published file prove, in states that are never mixed up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AttestationState(StrEnum):
    """What is known about a file's attestations, strongest first.

    ``COULD_NOT_CHECK`` is no verdict about the file: nobody asked, or nobody answered, or the answer has a form that
    this version does not know.
    """

    VERIFIED = "verified"
    OTHER_REF = "other-ref"
    UNEXPECTED_IDENTITY = "unexpected-identity"
    INVALID = "invalid"
    NONE = "none"
    COULD_NOT_CHECK = "could-not-check"


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """The verdict on one file.

    ``reason`` is one clause (Markdown, foreign text in code spans) that explains any state but ``VERIFIED``.
    ``signed_by`` is the address of the workflow in the certificate of the attestation the verdict rests on, when its
    signature is valid. ``remarks`` are clauses about further attestations of the file, on which it does not rest.
    """

    filename: str
    sha256: str
    state: AttestationState
    reason: str = ""
    signed_by: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether a publish attestation proves that this very release made the file."""
        return self.state is AttestationState.VERIFIED


@dataclass(frozen=True, slots=True)
class Expected:
    """Who must have signed: built from what GitHub told us, never from what the index says about itself.

    ``web_base`` is the address GitHub's pages begin with (``https://github.com``, no slash at the end), ``issuer`` that
    of the OIDC tokens of its workflow runs. ``ref`` is the tag's full name and ``sha`` the tagged commit.
    ``workflow`` is the path of the file whose run published, ``signer_workflow`` that of the file in which the
    publishing job is written: another one only when the first calls it as a reusable workflow.
    """

    web_base: str
    issuer: str
    repository: str
    repository_id: int
    owner_id: int
    ref: str
    sha: str
    workflow: str
    run_id: int
    signer_workflow: str | None = None

    @property
    def repository_uri(self) -> str:
        """The repository as certificates name it; its case counts."""
        return f"{self.web_base}/{self.repository}"

    def workflow_uri(self, path: str) -> str:
        """A workflow file of this repository, at the ref, as certificates name it."""
        return f"{self.repository_uri}/{path}@{self.ref}"

    @property
    def build_config_uri(self) -> str:
        """The workflow that was started."""
        return self.workflow_uri(self.workflow)

    @property
    def build_signer_uri(self) -> str:
        """The workflow that holds the publishing job."""
        return self.workflow_uri(self.signer_workflow or self.workflow)

    @property
    def run_uri(self) -> str:
        """The run, up to the number of its attempt: after a re-run the files of one release carry different ones."""
        return f"{self.repository_uri}/actions/runs/{self.run_id}/attempts/"
