"""What a search for copies works with and answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.version import Version

from bot.versions.arithmetic import find_version
from bot.versions.backends.source import Package
from bot.versions.project import Form, Lookalike, ProjectCode, ProjectRefused, Site

_UNREAD = {ProjectCode.TOO_BIG: "It is too large to be read, so it is left as it is."}

LAGGING = "It does not say the version this project has now."


@dataclass(frozen=True, slots=True)
class VersionFile:
    """A place that the setting ``version-files`` names.

    Attributes:
        path: a file, or a glob, relative to the package.
        pattern: literal text with ``{version}`` in it, such as ``rev: v{version}``; None for the marked places of the file,
            or for every mention of the version where none is marked.
    """

    path: str
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The project whose version is looked for.

    Attributes:
        package: its configuration.
        name: as its metadata spells it.
        packages: folders of its own.
        spelling: the version as the declared site spells it; empty while files are still to be read.
        form: how the declared site writes it.
        version_files: the places that the project's settings name.
        declared_in: the file with the declared site, None while files are still to be read.
    """

    package: Package
    name: str
    packages: tuple[str, ...]
    spelling: str
    form: Form = Form.TYPED
    version_files: tuple[VersionFile, ...] = ()
    declared_in: str | None = None

    @property
    def version(self) -> Version | None:
        """The version, None while files are still to be read."""
        return find_version(self.spelling)

    def says(self, spelling: str) -> bool:
        """Whether ``spelling`` is the project's version in any form."""
        version = self.version
        return version is not None and find_version(spelling) == version

    def spellings(self, *more: str) -> tuple[str, ...]:
        """The forms in which running text may have the version, the longest first."""
        forms = {self.spelling, str(self.version or ""), *(other for other in more if self.says(other))} - {""}
        return tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def is_same_release(self, spelling: str) -> bool:
        """Whether ``spelling`` is on its way to the same release (1.2.0.dev0, when the version is 1.2.0), or is that release."""
        version, other = self.version, find_version(spelling)
        return (
            version is not None
            and other is not None
            and other.base_version == version.base_version
            and other.post == version.post
        )

    def sort(self, sites: Iterable[Site], *, loosely: bool = False) -> Finding:
        """Sites that say the project's version; the others are only lookalikes.

        ``loosely`` takes those of the same release too: a tuple that still says ``beta`` beside a final version, or a
        ``__version__`` that kept its ``.dev0``, belongs to the project whichever of the two was forgotten.
        """
        finding = Finding()
        for site in sites:
            if self.says(site.spelling) or (loosely and self.is_same_release(site.spelling)):
                finding.sites.append(site)
            elif find_version(site.spelling) is not None:
                finding.lookalikes.append(Lookalike(site.path, site.line, site.spelling, LAGGING, site.path))
        return finding


class Finding:
    """Sites and lookalikes that a search found, in its order."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.lookalikes: list[Lookalike] = []

    def pass_over(self, path: str, refused: ProjectRefused) -> None:
        """Take note of a file that may hold the version and cannot be read."""
        problem = refused.problem
        reason = _UNREAD.get(problem.code, "It cannot be read, so it is left as it is.")
        self.lookalikes.append(Lookalike(problem.path or path, problem.line or 1, "", reason))

    def add(self, other: Finding) -> None:
        """Take over what another search found."""
        self.sites += other.sites
        self.lookalikes += other.lookalikes
