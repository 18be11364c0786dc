"""Environments and what protects them, as far as GraphQL tells: of the rules of Apps it knows nothing."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.graph.fields import field
from bot.sandbox.graph.nodes import EnvironmentNode, connection, require
from bot.sandbox.http import Call
from bot.sandbox.state.accounts import Team
from bot.sandbox.state.repository import Repository


@dataclass(frozen=True, slots=True)
class _Rule:
    """One of the rules that GitHub itself knows."""

    node: EnvironmentNode
    kind: str
    place: int


@field("Repository", "environment")
def environment(repository: Repository, call: Call, *, name: str) -> EnvironmentNode | None:
    """An environment by its name, whose case does not matter. Needs the permission that REST asks for."""
    require(call, repository, "read", "actions")
    found = (one for known, one in repository.environments.items() if known.casefold() == name.casefold())
    one = next(found, None)
    return EnvironmentNode(repository, one) if one is not None else None


@field("Environment", "id")
def environment_id(node: EnvironmentNode, _call: Call) -> str:
    """The node id."""
    return node.environment.node_id


@field("Environment", "databaseId")
def environment_number(node: EnvironmentNode, _call: Call) -> int:
    """The numeric id."""
    return node.environment.id


@field("Environment", "name")
def environment_name(node: EnvironmentNode, _call: Call) -> str:
    """The name as it is written."""
    return node.environment.name


@field("Environment", "protectionRules")
def protection_rules(node: EnvironmentNode, _call: Call, **page: Any) -> dict[str, Any]:
    """The rules."""
    found, rules = node.environment, []
    if found.wait_timer:
        rules.append(_Rule(node, "WAIT_TIMER", 1))
    if found.reviewers or found.reviewing_teams:
        rules.append(_Rule(node, "REQUIRED_REVIEWERS", 2))
    if found.protected_branches_only or found.branch_policies is not None:
        rules.append(_Rule(node, "BRANCH_POLICY", 3))
    return connection("protectionRules", rules, **page)


@field("DeploymentProtectionRule", "type")
def rule_type(rule: _Rule, _call: Call) -> str:
    """What kind of rule it is."""
    return rule.kind


@field("DeploymentProtectionRule", "databaseId")
def rule_number(rule: _Rule, _call: Call) -> int:
    """The numeric id, the same as over REST."""
    return rule.node.environment.id * 10 + rule.place


@field("DeploymentProtectionRule", "timeout")
def rule_timeout(rule: _Rule, _call: Call) -> int:
    """The minutes of a wait timer."""
    return rule.node.environment.wait_timer if rule.kind == "WAIT_TIMER" else 0


@field("DeploymentProtectionRule", "preventSelfReview")
def rule_prevents_self_review(rule: _Rule, _call: Call) -> bool:
    """Whether whoever started a run may not review it."""
    return rule.kind == "REQUIRED_REVIEWERS" and rule.node.environment.prevent_self_review


@field("DeploymentProtectionRule", "reviewers")
def rule_reviewers(rule: _Rule, _call: Call, **page: Any) -> dict[str, Any]:
    """Who is asked."""
    found = rule.node.environment
    asked = [*found.reviewers, *found.reviewing_teams] if rule.kind == "REQUIRED_REVIEWERS" else []
    return connection("reviewers", asked, **page)


@field("Team", "id")
def team_id(team: Team, _call: Call) -> str:
    """The node id."""
    return team.node_id


@field("Team", "databaseId")
def team_number(team: Team, _call: Call) -> int:
    """The numeric id."""
    return team.id


@field("Team", "combinedSlug")
def team_combined_slug(team: Team, _call: Call) -> str:
    """``organisation/team``."""
    return f"{team.organization.login}/{team.slug}"
