"""Environments and what stands before them: who may deploy, and who is asked first."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from bot.sandbox.actions.live import LiveRun
from bot.sandbox.actions.telling import tell_reviewed
from bot.sandbox.http import ForbiddenError, NotFoundError, UnprocessableError
from bot.sandbox.state.accounts import App, User
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.rulesets import fits
from bot.sandbox.state.runs import Approval, Environment, Gate, Job, ProtectionRule
from bot.sandbox.world import World

Decision = Literal["approved", "rejected"]

MAX_RULES = 6
_MAX_COMMENT = 1024
_MAX_REPORTS = 10
_EXPIRY = timedelta(days=30)

REJECTED = "The deployment was rejected or didn't satisfy other protection rules."
EXPIRED = "The deployment review has not been approved within 30 days."
INCOMPATIBLE = "The environment's protection rules are incompatible with `deployment: false`."


def ensure_environment(world: World, repository: Repository, name: str) -> Environment:
    """The environment of this name; one that does not exist yet is created without any protection, as GitHub does."""
    found = next((one for key, one in repository.environments.items() if key.casefold() == name.casefold()), None)
    if found is None:
        now = world.now()
        found = repository.environments[name] = Environment(world.ids.next(), name, now, now)
    return found


def enable_rule(world: World, environment: Environment, app: App) -> ProtectionRule:
    """Let an App guard an environment. Raises UnprocessableError beyond six rules, or when it guards already."""
    if any(rule.app is app for rule in environment.rules):
        raise UnprocessableError("Custom deployment protection rule already exists")
    if len(environment.rules) >= MAX_RULES:
        raise UnprocessableError(f"An environment may have at most {MAX_RULES} deployment protection rules")
    rule = ProtectionRule(world.ids.next(), app)
    environment.rules.append(rule)
    return rule


def find_refusal(live: LiveRun, environment: Environment, *, deployment: bool) -> str | None:
    """Why the job may not even ask to enter: the ref is not admitted, or it wants no deployment where an App guards."""
    kind, name = live.run.ref.removeprefix("refs/").partition("/")[::2]
    if not _admits_ref(environment, kind, name):
        shown = "Tag" if kind == "tags" else "Branch"
        return f'{shown} "{name}" is not allowed to deploy to {environment.name} due to environment protection rules.'
    if not deployment and any(rule.enabled for rule in environment.rules):
        return INCOMPATIBLE
    return None


def _admits_ref(environment: Environment, kind: str, name: str) -> bool:
    if environment.branch_policies is not None:
        wanted = "tag" if kind == "tags" else "branch"
        return any(fits(policy.name, name) for policy in environment.branch_policies if policy.type == wanted)
    # A tag is no protected branch, which is why a release fails in an environment for protected branches only.
    return kind != "tags" or not environment.protected_branches_only


def is_guarded(environment: Environment) -> bool:
    """Whether a job stops before the environment at all.

    Restricting branches is enough for that: the job passes through `waiting` for a moment although nobody is asked, as
    on GitHub (runs-on/runs-on#386).
    """
    restricted = environment.branch_policies is not None or environment.protected_branches_only
    asks = any(rule.enabled for rule in environment.rules) or environment.reviewers or environment.reviewing_teams
    return bool(restricted or asks or environment.wait_timer)


def open_gate(live: LiveRun, environment: Environment, job: Job) -> Gate:
    """The gate this job waits at: one that others wait at already, or a new one."""
    gate = next((one for one in live.gates if one.environment is environment), None)
    if gate is None:
        gate = Gate(
            environment,
            live.run.run_attempt,
            [],
            live.now(),
            waiting_for_apps=[rule.app for rule in environment.rules if rule.enabled],
            waiting_for_reviewers=bool(environment.reviewers or environment.reviewing_teams),
        )
        live.run.gates.append(gate)
    gate.jobs.append(job)
    return gate


def settle_gate(gate: Gate, now: datetime) -> None:
    """Open the gate when nobody is waited for any more, close it when it waited for thirty days."""
    timer_over = now >= gate.since + timedelta(minutes=gate.environment.wait_timer)
    if now - gate.since > _EXPIRY:
        gate.state = "rejected"
    elif timer_over and not gate.waiting_for_apps and not gate.waiting_for_reviewers:
        gate.state = "approved"


def is_expired(gate: Gate, now: datetime) -> bool:
    """Whether the gate was closed by time and not by anybody."""
    return now - gate.since > _EXPIRY


def decide_as_app(live: LiveRun, app: App, environment: str, decision: Decision | None, comment: str) -> None:
    """An App answers for its own rule; without a decision it only reports, and the gate keeps waiting.

    Raises:
        NotFoundError: Nothing waits for this App at this environment; with the switch `World.closed_gate_is_invalid` it
            is UnprocessableError, since nobody has written down which of them GitHub says.
        UnprocessableError: 422 for too long a comment or too many reports.
    """
    gates = [gate for gate in live.gates if gate.environment.name == environment and app in gate.waiting_for_apps]
    if not gates:
        raise UnprocessableError if live.world.closed_gate_is_invalid else NotFoundError
    if len(comment) > _MAX_COMMENT:
        raise UnprocessableError(f"Comment is too long (maximum is {_MAX_COMMENT} characters)")
    if decision is None:
        _report(gates)
        return
    for gate in gates:
        gate.waiting_for_apps.remove(app)
    _record(live, gates, Approval(app.bot, decision, comment, _environments(gates), live.now(), app))


def _report(gates: Iterable[Gate]) -> None:
    for gate in gates:
        if gate.reports >= _MAX_REPORTS:
            raise UnprocessableError(f"A deployment may have at most {_MAX_REPORTS} status reports")
        gate.reports += 1


def decide_as_reviewer(
    live: LiveRun, user: User, environments: Sequence[Environment], decision: Decision, comment: str
) -> list[Gate]:
    """A required reviewer decides about all gates of these environments; the gates decided about.

    Raises:
        UnprocessableError: 422 when nothing of the kind waits, or the person is not (or, with self-review prevented,
            no longer) among those who may decide.
    """
    gates = [gate for gate in live.gates if gate.environment in environments and gate.waiting_for_reviewers]
    if not gates:
        raise UnprocessableError("There are no pending deployment requests to approve or reject")
    if not all(can_review(live, gate.environment, user) for gate in gates):
        raise UnprocessableError("You are not a required reviewer of these environments")
    for gate in gates:
        gate.waiting_for_reviewers = False
    _record(live, gates, Approval(user, decision, comment, _environments(gates), live.now()))
    return gates


def can_review(live: LiveRun, environment: Environment, user: User) -> bool:
    """Whether this person may decide about a deployment of this run."""
    listed = user in environment.reviewers or any(user.id in team.members for team in environment.reviewing_teams)
    return listed and not (environment.prevent_self_review and user is live.run.triggering_actor)


def decide_about_everything(live: LiveRun, user: User, comment: str = "") -> None:
    """An administrator starts all waiting jobs past every rule, if the environments let administrators do so.

    Raises ForbiddenError when one of them does not, or nothing waits.
    """
    gates = live.gates
    if not gates or not all(gate.environment.can_admins_bypass for gate in gates):
        raise ForbiddenError("Environment protection rules cannot be bypassed")
    for gate in gates:
        gate.state = "approved"
    _record(live, gates, Approval(user, "approved", comment, _environments(gates), live.now()))


def _environments(gates: Iterable[Gate]) -> list[Environment]:
    return [gate.environment for gate in gates]


def _record(live: LiveRun, gates: list[Gate], approval: Approval) -> None:
    if approval.state == "rejected":
        for gate in gates:
            gate.state = "rejected"
    live.run.approvals.append(approval)
    live.run.updated_at = live.now()
    tell_reviewed(live, gates, approval)
