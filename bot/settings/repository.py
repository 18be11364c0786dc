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

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from bot.github.facts import Role
from bot.settings.freeze import FreezeWindow
from bot.versions import TomlError, VersionFile, VersionProblem, check_versioning, read_toml

SETTINGS_PATHS = (".github/aweigh.toml", "pyproject.toml")
"""Where settings live; the first that has any is the one that counts."""

DEFAULTS_NAME = "aweigh.toml of the organisation's .github repository"

MOST_APPROVALS = 6
"""How many approvals can be asked for."""

_APPROVAL = "approval"
_MOST_BYTES = 512 * 1024


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


def _with_version(pattern: str) -> str:
    if pattern.count("{version}") != 1:
        raise ValueError("it needs {version} exactly once, where the version stands")
    return pattern


def _as_place(entry: Any) -> Any:
    return {"path": entry} if isinstance(entry, str) else entry


_FileName = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,100}\.ya?ml\Z")]
_Tag = Annotated[str, StringConstraints(pattern=r"^[\w./@=+-]{0,40}\{version\}[\w./@=+-]{0,20}\Z")]
_Pattern = Annotated[str, StringConstraints(max_length=200), AfterValidator(_with_version)]
_Versioning = Annotated[str, StringConstraints(max_length=100), AfterValidator(_a_scheme)]
_Role = Annotated[Role, AfterValidator(_strong_enough)]
_Team = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")]
_Input = Annotated[str, StringConstraints(max_length=1000)]


class _Table(BaseModel):
    # Unknown keys are reported with a suggestion instead of refused: a key of a newer Aweigh must not stop a release.
    # Python's own regular expressions, since those of pydantic's take 15 MB for what these patterns may repeat.
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, regex_engine="python-re")


class VersionPlace(_Table):
    """One entry of ``version-files``: a file or glob of the package, and how the version stands in it.

    Without ``pattern`` the marked places of the file count, or every mention of the version where none is marked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    path: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    pattern: _Pattern | None = None


class _Authority(_Table):
    # An unknown key is a problem here, and no mere warning: a mistyped ``required`` must not open a gate.
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ReleaseSettings(_Authority):
    """``release``: who may ask for releases, and steer them."""

    role: _Role = Role.WRITE


class ApprovalSettings(_Authority):
    """``approval``: who must agree before anything is published.

    ``teams`` are those of the owning organisation whose members may approve whatever their role, from triage up.
    """

    role: _Role = Role.MAINTAIN
    teams: Annotated[tuple[_Team, ...], Field(max_length=10)] = ()
    required: Annotated[int | None, Field(strict=True, ge=0, le=MOST_APPROVALS)] = None
    self_: Annotated[bool, Field(strict=True, alias="self")] = False


class RepositorySettings(_Table):
    """Everything a repository can set; the defaults are what most projects need."""

    tag: _Tag | None = None
    versioning: _Versioning | None = None
    version_files: Annotated[
        tuple[Annotated[VersionPlace, BeforeValidator(_as_place)], ...], Field(alias="version-files", max_length=50)
    ] = ()
    workflow: _FileName | None = None
    workflow_inputs: Annotated[dict[str, _Input], Field(alias="workflow-inputs", max_length=25)] = {}
    environment: Annotated[str | None, StringConstraints(min_length=1, max_length=255)] = None
    release: ReleaseSettings = ReleaseSettings()
    approval: ApprovalSettings = ApprovalSettings()
    freeze: Annotated[tuple[FreezeWindow, ...], Field(max_length=50)] = ()
    source: Annotated[str | None, Field(exclude=True)] = None
    unknown: Annotated[tuple[tuple[str, str | None], ...], Field(exclude=True)] = ()
    shadowed: Annotated[str | None, Field(exclude=True)] = None
    """A second file with settings, which count for nothing beside those of ``source``."""

    @property
    def places(self) -> tuple[VersionFile, ...]:
        """``version-files`` as the version engine takes them."""
        return tuple(VersionFile(place.path, place.pattern) for place in self.version_files)


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
    given: dict[str, Any] = {}
    if defaults is not None:
        table = _find_table(DEFAULTS_NAME, defaults)
        common = _validate(DEFAULTS_NAME, table) if isinstance(table, dict) else table
        if isinstance(common, SettingsProblem):
            return common
        given = table if isinstance(table, dict) else {}
    found: list[tuple[str, dict[str, Any]]] = []
    for path in SETTINGS_PATHS:
        table = _find_table(path, files[path]) if path in files else None
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


def _over(defaults: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """``table`` with what only ``defaults`` say; tables in it are taken key by key, anything else as a whole."""
    merged = defaults | table
    for key, value in defaults.items():
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            merged[key] = value | table[key]
    return merged


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
    table = {key: value for key, value in table.items() if key not in ("source", "unknown", "shadowed")}
    try:
        settings = RepositorySettings.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        detail = _unknown(where) if first["type"] == "extra_forbidden" else f"{where}: {first['msg']}"
        return SettingsProblem(path, detail)
    unknown = _unknown_keys(table)
    for key, meant in unknown:
        if meant == _APPROVAL:
            # With any other name the settings do without; with this one nobody would be asked.
            return SettingsProblem(path, f"{key}: there is no such setting; it is called {meant}")
    return settings.model_copy(update={"source": path, "unknown": tuple(unknown)})


def _unknown(where: str) -> str:
    """What to say of a key that does not exist where a mistyped one must not be passed over."""
    table = where.partition(".")[0]
    tables: dict[str, type[BaseModel]] = {"release": ReleaseSettings, "approval": ApprovalSettings}
    tables["version-files"] = VersionPlace
    fields = tables.get(table, FreezeWindow).model_fields
    known = [f"{table}.{field.alias or name}" for name, field in fields.items()]
    close = get_close_matches(where, known, 1)
    return f"{where} is no setting" + (f", did you mean {close[0]}?" if close else "")


def _unknown_keys(table: dict[str, Any]) -> list[tuple[str, str | None]]:
    known = {field.alias or name for name, field in RepositorySettings.model_fields.items() if not field.exclude}
    return [(key, next(iter(get_close_matches(key, known, 1)), None)) for key in table if key not in known]
