"""Releases and their assets."""

import hashlib
from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import simple_user
from bot.sandbox.shapes.repositories import repository_page, repository_url
from bot.sandbox.state.releases import Asset, Release
from bot.sandbox.state.repository import Repository


def release(links: Links, repository: Repository, found: Release) -> dict[str, Any]:
    """A release. A draft's page and download addresses do not name its tag yet."""
    api, page = repository_url(links, repository), repository_page(links, repository)
    tag = quote(found.tag_name)
    url = f"{api}/releases/{found.id}"
    shown = f"untagged-{found.id}" if found.draft else tag
    published = found.published_at is not None and not found.draft
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{links.uploads}/repos/{repository.full_name}/releases/{found.id}/assets{{?name,label}}",
        "html_url": f"{page}/releases/tag/{shown}",
        "id": found.id,
        "author": simple_user(links, found.author),
        "node_id": found.node_id,
        "tag_name": found.tag_name,
        "target_commitish": found.target_commitish,
        "name": found.name,
        "draft": found.draft,
        "immutable": found.immutable,
        "prerelease": found.prerelease,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "published_at": iso_or_none(found.published_at) if published else None,
        "assets": [asset(links, repository, found, one) for one in found.assets],
        "tarball_url": f"{api}/tarball/{tag}" if published else None,
        "zipball_url": f"{api}/zipball/{tag}" if published else None,
        "body": found.body,
    }


def asset(links: Links, repository: Repository, of: Release, found: Asset) -> dict[str, Any]:
    """A file attached to a release."""
    shown = f"untagged-{of.id}" if of.draft else quote(of.tag_name)
    return {
        "url": f"{repository_url(links, repository)}/releases/assets/{found.id}",
        "id": found.id,
        "node_id": found.node_id,
        "name": found.name,
        "label": found.label,
        "uploader": simple_user(links, found.uploader),
        "content_type": found.content_type,
        "state": found.state,
        "size": len(found.content),
        "digest": "sha256:" + hashlib.sha256(found.content).hexdigest(),
        "download_count": found.download_count,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "browser_download_url": f"{repository_page(links, repository)}/releases/download/{shown}/{quote(found.name)}",
    }
