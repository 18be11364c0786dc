"""Rulesets: who may create, move and delete which refs."""

import re
from dataclasses import dataclass
from typing import Literal

RuleKind = Literal["creation", "update", "deletion", "non_fast_forward", "merge_queue", "required_status_checks"]
QueueMethod = Literal["merge", "squash", "rebase"]
Enforcement = Literal["active", "evaluate", "disabled"]
Bypass = Literal["always", "exempt", "never"]

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
        excluded: patterns of refs that the rules are not about, whatever else says so.
        enforcement: only what is active forbids anything.
        exempt: ids of the accounts for which the rules are not even looked at.
        inherited: whether the organisation made it, for this repository among others.
    """

    name: str
    target: Literal["branch", "tag"]
    rules: frozenset[RuleKind]
    patterns: tuple[str, ...] = (ALL,)
    bypass: frozenset[int] = frozenset()
    checks: tuple[str, ...] = ()
    queue_method: QueueMethod = "merge"
    excluded: tuple[str, ...] = ()
    enforcement: Enforcement = "active"
    exempt: frozenset[int] = frozenset()
    inherited: bool = False

    def covers(self, ref: str) -> bool:
        """Whether the rules are about this ref."""
        folder = "refs/tags/" if self.target == "tag" else "refs/heads/"
        return ref.startswith(folder) and _names(self.patterns, ref) and not _names(self.excluded, ref)

    def forbids(self, kind: RuleKind, ref: str) -> bool:
        """Whether one of its rules is of this kind, about this ref, and in force."""
        return self.enforcement == "active" and kind in self.rules and self.covers(ref)

    def bypass_of(self, account_id: int) -> Bypass:
        """How this account gets past the rules, if it does."""
        return "exempt" if account_id in self.exempt else "always" if account_id in self.bypass else "never"

    def binds(self, account_id: int) -> bool:
        """Whether the rules hold for this account."""
        return self.bypass_of(account_id) == "never"


def _names(patterns: tuple[str, ...], ref: str) -> bool:
    return any(one == ALL or fits(one, ref) for one in patterns)


def fits(pattern: str, name: str) -> bool:
    """Ruby's File.fnmatch with FNM_PATHNAME: `*` and `?` stop at slashes, a folder `**/` does not. Nonsense matches nothing."""
    wildcards = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    parts = re.findall(r"(?<![^/])\*\*/|\*|\?|\[[^\]]+\]|.", pattern)
    try:
        return re.fullmatch("".join(wildcards.get(part) or _literal(part) for part in parts), name) is not None
    except re.error:
        return False


def _literal(part: str) -> str:
    """A character as it is, or a class such as `[0-9]`."""
    return part.replace("\\", "\\\\") if len(part) > 1 else re.escape(part)
