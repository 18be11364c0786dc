"""The repository itself: its branches, tags, activity and collaborators."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso
from bot.sandbox.http import Call, NotFoundError, Response, Routes, UnprocessableError, ok
from bot.sandbox.ids import node_id
from bot.sandbox.shapes.accounts import simple_user
from bot.sandbox.shapes.git import commit as commit_shape
from bot.sandbox.shapes.repositories import full_repository, repository_page, repository_url
from bot.sandbox.state.accounts import User
from bot.sandbox.state.repository import ROLES, Activity, Grant

routes = Routes()

_PERIODS = {
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "quarter": timedelta(days=91),
    "year": timedelta(days=365),
}
_KINDS = ("push", "force_push", "branch_creation", "branch_deletion", "pr_merge", "merge_queue_merge")


@routes.get("/repos/{owner}/{repo}")
def get_repository(call: Call) -> Response:
    """The repository."""
    writes = call.token.allows("contents", "write")
    rights = {"admin": False, "maintain": False, "push": writes, "triage": False, "pull": True}
    return ok(full_repository(call.world.links, call.repository, rights))


@routes.get("/repos/{owner}/{repo}/branches")
def list_branches(call: Call) -> Response:
    """The branches, by name."""
    url = repository_url(call.world.links, call.repository)
    branches = [
        (name.removeprefix("refs/heads/"), sha) for name, sha in call.repository.store.refs("refs/heads/").items()
    ]
    return call.page(
        branches,
        lambda one: {"name": one[0], "commit": {"sha": one[1], "url": f"{url}/commits/{one[1]}"}, "protected": False},
    )


@routes.get("/repos/{owner}/{repo}/branches/{branch}")
def get_branch(call: Call) -> Response:
    """One branch with its newest commit."""
    world, repository, name = call.world, call.repository, call.params["branch"]
    sha = repository.store.find_ref(f"refs/heads/{name}")
    if sha is None:
        raise NotFoundError("Branch not found")
    url = f"{repository_url(world.links, repository)}/branches/{quote(name)}"
    page = f"{repository_page(world.links, repository)}/tree/{quote(name)}"
    return ok(
        {
            "name": name,
            "commit": commit_shape(world.links, repository, repository.store.commit(sha), world.find_user_by_email),
            "_links": {"self": url, "html": page},
            "protected": False,
            "protection": {
                "enabled": False,
                "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
            },
            "protection_url": f"{url}/protection",
        }
    )


@routes.get("/repos/{owner}/{repo}/tags")
def list_tags(call: Call) -> Response:
    """The tags in reverse order of their names, which is not the order of their versions."""
    repository, url = call.repository, repository_url(call.world.links, call.repository)
    found = repository.store.refs("refs/tags/")
    names = sorted((name.removeprefix("refs/tags/") for name in found), reverse=True)

    def shape(name: str) -> dict[str, Any]:
        sha = repository.store.peel(found[f"refs/tags/{name}"])
        return {
            "name": name,
            "zipball_url": f"{url}/zipball/refs/tags/{quote(name)}",
            "tarball_url": f"{url}/tarball/refs/tags/{quote(name)}",
            "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
            "node_id": node_id("Ref", f"{repository.id}:refs/tags/{name}"),
        }

    return call.page(names, shape)


@routes.get("/repos/{owner}/{repo}/activity")
def list_activity(call: Call) -> Response:
    """Who moved which branch, newest first; unlike the authors of commits this cannot be forged."""
    world = call.world
    entries = list(reversed(call.repository.activity))
    if call.query_choice("direction", "desc", ("asc", "desc"), "Activity") == "asc":
        entries.reverse()
    ref, actor, kind, period = (call.query(name) for name in ("ref", "actor", "activity_type", "time_period"))
    if kind and kind not in _KINDS:
        raise UnprocessableError("Invalid activity_type")
    if period and period not in _PERIODS:
        raise UnprocessableError("Invalid time_period")
    full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
    shown = [
        one
        for one in entries
        if (not ref or one.ref == full)
        and (not actor or one.actor.login.lower() == actor.lower())
        and (not kind or one.kind == kind)
        and (not period or one.at >= world.now() - _PERIODS[period])
    ]
    return call.page(shown, lambda one: _activity(call, one))


@routes.get("/repos/{owner}/{repo}/collaborators/{username}/permission")
def get_permission(call: Call) -> Response:
    """What an account may do here; unknown accounts are 404, strangers of a public repository may read."""
    user = call.world.find_user(call.params["username"])
    if user is None or user.type != "User":
        raise NotFoundError(f"{call.params['username']} is not a user")
    grant = call.repository.grant_of(user)
    shown = {"permission": grant.permission if grant else "none", "role_name": grant.role_name if grant else ""}
    return ok(shown | {"user": _collaborator(call, user, grant)})


@routes.get("/repos/{owner}/{repo}/collaborators/{username}")
def check_collaborator(call: Call) -> Response:
    """204 for a collaborator, 404 for anybody else."""
    user = call.world.find_user(call.params["username"])
    if user is None or (user.id not in call.repository.collaborators and user.id not in call.repository.owner.owners):
        raise NotFoundError
    return Response(204)


@routes.get("/orgs/{org}/members/{username}")
def check_member(call: Call) -> Response:
    """204 for a member of the organisation, 404 for anybody else."""
    organization, user = call.world.find_user(call.params["org"]), call.world.find_user(call.params["username"])
    if organization is None or user is None or user.id not in organization.members | organization.owners:
        raise NotFoundError
    return Response(204)


@routes.get("/orgs/{org}/teams/{team_slug}/memberships/{username}")
def get_team_membership(call: Call) -> Response:
    """How somebody belongs to a team: 404 for whoever does not, and for a team that is not there."""
    organization, user = call.world.find_user(call.params["org"]), call.world.find_user(call.params["username"])
    team = organization.teams.get(call.params["team_slug"].lower()) if organization else None
    if team is None or user is None or user.id not in team.members | team.invited:
        raise NotFoundError
    url = f"{call.world.links.api}/organizations/{team.organization.id}/team/{team.id}/memberships/{user.login}"
    return ok({"url": url, "role": "member", "state": "active" if user.id in team.members else "pending"})


def _collaborator(call: Call, user: User, grant: Grant | None) -> dict[str, Any]:
    held = ROLES.index(grant.role) if grant else -1
    names = ("pull", "triage", "push", "maintain", "admin")
    rights = {name: held >= index for index, name in enumerate(names)}
    return {
        **simple_user(call.world.links, user),
        "permissions": rights,
        "role_name": grant.role_name if grant else "",
    }


def _activity(call: Call, one: Activity) -> dict[str, Any]:
    return {
        "id": one.id,
        "node_id": one.node_id,
        "before": one.before,
        "after": one.after,
        "ref": one.ref,
        "timestamp": iso(one.at),
        "activity_type": one.kind,
        "actor": simple_user(call.world.links, one.actor),
    }
