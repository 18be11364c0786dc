"""Accounts, Apps and installations."""

from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.links import Links
from bot.sandbox.state.accounts import App, Installation, User


def simple_user(links: Links, user: User) -> dict[str, Any]:
    """An account as it stands inside every other object."""
    api = f"{links.api}/users/{quote(user.login)}"
    page = f"apps/{user.login.removesuffix('[bot]')}" if user.type == "Bot" else user.login
    return {
        "login": user.login,
        "id": user.id,
        "node_id": user.node_id,
        "avatar_url": f"{links.web}/avatars/{user.id}",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{links.web}/{page}",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": user.type,
        "user_view_type": "public",
        "site_admin": user.site_admin,
    }


def simple_user_or_none(links: Links, user: User | None) -> dict[str, Any] | None:
    """Like `simple_user`, for what may have no account behind it."""
    return None if user is None else simple_user(links, user)


def organization(links: Links, user: User) -> dict[str, Any]:
    """The organisation as webhooks carry it beside the repository."""
    api = f"{links.api}/orgs/{user.login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": user.node_id,
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": f"{links.web}/avatars/{user.id}",
        "description": "",
    }


def app(links: Links, app: App) -> dict[str, Any]:
    """A GitHub App as it is shown to others: on check runs, comments and in ``GET /app``."""
    return {
        "id": app.id,
        "client_id": app.client_id,
        "slug": app.slug,
        "node_id": app.node_id,
        "owner": simple_user(links, app.owner),
        "name": app.name,
        "description": "",
        "external_url": f"{links.web}/apps/{app.slug}/about",
        "html_url": f"{links.web}/apps/{app.slug}",
        "created_at": iso(app.created_at),
        "updated_at": iso(app.created_at),
        "permissions": dict(app.permissions),
        "events": list(app.events),
    }


def app_or_none(links: Links, app_: App | None) -> dict[str, Any] | None:
    """Like `app`, for what may have been done without one."""
    return None if app_ is None else app(links, app_)


def installation(links: Links, installed: Installation) -> dict[str, Any]:
    """An installation."""
    account = installed.account
    page = (
        f"{links.web}/organizations/{account.login}/settings/installations/{installed.id}"
        if account.type == "Organization"
        else f"{links.web}/settings/installations/{installed.id}"
    )
    return {
        "id": installed.id,
        "client_id": installed.app.client_id,
        "account": simple_user(links, account),
        "repository_selection": "all" if installed.repository_ids is None else "selected",
        "access_tokens_url": f"{links.api}/app/installations/{installed.id}/access_tokens",
        "repositories_url": f"{links.api}/installation/repositories",
        "html_url": page,
        "app_id": installed.app.id,
        "app_slug": installed.app.slug,
        "target_id": account.id,
        "target_type": account.type,
        "permissions": dict(installed.permissions),
        "events": list(installed.events),
        "created_at": iso(installed.created_at),
        "updated_at": iso(installed.updated_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": simple_user_or_none(links, installed.suspended_by),
        "suspended_at": iso_or_none(installed.suspended_at),
    }
