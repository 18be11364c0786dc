"""What a visitor can make go wrong in a world, each by the fault switches that the world has anyway."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.sandbox import Sandbox

_BUILD = "python -m build"
_BUILD_ERROR = """\
Traceback (most recent call last):
  File "build/__main__.py", line 260, in _handle_build_error
hatchling.builders.plugin.exceptions: no such directory: widget/assets
ERROR Backend subprocess exited when trying to invoke build_wheel"""


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch as the page shows it."""

    name: str
    title: str
    words: str
    on: bool


@dataclass(frozen=True, slots=True)
class _Wiring:
    title: str
    words: str
    is_on: Callable[[Sandbox], bool]
    turn: Callable[[Sandbox, bool], None]


def _turn_build(sandbox: Sandbox, on: bool) -> None:
    steps = sandbox.actions.switches.fail_steps
    steps.pop(_BUILD, None)
    if on:
        steps[_BUILD] = _BUILD_ERROR


def _turn_uploads(sandbox: Sandbox, on: bool) -> None:
    sandbox.index.faults.uploads_disabled = on


def _turn_publisher(sandbox: Sandbox, on: bool) -> None:
    sandbox.index.faults.trusted_publishing_disabled = on


def _turn_provenance(sandbox: Sandbox, on: bool) -> None:
    sandbox.index.faults.provenance.clear()
    if on:
        sandbox.index.faults.provenance["*"] = "other-commit"


_WIRED = {
    "build": _Wiring(
        "The build fails",
        "The publish workflow dies while it builds; the bot reads the log and says why.",
        lambda sandbox: _BUILD in sandbox.actions.switches.fail_steps,
        _turn_build,
    ),
    "uploads": _Wiring(
        "The index takes no uploads",
        "Everything is built, then the index refuses it.",
        lambda sandbox: sandbox.index.faults.uploads_disabled,
        _turn_uploads,
    ),
    "publisher": _Wiring(
        "Trusted Publishing is out of order",
        "The index gives the run no token.",
        lambda sandbox: sandbox.index.faults.trusted_publishing_disabled,
        _turn_publisher,
    ),
    "provenance": _Wiring(
        "Attestations speak of another commit",
        "They are signed well, but for other sources than the tag's. The bot must not call that verified.",
        lambda sandbox: bool(sandbox.index.faults.provenance),
        _turn_provenance,
    ),
}


def list_switches(sandbox: Sandbox) -> list[Switch]:
    """All switches and how they stand."""
    return [Switch(name, wired.title, wired.words, wired.is_on(sandbox)) for name, wired in _WIRED.items()]


def turn_switch(sandbox: Sandbox, name: str, *, on: bool) -> None:
    """Turn one switch. Raises KeyError."""
    _WIRED[name].turn(sandbox, on)
