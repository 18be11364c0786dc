"""The `on:` of a workflow: which events start it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.actions.events import Dispatch, Push, ReleaseActivity, StartEvent
from bot.sandbox.actions.globs import match_filters

# https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#release
RELEASE_TYPES = frozenset({"published", "unpublished", "created", "edited", "deleted", "prereleased", "released"})

Patterns = tuple[str, ...] | None


class TriggerError(ValueError):
    """The `on:` cannot be read."""


@dataclass(frozen=True)
class PushFilter:
    """What pushes count; None means that the filter is absent, which is not the same as empty."""

    branches: Patterns = None
    branches_ignore: Patterns = None
    tags: Patterns = None
    tags_ignore: Patterns = None
    paths: Patterns = None
    paths_ignore: Patterns = None

    def admits(self, push: Push) -> bool:
        """Whether this push starts the workflow.

        A filter on branches alone excludes every tag and the other way round; paths are not looked at for tags.
        """
        for_tags, for_branches = (self.tags, self.tags_ignore), (self.branches, self.branches_ignore)
        if push.ref.startswith("refs/tags/"):
            return _admits_name(push.ref.removeprefix("refs/tags/"), for_tags, for_branches)
        if not _admits_name(push.ref.removeprefix("refs/heads/"), for_branches, for_tags):
            return False
        return self._admits_files(push.files)

    def _admits_files(self, files: tuple[str, ...] | None) -> bool:
        if files is None:
            return True
        if self.paths is not None:
            return any(match_filters(path, self.paths) for path in files)
        if self.paths_ignore is not None:
            return any(not match_filters(path, self.paths_ignore) for path in files)
        return True


def _admits_name(name: str, own: tuple[Patterns, Patterns], other: tuple[Patterns, Patterns]) -> bool:
    only, ignored = own
    if only is not None:
        return match_filters(name, only)
    if ignored is not None:
        return not match_filters(name, ignored)
    return other == (None, None)


@dataclass(frozen=True)
class DispatchInput:
    """One declared input of `workflow_dispatch`."""

    required: bool = False
    default: str | None = None
    type: str = "string"
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Triggers:
    """The parts of `on:` that the sandbox can cause; None where the workflow does not listen."""

    push: PushFilter | None = None
    release_types: frozenset[str] | None = None
    dispatch_inputs: Mapping[str, DispatchInput] | None = None
    others: frozenset[str] = field(default_factory=frozenset)

    def start(self, event: StartEvent) -> bool:
        """Whether the event starts the workflow (for a dispatch: whether it may be dispatched at all)."""
        match event:
            case Push():
                return self.push is not None and self.push.admits(event)
            case ReleaseActivity(action):
                return self.release_types is not None and action in self.release_types
            case Dispatch():
                return self.dispatch_inputs is not None


def parse_triggers(on: Any) -> Triggers:
    """Read the value of `on:`: a name, a list of names, or a mapping. Raises TriggerError."""
    listed = _as_mapping(on)
    known = {"push", "release", "workflow_dispatch"}
    return Triggers(
        push=_push_filter(listed["push"]) if "push" in listed else None,
        release_types=_release_types(listed["release"]) if "release" in listed else None,
        dispatch_inputs=_dispatch_inputs(listed["workflow_dispatch"]) if "workflow_dispatch" in listed else None,
        others=frozenset(listed) - known,
    )


def _as_mapping(on: Any) -> dict[str, dict[str, Any]]:
    if isinstance(on, str):
        return {on: {}}
    if isinstance(on, list) and all(isinstance(name, str) for name in on):
        return {name: {} for name in on}
    if isinstance(on, dict) and on:
        listed = {str(name): {} if config is None else config for name, config in on.items()}
        # Only `schedule`, which the sandbox never fires, has a list.
        if all(isinstance(config, dict) for name, config in listed.items() if name != "schedule"):
            return listed
    raise TriggerError("No event triggers defined in `on`")


def _push_filter(config: Mapping[str, Any]) -> PushFilter:
    for name in ("branches", "tags", "paths"):
        if name in config and f"{name}-ignore" in config:
            raise TriggerError(f"you may only define one of `{name}` and `{name}-ignore` for a single event")
    return PushFilter(
        **{name.replace("-", "_"): _patterns(name, config[name]) for name in _PUSH_FILTERS if name in config}
    )


_PUSH_FILTERS = ("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore")


def _patterns(name: str, value: Any) -> tuple[str, ...]:
    listed: Sequence[Any] = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(item, str | int | float) for item in listed):
        raise TriggerError(f"`{name}` must be a list of patterns")
    return tuple(str(item) for item in listed)


def _release_types(config: Mapping[str, Any]) -> frozenset[str]:
    types = config.get("types")
    if types is None:
        return RELEASE_TYPES
    listed = [types] if isinstance(types, str) else types
    if not isinstance(listed, list) or any(str(one) not in RELEASE_TYPES for one in listed):
        raise TriggerError(f"unknown activity type in `on.release.types`: {types}")
    return frozenset(listed)


def _dispatch_inputs(config: Mapping[str, Any]) -> dict[str, DispatchInput]:
    declared = config.get("inputs") or {}
    if not isinstance(declared, dict):
        raise TriggerError("`on.workflow_dispatch.inputs` must be a mapping")
    if not all(entry is None or isinstance(entry, dict) for entry in declared.values()):
        raise TriggerError("every input of `on.workflow_dispatch` must be a mapping")
    return {str(name): _dispatch_input(entry or {}) for name, entry in declared.items()}


def _dispatch_input(entry: Mapping[str, Any]) -> DispatchInput:
    default, options = entry.get("default"), entry.get("options")
    return DispatchInput(
        required=entry.get("required") is True,
        default=None if default is None else _scalar(default),
        type=str(entry.get("type", "string")),
        options=tuple(str(option) for option in options) if isinstance(options, list) else (),
    )


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
