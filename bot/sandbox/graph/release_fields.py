"""Releases and their files."""

from typing import Any

from bot.sandbox.acts.releases import find_latest
from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.graph.fields import field
from bot.sandbox.graph.nodes import GitNode, ReleaseNode, connection, require
from bot.sandbox.http import Call
from bot.sandbox.shapes.repositories import repository_page
from bot.sandbox.state.releases import Asset
from bot.sandbox.state.repository import Repository


@field("Repository", "latestRelease")
def latest_release(repository: Repository, call: Call) -> ReleaseNode | None:
    """The latest full release."""
    require(call, repository, "read", "contents")
    release = find_latest(repository)
    return ReleaseNode(repository, release) if release else None


@field("Repository", "release")
def release_by_tag(repository: Repository, call: Call, *, tag_name: str) -> ReleaseNode | None:
    """The release of a tag."""
    return next((one for one in _releases(repository, call) if one.release.tag_name == tag_name), None)


@field("Repository", "releases")
def releases(
    repository: Repository, call: Call, *, order_by: dict[str, str] | None = None, **page: Any
) -> dict[str, Any]:
    """The releases, newest first; drafts only for those who may write contents."""
    found = sorted(_releases(repository, call), key=lambda one: (one.release.created_at, one.release.id), reverse=True)
    if order_by and order_by["direction"] == "ASC":
        found.reverse()
    return connection("releases", found, **page)


def _releases(repository: Repository, call: Call) -> list[ReleaseNode]:
    require(call, repository, "read", "contents")
    drafts = call.token.allows("contents", "write")
    return [ReleaseNode(repository, one) for one in repository.releases.values() if drafts or not one.draft]


_RELEASE_FACTS = {
    "id": lambda r: r.node_id,
    "databaseId": lambda r: r.id,
    "name": lambda r: r.name,
    "tagName": lambda r: r.tag_name,
    "description": lambda r: r.body,
    "isDraft": lambda r: r.draft,
    "isPrerelease": lambda r: r.prerelease,
    "createdAt": lambda r: iso(r.created_at),
    "publishedAt": lambda r: iso_or_none(r.published_at),
}


def _register_release_facts() -> None:
    for name, read in _RELEASE_FACTS.items():
        field("Release", name)(lambda node, _call, read=read: read(node.release))


_register_release_facts()


@field("Release", "isLatest")
def is_latest(node: ReleaseNode, _call: Call) -> bool:
    """Whether it is the latest full release."""
    return find_latest(node.repository) is node.release


@field("Release", "tagCommit")
def tag_commit(node: ReleaseNode, _call: Call) -> GitNode | None:
    """The commit behind its tag."""
    commit = node.repository.store.find_commit(f"tags/{node.release.tag_name}")
    return GitNode(node.repository, commit.sha) if commit else None


@field("Release", "url")
def release_url(node: ReleaseNode, call: Call) -> str:
    """Its page."""
    page = repository_page(call.world.links, node.repository)
    return f"{page}/releases/tag/{node.release.tag_name}"


@field("Release", "releaseAssets")
def release_assets(node: ReleaseNode, _call: Call, *, name: str | None = None, **page: Any) -> dict[str, Any]:
    """Its files."""
    assets = [one for one in node.release.assets if name in (None, one.name)]
    return connection("releaseAssets", [_asset(one) for one in assets], **page)


@field("Release", "reactions")
def release_reactions(_node: ReleaseNode, _call: Call, **page: Any) -> dict[str, Any]:
    """Reactions; the sandbox keeps none on releases."""
    return connection("reactions", [], **{key: page[key] for key in ("first", "last") if key in page})


def _asset(asset: Asset) -> dict[str, Any]:
    return {
        "id": asset.node_id,
        "name": asset.name,
        "contentType": asset.content_type,
        "size": len(asset.content),
    }
