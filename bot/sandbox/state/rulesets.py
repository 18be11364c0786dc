"""Rulesets: who may create, move and delete which refs."""

import re
from dataclasses import dataclass
from typing import Literal

RuleKind = Literal["creation", "update", "deletion", "non_fast_forward", "merge_queue", "required_status_checks"]
QueueMethod = Literal["merge", "squash", "rebase"]

ALL = "~ALL"


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules of a repository about its branches or its tags.

    Source: "Available rules for rulesets" and "Creating rulesets for a repository" in GitHub's documentation.

    Attributes:
        patterns: full names of refs, in which ``*`` stops at slashes, or ``~ALL``.
        bypass: ids of the accounts that the rules do not hold for; an App stands here by its bot.
        checks: names of the check runs that ``required_status_checks`` asks for.
        queue_method: how ``merge_queue`` merges, whatever anybody asks for.
    """

    name: str
    target: Literal["branch", "tag"]
    rules: frozenset[RuleKind]
    patterns: tuple[str, ...] = (ALL,)
    bypass: frozenset[int] = frozenset()
    checks: tuple[str, ...] = ()
    queue_method: QueueMethod = "merge"

    def covers(self, ref: str) -> bool:
        """Whether the rules are about this ref."""
        folder = "refs/tags/" if self.target == "tag" else "refs/heads/"
        return ref.startswith(folder) and any(one == ALL or fits(one, ref) for one in self.patterns)


def fits(pattern: str, name: str) -> bool:
    """Ruby's File.fnmatch with FNM_PATHNAME: `*` and `?` stop at slashes, `**/` does not. Nonsense matches nothing."""
    wildcards = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    parts = re.findall(r"\*\*/|\*|\?|\[[^\]]+\]|.", pattern)
    try:
        return re.fullmatch("".join(wildcards.get(part) or _literal(part) for part in parts), name) is not None
    except re.error:
        return False


def _literal(part: str) -> str:
    """A character as it is, or a class such as `[0-9]`."""
    return part.replace("\\", "\\\\") if len(part) > 1 else re.escape(part)
