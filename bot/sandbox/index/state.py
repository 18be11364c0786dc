"""What the index remembers: projects, files, trusted publishers, tokens."""

import hashlib
import io
import secrets
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import HeaderParser
from typing import Any, Literal

from packaging.utils import canonicalize_name
from packaging.version import Version

_MAX_METADATA = 2**20

Status = Literal["active", "archived", "quarantined"]


@dataclass(frozen=True)
class Publisher:
    """A trusted publisher: the workflow that may upload without a password. No environment means any.

    `owner_id` is the numeric id of the repository's owner, which keeps a re-created account from inheriting trust.
    """

    repository: str
    owner_id: int
    workflow: str
    environment: str | None = None

    def as_provenance(self) -> dict[str, Any]:
        """The `publisher` member of a provenance object (PEP 740)."""
        return {
            "kind": "GitHub",
            "repository": self.repository,
            "workflow": self.workflow,
            "environment": self.environment,
            "claims": None,
        }


@dataclass
class File:
    """One uploaded distribution."""

    filename: str
    version: Version
    content: bytes
    uploaded_at: datetime
    requires_python: str | None = None
    yanked: bool | str = False
    attestations: list[dict[str, Any]] = field(default_factory=list)
    publisher: Publisher | None = None
    # The OIDC claims of the run that uploaded the file; None for a file that came with an ordinary token.
    claims: Mapping[str, Any] | None = None
    # The file stays invisible for so many more reads of its project's page.
    hidden_reads: int = 0

    @property
    def sha256(self) -> str:
        """Lower-case hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def blake2_256(self) -> str:
        """Lower-case hex; the index compares contents by it."""
        return hashlib.blake2b(self.content, digest_size=32).hexdigest()

    @property
    def is_sdist(self) -> bool:
        """Whether this is a source distribution."""
        return self.filename.endswith(".tar.gz")

    @property
    def path(self) -> str:
        """Where the file is downloaded from, below the index's base."""
        digest = self.blake2_256
        return f"/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{self.filename}"

    def find_metadata(self) -> bytes | None:
        """The METADATA of a wheel (PEP 658); None for an sdist or for bytes that are no wheel."""
        if not self.filename.endswith(".whl"):
            return None
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as wheel:
                found = (part for part in wheel.infolist() if part.filename.endswith(".dist-info/METADATA"))
                part = next(found, None)
                return wheel.read(part) if part is not None and part.file_size <= _MAX_METADATA else None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            return None


@dataclass
class Project:
    """One project by its normalised name."""

    name: str
    status: Status = "active"
    files: dict[str, File] = field(default_factory=dict)  # by file name, in order of upload
    publishers: list[Publisher] = field(default_factory=list)
    serial: int = 0

    @property
    def versions(self) -> list[str]:
        """The released versions, oldest first by PEP 440."""
        return [str(version) for version in sorted({file.version for file in self.files.values()})]

    def release(self, version: Version) -> list[File]:
        """The files of one version."""
        return [file for file in self.files.values() if file.version == version]


@dataclass(frozen=True)
class UploadToken:
    """What may be uploaded with a token: these projects, until then, for this publisher."""

    projects: frozenset[str]
    expires_at: datetime | None = None
    publisher: Publisher | None = None
    claims: Mapping[str, Any] | None = None


@dataclass
class IndexState:
    """All projects, the publishers that wait for their project's first upload, and the tokens handed out."""

    projects: dict[str, Project] = field(default_factory=dict)
    pending_publishers: dict[str, list[Publisher]] = field(default_factory=dict)
    tokens: dict[str, UploadToken] = field(default_factory=dict)
    used_identities: set[str] = field(default_factory=set)  # the `jti` of OIDC tokens that were exchanged
    burnt_filenames: set[str] = field(default_factory=set)  # of deleted files: gone for ever
    serial: int = 1000

    def find_project(self, name: str) -> Project | None:
        """The project of this name in any spelling."""
        return self.projects.get(canonicalize_name(name))

    def ensure_project(self, name: str) -> Project:
        """The project of this name, created when there is none."""
        return self.projects.setdefault(canonicalize_name(name), Project(canonicalize_name(name)))

    def add_publisher(self, project: str, publisher: Publisher) -> None:
        """Trust a workflow; before the project's first upload the trust is pending and creates the project."""
        name = canonicalize_name(project)
        known = self.projects.get(name)
        listed = self.pending_publishers.setdefault(name, []) if known is None else known.publishers
        listed.append(publisher)

    def add_token(self, *projects: str) -> str:
        """An ordinary API token of somebody who may upload to these projects."""
        token = f"pypi-{secrets.token_urlsafe(48)}"
        self.tokens[token] = UploadToken(frozenset(canonicalize_name(project) for project in projects))
        return token

    def add_file(self, project: str, version: str, filename: str, content: bytes, at: datetime, **facts: Any) -> File:
        """Put a file onto the index without asking the rules of uploads; `facts` are further fields of `File`."""
        found = self.ensure_project(project)
        file = File(filename, Version(version), content, at, **facts)
        if file.requires_python is None:
            file.requires_python = _requires_python(file)
        found.files[filename] = file
        self.touch(found)
        return file

    def delete_file(self, project: str, filename: str) -> None:
        """Delete a file as its owner might: its name can never be used again. Raises KeyError."""
        found = self.projects[canonicalize_name(project)]
        del found.files[filename]
        self.burnt_filenames.add(filename)
        self.touch(found)

    def touch(self, project: Project) -> None:
        """Note that a project changed, so that its serial and entity tag change too."""
        self.serial += 1
        project.serial = self.serial


def _requires_python(file: File) -> str | None:
    metadata = file.find_metadata()
    if metadata is None:
        return None
    return HeaderParser().parsestr(metadata.decode(errors="replace")).get("Requires-Python")
