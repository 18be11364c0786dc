"""Releases and their assets."""

from bot.sandbox.acts.commits import brings_workflows
from bot.sandbox.acts.notes import generate_notes
from bot.sandbox.acts.releases import (
    ReleaseChange,
    attach,
    create_release,
    delete_release,
    find_latest,
    update_release,
)
from bot.sandbox.http import (
    BadRequestError,
    Body,
    Call,
    NotFoundError,
    Response,
    Routes,
    created,
    invalid,
    no_content,
    ok,
    redirect,
)
from bot.sandbox.permissions import accepted_header, alternatives
from bot.sandbox.shapes.releases import asset as asset_shape
from bot.sandbox.shapes.releases import release as release_shape
from bot.sandbox.state.releases import Asset, Release

routes = Routes()
uploads = Routes()

_RELEASE = "/repos/{owner}/{repo}/releases/{release_id}"
_ASSET = "/repos/{owner}/{repo}/releases/assets/{asset_id}"
_LATEST = ("true", "false", "legacy")


@routes.get("/repos/{owner}/{repo}/releases")
def list_releases(call: Call) -> Response:
    """The releases, newest first; drafts are shown only to those who may write contents."""
    found = sorted(_visible(call), key=lambda one: (one.created_at, one.id), reverse=True)
    return call.page(found, lambda one: release_shape(call.world.links, call.repository, one))


@routes.post("/repos/{owner}/{repo}/releases")
def post_release(call: Call) -> Response:
    """Draft or publish a release."""
    body = call.json()
    change = _change(body)
    change.tag_name = body.text("tag_name")
    _check_workflows(call, change.tag_name, change.target_commitish)
    if body.get("generate_release_notes", bool, default=False):
        notes = generate_notes(call.world, call.repository, change.tag_name, change.target_commitish)
        change.name = change.name or notes.name
        change.body = f"{change.body}\n\n{notes.body}" if change.body else notes.body
    release = create_release(call.world, call.repository, call.actor, change)
    shape = release_shape(call.world.links, call.repository, release)
    return created(shape, shape["url"])


@routes.get("/repos/{owner}/{repo}/releases/latest")
def get_latest(call: Call) -> Response:
    """The latest full release."""
    release = find_latest(call.repository)
    if release is None:
        raise NotFoundError
    return ok(release_shape(call.world.links, call.repository, release))


@routes.get("/repos/{owner}/{repo}/releases/tags/{tag}")
def get_by_tag(call: Call) -> Response:
    """The published release of a tag; drafts are never found this way."""
    tag = call.params["tag"]
    found = (one for one in call.repository.releases.values() if one.tag_name == tag and not one.draft)
    release = next(found, None)
    if release is None:
        raise NotFoundError
    return ok(release_shape(call.world.links, call.repository, release))


@routes.post("/repos/{owner}/{repo}/releases/generate-notes")
def post_notes(call: Call) -> Response:
    """Propose notes from the pull requests merged since the previous tag; nothing is stored."""
    body = call.json()
    target, previous = body.text("target_commitish", None), body.text("previous_tag_name", None)
    path = body.text("configuration_file_path", None)
    notes = generate_notes(call.world, call.repository, body.text("tag_name"), target, previous, path)
    return ok({"name": notes.name, "body": notes.body})


@routes.get(_RELEASE)
def get_release(call: Call) -> Response:
    """One release."""
    return ok(release_shape(call.world.links, call.repository, _find(call)))


@routes.patch(_RELEASE)
def patch_release(call: Call) -> Response:
    """Change a release, or publish a draft with ``"draft": false``."""
    release, change = _find(call), _change(call.json())
    if release.draft and change.draft is False:
        _check_workflows(call, change.tag_name or release.tag_name, change.target_commitish or release.target_commitish)
    update_release(call.world, call.repository, release, call.actor, change)
    return ok(release_shape(call.world.links, call.repository, release))


@routes.delete(_RELEASE)
def remove_release(call: Call) -> Response:
    """Take a release away; the tag stays."""
    delete_release(call.world, call.repository, _find(call), call.actor)
    return no_content()


@routes.get(_RELEASE + "/assets")
def list_assets(call: Call) -> Response:
    """The files of a release."""
    release = _find(call)
    return call.page(release.assets, lambda one: asset_shape(call.world.links, call.repository, release, one))


@uploads.post(_RELEASE + "/assets")
def upload_asset(call: Call) -> Response:
    """Attach the body as a file named by the query."""
    release, name = _find(call), call.query("name")
    if not name:
        raise invalid("ReleaseAsset", "name", "missing_field")
    if not call.request.body:
        raise BadRequestError("Bad Content-Length")
    content_type = call.request.headers.get("content-type", "application/octet-stream")
    asset = attach(
        call.world,
        call.repository,
        release,
        call.actor,
        name=name,
        content=call.request.body,
        content_type=content_type,
        label=call.query("label") or None,
    )
    return created(asset_shape(call.world.links, call.repository, release, asset))


@routes.get(_ASSET)
def get_asset(call: Call) -> Response:
    """A file's facts, or with ``Accept: application/octet-stream`` the way to the file itself."""
    release, asset = _find_asset(call)
    if "application/octet-stream" in call.request.headers.get("accept", ""):
        return redirect(call.world.lend_file(asset.content, asset.content_type, seconds=300))
    return ok(asset_shape(call.world.links, call.repository, release, asset))


@routes.delete(_ASSET)
def delete_asset(call: Call) -> Response:
    """Take a file away."""
    release, asset = _find_asset(call)
    if release.immutable:
        raise invalid("ReleaseAsset", "release", "custom", "Cannot delete asset from an immutable release")
    release.assets.remove(asset)
    return no_content()


def _visible(call: Call) -> list[Release]:
    sees_drafts = call.token.allows("contents", "write")
    return [one for one in call.repository.releases.values() if sees_drafts or not one.draft]


def _find(call: Call) -> Release:
    number = call.number("release_id")
    found = next((one for one in _visible(call) if one.id == number), None)
    if found is None:
        raise NotFoundError
    return found


def _find_asset(call: Call) -> tuple[Release, Asset]:
    number = call.number("asset_id")
    for release in _visible(call):
        for asset in release.assets:
            if asset.id == number:
                return release, asset
    raise NotFoundError


def _change(body: Body) -> ReleaseChange:
    return ReleaseChange(
        tag_name=body.text("tag_name", None),
        target_commitish=body.text("target_commitish", None),
        name=body.get("name", (str, type(None)), None),
        body=body.get("body", (str, type(None)), None),
        draft=body.get("draft", bool, default=None),
        prerelease=body.get("prerelease", bool, default=None),
        make_latest=body.choice("make_latest", _LATEST, None),
    )


def _check_workflows(call: Call, tag: str, target: str | None) -> None:
    """Answer 404, as GitHub does, when the release needs the permission for workflows and the token lacks it."""
    store = call.repository.store
    commit = store.find_commit(f"tags/{tag}") or store.find_commit(target or call.repository.default_branch)
    if commit and not call.token.allows("workflows", "write") and brings_workflows(call.repository, commit.sha):
        needed = alternatives("POST", "/repos/{owner}/{repo}/releases")
        raise NotFoundError(headers={"x-accepted-github-permissions": accepted_header(needed)})
