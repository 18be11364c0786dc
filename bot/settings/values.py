"""What the single settings may be: types that check what was written, and say in a JSON Schema what it can say."""

from __future__ import annotations

import posixpath
from typing import Annotated, Any

from packaging.utils import canonicalize_name
from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from bot.changelog import Style
from bot.github.facts import Role
from bot.versions import VersionProblem, check_development_pattern, check_versioning

_ONE_VERSION = r"^(?:(?!\{version\})[\s\S])*\{version\}(?:(?!\{version\})[\s\S])*$"
_SCHEME = r"^(?:semver|semver:0\.x|calver:(?:YYYY|YY|0Y)(?:[.-](?:MM|0M|WW|0W|DD|0D|MAJOR|MINOR|MICRO))*)$"
_MARKER = r"^\{(?:version|next_major|next_minor|next_patch)\}[0-9A-Za-z.+_-]{1,20}$"
_INSIDE = r"^(?!/)(?!(?:.*/)?\.\.(?:/|$)).+$"
"""What a JSON Schema can say of these; what it cannot, such as that no field comes twice, only reading them tells."""


def _strong_enough(role: Role) -> Role:
    if not role.reaches(Role.WRITE):
        raise ValueError("it is write, maintain or admin: less may not even push")
    return role


def _a_scheme(versioning: str) -> str:
    try:
        check_versioning(versioning)
    except VersionProblem as problem:
        raise ValueError(problem.sentence) from None
    return versioning


def _a_marker(development: bool | str) -> bool | str:
    if isinstance(development, str):
        try:
            check_development_pattern(development)
        except VersionProblem as problem:
            raise ValueError(problem.sentence) from None
    return development


def _with_version(pattern: str) -> str:
    if pattern.count("{version}") != 1:
        raise ValueError("it needs {version} exactly once, where the version stands")
    return pattern


def _inside(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError("it is a path inside the repository")
    return posixpath.normpath(path)


def each_once(packages: dict[str, Any]) -> dict[str, Any]:
    """Names of packages that are all different in their canonical form. Raises ValueError."""
    if len({canonicalize_name(name) for name in packages}) < len(packages):
        raise ValueError("one package is named twice, in two spellings")
    return packages


PlacePath = Annotated[str, StringConstraints(min_length=1, max_length=300)]
FileName = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,100}\.ya?ml\Z")]
Tag = Annotated[str, StringConstraints(pattern=r"^[\w./@=+-]{0,40}\{version\}[\w./@=+-]{0,20}\Z")]
Pattern = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(_with_version),
    WithJsonSchema({"type": "string", "maxLength": 200, "pattern": _ONE_VERSION}),
]
Versioning = Annotated[
    str,
    StringConstraints(max_length=100),
    AfterValidator(_a_scheme),
    WithJsonSchema({"type": "string", "pattern": _SCHEME}),
]
Development = Annotated[
    Annotated[bool, Field(strict=True)] | Annotated[str, StringConstraints(max_length=60)],
    AfterValidator(_a_marker),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "maxLength": 60, "pattern": _MARKER}]}),
]
LeastRole = Annotated[
    Role, AfterValidator(_strong_enough), WithJsonSchema({"type": "string", "enum": ["write", "maintain", "admin"]})
]
Branch = Annotated[str, StringConstraints(pattern=r"^[\w.*?/+-]{1,100}\Z")]
Team = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")]
Path = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_inside),
    WithJsonSchema({"type": "string", "maxLength": 200, "pattern": _INSIDE}),
]
ChangelogStyle = Annotated[Style, WithJsonSchema({"type": "string", "enum": [str(style) for style in Style]})]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100)]
PackageName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?\Z")]
Input = Annotated[str, StringConstraints(max_length=1000)]
