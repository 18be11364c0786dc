"""The head of an ordinary pull request, to be looked at once: what of it travels through the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.github.facts import RepositoryRef

HEAD: Final = "head"


@dataclass(frozen=True, slots=True)
class HeadDelivery:
    """A pull request of this number shows this commit."""

    repository: RepositoryRef
    number: int
    head: str
    again: bool = False
    """Whether another look is wanted at what was looked at before."""
    words: bool = False
    """Whether only its title, text or labels have changed: where no preview is wanted, that is nothing to look at."""
    changed_at: str = ""
    """When it was changed last, as it was told: what reads show may be older."""
    labels: tuple[str, ...] | None = None
    """The labels it had then, where only those have changed; None: something else has."""
    fewer: bool = False
    """Whether a label was taken off, and not given."""

    @property
    def natural_key(self) -> str | None:
        """What tells of the same look; None: each delivery is one of its own."""
        return None if self.again or self.words else f"{HEAD}:{self.number}:{self.head[:40]}"

    def to_content(self) -> dict[str, Any]:
        """All but the repository as JSON values."""
        told = {"source": HEAD, "number": self.number, "head": self.head}
        return (
            told
            | ({"changed_at": self.changed_at} if self.changed_at else {})
            | ({"labels": list(self.labels), "fewer": self.fewer} if self.labels is not None else {})
            | ({"words": True} if self.words else {})
        )

    @classmethod
    def find(cls, repository: RepositoryRef, content: Mapping[str, Any]) -> HeadDelivery | None:
        """The head that ``to_content`` wrote; None when it is something else."""
        if content.get("source") != HEAD:
            return None
        return cls(
            repository,
            content["number"],
            content["head"],
            words=content.get("words", False),
            changed_at=content.get("changed_at", ""),
            labels=tuple(content["labels"]) if "labels" in content else None,
            fewer=content.get("fewer", False),
        )
