"""A comment or review that may hold a command: what of it travels through the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

from bot.github.facts import Person, RepositoryRef
from bot.github.said import Said
from bot.intake.payload import Malformed, Payload

Source: TypeAlias = Literal["comment", "review", "button"]

_FIRST_PRESS: Final = 9 * 10**11
_VERB: Final = re.compile(r"(?:\A\ufeff?|[\r\n])[ \t]*/release(?:\s|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CommandDelivery:
    """What somebody wrote, when, and where.

    The author is a person (no bot, no App in a person's name) and is who sent it: anything else was ignored on the
    way in. What the person may do is asked of GitHub when the command is carried out.
    """

    repository: RepositoryRef
    source: Source
    comment_id: int
    """Id of the comment, or of the review when that is the source; of a press of a button a number of its own."""
    node_id: str
    issue_number: int
    is_pull: bool
    author: Person
    created_at: datetime
    body: str
    url: str
    button: str = ""
    """The identifier of the button that was pressed; empty, as are the following, for what was written."""
    head: str = ""
    """The commit whose check run had the button."""
    check_id: int = 0
    """The check run that had the button."""
    shown: str = ""
    """The ``external_id`` of that check run when the button was pressed."""

    @classmethod
    def pressed(
        cls,
        repository: RepositoryRef,
        button: str,
        word: str,
        run: Payload,
        sender: Payload,
        number: int,
        *,
        is_pull: bool = True,
    ) -> CommandDelivery:
        """The command ``word`` of a ``button`` of our check run. Raises Malformed.

        A press has neither an id nor a time of its own: ``of_delivery`` gives it both.
        """
        return cls(
            repository=repository,
            source="button",
            comment_id=0,
            node_id="",
            issue_number=number,
            is_pull=is_pull,
            author=Person(sender.integer("id"), sender.text("login")),
            created_at=datetime.fromtimestamp(0, UTC),
            body=f"/release {word}",
            url=run.find_text("html_url") or "",
            button=button,
            head=run.text("head_sha"),
            check_id=run.integer("id"),
            shown=run.find_text("external_id") or "",
        )

    def of_delivery(self, guid: str, at: datetime) -> CommandDelivery:
        """This command as it came with the delivery ``guid``; only a press of a button takes anything of it.

        Its number lies far beyond those that GitHub gives to comments, so that neither is taken for the other.
        """
        if self.source != "button":
            return self
        return replace(self, comment_id=_FIRST_PRESS + int(guid.replace("-", "")[:9], 16), created_at=at)

    @classmethod
    def read(cls, repository: RepositoryRef, said: Payload, number: int, *, is_pull: bool) -> CommandDelivery:
        """The command in a payload's ``comment`` or ``review``. Raises Malformed."""
        author = said.child("user")
        # A review has no created_at: it exists when it is submitted.
        source: Source = "review" if said.has("submitted_at") else "comment"
        return cls(
            repository=repository,
            source=source,
            comment_id=said.integer("id"),
            node_id=said.text("node_id"),
            issue_number=number,
            is_pull=is_pull,
            author=Person(author.integer("id"), author.text("login")),
            created_at=_moment(said, "submitted_at" if source == "review" else "created_at"),
            body=said.text("body"),
            url=said.text("html_url"),
        )

    @classmethod
    def found(cls, repository: RepositoryRef, said: Said, author: Person) -> CommandDelivery:
        """The command in something that a sweep found, said by ``author``."""
        return cls(
            repository=repository,
            source=said.source,
            comment_id=said.id,
            node_id=said.node_id,
            issue_number=said.number,
            is_pull=said.is_pull,
            author=author,
            created_at=said.said_at,
            body=said.body,
            url=said.url,
        )

    @property
    def natural_key(self) -> str:
        """What tells it from every other command of this GitHub, whoever tells us of it: a webhook or a sweep.

        By the numeric id: GitHub spells node ids in two ways.
        """
        return f"{self.source}:{self.comment_id}"

    def to_content(self) -> dict[str, Any]:
        """The command as JSON values, without the repository: that travels beside it."""
        return {
            "source": self.source,
            "comment_id": self.comment_id,
            "node_id": self.node_id,
            "issue_number": self.issue_number,
            "is_pull": self.is_pull,
            "author_id": self.author.id,
            "author_login": self.author.login,
            "created_at": self.created_at.isoformat(),
            "body": self.body,
            "url": self.url,
            "button": self.button,
            "head": self.head,
            "check_id": self.check_id,
            "shown": self.shown,
        }

    @classmethod
    def from_content(cls, repository: RepositoryRef, content: Mapping[str, Any]) -> CommandDelivery:
        """The command that ``to_content`` wrote. Raises KeyError or ValueError on anything else."""
        return cls(
            repository=repository,
            source=content["source"],
            comment_id=content["comment_id"],
            node_id=content["node_id"],
            issue_number=content["issue_number"],
            is_pull=content["is_pull"],
            author=Person(content["author_id"], content["author_login"]),
            created_at=datetime.fromisoformat(content["created_at"]),
            body=content["body"],
            url=content["url"],
            button=content.get("button", ""),
            head=content.get("head", ""),
            check_id=content.get("check_id", 0),
            shown=content.get("shown", ""),
        )


def may_hold_command(body: str) -> bool:
    """Whether a line of it starts with ``/release``: at the top it may be a command, below it may earn a hint.

    A cheap test that lets through a little more than the grammar does: it decides only what is worth storing.
    """
    return _VERB.search(body) is not None


def _moment(said: Payload, name: str) -> datetime:
    text = said.text(name)
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Malformed(name, "a time") from None
