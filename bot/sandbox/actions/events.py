"""What can start a workflow in the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Push:
    """A branch or tag came to be or moved. `ref` is full; `files` are the changed paths, None when unknown."""

    ref: str
    files: tuple[str, ...] | None = None
    name = "push"
    action = None


@dataclass(frozen=True)
class ReleaseActivity:
    """Something happened to a GitHub Release: `published`, `released`, `created` and so on."""

    action: str
    tag: str
    name = "release"


@dataclass(frozen=True)
class Dispatch:
    """Somebody asked for a run of one workflow at a ref, with inputs."""

    ref: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    name = "workflow_dispatch"
    action = None


StartEvent = Push | ReleaseActivity | Dispatch
