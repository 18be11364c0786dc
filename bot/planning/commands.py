"""``aweigh plan`` and ``aweigh next``, for people and scripts.

Exit codes: 0 there is an answer, 1 it is refused (the reason on standard error), 2 the command was not understood.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.terminal import fail

if TYPE_CHECKING:
    from bot.planning.folder import Folder
    from bot.planning.local import Checkout

STEPS = "major, minor, patch, a, b, rc, final, post, dev"
"""The words for a version. The rooms that know them are loaded by these two commands alone, so that serving starts sooner."""

_FolderOption = Annotated[Path, typer.Option("--folder", help="The checkout.", show_default="the current folder")]
_PackageOption = Annotated[
    str | None, typer.Option(help="Of several packages, the one of this name or in this folder.", show_default=False)
]
_JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_Answer = TypeVar("_Answer")


def plan(
    version: Annotated[
        str | None, typer.Argument(help=f"A version, or one of {STEPS}; none: only show where it stands.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write the changes into the files.")] = False,
    package: _PackageOption = None,
    folder: _FolderOption = Path(),
    as_json: _JsonOption = False,
) -> None:
    """Show what a release would change: each place, why it counts, and what is left alone. Asks no network."""
    if apply and version is None:
        raise typer.BadParameter("--apply needs a version, or a word such as minor")
    from bot.planning.local import plan_locally  # noqa: PLC0415
    from bot.planning.show import describe, list_lines  # noqa: PLC0415

    place, checkout = _read(folder, package)
    made = _answer(lambda: plan_locally(checkout, version, datetime.now(UTC).date())) if version else None
    if apply and made is not None:
        _answer(lambda: place.write(made.files))
    if as_json:
        # Everything beyond ASCII is escaped, so that no text can play tricks with the terminal.
        typer.echo(json.dumps(describe(checkout, made, applied=apply), indent=2))
        return
    for line in list_lines(checkout, made, applied=apply):
        typer.echo(line)


def next_(
    step: Annotated[str | None, typer.Argument(help=f"One of {STEPS}; none: the smallest step.")] = None,
    package: _PackageOption = None,
    folder: _FolderOption = Path(),
    as_json: _JsonOption = False,
) -> None:
    """Print the next version, and nothing else: after the tags and what the files say."""
    if step is not None and step not in STEPS.split(", "):
        raise typer.BadParameter(f"it is one of {STEPS}")
    from bot.planning.local import next_after  # noqa: PLC0415
    from bot.versions import VersionStep  # noqa: PLC0415

    word = VersionStep(step) if step else None
    _, checkout = _read(folder, package)
    version = _answer(lambda: next_after(checkout, word, datetime.now(UTC).date()))
    described = {
        "project": checkout.project.name,
        "version": checkout.project.spelling,
        "next": version.spelling,
        "normalised": version.normalised,
    }
    typer.echo(json.dumps(described) if as_json else version.spelling)


def _read(folder: Path, package: str | None) -> tuple[Folder, Checkout]:
    from bot.planning.folder import Folder  # noqa: PLC0415
    from bot.planning.local import read_checkout  # noqa: PLC0415

    place = _answer(lambda: Folder(folder))
    return place, _answer(lambda: read_checkout(place, package))


def _answer(ask: Callable[[], _Answer]) -> _Answer:
    from bot.planning.folder import FolderError  # noqa: PLC0415
    from bot.planning.local import Unplannable  # noqa: PLC0415
    from bot.versions import ProjectRefused, VersionProblem  # noqa: PLC0415

    try:
        return ask()
    except VersionProblem as problem:
        fail(problem.sentence, *([f"try {problem.suggestion}"] if problem.suggestion else []))
    except (ProjectRefused, Unplannable, FolderError) as refused:
        fail(str(refused))
