"""Rulesets."""

from typing import Any

from bot.sandbox.clock import iso
from bot.sandbox.ids import node_id
from bot.sandbox.links import Links
from bot.sandbox.shapes.repositories import repository_page, repository_url
from bot.sandbox.state.accounts import User
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.rulesets import RuleKind, Ruleset


def ruleset(links: Links, repository: Repository, number: int, one: Ruleset) -> dict[str, Any]:
    """A ruleset in a list."""
    owner = repository.owner.login
    api, page = f"{repository_url(links, repository)}/rulesets", f"{repository_page(links, repository)}/rules"
    if one.inherited:
        api, page = f"{links.api}/orgs/{owner}/rulesets", f"{links.web}/organizations/{owner}/settings/rules"
    return {
        "id": number,
        "name": one.name,
        "target": one.target,
        "source_type": "Organization" if one.inherited else "Repository",
        "source": owner if one.inherited else repository.full_name,
        "enforcement": one.enforcement,
        "node_id": node_id("RepositoryRuleset", number),
        "_links": {"self": {"href": f"{api}/{number}"}, "html": {"href": f"{page}/{number}"}},
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.created_at),
    }


def full_ruleset(links: Links, repository: Repository, number: int, one: Ruleset, asking: User) -> dict[str, Any]:
    """A ruleset by itself, as ``asking`` sees it.

    Who else gets past it is told only to those who may change it, and no App of the sandbox is one of them.
    """
    return ruleset(links, repository, number, one) | {
        "conditions": {"ref_name": {"include": list(one.patterns), "exclude": list(one.excluded)}},
        "rules": [_rule(one, kind) for kind in sorted(one.rules)],
        "current_user_can_bypass": one.bypass_of(asking.id),
    }


def _rule(one: Ruleset, kind: RuleKind) -> dict[str, Any]:
    match kind:
        case "merge_queue":
            return {
                "type": kind,
                "parameters": {
                    "check_response_timeout_minutes": 60,
                    "grouping_strategy": "ALLGREEN",
                    "max_entries_to_build": 5,
                    "max_entries_to_merge": 5,
                    "merge_method": one.queue_method.upper(),
                    "min_entries_to_merge": 1,
                    "min_entries_to_merge_wait_minutes": 5,
                },
            }
        case "required_status_checks":
            return {
                "type": kind,
                "parameters": {
                    "required_status_checks": [{"context": name} for name in one.checks],
                    "strict_required_status_checks_policy": False,
                },
            }
        case _:
            return {"type": kind}
