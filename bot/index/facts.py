"""What a package index told us about a project, as plain values: no I/O, so that the pure rooms may hold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from packaging.version import InvalidVersion, Version


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A distribution file on an index.

    ``sha256`` is lower-case hexadecimal and ``None`` when the index gives no such digest. ``provenance_url`` is what
    the index gave; ``provenance_listed`` says whether it spoke of provenance at all, without which a missing URL
    proves nothing. ``yanked`` is the reason, or an empty text when it was yanked without one.
    """

    filename: str
    version: Version
    url: str
    sha256: str | None = None
    size: int | None = None
    uploaded_at: datetime | None = None
    provenance_url: str | None = None
    provenance_listed: bool = False
    yanked: str | None = None

    @property
    def is_wheel(self) -> bool:
        """Whether it is a wheel; else it is a source distribution."""
        return self.filename.endswith(".whl")


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """All files of a project.

    ``name`` is canonical. ``unparsed`` are names of files whose version nobody can tell. ``status`` is the project's
    status (``active``, ``archived``, ``quarantined``, ``deprecated``). A project that is not on the index has no
    files and ``exists`` false.
    """

    name: str
    files: tuple[IndexFile, ...] = ()
    unparsed: tuple[str, ...] = ()
    status: str = "active"
    exists: bool = True

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version that has a file, in canonical spelling, newest first."""
        return tuple(str(version) for version in sorted({file.version for file in self.files}, reverse=True))

    def files_of(self, version: str | Version) -> tuple[IndexFile, ...]:
        """The files of a version; ``1.0`` finds those of ``1.0.0``. Empty for what is no version."""
        try:
            wanted = version if isinstance(version, Version) else Version(version)
        except InvalidVersion:
            return ()
        return tuple(file for file in self.files if file.version == wanted)


@dataclass(frozen=True, slots=True)
class Provenance:
    """A file's provenance object (PEP 740), unverified and unparsed."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Absent:
    """The index says that the file has no attestations; ``reason`` is one plain clause."""

    reason: str = "it was uploaded without attestations"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nobody can tell whether there are attestations; ``reason`` is one plain clause.

    ``passing`` says that the index gave no answer this time and may well give one soon.
    """

    reason: str
    passing: bool = False


ProvenanceAnswer: TypeAlias = Provenance | Absent | Unavailable
"""What an index says about a file's provenance."""
