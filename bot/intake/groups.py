"""A group of a merge queue that waits for our check: what of it travels through the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.github.facts import RepositoryRef

GROUP: Final = "group"


@dataclass(frozen=True, slots=True)
class GroupDelivery:
    """This commit is to be merged into this branch."""

    repository: RepositoryRef
    base: str
    head: str

    @property
    def natural_key(self) -> str:
        """What tells of the same group."""
        return f"{GROUP}:{self.head[:40]}"

    def to_content(self) -> dict[str, Any]:
        """All but the repository as JSON values."""
        return {"source": GROUP, "base": self.base, "head": self.head}

    @classmethod
    def find(cls, repository: RepositoryRef, content: Mapping[str, Any]) -> GroupDelivery | None:
        """The group that ``to_content`` wrote; None when it is something else."""
        if content.get("source") != GROUP:
            return None
        return cls(repository, content["base"], content["head"])
