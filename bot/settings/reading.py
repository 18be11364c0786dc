"""Reading the settings of a repository from its files: which file counts, and everything that is wrong with it.

A file that cannot be read is a problem, never a silent default: a mistyped ``approval.required`` must not open a gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.settings.freeze import FreezeWindow
from bot.settings.repository import (
    ApprovalSettings,
    ChangelogSettings,
    MergeSettings,
    PackageSettings,
    ReleaseSettings,
    RepositorySettings,
    VersionPlace,
)
from bot.versions import TomlError, read_toml

SETTINGS_PATHS = (".github/aweigh.toml", "pyproject.toml")
"""Where settings live; the first that has any is the one that counts."""

DEFAULTS_NAME = "aweigh.toml of the organisation's .github repository"

_APPROVAL = "approval"
_OURS = ("source", "unknown", "shadowed")
"""Members of the settings that no file can set."""

_MOST_BYTES = 512 * 1024
_REMEMBERED_BYTES = 64 * 1024
"""Larger files than nearly anybody has are read anew each time, so that what is remembered stays small."""


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """Settings that cannot be used: the file, and what is wrong in one line."""

    path: str
    detail: str


def read_settings(files: Mapping[str, bytes], defaults: bytes | None = None) -> RepositorySettings | SettingsProblem:
    """The settings in ``files`` (path to content, of the default branch).

    ``defaults`` are the organisation's, in the same form as ``.github/aweigh.toml``: they hold for every key that the
    repository does not set.
    """
    given = tuple((path, files[path]) for path in SETTINGS_PATHS if path in files)
    is_usual = sum(len(content) for _, content in given) + len(defaults or b"") <= _REMEMBERED_BYTES
    return (_read_again if is_usual else _read)(given, defaults)


def _read(files: tuple[tuple[str, bytes], ...], defaults: bytes | None) -> RepositorySettings | SettingsProblem:
    given: dict[str, Any] = {}
    if defaults is not None:
        table = find_table(DEFAULTS_NAME, defaults)
        common = _validate(DEFAULTS_NAME, table) if isinstance(table, dict) else table
        if isinstance(common, SettingsProblem):
            return common
        given = table if isinstance(table, dict) else {}
    found: list[tuple[str, dict[str, Any]]] = []
    for path, content in files:
        table = find_table(path, content)
        if isinstance(table, SettingsProblem) and not found:
            return table
        if isinstance(table, dict):
            found.append((path, table))
    if not found:
        return _validate(DEFAULTS_NAME, given) if given else RepositorySettings()
    (path, table), *others = found
    settings = _validate(path, _over(given, table))
    if isinstance(settings, SettingsProblem) or not others:
        return settings
    return settings.model_copy(update={"shadowed": others[0][0]})


# A repository is looked at many times in a release, and its settings hardly ever change.
_read_again = lru_cache(maxsize=64)(_read)


def _over(defaults: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """``table`` with what only ``defaults`` say; tables in it are taken key by key, anything else as a whole."""
    merged = defaults | table
    for key, value in defaults.items():
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            merged[key] = value | table[key]
    return merged


def find_table(path: str, content: bytes) -> dict[str, Any] | SettingsProblem | None:
    """The table of settings in a file; None when the file holds none."""
    if len(content) > _MOST_BYTES:
        return SettingsProblem(path, "files above 512 kB are not read")
    try:
        document = dict(read_toml(content.decode()).values)
    except (TomlError, UnicodeDecodeError) as error:
        return SettingsProblem(path, f"it is not TOML: {error}")
    if path != "pyproject.toml":
        # One without any settings, all commented out perhaps, must not put those of pyproject.toml out of force.
        return document or None
    tool = document.get("tool", {})
    table = tool.get("aweigh") if isinstance(tool, dict) else None
    if table is None:
        return None
    return table if isinstance(table, dict) else SettingsProblem(path, "[tool.aweigh] is not a table")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a table of settings: where, and what. ``key`` names it for people."""

    where: tuple[str | int, ...]
    key: str
    message: str

    @property
    def detail(self) -> str:
        """Both in one line."""
        return f"{self.key}: {self.message}" if self.message else self.key


def check_table(table: Mapping[str, Any]) -> RepositorySettings | tuple[Fault, ...]:
    """The settings in a table, or everything for which they cannot be used, at least one thing."""
    given = {key: value for key, value in table.items() if key not in _OURS}
    unknown = [
        (_name_key(where), _name_key((*where[:-1], meant)) if meant else None) for where, meant in list_unknown(table)
    ]
    # With any other name the settings do without; with this one nobody would be asked.
    mistyped = [
        Fault((key,), key, f"there is no such setting; it is called {meant}")
        for key, meant in unknown
        if meant == _APPROVAL
    ]
    try:
        settings = RepositorySettings.model_validate(given)
    except ValidationError as error:
        faults = [
            Fault(one["loc"], _unknown(where), "")
            if one["type"] == "extra_forbidden"
            else Fault(one["loc"], where, one["msg"])
            for one in error.errors()
            if (where := ".".join(str(part) for part in one["loc"]))
        ]
        return (*faults, *mistyped)
    return tuple(mistyped) or settings.model_copy(update={"unknown": tuple(unknown)})


def _name_key(where: tuple[str, ...]) -> str:
    return ".".join(where)


def list_unknown(table: Mapping[str, Any]) -> tuple[tuple[tuple[str, ...], str | None], ...]:
    """Where a table has keys that are no settings, each with the one that may be meant."""
    known = {field.alias or name for name, field in RepositorySettings.model_fields.items() if not field.exclude}
    found: list[tuple[tuple[str, ...], str | None]] = []
    found += [((key,), _find_close(key, known)) for key in table if key not in known]
    changelog = table.get("changelog")
    names = {field.alias or name for name, field in ChangelogSettings.model_fields.items()}
    keys = changelog if isinstance(changelog, dict) else ()
    found += [(("changelog", key), _find_close(key, names)) for key in keys if key not in names]
    packages = table.get("packages")
    for name, package in packages.items() if isinstance(packages, dict) else ():
        # Whether there is a package of this name only a commit tells.
        keys = package if isinstance(package, dict) else ()
        names = set(PackageSettings.model_fields)
        found += [(("packages", name, key), _find_close(key, names)) for key in keys if key not in names]
    return tuple(found)


def _find_close(key: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(key, known, 1)), None)


def _validate(path: str, table: dict[str, Any]) -> RepositorySettings | SettingsProblem:
    checked = check_table(table)
    if isinstance(checked, RepositorySettings):
        return checked.model_copy(update={"source": path})
    return SettingsProblem(path, checked[0].detail)


def _unknown(where: str) -> str:
    """What to say of a key that does not exist where a mistyped one must not be passed over."""
    table = where.partition(".")[0]
    tables: dict[str, type[BaseModel]] = {
        "release": ReleaseSettings,
        "approval": ApprovalSettings,
        "merge": MergeSettings,
    }
    tables["version-files"] = VersionPlace
    fields = tables.get(table, FreezeWindow).model_fields
    known = [f"{table}.{field.alias or name}" for name, field in fields.items()]
    close = get_close_matches(where, known, 1)
    return f"{where} is no setting" + (f", did you mean {close[0]}?" if close else "")
