"""``aweigh deadletters``: what failed too often, and another try, on the database of a bot that may be running.

Nothing is asked of the running bot: whoever may open its database may do this, and no port has to be guarded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.engine import DeadLetter, EngineUnavailableError
from bot.settings.operator import OperatorSettingsError, read_database_settings
from bot.terminal import fail, printable

if TYPE_CHECKING:
    from bot.engine.deadletters import DeadLetters

deadletters = typer.Typer(
    name="deadletters",
    no_args_is_help=True,
    help="List, show or retry what failed too often, in the database of DATABASE_URL.",
)


@deadletters.command("list")
def list_letters() -> None:
    """One line for each: its id, when it failed, how often, in which repository, and why."""
    with _opened() as letters:
        for letter in letters.list():
            when = f"{letter.failed_at:%Y-%m-%d %H:%M} UTC"
            repository = letter.repository.full_name
            typer.echo(printable(f"{letter.id}  {when}  {letter.attempts}x  {repository}  {letter.error}"))


@deadletters.command("show")
def show_letter(letter_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` prints it.")]) -> None:
    """Everything that is known of one, as JSON; of a delivery this includes what somebody wrote."""
    with _opened() as letters:
        letter = next((letter for letter in letters.list() if letter.id == letter_id), None)
        if letter is None:
            fail(f"there is no dead letter {letter_id}")
        content = letters.find_content(letter.id) if letter.kind == "delivery" else None
        # Everything beyond ASCII is escaped, so that no text can play tricks with the terminal.
        typer.echo(json.dumps(_describe(letter, content), indent=2))


@deadletters.command("retry")
def retry_letters(
    letter_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As `list` prints them.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every one there is.")] = False,
) -> None:
    """Put dead letters back into their lanes, with all their attempts; a running bot takes them up at once."""
    if bool(letter_ids) == every:
        fail("name dead letters, or say --all")
    with _opened() as letters:
        wanted = [letter.id for letter in letters.list()] if every else letter_ids or []
        missing = [letter_id for letter_id in wanted if not letters.retry(letter_id)]
    typer.echo(f"{len(wanted) - len(missing)} put back")
    if missing:
        fail(*(f"there is no dead letter {letter_id}" for letter_id in missing))


def _describe(letter: DeadLetter, content: object) -> dict[str, Any]:
    return {
        "id": letter.id,
        "kind": letter.kind,
        "repository": letter.repository.full_name,
        "repository_id": letter.repository.id,
        "installation_id": letter.repository.installation_id,
        "attempts": letter.attempts,
        "failed_at": letter.failed_at.isoformat(timespec="seconds"),
        "error": letter.error,
        **({"content": content} if content is not None else {}),
    }


@contextmanager
def _opened() -> Iterator[DeadLetters]:
    # Loading the engine's database takes longer than all else here, and no other command should wait for it.
    from bot.engine.deadletters import open_dead_letters  # noqa: PLC0415

    try:
        url = read_database_settings().database_url.reveal()
        with open_dead_letters(url) as letters:
            yield letters
    except OperatorSettingsError as error:
        fail(*error.lines)
    except EngineUnavailableError as unavailable:
        fail(str(unavailable))
