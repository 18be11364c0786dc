"""Settings of a repository: ``[tool.aweigh]`` in pyproject.toml, or ``.github/aweigh.toml``, of the default branch.

They are read from the default branch only, so that nobody changes who may approve in the pull request that is to be
approved. All are optional. A file that cannot be read is a problem, never a silent default: a mistyped
``approval.required`` must not open a gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.versions import TomlError, read_toml

SETTINGS_PATHS = (".github/aweigh.toml", "pyproject.toml")
"""Where settings live; the first that has any is the one that counts."""

MOST_APPROVALS = 6
"""How many approvals can be asked for."""

_APPROVAL = "approval"
_MOST_BYTES = 512 * 1024

_FileName = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,100}\.ya?ml\Z")]
_Tag = Annotated[str, StringConstraints(pattern=r"^[\w./@=+-]{0,40}\{version\}[\w./@=+-]{0,20}\Z")]
_Input = Annotated[str, StringConstraints(max_length=1000)]


class _Table(BaseModel):
    # Unknown keys are reported with a suggestion instead of refused: a key of a newer Aweigh must not stop a release.
    # Python's own regular expressions, since those of pydantic's take 15 MB for what these patterns may repeat.
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, regex_engine="python-re")


class ApprovalSettings(_Table):
    """``approval``: who must agree before anything is published.

    An unknown key is a problem here, and no mere warning: a mistyped ``required`` must not open a gate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    required: Annotated[int | None, Field(strict=True, ge=0, le=MOST_APPROVALS)] = None
    self_: Annotated[bool, Field(strict=True, alias="self")] = False


class RepositorySettings(_Table):
    """Everything a repository can set; the defaults are what most projects need."""

    tag: _Tag | None = None
    workflow: _FileName | None = None
    workflow_inputs: Annotated[dict[str, _Input], Field(alias="workflow-inputs", max_length=25)] = {}
    environment: Annotated[str | None, StringConstraints(min_length=1, max_length=255)] = None
    approval: ApprovalSettings = ApprovalSettings()
    source: Annotated[str | None, Field(exclude=True)] = None
    unknown: Annotated[tuple[tuple[str, str | None], ...], Field(exclude=True)] = ()


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """Settings that cannot be used: the file, and what is wrong in one line."""

    path: str
    detail: str


def read_settings(files: Mapping[str, bytes]) -> RepositorySettings | SettingsProblem:
    """The settings in ``files`` (path to content, of the default branch)."""
    for path in SETTINGS_PATHS:
        if path not in files:
            continue
        table = _find_table(path, files[path])
        if isinstance(table, SettingsProblem):
            return table
        if table is not None:
            return _validate(path, table)
    return RepositorySettings()


def _find_table(path: str, content: bytes) -> dict[str, Any] | SettingsProblem | None:
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


def _validate(path: str, table: dict[str, Any]) -> RepositorySettings | SettingsProblem:
    table = {key: value for key, value in table.items() if key not in ("source", "unknown")}
    try:
        settings = RepositorySettings.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return SettingsProblem(path, f"{where}: {first['msg']}")
    unknown = _unknown_keys(table)
    for key, meant in unknown:
        if meant == _APPROVAL:
            # With any other name the settings do without; with this one nobody would be asked.
            return SettingsProblem(path, f"{key}: there is no such setting; it is called {meant}")
    return settings.model_copy(update={"source": path, "unknown": tuple(unknown)})


def _unknown_keys(table: dict[str, Any]) -> list[tuple[str, str | None]]:
    known = {field.alias or name for name, field in RepositorySettings.model_fields.items() if not field.exclude}
    return [(key, next(iter(get_close_matches(key, known, 1)), None)) for key in table if key not in known]
