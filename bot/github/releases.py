"""Adapters: GitHub Releases and what is attached to them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.github.client import Session
from bot.github.errors import Forbidden, NotFound, Unavailable, Unprocessable
from bot.github.facts import GitHubRelease
from bot.github.read import read_release


async def find_release(session: Session, tag: str) -> GitHubRelease | None:
    """The published release of ``tag``; drafts are not found by their tag."""
    data = await session.find("/repos/{repository}/releases/tags/{tag}", tag=tag)
    return read_release(data) if data else None


async def find_draft(session: Session, tag: str, bot_id: int) -> GitHubRelease | None:
    """Our own draft for ``tag`` among the newest releases. Several drafts may share a tag: the oldest is taken."""
    found = []
    async for data in session.list("/repos/{repository}/releases", params={"per_page": "30"}, limit=30):
        release = read_release(data)
        if release.draft and release.tag == tag and release.author is not None and release.author.id == bot_id:
            found.append(release)
    return min(found, key=lambda release: release.id, default=None)


async def create_release(
    session: Session, *, tag: str, name: str, body: str, prerelease: bool, latest: bool, draft: bool
) -> GitHubRelease | None:
    """Make the release of a tag that exists; None when there is one that GitHub does not show yet."""
    content = {"tag_name": tag, "name": name, "body": body, "prerelease": prerelease, "draft": draft}
    if not draft:
        content["make_latest"] = _latest(latest)
    try:
        return read_release(await session.post("/repos/{repository}/releases", content))
    except Unprocessable as error:
        if not error.has_code("already_exists"):
            raise
    return await find_release(session, tag)


async def find_generated_notes(session: Session, tag: str, *, commit: str, previous: str) -> str | None:
    """The notes that GitHub proposes for a tag, which need not be there yet, on ``commit``; None where it proposes none.

    Nothing is made of them: https://docs.github.com/en/rest/releases/releases#generate-release-notes-content-for-a-release.
    """
    content = {"tag_name": tag, "target_commitish": commit, "previous_tag_name": previous}
    try:
        data = await session.post("/repos/{repository}/releases/generate-notes", content, repeatable=True)
    except (Forbidden, NotFound, Unprocessable):
        return None
    except Unavailable as error:
        # Of very much that was merged GitHub may not get it together in time, however often it is asked.
        if error.status < 500:
            raise
        return None
    return str(data["body"])


async def publish_draft(session: Session, release: GitHubRelease, *, latest: bool) -> GitHubRelease:
    """Publish a draft. What is attached must be there before: an immutable release takes nothing afterwards."""
    body = {"draft": False, "make_latest": _latest(latest)}
    return read_release(await session.patch("/repos/{repository}/releases/{id}", body, id=release.id))


async def ensure_assets(session: Session, release: GitHubRelease, files: Mapping[str, bytes]) -> None:
    """Attach ``files`` by name. One that broke off in an earlier upload is removed first; others are left alone."""
    for asset in release.assets:
        if asset.name in files and asset.state != "uploaded":
            await session.delete("/repos/{repository}/releases/assets/{id}", id=asset.id)
    there = {asset.name for asset in release.assets if asset.state == "uploaded"}
    for name, content in files.items():
        if name not in there:
            await _attach(session, release, name, content)


async def _attach(session: Session, release: GitHubRelease, name: str, content: bytes) -> None:
    address = release.upload_url.partition("{")[0]
    try:
        await session.upload(address, content, content_type="application/octet-stream", params={"name": name})
    except Unprocessable as error:
        if not error.already_exists:
            raise


def _latest(latest: bool) -> str:
    # A string on purpose: the API knows "true", "false" and "legacy".
    return "true" if latest else "false"
