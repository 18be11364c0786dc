"""Where a project's version lives at a commit: which files to read, and what they say.

Nothing is executed. One and the same search says first which files it still needs (``wanted_paths``, called until it wants
nothing more: two or three rounds, mostly) and then what it found (``read_project``).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.versions.backends.declared import find_source
from bot.versions.backends.poetry import PLACEHOLDERS
from bot.versions.backends.setup_py import read_setup_py
from bot.versions.backends.source import Package, Source, read_package
from bot.versions.checkout import Checkout
from bot.versions.copies.configured import find_configured_copies, list_named
from bot.versions.copies.documents import (
    CITATION,
    METADATA,
    SPHINX,
    find_document_copies,
    lookalikes_in_pyproject,
    lookalikes_in_text,
)
from bot.versions.copies.extensions import find_extension_copies
from bot.versions.copies.finding import Finding, Subject, VersionFile
from bot.versions.copies.headers import find_header_copies
from bot.versions.copies.locks import find_lock_copies
from bot.versions.copies.manifests import find_manifest_copies, find_npm_lock_copies, find_web_parts
from bot.versions.copies.modules import find_module_copies, list_contradictions
from bot.versions.copies.pins import find_pins
from bot.versions.copies.variants import find_own_table, find_variants
from bot.versions.copies.whole_files import find_whole_file_copies
from bot.versions.copies.words import learn_words
from bot.versions.joined import Found, disagree, get_version, join_declared, join_derived
from bot.versions.project import (
    Form,
    Lookalike,
    Project,
    ProjectCode,
    ProjectProblem,
    ProjectRefused,
    SiteKind,
)
from bot.versions.pyproject import PYPROJECT, get_name, list_packages
from bot.versions.sentences import Quoted
from bot.versions.tools import TOOL_FILES, find_recorded_copies, find_tool_copies, find_undeclared_copies

_OFFERED = "The version comes from the tag, so that no file has to say it."
_MOST_NAMED = 5
_MOST_LOOKALIKES = 50

_MENTIONS = ("README.md", "README.rst", "README.txt", "README", ".pre-commit-config.yaml", "package.json")
_FIRST = (
    PYPROJECT,
    "setup.cfg",
    "setup.py",
    "Cargo.toml",
    "Cargo.lock",
    "uv.lock",
    "meson.build",
    CITATION,
    *SPHINX,
    *METADATA,
    *_MENTIONS,
    *TOOL_FILES,
)
_STATIC = (SiteKind.PROJECT_TABLE, SiteKind.POETRY_TABLE)
_COPIES: tuple[Callable[[Subject], Finding], ...] = (
    find_module_copies,
    find_manifest_copies,
    find_variants,
    find_extension_copies,
    find_header_copies,
    find_whole_file_copies,
    find_lock_copies,
    find_pins,
    find_tool_copies,
    find_own_table,
    find_document_copies,
    find_configured_copies,
    find_web_parts,
)


def wanted_paths(
    tree_paths: Iterable[str],
    known: Mapping[str, bytes] | bytes,
    root: str = ".",
    version_files: tuple[VersionFile, ...] = (),
    together: tuple[str, ...] = (),
) -> list[str]:
    """The files whose contents ``read_project`` needs beside those known; none once it has all.

    Args:
        tree_paths: every file of the commit (blobs only: no links, no submodules).
        known: contents read so far by path, an empty mapping in the first round; or the content of pyproject.toml.
        root: folder of the package.
        version_files: the places that the project's settings name.
        together: folders of the packages that go on with it.

    Returns:
        Paths in the tree, at most 60 for each package. None when pyproject.toml is no use; ``read_project`` says why.
    """
    files = {PYPROJECT: known} if isinstance(known, bytes) else known
    paths = dict.fromkeys((*tree_paths, *files))
    wanted = dict.fromkeys(_list_wanted(Checkout(paths, files, root), version_files))
    for folder in together:
        wanted |= dict.fromkeys(_list_wanted(Checkout(paths, files, folder), ()))
    return list(wanted)


def _list_wanted(checkout: Checkout, version_files: tuple[VersionFile, ...]) -> list[str]:
    if not checkout.files:
        for name in _FIRST:
            checkout.find(checkout.resolve(name))
    with suppress(ProjectRefused):
        package = read_package(checkout)
        setup = read_setup_py(package)
        name, packages = get_name(package, setup), tuple(list_packages(package))
        source = Source()
        with suppress(ProjectRefused):
            source = find_source(package, name, packages, setup)
        subject, finding = _subject(package, name, packages, source, version_files), Finding()
        for find in _COPIES if source.derived_by is None else (_find_following,):
            with suppress(ProjectRefused):
                finding.add(find(subject))
        if source.derived_by is None:
            find_npm_lock_copies(subject, (*source.sites, *finding.sites))
    return [path for path in checkout.wanted if path not in checkout.files]


def read_project(
    files: Mapping[str, bytes],
    root: str = ".",
    version_files: tuple[VersionFile, ...] = (),
    together: tuple[str, ...] = (),
    released: str | None = None,
) -> Project | ProjectProblem:
    """The project at a commit.

    Args:
        files: contents by path: the files of all rounds of ``wanted_paths``. More do no harm.
        root: folder of the package.
        version_files: the places that the project's settings name.
        together: folders of the packages that go on with it; all that holds their version is its own as well.
        released: what its newest tag says, which is the version when a tool derives it from there; None: that is not known.

    Returns:
        The project with all its version sites, or the problem that keeps it from being released. When a tool derives
        the version from the newest tag no site declares it, and others follow only as far as they say what is ``released``.
    """
    try:
        found = _search(Checkout(files, files, root), version_files, released or "")
        derived = found.source.derived_by is not None
        stated = found.subject.spelling if derived else found.source.sites[0].spelling
        others = [_search(Checkout(files, files, folder), (), stated) for folder in together]
        return (join_derived if derived else join_declared)(found, others)
    except ProjectRefused as refused:
        return refused.problem


def _search(checkout: Checkout, version_files: tuple[VersionFile, ...], stated: str = "") -> Found:
    """What is found in one package; no declared site where its version comes from the tag.

    Args:
        checkout: the commit, with the folder of the package.
        version_files: the places that the project's settings name.
        stated: what was released last, or the package declares that this one goes on with: its version where it declares none.

    Raises:
        ProjectRefused: its version cannot be told.
    """
    package = read_package(checkout)
    setup = read_setup_py(package)
    if package.document is None and setup is None and not package.setup_cfg:
        raise ProjectRefused(ProjectCode.NO_PYPROJECT, "There is no pyproject.toml at the top of the repository.")
    name, packages = get_name(package, setup), tuple(list_packages(package))
    source = find_source(package, name, packages, setup)
    if source.derived_by is not None:
        subject = replace(_subject(package, name, packages, source, version_files), spelling=stated)
        return Found(subject, source, _find_following(subject))
    if not source.sites:
        missing = (
            "The version of ",
            Quoted(name),
            " is dynamic, and where it is read from no plain string is assigned to it.",
        )
        raise ProjectRefused(ProjectCode.NO_VERSION, *missing, path=None)
    version = get_version(source.sites[0])
    if any(get_version(site) != version for site in source.sites):
        raise disagree(source.sites)
    subject = _subject(package, name, packages, source, version_files)
    if _is_placeholder(source):
        # Which of the two is read nobody can tell, and what is edited in vain is found out only after the release.
        contradictions = list_contradictions(subject)
        if contradictions:
            raise disagree((*source.sites, *contradictions))
    finding = Finding()
    for find in _COPIES:
        finding.add(find(subject))
    finding.add(find_npm_lock_copies(subject, (*source.sites, *finding.sites)))
    source = replace(source, sites=tuple(learn_words(checkout, source.sites)))
    finding.sites = learn_words(checkout, finding.sites)
    finding.lookalikes += lookalikes_in_pyproject(subject)
    finding.lookalikes += lookalikes_in_text(subject, _MENTIONS)
    return Found(subject, source, finding)


def _find_following(subject: Subject) -> Finding:
    """What follows where the version comes from the tag: what tools are told to change, and what the settings name.

    Nobody expects that a file is edited where none has to say the version. So what documents state is offered.
    """
    finding = find_recorded_copies(subject)
    if finding.sites:
        locks = find_npm_lock_copies(replace(subject, spelling=finding.sites[0].spelling), finding.sites)
        finding.sites += locks.sites
        finding.lookalikes += [replace(item, setting=None) for item in locks.lookalikes]
    told = _find_told(subject)
    if subject.version is None:
        # Before the first release nothing tells which of the versions in the files is the project's.
        finding.lookalikes = [replace(item, setting=None) for item in finding.lookalikes]
        return finding
    finding.add(told)
    finding.add(find_npm_lock_copies(subject, finding.sites))
    return finding


def _find_told(subject: Subject) -> Finding:
    """What says in the files what was released last: where tools and settings name the place it follows, else it is offered."""
    finding, documents, named = find_undeclared_copies(subject), find_document_copies(subject), list_named(subject)
    for path in sorted(named):
        # Which of them say the version is not known yet where files are still to be read.
        if posixpath.basename(path) == "package.json":
            subject.package.checkout.find(posixpath.join(posixpath.dirname(path), "package-lock.json"))
    finding.add(find_pins(subject))
    finding.add(find_configured_copies(subject))
    offered = [site for site in documents.sites if site.path not in named and site.kind is not SiteKind.RELEASE_DATE]
    finding.lookalikes += [Lookalike(site.path, site.line, site.spelling, _OFFERED, site.path) for site in offered]
    finding.lookalikes += documents.lookalikes + lookalikes_in_text(subject, _MENTIONS)
    return finding


def _is_placeholder(source: Source) -> bool:
    """Whether pyproject.toml says no more than a project must that has its version elsewhere."""
    return all(site.kind in _STATIC and site.spelling in PLACEHOLDERS for site in source.sites)


def _subject(
    package: Package, name: str, packages: tuple[str, ...], source: Source, version_files: tuple[VersionFile, ...]
) -> Subject:
    spelling = source.sites[0].spelling if source.sites else ""
    form = source.sites[0].form if source.sites else Form.TYPED
    declared_in = source.sites[0].path if source.sites else None
    return Subject(package, name, (*packages, *source.packages), spelling, form, version_files, declared_in)
