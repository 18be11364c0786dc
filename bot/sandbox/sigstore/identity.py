"""Who signs: the workflow run a certificate speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography import x509

from bot.sandbox.sigstore.encoding import der

# https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
_FULCIO_ARC = "1.3.6.1.4.1.57264.1."
_DER_UTF8_STRING = 0x0C


@dataclass(frozen=True)
class SigningIdentity:
    """Who signs, as the certificate tells it: the workflow run behind an OIDC token.

    Attributes are named after the token's claims; `workflow_ref` and `job_workflow_ref` look like
    `acme/widget/.github/workflows/publish.yml@refs/tags/v1.2.0` and differ only for reusable workflows.
    """

    web_base: str
    issuer: str
    repository: str
    repository_id: int
    repository_owner_id: int
    workflow_ref: str
    job_workflow_ref: str
    ref: str
    sha: str
    event_name: str
    run_id: int
    run_attempt: int
    repository_visibility: str = "public"
    runner_environment: str = "github-hosted"
    workflow: str = "Publish"

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any], *, web_base: str) -> "SigningIdentity":
        """The identity Fulcio would certify for these claims of an Actions OIDC token (KeyError when one is missing)."""
        return cls(
            web_base=web_base,
            issuer=str(claims["iss"]),
            repository=str(claims["repository"]),
            repository_id=int(claims["repository_id"]),
            repository_owner_id=int(claims["repository_owner_id"]),
            workflow_ref=str(claims["workflow_ref"]),
            job_workflow_ref=str(claims["job_workflow_ref"]),
            ref=str(claims["ref"]),
            sha=str(claims["sha"]),
            event_name=str(claims["event_name"]),
            run_id=int(claims["run_id"]),
            run_attempt=int(claims["run_attempt"]),
            repository_visibility=str(claims["repository_visibility"]),
            runner_environment=str(claims["runner_environment"]),
            workflow=str(claims["workflow"]),
        )

    def at_ref(self, ref: str) -> "SigningIdentity":
        """The same workflow, run at another ref such as `refs/heads/main`."""
        path = self.workflow_ref.partition("@")[0]
        return replace(self, ref=ref, workflow_ref=f"{path}@{ref}", job_workflow_ref=f"{path}@{ref}")

    def from_repository(self, repository: str) -> "SigningIdentity":
        """The same workflow file name, run in somebody else's repository (its id and owner id differ too)."""
        workflow_ref = self.workflow_ref.replace(self.repository, repository, 1)
        return replace(
            self,
            repository=repository,
            repository_id=self.repository_id + 1,
            repository_owner_id=self.repository_owner_id + 1,
            workflow_ref=workflow_ref,
            job_workflow_ref=workflow_ref,
        )

    def by_workflow(self, file: str) -> "SigningIdentity":
        """Another workflow file of the same repository, such as `nightly.yml`."""
        workflow_ref = f"{self.repository}/.github/workflows/{file}@{self.ref}"
        return replace(self, workflow_ref=workflow_ref, job_workflow_ref=workflow_ref)

    def through_reusable(self, job_workflow_ref: str) -> "SigningIdentity":
        """The publishing job came from a reusable workflow, which signs under its own name."""
        return replace(self, job_workflow_ref=job_workflow_ref)

    def _url(self, path: str) -> str:
        return f"{self.web_base}/{path}"

    @property
    def signer_uri(self) -> str:
        """The certificate's subject alternative name."""
        return self._url(self.job_workflow_ref)

    def extensions(self) -> list[x509.UnrecognizedExtension]:
        """Fulcio's extensions: the first six are raw strings (deprecated, still issued), the others DER UTF8Strings."""
        raw = {
            1: self.issuer,
            2: self.event_name,
            3: self.sha,
            4: self.workflow,
            5: self.repository,
            6: self.ref,
        }
        utf8 = {
            8: self.issuer,
            9: self.signer_uri,
            10: self.sha,
            11: self.runner_environment,
            12: self._url(self.repository),
            13: self.sha,
            14: self.ref,
            15: str(self.repository_id),
            16: self._url(self.repository.partition("/")[0]),
            17: str(self.repository_owner_id),
            18: self._url(self.workflow_ref),
            19: self.sha,
            20: self.event_name,
            21: self._url(f"{self.repository}/actions/runs/{self.run_id}/attempts/{self.run_attempt}"),
            22: self.repository_visibility,
        }
        encoded = {number: text.encode() for number, text in raw.items()}
        encoded |= {number: der(_DER_UTF8_STRING, text.encode()) for number, text in utf8.items()}
        return [
            x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{_FULCIO_ARC}{number}"), value)
            for number, value in encoded.items()
        ]
