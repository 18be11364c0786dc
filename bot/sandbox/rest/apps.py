"""What an App asks about itself: its installations, their tokens, its deliveries."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bot.sandbox.authentication import issue_token
from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.http import Call, NotFoundError, Response, Routes, UnprocessableError, created, ok, reply
from bot.sandbox.shapes import accounts
from bot.sandbox.shapes.repositories import repository
from bot.sandbox.state.accounts import Installation
from bot.sandbox.state.deliveries import Delivery
from bot.sandbox.state.repository import Repository

routes = Routes()

_APP_RIGHTS = {"admin": False, "maintain": False, "push": False, "triage": False, "pull": False}
_DELIVERIES_KEPT = {"dotcom": timedelta(days=3), "enterprise": timedelta(days=7)}


@routes.get("/app", "app")
def get_app(call: Call) -> Response:
    """The App that asks."""
    installed = sum(1 for one in call.world.installations.values() if one.app is call.app)
    return ok(accounts.app(call.world.links, call.app) | {"installations_count": installed})


@routes.get("/app/installations", "app")
def list_installations(call: Call) -> Response:
    """The App's installations, oldest first."""
    mine = [one for one in call.world.installations.values() if one.app is call.app]
    since = call.query_moment("since")
    shown = [one for one in mine if since is None or one.updated_at >= since]
    return call.page(shown, lambda one: accounts.installation(call.world.links, one))


@routes.get("/app/installations/{installation_id}", "app")
def get_installation(call: Call) -> Response:
    """One of the App's installations."""
    return ok(accounts.installation(call.world.links, _installation(call)))


@routes.post("/app/installations/{installation_id}/access_tokens", "app")
def create_token(call: Call) -> Response:
    """A new installation token, narrowed to repositories and permissions."""
    installation, body = _installation(call), call.json()
    permissions = body.get("permissions", dict, None)
    repositories = _chosen_repositories(call, installation)
    chosen = None if repositories is None else frozenset(one.id for one in repositories)
    token = issue_token(call.world, installation, permissions=permissions, repository_ids=chosen)
    everywhere = installation.repository_ids is None and repositories is None
    content: dict[str, Any] = {
        "token": token.value,
        "expires_at": iso(token.expires_at),
        "permissions": dict(token.permissions),
        "repository_selection": "all" if everywhere else "selected",
    }
    if repositories is not None:
        content["repositories"] = [repository(call.world.links, one) for one in repositories]
    return created(content)


@routes.get("/repos/{owner}/{repo}/installation", "app")
def get_repository_installation(call: Call) -> Response:
    """The App's installation that covers a repository."""
    found = call.world.find_repository(call.params["owner"], call.params["repo"])
    installation = call.world.find_installation(call.app, found) if found else None
    if installation is None:
        raise NotFoundError
    return ok(accounts.installation(call.world.links, installation))


@routes.get("/orgs/{org}/installation", "app")
def get_organization_installation(call: Call) -> Response:
    """The App's installation on an organisation."""
    login = call.params["org"].lower()
    mine = (one for one in call.world.installations.values() if one.app is call.app)
    found = next((one for one in mine if one.account.login.lower() == login), None)
    if found is None or found.account.type != "Organization":
        raise NotFoundError
    return ok(accounts.installation(call.world.links, found))


@routes.get("/installation/repositories")
def list_repositories(call: Call) -> Response:
    """The repositories the token reaches."""
    token, links = call.token, call.world.links
    reached = [one for one in call.world.repositories.values() if token.reaches(one.id, one.owner.id)]
    return call.page(reached, lambda one: {**repository(links, one), "permissions": _APP_RIGHTS}, wrap="repositories")


@routes.delete("/installation/token")
def revoke_token(call: Call) -> Response:
    """Make the token that was sent worthless."""
    call.world.tokens.pop(call.token.value, None)
    return Response(204)


@routes.get("/app/hook/config", "app")
def get_hook_config(call: Call) -> Response:
    """Where the App's webhooks go."""
    return ok({"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": call.app.webhook_url or ""})


@routes.get("/app/hook/deliveries", "app")
def list_deliveries(call: Call) -> Response:
    """The deliveries to the App that GitHub still keeps, newest first, paged by cursor.

    ``status`` goes by the status code: a delivery that got no answer at all has none, and shows with neither.
    """
    wanted = call.query_choice("status", "", ("", "success", "failure"), "Hook")
    codes = range(200, 400) if wanted == "success" else range(400, 600)
    mine = [one for one in reversed(_recent(call)) if not wanted or one.status_code in codes]
    per_page = call.per_page
    cursor = call.query("cursor")
    if cursor:
        position = _read_cursor(cursor)
        mine = [one for one in mine if one.id <= position]
    shown, rest = mine[:per_page], mine[per_page:]
    headers = {}
    if rest:
        query = urlencode({**call.request.query, "cursor": f"v1_{rest[0].id}"})
        headers["link"] = f'<{call.world.links.api}/app/hook/deliveries?{query}>; rel="next"'
    return reply(200, [_delivery(one) for one in shown], headers)


@routes.get("/app/hook/deliveries/{delivery_id}", "app")
def get_delivery(call: Call) -> Response:
    """One delivery with all that was sent and answered."""
    found = _get_delivery(call)
    request = {"headers": found.request_headers, "payload": json.loads(found.body)}
    response = {"headers": found.response_headers, "payload": found.response_body}
    return ok(_delivery(found) | {"url": found.url, "request": request, "response": response})


@routes.post("/app/hook/deliveries/{delivery_id}/attempts", "app")
def redeliver(call: Call) -> Response:
    """Send a delivery once more, with the same GUID."""
    call.world.requeue(_get_delivery(call))
    return reply(202, {})


def _installation(call: Call) -> Installation:
    found = call.world.installations.get(call.number("installation_id"))
    if found is None or found.app is not call.app:
        raise NotFoundError
    return found


def _chosen_repositories(call: Call, installation: Installation) -> list[Repository] | None:
    body = call.json()
    ids, names = body.get("repository_ids", list, None), body.get("repositories", list, None)
    if ids is None and names is None:
        return None
    if len(ids or names or ()) > 500:
        raise UnprocessableError("Too many repositories")
    inside = [one for one in call.world.repositories.values() if installation.covers(one.id, one.owner.id)]
    by_id, by_name = {one.id: one for one in inside}, {one.name.lower(): one for one in inside}
    chosen = [by_id.get(one) for one in ids or ()] + [by_name.get(str(one).lower()) for one in names or ()]
    found = [one for one in chosen if one is not None]
    if len(found) != len(chosen):
        raise UnprocessableError(
            "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
    return found


def _read_cursor(cursor: str) -> int:
    found = re.fullmatch(r"v1_([0-9]{1,18})", cursor, re.ASCII)
    if found is None:
        raise UnprocessableError("Invalid cursor")
    return int(found[1])


def _recent(call: Call) -> list[Delivery]:
    kept = _DELIVERIES_KEPT["enterprise" if call.world.links.enterprise_host else "dotcom"]
    oldest = call.world.now() - kept
    # What is still on its way does not stand in the list.
    return [
        one for one in call.world.deliveries
        if one.app is call.app and one.delivered_at is not None and one.created_at > oldest
    ]  # fmt: skip


def _get_delivery(call: Call) -> Delivery:
    number = call.number("delivery_id")
    found = next((one for one in _recent(call) if one.id == number), None)
    if found is None:
        raise NotFoundError
    return found


def _delivery(found: Delivery) -> dict[str, Any]:
    return {
        "id": found.id,
        "guid": found.guid,
        "delivered_at": iso_or_none(found.delivered_at),
        "redelivery": found.redelivery,
        "duration": round(found.duration, 2),
        "status": found.status,
        "status_code": found.status_code,
        "event": found.event,
        "action": found.action,
        "installation_id": found.installation.id if found.installation else None,
        "repository_id": found.repository_id,
        "throttled_at": None,
    }
