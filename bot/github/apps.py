"""Adapters: who we are."""

from __future__ import annotations

from bot.github.client import GitHub, Session
from bot.github.facts import AppAccount, Person


async def get_app(github: GitHub, session: Session) -> AppAccount:
    """Who we are. The App itself tells its slug; what its bot account's id is any installation can ask."""
    data = await github.app_session().get("/app")
    slug = str(data["slug"])
    account = await session.get("/users/{login}", login=f"{slug}[bot]")
    return AppAccount(int(data["id"]), slug, Person(int(account["id"]), str(account["login"]), is_bot=True))
