"""Environments and what protects them."""

from typing import Any

from bot.sandbox.actions.gates import enable_rule, ensure_environment
from bot.sandbox.actions.rest.lookup import get_environment
from bot.sandbox.http import (
    Body,
    Call,
    NotFoundError,
    Response,
    Routes,
    UnprocessableError,
    created,
    no_content,
    ok,
)
from bot.sandbox.shapes.deployments import branch_policy, custom_rule, environment_url, rule_app
from bot.sandbox.shapes.deployments import environment as environment_shape
from bot.sandbox.state.accounts import App, User
from bot.sandbox.state.runs import BranchPolicy, Environment, ProtectionRule

routes = Routes()

_ENVIRONMENTS = "/repos/{owner}/{repo}/environments"
_ENVIRONMENT = f"{_ENVIRONMENTS}/{{environment_name}}"
_RULES = f"{_ENVIRONMENT}/deployment_protection_rules"
_POLICIES = f"{_ENVIRONMENT}/deployment-branch-policies"
_LONGEST_WAIT_MINUTES = 43_200
_MAX_REVIEWERS = 6


@routes.get(_ENVIRONMENTS)
def list_environments(call: Call) -> Response:
    """All environments."""
    found = list(call.repository.environments.values())
    return call.page(found, lambda one: environment_shape(call.world.links, call.repository, one), wrap="environments")


@routes.get(_ENVIRONMENT)
def show_environment(call: Call) -> Response:
    """One environment."""
    return ok(environment_shape(call.world.links, call.repository, get_environment(call)))


@routes.put(_ENVIRONMENT)
def replace_environment(call: Call) -> Response:
    """Create an environment, or replace its settings: what the body leaves out is reset."""
    body = call.json()
    reviewers = _read_reviewers(call, body)
    wait = body.get("wait_timer", int, 0)
    if not 0 <= wait <= _LONGEST_WAIT_MINUTES:
        raise UnprocessableError("wait_timer must be between 0 and 43200 minutes")
    policy = body.get("deployment_branch_policy", (dict, type(None)), None)
    if policy is not None and policy.get("protected_branches") == policy.get("custom_branch_policies"):
        raise UnprocessableError("protected_branches and custom_branch_policies cannot have the same value")
    environment = ensure_environment(call.world, call.repository, call.params["environment_name"])
    environment.wait_timer, environment.reviewers = wait, reviewers
    environment.prevent_self_review = body.get("prevent_self_review", bool, default=False)
    _set_policy(environment, policy)
    environment.updated_at = call.world.now()
    return ok(environment_shape(call.world.links, call.repository, environment))


def _read_reviewers(call: Call, body: Body) -> list[User]:
    listed = body.get("reviewers", (list, type(None)), None) or []
    if len(listed) > _MAX_REVIEWERS:
        raise UnprocessableError("Reviewers cannot exceed 6")
    found = [call.world.users.get(entry.get("id")) for entry in listed if entry.get("type") == "User"]
    people = [user for user in found if user is not None and user.type == "User"]
    if len(people) != len(listed):
        raise UnprocessableError("App is not a possible value. Must be one of the following: User, Team.")
    return people


def _set_policy(environment: Environment, policy: dict[str, Any] | None) -> None:
    environment.protected_branches_only = bool(policy and policy["protected_branches"])
    by_name = bool(policy and policy["custom_branch_policies"])
    environment.branch_policies = (environment.branch_policies or []) if by_name else None


# Custom rules


@routes.get(_RULES)
def list_rules(call: Call) -> Response:
    """The custom rules of an environment."""
    rules = get_environment(call).rules
    shown = [custom_rule(call.world.links, rule) for rule in rules if rule.enabled]
    return ok({"total_count": len(shown), "custom_deployment_protection_rules": shown})


@routes.post(_RULES)
def add_rule(call: Call) -> Response:
    """Let an App guard the environment."""
    environment = get_environment(call)
    app = call.world.apps.get(call.json().get("integration_id", int))
    if app is None or app not in _possible_apps(call):
        raise NotFoundError
    rule = enable_rule(call.world, environment, app)
    return created(custom_rule(call.world.links, rule))


@routes.get(f"{_RULES}/apps")
def list_possible_apps(call: Call) -> Response:
    """The Apps that could guard the environment."""
    get_environment(call)
    wrap = "available_custom_deployment_protection_rule_integrations"
    return call.page(_possible_apps(call), lambda app: rule_app(call.world.links, app), wrap=wrap)


def _possible_apps(call: Call) -> list[App]:
    """Apps that may write deployments and hear when they are asked."""
    return [
        installation.app
        for installation in call.world.installations.values()
        if installation.covers(call.repository.id, call.repository.owner.id)
        and "deployment_protection_rule" in installation.events
    ]


def _get_rule(call: Call) -> ProtectionRule:
    wanted = call.number("protection_rule_id")
    rule = next((one for one in get_environment(call).rules if one.id == wanted), None)
    if rule is None:
        raise NotFoundError
    return rule


@routes.get(f"{_RULES}/{{protection_rule_id}}")
def show_rule(call: Call) -> Response:
    """One custom rule."""
    return ok(custom_rule(call.world.links, _get_rule(call)))


@routes.delete(f"{_RULES}/{{protection_rule_id}}")
def remove_rule(call: Call) -> Response:
    """Let the App guard the environment no longer."""
    get_environment(call).rules.remove(_get_rule(call))
    return no_content()


# Branch and tag policies


@routes.get(_POLICIES)
def list_policies(call: Call) -> Response:
    """The name patterns of the branches and tags that may deploy."""
    policies = get_environment(call).branch_policies or []
    return call.page(policies, branch_policy, wrap="branch_policies")


@routes.post(_POLICIES)
def add_policy(call: Call) -> Response:
    """Add a name pattern: 303 when it is there already, 404 when the environment is not restricted by name."""
    environment, body = get_environment(call), call.json()
    if environment.branch_policies is None:
        raise NotFoundError
    name, kind = body.text("name"), body.choice("type", ("branch", "tag"), "branch")
    known = next((one for one in environment.branch_policies if (one.name, one.type) == (name, kind)), None)
    if known is not None:
        base = environment_url(call.world.links, call.repository, environment.name)
        return Response(303, {"location": f"{base}/deployment-branch-policies/{known.id}"})
    policy = BranchPolicy(call.world.ids.next(), name, kind)
    environment.branch_policies.append(policy)
    return ok(branch_policy(policy))
