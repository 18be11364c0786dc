"""Adapters: environments, and who guards them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.github.client import Session
from bot.github.facts import Environment
from bot.github.read import Json

_MOST_RULES: Final = 10
_MOST_REVIEWERS: Final = 10
"""GitHub takes six of each."""

ENVIRONMENT: Final = f"""
fragment guarded on Environment {{
  name protectionRules(first: {_MOST_RULES}) {{
    pageInfo {{ hasNextPage }}
    nodes {{ type reviewers(first: {_MOST_REVIEWERS}) {{
      pageInfo {{ hasNextPage }}
      nodes {{ ... on User {{ login }} ... on Team {{ combinedSlug }} }}
    }} }}
  }}
}}"""

_TELLING: Final = {"REQUIRED_REVIEWERS", "WAIT_TIMER"}
"""The rules that GraphQL tells whole: of one for branches it says that there is one, and not whether it admits tags."""


async def get_environment(session: Session, name: str, told: Environment | None = None) -> Environment:
    """What guards the environment ``name``, which need not exist; ``told`` is what GraphQL said of it just now.

    GraphQL knows nothing of the rules of Apps; those are always asked for.
    """
    environment = replace(told, name=name) if told is not None else await _read_environment(session, name)
    if not environment.exists:
        return environment
    path = "/repos/{repository}/environments/{name}/deployment_protection_rules"
    rules = await session.find(path, name=name) or {}
    apps = [rule["app"] for rule in rules.get("custom_deployment_protection_rules") or () if rule.get("enabled")]
    return replace(
        environment,
        rule_app_ids=frozenset(app["id"] for app in apps),
        rule_app_slugs=frozenset(str(app["slug"]) for app in apps),
    )


async def _read_environment(session: Session, name: str) -> Environment:
    data = await session.find("/repos/{repository}/environments/{name}", name=name)
    if data is None:
        return Environment(name, exists=False)
    reviewers: tuple[str, ...] = ()
    for rule in data.get("protection_rules") or ():
        if rule.get("type") == "required_reviewers":
            reviewers = read_reviewers(rule)
    policy = data.get("deployment_branch_policy") or {}
    protected = bool(policy.get("protected_branches"))
    return Environment(name, exists=True, reviewers=reviewers, protected_branches_only=protected)


def read_environment_node(node: Json | None) -> Environment | None:
    """An environment as GraphQL gives it, without the rules of Apps; None when it does not tell all that REST does."""
    rules = node.get("protectionRules") if node else None
    if not node or not rules or rules["pageInfo"]["hasNextPage"]:
        return None
    reviewers: list[str] = []
    for rule in rules["nodes"]:
        if not rule or rule["type"] not in _TELLING or rule["reviewers"]["pageInfo"]["hasNextPage"]:
            return None
        for one in rule["reviewers"]["nodes"]:
            name = (one or {}).get("login") or (one or {}).get("combinedSlug")
            if not name:
                return None
            reviewers.append(str(name))
    return Environment(str(node["name"]), exists=True, reviewers=tuple(reviewers))


def read_reviewers(rule: Json) -> tuple[str, ...]:
    """Whom REST says that a rule asks, as ``login`` or ``org/team``."""
    found = []
    for entry in rule.get("reviewers") or ():
        reviewer = entry.get("reviewer") or {}
        if entry.get("type") == "Team":
            # A team's page is .../orgs/ORG/teams/SLUG; its own data names no organisation.
            organisation = str(reviewer.get("html_url") or "").partition("/orgs/")[2].partition("/")[0]
            found.append(f"{organisation}/{reviewer['slug']}" if organisation else str(reviewer["slug"]))
        elif reviewer.get("login"):
            found.append(str(reviewer["login"]))
    return tuple(found)
