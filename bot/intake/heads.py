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
    """Whether somebody asked for another look at what was looked at before."""

    @property
    def natural_key(self) -> str | None:
        """What tells of the same look; None: each delivery is one of its own."""
        return None if self.again else f"{HEAD}:{self.number}:{self.head[:40]}"

    def to_content(self) -> dict[str, Any]:
        """All but the repository as JSON values."""
        return {"source": HEAD, "number": self.number, "head": self.head}

    @classmethod
    def find(cls, repository: RepositoryRef, content: Mapping[str, Any]) -> HeadDelivery | None:
        """The head that ``to_content`` wrote; None when it is something else."""
        if content.get("source") != HEAD:
            return None
        return cls(repository, content["number"], content["head"])
