"""Environments, the gates before them, deployments and reviews."""

from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso
from bot.sandbox.ids import node_id
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import app as app_shape
from bot.sandbox.shapes.accounts import simple_user
from bot.sandbox.shapes.repositories import repository_page, repository_url
from bot.sandbox.shapes.runs import job_page
from bot.sandbox.state.accounts import App, Team
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.runs import (
    Approval,
    BranchPolicy,
    Deployment,
    DeploymentStatus,
    Environment,
    Gate,
    Job,
    ProtectionRule,
    WorkflowRun,
)


def environment_url(links: Links, repository: Repository, name: str) -> str:
    """The environment's address in the API."""
    return f"{repository_url(links, repository)}/environments/{quote(name, safe='')}"


def environment(links: Links, repository: Repository, found: Environment) -> dict[str, Any]:
    """An environment with its protection rules; an App's custom rules are listed elsewhere."""
    policy = None
    if found.protected_branches_only or found.branch_policies is not None:
        by_name = found.branch_policies is not None
        policy = {"protected_branches": not by_name, "custom_branch_policies": by_name}
    return {
        **_environment_core(links, repository, found),
        "can_admins_bypass": found.can_admins_bypass,
        "protection_rules": _protection_rules(links, found),
        "deployment_branch_policy": policy,
    }


def _environment_core(links: Links, repository: Repository, found: Environment) -> dict[str, Any]:
    return {
        "id": found.id,
        "node_id": found.node_id,
        "name": found.name,
        "url": environment_url(links, repository, found.name),
        "html_url": f"{repository_page(links, repository)}/deployments/activity_log?environments_filter={quote(found.name)}",
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
    }


def _protection_rules(links: Links, found: Environment) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    if found.wait_timer:
        rules.append(_rule(found, "wait_timer", 1) | {"wait_timer": found.wait_timer})
    if found.reviewers or found.reviewing_teams:
        listed = {"prevent_self_review": found.prevent_self_review, "reviewers": reviewers(links, found)}
        rules.append(_rule(found, "required_reviewers", 2) | listed)
    if found.protected_branches_only or found.branch_policies is not None:
        rules.append(_rule(found, "branch_policy", 3))
    return rules


def _rule(found: Environment, kind: str, place: int) -> dict[str, Any]:
    """A built-in rule; it has an id of its own, which here follows from the environment's."""
    number = found.id * 10 + place
    return {"id": number, "node_id": node_id("ProtectionRule", number), "type": kind}


def reviewers(links: Links, found: Environment) -> list[dict[str, Any]]:
    """The required reviewers."""
    users = [{"type": "User", "reviewer": simple_user(links, user)} for user in found.reviewers]
    return users + [{"type": "Team", "reviewer": _team(links, team)} for team in found.reviewing_teams]


def _team(links: Links, team: Team) -> dict[str, Any]:
    url = f"{links.api}/organizations/{team.organization.id}/team/{team.id}"
    return {
        "id": team.id,
        "node_id": team.node_id,
        "name": team.name,
        "slug": team.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "url": url,
        "html_url": f"{links.web}/orgs/{team.organization.login}/teams/{team.slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
        "organization_id": team.organization.id,
        "parent": None,
    }


def custom_rule(links: Links, rule: ProtectionRule) -> dict[str, Any]:
    """An App's protection rule on an environment."""
    return {"id": rule.id, "node_id": rule.node_id, "enabled": rule.enabled, "app": rule_app(links, rule.app)}


def rule_app(links: Links, app: App) -> dict[str, Any]:
    """An App as a possible protection rule."""
    integration = f"{links.api}/apps/{app.slug}"
    return {"id": app.id, "slug": app.slug, "integration_url": integration, "node_id": app.node_id}


def branch_policy(policy: BranchPolicy) -> dict[str, Any]:
    """A name pattern of an environment."""
    identity = node_id("ProtectionRule", f"policy-{policy.id}")
    return {"id": policy.id, "node_id": identity, "name": policy.name, "type": policy.type}


def pending_deployment(links: Links, repository: Repository, gate: Gate, *, can_approve: bool) -> dict[str, Any]:
    """A gate that waits, as the run's page lists it."""
    found = gate.environment
    core = _environment_core(links, repository, found)
    return {
        "environment": {key: core[key] for key in ("id", "node_id", "name", "url", "html_url")},
        "wait_timer": found.wait_timer,
        "wait_timer_started_at": iso(gate.since) if found.wait_timer else None,
        "current_user_can_approve": can_approve,
        "reviewers": reviewers(links, found),
    }


def approval(links: Links, repository: Repository, found: Approval) -> dict[str, Any]:
    """A decision in the history of a run's reviews."""
    return {
        "state": found.state,
        "comment": found.comment,
        "environments": [_environment_core(links, repository, one) for one in found.environments],
        "user": simple_user(links, found.user),
    }


def deployment(links: Links, repository: Repository, found: Deployment, actions_app: App) -> dict[str, Any]:
    """A deployment made by Actions."""
    api = repository_url(links, repository)
    return {
        "url": f"{api}/deployments/{found.id}",
        "id": found.id,
        "node_id": found.node_id,
        "task": found.task,
        "original_environment": found.environment,
        "environment": found.environment,
        "description": found.description,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "statuses_url": f"{api}/deployments/{found.id}/statuses",
        "repository_url": api,
        "creator": simple_user(links, found.creator),
        "sha": found.sha,
        "ref": found.ref,
        "payload": {},
        "transient_environment": False,
        "production_environment": False,
        "performed_via_github_app": app_shape(links, actions_app),
    }


def deployment_status(
    links: Links, repository: Repository, of: Deployment, found: DeploymentStatus, actions_app: App
) -> dict[str, Any]:
    """One status of a deployment."""
    api = f"{repository_url(links, repository)}/deployments/{of.id}"
    return {
        "url": f"{api}/statuses/{found.id}",
        "id": found.id,
        "node_id": found.node_id,
        "state": found.state,
        "creator": simple_user(links, found.creator),
        "description": found.description,
        "environment": of.environment,
        "target_url": found.log_url,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.created_at),
        "deployment_url": api,
        "repository_url": repository_url(links, repository),
        "environment_url": found.environment_url,
        "log_url": found.log_url,
        "performed_via_github_app": app_shape(links, actions_app),
    }


def job_run(links: Links, repository: Repository, run: WorkflowRun, job: Job) -> dict[str, Any]:
    """A job that stands at a gate, as the review webhooks name it."""
    return {
        "id": job.id,
        "name": job.name,
        "status": job.status,
        "conclusion": job.conclusion,
        "environment": job.environment,
        "html_url": job_page(links, repository, run, job),
        "created_at": iso(job.created_at),
        "updated_at": iso(job.started_at or job.created_at),
    }
