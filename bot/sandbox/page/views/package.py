"""The page of a package on the index: its files, their digests, what attests to them, and how to install it.

The index is a server of its own, as the real one is, so its page knows neither speaker nor story.
"""

from dataclasses import dataclass

from markupsafe import Markup
from packaging.version import InvalidVersion, Version

from bot.sandbox.index.state import File
from bot.sandbox.page.house import Showing
from bot.sandbox.page.markdown import render_document
from bot.sandbox.page.visit import MissingError, Sheet


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version in the history."""

    version: Version
    files: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class AttestedFile:
    """A file with what the index knows about where it comes from; ``switch`` names a fault that is turned on."""

    file: File
    switch: str | None


def show_package(showing: Showing, name: str, wanted: str | None) -> Sheet:
    """One version of a package, the newest unless told otherwise. Raises MissingError."""
    index = showing.sandbox.index
    project = index.state.find_project(name)
    files = [file for file in project.files.values() if file.hidden_reads <= 0] if project else []
    version = _find_version(files, wanted)
    if project is None or version is None:
        raise MissingError(f"The index has no {name} {wanted or ''}".rstrip() + ".")
    shown = [file for file in files if file.version == version]
    newest = max(file.version for file in files)
    facts = {
        "project": project,
        "version": version,
        "is_newest": version == newest,
        "newest": newest,
        "files": [AttestedFile(file, _find_switch(showing, file)) for file in shown],
        "history": _history(files, version),
        "base": index.base,
        "web": showing.sandbox.world.links.web,
        "readme": _find_readme(shown),
    }
    return Sheet("package.html", f"{project.name} {version}", facts)


def _find_version(files: list[File], wanted: str | None) -> Version | None:
    versions = {file.version for file in files}
    if wanted is None:
        return max(versions, default=None)
    try:
        return next((version for version in versions if version == Version(wanted)), None)
    except InvalidVersion:
        return None


def _history(files: list[File], shown: Version) -> list[ListedVersion]:
    versions = sorted({file.version for file in files}, reverse=True)
    return [ListedVersion(one, sum(file.version == one for file in files), one == shown) for one in versions]


def _find_switch(showing: Showing, file: File) -> str | None:
    state = showing.sandbox.index.faults.provenance
    return next((str(value) for value in state.values()), None) if file.attestations else None


def _find_readme(files: list[File]) -> Markup | None:
    metadata = next((found for file in files if (found := file.find_metadata()) is not None), None)
    if metadata is None:
        return None
    _head, blank, description = metadata.decode(errors="replace").partition("\n\n")
    return render_document(description) if blank and description.strip() else None
