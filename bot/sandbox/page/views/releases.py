"""The pages of releases."""

from urllib.parse import unquote

from bot.sandbox.page.views.code import find_latest, list_tags
from bot.sandbox.page.visit import MissingError, Sheet, Visit
from bot.sandbox.state.releases import Asset, Release


def list_releases(visit: Visit) -> Sheet:
    """The releases, the newest first; drafts are shown to those who may write."""
    shown = [one for one in visit.repository.releases.values() if not one.draft or visit.may("write")]
    ordered = sorted(shown, key=lambda release: (release.draft, release.created_at, release.id), reverse=True)
    return Sheet("releases.html", "Releases", {"releases": ordered, "latest": find_latest(visit.repository)})


def show_release(visit: Visit) -> Sheet:
    """The release of a tag, or the tag alone."""
    name = unquote(visit.part("tag"))
    tag = next((one for one in list_tags(visit.repository) if one.name == name), None)
    release = _find_release(visit, name)
    if tag is None and release is None:
        raise MissingError(f"There is no tag {name} in this world yet.")
    facts = {"name": name, "tag": tag, "release": release, "latest": find_latest(visit.repository)}
    return Sheet("release.html", release.name or name if release else name, facts)


def find_asset(visit: Visit) -> Asset:
    """The attached file the address names. Raises MissingError."""
    release = _find_release(visit, unquote(visit.part("tag")))
    name = unquote(visit.part("name"))
    asset = next((one for one in release.assets if one.name == name), None) if release else None
    if asset is None:
        raise MissingError(f"There is no file {name} attached here.")
    return asset


def _find_release(visit: Visit, name: str) -> Release | None:
    releases = visit.repository.releases.values()
    published = next((one for one in releases if one.tag_name == name and not one.draft), None)
    return published or next((one for one in releases if one.draft and name == f"untagged-{one.id}"), None)
