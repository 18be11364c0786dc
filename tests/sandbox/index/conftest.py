"""An index with one project that trusts one workflow, and everything needed to publish to it."""

import hashlib
import io
import json
import tarfile
import zipfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from bot.sandbox.actions.oidc import OidcIssuer, new_issuer_key
from bot.sandbox.clock import ManualClock
from bot.sandbox.http import Request, Response
from bot.sandbox.index import PackageIndex, Publisher
from bot.sandbox.sigstore import LocalSigstore

WEB = "http://127.0.0.1:8000"
WORKFLOW_REF = "acme/widget/.github/workflows/publish.yml@refs/tags/v1.2.0"
CLAIMS: dict[str, Any] = {
    "repository": "acme/widget",
    "repository_id": "1001",
    "repository_owner": "acme",
    "repository_owner_id": "77",
    "workflow": "Publish",
    "workflow_ref": WORKFLOW_REF,
    "job_workflow_ref": WORKFLOW_REF,
    "ref": "refs/tags/v1.2.0",
    "sha": "a" * 40,
    "event_name": "push",
    "run_id": "5",
    "run_attempt": "1",
    "repository_visibility": "public",
    "runner_environment": "github-hosted",
    "environment": "pypi",
}


def wheel(version: str = "1.2.0", name: str = "widget", body: str = "") -> tuple[str, bytes]:
    """A wheel that pip installs."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.8\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in (
            (f"{name}/__init__.py", f"__version__ = '{version}'\n{body}"),
            (f"{info}/METADATA", metadata),
            (f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            (f"{info}/RECORD", ""),
        ):
            # By its name alone an entry would hold the moment it is written: tests make the same file twice.
            archive.writestr(zipfile.ZipInfo(path), text)
    return f"{name}-{version}-py3-none-any.whl", buffer.getvalue()


def sdist(version: str = "1.2.0", name: str = "widget", body: str = "") -> tuple[str, bytes]:
    """Something that has the name and form of an sdist."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        for path, text in (("PKG-INFO", metadata), (f"{name}.py", body)):
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return f"{name}-{version}.tar.gz", buffer.getvalue()


def form(fields: Mapping[str, str], filename: str, content: bytes) -> tuple[str, bytes]:
    """A multipart form as upload tools send it: its content type and its bytes."""
    boundary = "b0undary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="content"; filename="{filename}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


# Making a key takes longer than all the rest of a test.
_issuer_key = cache(new_issuer_key)


@dataclass
class Publishing:
    """A workflow run and the index it publishes to."""

    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.sigstore = LocalSigstore(WEB)
        self.issuer = OidcIssuer(f"{WEB}/_services/token", clock=self.clock, key=_issuer_key())
        self.index = PackageIndex(self.sigstore, self.issuer, clock=self.clock)
        self.index.state.ensure_project("widget")
        self.index.state.add_publisher("widget", Publisher("acme/widget", 77, "publish.yml", "pypi"))

    def get(self, path: str, **headers: str) -> Response:
        return self.index.handle(
            Request.of("GET", path, {key.replace("_", "-"): value for key, value in headers.items()})
        )

    def simple(self, name: str = "widget") -> Any:
        return self.get(f"/simple/{name}/", accept="application/vnd.pypi.simple.v1+json").json()

    def exchange(self, token: str) -> Response:
        return self.index.handle(Request.of("POST", "/_/oidc/mint-token", {}, json.dumps({"token": token}).encode()))

    def mint(self, **changed: Any) -> Response:
        return self.exchange(self.issuer.issue(CLAIMS | changed, self.index.audience))

    def token(self) -> str:
        minted: str = self.mint().json()["token"]
        return minted

    def attest(self, filename: str, content: bytes) -> str:
        identity = self.sigstore.identity({**CLAIMS, "iss": self.issuer.url})
        digest = hashlib.sha256(content).hexdigest()
        return json.dumps([self.sigstore.attest(filename, digest, identity, at=self.clock.now())])

    def upload(
        self,
        dist: tuple[str, bytes],
        token: str | None = None,
        *,
        user: str = "__token__",
        attested: bool = True,
        **fields: str,
    ) -> Response:
        filename, content = dist
        sent = {
            ":action": "file_upload",
            "protocol_version": "1",
            "name": filename.split("-")[0],
            "version": filename.removesuffix(".tar.gz").split("-")[1],
            "filetype": "sdist" if filename.endswith(".tar.gz") else "bdist_wheel",
            "sha256_digest": hashlib.sha256(content).hexdigest(),
        }
        if attested:
            sent["attestations"] = self.attest(filename, content)
        content_type, body = form({**sent, **fields}, filename, content)
        credentials = b64encode(f"{user}:{token or self.token()}".encode()).decode()
        headers = {"authorization": f"Basic {credentials}", "content-type": content_type}
        return self.index.handle(Request.of("POST", "/legacy/", headers, body))


@pytest.fixture
def publishing() -> Publishing:
    return Publishing()
