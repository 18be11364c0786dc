"""From a sheet to HTML."""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.sandbox.clock import iso
from bot.sandbox.page.house import House, Showing
from bot.sandbox.page.markdown import render_markdown
from bot.sandbox.page.marks import mark_of
from bot.sandbox.page.timeline import count_reactions
from bot.sandbox.page.visit import Sheet, Visit
from bot.sandbox.state.accounts import User
from bot.sandbox.state.repository import Repository


def render_sheet(sheet: Sheet, visit: Visit) -> str:
    """The page a visitor sees."""
    repository = visit.acme.repository
    common = {
        "house": visit.house,
        "showing": visit.showing,
        "player": visit.showing.player,
        "people": visit.showing.people,
        "speaker": visit.speaker.user,
        "repository": repository,
        "home": f"/{repository.full_name}",
        "index": visit.showing.sandbox.index.base,
        "web": visit.world.links.web,
        "this_page": visit.request.path_qs,
        "role_of": _role_of(repository),
        "is_bot": lambda user: user.type == "Bot",
        "open_pulls": sum(pull.state == "open" for pull in repository.pulls),
        "prose": _prose(repository),
    }
    return _environment().get_template(sheet.template).render(title=sheet.title, **common, **sheet.facts)


def render_comment(text: str, repository: Repository) -> str:
    """A comment's text alone, as its thread will show it."""
    return str(_prose(repository)(text.replace("\r\n", "\n")))


def render_alone(sheet: Sheet, house: House, showing: Showing | None = None) -> str:
    """A page that is shown without a visit: no world is there yet, or it belongs to the index."""
    return _environment().get_template(sheet.template).render(
        title=sheet.title, house=house, showing=showing, prose=render_markdown, **sheet.facts
    )  # fmt: skip


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.sandbox.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "address": lambda text: quote(str(text), safe=""),
        "path": lambda text: quote(str(text)),
        "moment": _show_moment,
        "seconds": _show_seconds,
        "short": lambda sha: str(sha)[:7],
        "size": _show_size,
        "mark": mark_of,
        "reactions": count_reactions,
    }
    return environment


def _role_of(repository: Repository) -> Any:
    def role_of(user: User) -> str:
        """The role as a word; strangers see public repositories too, but nobody gave them a role."""
        named = repository.collaborators.get(user.id)
        if named is not None:
            return named.role_name
        return "admin" if user.id in repository.owner.owners else ""

    return role_of


def _prose(repository: Repository) -> Any:
    numbers = frozenset(repository.issues)

    def prose(text: str | None) -> Markup:
        return render_markdown(text or "", home=f"/{repository.full_name}", numbers=numbers)

    return prose


def _show_moment(at: datetime) -> Markup:
    """An instant. The script turns it into "2 minutes ago"; without script it is a plain time."""
    exact = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        iso(exact), exact.strftime("%-d %B %Y, %H:%M:%S UTC"), exact.strftime("%-d %b %Y, %H:%M")
    )


def _show_seconds(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole}s" if whole < 60 else f"{whole // 60}m {whole % 60}s"


def _show_size(size: int) -> str:
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB"
