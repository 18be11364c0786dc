"""``aweigh settings``: the JSON Schema of a repository's settings, and whether those of a checkout can be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.terminal import fail, printable

settings = typer.Typer(help="The settings of a repository.", no_args_is_help=True)


@settings.command("schema")
def print_schema() -> None:
    """Print the JSON Schema, for an editor or a linter."""
    from bot.settings.schema import render_schema  # noqa: PLC0415 (serving starts sooner without it)

    typer.echo(render_schema(), nl=False)


@settings.command("check")
def check(
    folder: Annotated[Path, typer.Option("--folder", help="The checkout.", show_default="the current folder")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """Say what is wrong in the settings of a checkout, with file and line. The exit code is 1 when anything is."""
    from bot.settings.reading import SETTINGS_PATHS  # noqa: PLC0415
    from bot.settings.review import review_settings  # noqa: PLC0415

    try:
        files = {path: (folder / path).read_bytes() for path in SETTINGS_PATHS if (folder / path).is_file()}
    except OSError as error:
        fail(f"{error.filename} cannot be read: {error.strerror}")
    remarks = review_settings(files, SETTINGS_PATHS)
    if as_json:
        said = [{"path": one.path, "line": one.line, "detail": one.detail, "wrong": one.wrong} for one in remarks]
        typer.echo(json.dumps(said, indent=2))
    else:
        for one in remarks:
            typer.echo(printable(f"{one.path}:{one.line}: {one.detail}"))
    if any(one.wrong for one in remarks):
        raise typer.Exit(1)
