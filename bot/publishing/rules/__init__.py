"""The messages of failed publishes that are understood, by subject; within a subject the order is the rank.

They were collected from the sources of the tools that print them (Warehouse, twine, uv, gh-action-pypi-publish,
sigstore, the runner) and from public issues.
"""

from __future__ import annotations

from bot.publishing.rules import (
    actions,
    attestations,
    github,
    handover,
    metadata,
    names_and_archives,
    outages,
    permission,
    token_exchange,
)
from bot.publishing.rules.rule import Retry, Rule, Who

__all__ = ["RULES", "Retry", "Rule", "Who"]

RULES: tuple[Rule, ...] = (
    *token_exchange.RULES,
    *attestations.RULES,
    *permission.RULES,
    *names_and_archives.RULES,
    *metadata.RULES,
    *handover.RULES,
    *actions.RULES,
    *outages.RULES,
    *github.RULES,
)
"""All rules, the more telling ones of each subject first."""
