"""Where a project's version lives at a commit: which files to read, and what they say.

Nothing is executed. Two calls per commit suffice: ``wanted_paths`` with the listing of the tree and pyproject.toml,
then ``read_project`` with the contents of those files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.version import Version

from bot.versions.arithmetic import find_version
from bot.versions.layout import list_version_modules
from bot.versions.project import Project, ProjectCode, ProjectProblem, ProjectRefused, Site, SiteKind, SourceFile
from bot.versions.pyproject import PYPROJECT, Declaration, read_declaration
from bot.versions.formats.python_literals import Literal, list_literals
from bot.versions.sentences import Parts, Quoted
from bot.versions.formats.text import decode_python, decode_toml
from bot.versions.formats.toml_spans import TomlError, read_toml

_MOST_FILES = 20
_MOST_NAMED = 5

_MODULE_NAMES = ("__version__",)
_HATCH_NAMES = ("__version__", "VERSION")


def wanted_paths(tree_paths: Iterable[str], pyproject: bytes) -> list[str]:
    """The files beside pyproject.toml whose contents ``read_project`` needs, at most 20.

    Args:
        tree_paths: every file of the commit (blobs only: no links, no submodules).
        pyproject: content of pyproject.toml.

    Returns:
        Paths in the tree. None when pyproject.toml is no use; ``read_project`` says why.
    """
    try:
        return _list_sources(tree_paths, _read_pyproject(pyproject))
    except ProjectRefused:
        return []


def read_project(files: Mapping[str, bytes]) -> Project | ProjectProblem:
    """The project at a commit.

    Args:
        files: contents by path: pyproject.toml and the files of ``wanted_paths``. More do no harm.

    Returns:
        The project with all its version sites, or the problem that keeps it from being released.
    """
    try:
        return _read(files)
    except ProjectRefused as refused:
        return refused.problem


def _read(files: Mapping[str, bytes]) -> Project | ProjectProblem:
    if PYPROJECT not in files:
        raise ProjectRefused(ProjectCode.NO_PYPROJECT, "There is no pyproject.toml at the top of the repository.")
    declaration = _read_pyproject(files[PYPROJECT])
    if declaration.file is not None and declaration.file not in files:
        missing = ("[tool.hatch.version] path names ", Quoted(declaration.file), ", which is not in the repository.")
        raise ProjectRefused(ProjectCode.FILE_MISSING, *missing, path=declaration.file)
    sources = [SourceFile(PYPROJECT, files[PYPROJECT], declaration.sites)] if declaration.sites else []
    for path in _list_sources(files, declaration):
        sites = _list_sites(path, files[path], declaration)
        sources += [SourceFile(path, files[path], sites)] if sites else []
    return _agree(declaration, tuple(sources))


def _read_pyproject(content: bytes) -> Declaration:
    text = decode_toml(PYPROJECT, content)
    try:
        document = read_toml(text.body)
    except TomlError as problem:
        raise ProjectRefused(
            ProjectCode.NOT_TOML, Quoted(PYPROJECT), " is not TOML: ", Quoted(str(problem)), ".", path=PYPROJECT
        ) from None
    return read_declaration(text, document)


def _list_sources(tree_paths: Iterable[str], declaration: Declaration) -> list[str]:
    if declaration.file is None:
        return list_version_modules(tree_paths, declaration.name, declaration.packages)[:_MOST_FILES]
    paths = list(tree_paths)
    modules = list_version_modules(paths, declaration.name, declaration.packages)
    declared = [declaration.file] if declaration.file in paths else []
    return [*declared, *(path for path in modules if path != declaration.file)][:_MOST_FILES]


def _list_sites(path: str, content: bytes, declaration: Declaration) -> tuple[Site, ...]:
    is_source = path == declaration.file
    names = _HATCH_NAMES if is_source else _MODULE_NAMES
    kind = SiteKind.HATCH_PATH if is_source else declaration.module_kind
    if not any(name.encode() in content for name in names):
        # Most files need no parser.
        return ()
    body = decode_python(path, content).body
    literals = list_literals(path, body, names)
    return tuple(site for literal in literals if (site := _find_site(path, kind, literal)) is not None)


def _find_site(path: str, kind: SiteKind, literal: Literal) -> Site | None:
    if literal.text is None:
        raise ProjectRefused(
            ProjectCode.NOT_A_LITERAL,
            f"{literal.name} in ",
            Quoted(path),
            f" (line {literal.line}) is not one plain string.",
            path=path,
            line=literal.line,
        )
    if kind is SiteKind.MODULE and find_version(literal.text) is None:
        # "unknown", or a template's placeholder, in a module that nobody declared as the source.
        return None
    span = literal.span
    return Site(path, literal.line, kind, literal.text, (literal.name,), span.start, span.end)


def _agree(declaration: Declaration, sources: tuple[SourceFile, ...]) -> Project | ProjectProblem:
    sites = [site for source in sources for site in source.sites]
    declared = next((site for site in sites if site.kind is not SiteKind.MODULE), None)
    if declared is None:
        where = Quoted(declaration.file or declaration.name)
        missing = ("The version is dynamic and read from ", where, ", where no __version__ is assigned a plain string.")
        raise ProjectRefused(ProjectCode.NO_VERSION, *missing, path=declaration.file)
    version = _get_version(declared)
    if any(_get_version(site) != version for site in sites):
        return ProjectProblem(ProjectCode.SITES_DISAGREE, _disagreement(sites), sites=tuple(sites))
    return Project(declaration.name, version, declared.spelling, sources)


def _get_version(site: Site) -> Version:
    version = find_version(site.spelling)
    if version is None:
        wrong = (f"{site.kind}, ", Quoted(site.spelling), ", is not a version in the sense of PEP 440.")
        raise ProjectRefused(ProjectCode.NOT_PEP440, *wrong, path=site.path, line=site.line)
    return version


def _disagreement(sites: list[Site]) -> Parts:
    said = [(Quoted(site.spelling), " in ", Quoted(site.path), f" line {site.line}") for site in sites[:_MOST_NAMED]]
    places: list[str | Quoted] = []
    for number, parts in enumerate(said):
        places += [", " if number else "", *parts]
    return ("The places that hold the version do not agree: ", *places, ". Make them equal.")
