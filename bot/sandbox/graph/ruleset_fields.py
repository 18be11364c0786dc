"""Rulesets, as far as GraphQL tells: not who gets past them, which takes the right to change them."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.acts.rules import list_numbered
from bot.sandbox.graph.fields import field
from bot.sandbox.graph.nodes import RulesetNode, connection, require
from bot.sandbox.http import Call
from bot.sandbox.ids import node_id
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.rulesets import RuleKind


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of a ruleset."""

    node: RulesetNode
    kind: RuleKind


@field("Repository", "rulesets")
def rulesets(
    repository: Repository,
    call: Call,
    *,
    include_parents: bool | None = True,
    targets: list[str] | None = None,
    **page: Any,
) -> dict[str, Any]:
    """The rulesets that are about this repository. Needs the permission that REST asks for."""
    require(call, repository, "read", "metadata")
    found = [
        RulesetNode(repository, number, one)
        for number, one in list_numbered(repository, with_inherited=include_parents is not False)
        if targets is None or one.target.upper() in targets
    ]
    return connection("rulesets", found, **page)


@field("RepositoryRuleset", "id")
def ruleset_id(node: RulesetNode, _call: Call) -> str:
    """The node id."""
    return node_id("RepositoryRuleset", node.number)


@field("RepositoryRuleset", "databaseId")
def ruleset_number(node: RulesetNode, _call: Call) -> int:
    """The numeric id, the same as over REST."""
    return node.number


@field("RepositoryRuleset", "name")
def ruleset_name(node: RulesetNode, _call: Call) -> str:
    """What it is called."""
    return node.ruleset.name


@field("RepositoryRuleset", "target")
def ruleset_target(node: RulesetNode, _call: Call) -> str:
    """BRANCH or TAG."""
    return node.ruleset.target.upper()


@field("RepositoryRuleset", "enforcement")
def ruleset_enforcement(node: RulesetNode, _call: Call) -> str:
    """ACTIVE, EVALUATE or DISABLED."""
    return node.ruleset.enforcement.upper()


@field("RepositoryRuleset", "conditions")
@field("RepositoryRuleConditions", "refName")
def conditions(node: RulesetNode, _call: Call) -> RulesetNode:
    """What it is about: refs, by their names."""
    return node


@field("RefNameConditionTarget", "include")
def included(node: RulesetNode, _call: Call) -> list[str]:
    """The patterns of the refs it is about."""
    return list(node.ruleset.patterns)


@field("RefNameConditionTarget", "exclude")
def excluded(node: RulesetNode, _call: Call) -> list[str]:
    """The patterns of those among them that it is not about."""
    return list(node.ruleset.excluded)


@field("RepositoryRuleset", "rules")
def ruleset_rules(node: RulesetNode, _call: Call, *, type: str | None = None, **page: Any) -> dict[str, Any]:  # noqa: A002  # GraphQL's name of the argument
    """Its rules, or those of one kind."""
    kinds = [kind for kind in sorted(node.ruleset.rules) if type in (None, kind.upper())]
    return connection("rules", [_Rule(node, kind) for kind in kinds], **page)


@field("RepositoryRule", "id")
def rule_id(rule: _Rule, _call: Call) -> str:
    """The node id."""
    return node_id("RepositoryRule", f"{rule.node.number}:{rule.kind}")


@field("RepositoryRule", "type")
def rule_type(rule: _Rule, _call: Call) -> str:
    """What kind of rule it is."""
    return rule.kind.upper()
