"""Commits, tags, refs and changed files."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso
from bot.sandbox.git.history import diff
from bot.sandbox.git.objects import Commit, FileChange, Signature, Tag
from bot.sandbox.git.patch import render_patch
from bot.sandbox.git.store import GitStore
from bot.sandbox.ids import node_id
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import simple_user_or_none
from bot.sandbox.shapes.repositories import repository_page, repository_url
from bot.sandbox.state.accounts import User
from bot.sandbox.state.repository import Repository

FindByEmail = Callable[[str], User | None]


def signature(who: Signature) -> dict[str, str]:
    """The name, address and time of an author, committer or tagger."""
    return {"name": who.name, "email": who.email, "date": iso(who.at)}


def verification(store: GitStore, sha: str) -> dict[str, Any]:
    """Whether GitHub vouches for a commit: it does for those it made itself."""
    if sha not in store.signed:
        return {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    return {
        "verified": True,
        "reason": "valid",
        "signature": "-----BEGIN PGP SIGNATURE-----\n\nbWFkZSBieSB0aGUgc2FuZGJveA==\n-----END PGP SIGNATURE-----",
        "payload": f"tree {store.commit(sha).tree}\n",
        "verified_at": iso(store.commit(sha).committer.at),
    }


def git_commit(links: Links, repository: Repository, commit: Commit) -> dict[str, Any]:
    """A commit as the git database has it."""
    api, page = repository_url(links, repository), repository_page(links, repository)
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", f"{repository.id}:{commit.sha}"),
        "url": f"{api}/git/commits/{commit.sha}",
        "html_url": f"{page}/commit/{commit.sha}",
        "author": signature(commit.author),
        "committer": signature(commit.committer),
        "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
        "message": commit.message,
        "parents": [
            {"sha": sha, "url": f"{api}/git/commits/{sha}", "html_url": f"{page}/commit/{sha}"}
            for sha in commit.parents
        ],
        "verification": verification(repository.store, commit.sha),
    }


def commit(links: Links, repository: Repository, found: Commit, user_of: FindByEmail) -> dict[str, Any]:
    """A commit as the repository shows it, with the accounts behind it."""
    api, page = repository_url(links, repository), repository_page(links, repository)
    return {
        "sha": found.sha,
        "node_id": node_id("Commit", f"{repository.id}:{found.sha}"),
        "commit": {
            "author": signature(found.author),
            "committer": signature(found.committer),
            "message": found.message,
            "tree": {"sha": found.tree, "url": f"{api}/git/trees/{found.tree}"},
            "url": f"{api}/git/commits/{found.sha}",
            "comment_count": 0,
            "verification": verification(repository.store, found.sha),
        },
        "url": f"{api}/commits/{found.sha}",
        "html_url": f"{page}/commit/{found.sha}",
        "comments_url": f"{api}/commits/{found.sha}/comments",
        "author": simple_user_or_none(links, user_of(found.author.email)),
        "committer": simple_user_or_none(links, user_of(found.committer.email)),
        "parents": [
            {"sha": sha, "url": f"{api}/commits/{sha}", "html_url": f"{page}/commit/{sha}"} for sha in found.parents
        ],
    }


def changed_file(links: Links, repository: Repository, change: FileChange, at: str) -> dict[str, Any]:
    """One changed file of a commit, a comparison or a pull request; ``at`` is the commit it is seen at."""
    api, page = repository_url(links, repository), repository_page(links, repository)
    patch = render_patch(repository.store, change)
    entry = change.new or change.old
    path = quote(change.path)
    shape: dict[str, Any] = {
        "sha": entry.sha if entry else None,
        "filename": change.path,
        "status": change.status,
        "additions": patch.additions,
        "deletions": patch.deletions,
        "changes": patch.additions + patch.deletions,
        "blob_url": f"{page}/blob/{at}/{path}",
        "raw_url": f"{page}/raw/{at}/{path}",
        "contents_url": f"{api}/contents/{path}?ref={at}",
    }
    if patch.text is not None:
        shape["patch"] = patch.text
    if change.previous_path is not None:
        shape["previous_filename"] = change.previous_path
    return shape


def ref(links: Links, repository: Repository, name: str, sha: str) -> dict[str, Any]:
    """A ref and the object it points at."""
    kind = repository.store.kind(sha)
    api = repository_url(links, repository)
    return {
        "ref": name,
        "node_id": node_id("Ref", f"{repository.id}:{name}"),
        "url": f"{api}/git/{name}",
        "object": {"sha": sha, "type": kind, "url": f"{api}/git/{kind}s/{sha}"},
    }


def tag_object(links: Links, repository: Repository, tag: Tag) -> dict[str, Any]:
    """An annotated tag; made over the API it is always unsigned."""
    api = repository_url(links, repository)
    return {
        "node_id": node_id("Tag", f"{repository.id}:{tag.sha}"),
        "sha": tag.sha,
        "url": f"{api}/git/tags/{tag.sha}",
        "tagger": signature(tag.tagger),
        "object": {"sha": tag.target, "type": tag.target_kind, "url": f"{api}/git/{tag.target_kind}s/{tag.target}"},
        "tag": tag.name,
        "message": tag.message,
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }


def pushed_commit(links: Links, repository: Repository, found: Commit, user_of: FindByEmail) -> dict[str, Any]:
    """A commit as the ``push`` webhook lists it."""
    store = repository.store
    old = store.commit(found.parents[0]).tree if found.parents else None
    changes = diff(store, old, found.tree)
    return {
        "id": found.sha,
        "tree_id": found.tree,
        "distinct": True,
        "message": found.message,
        "timestamp": iso(found.committer.at),
        "url": f"{repository_page(links, repository)}/commit/{found.sha}",
        "author": _pusher(found.author, user_of),
        "committer": _pusher(found.committer, user_of),
        "added": [c.path for c in changes if c.status in ("added", "renamed")],
        "removed": [c.previous_path or c.path for c in changes if c.status in ("removed", "renamed")],
        "modified": [c.path for c in changes if c.status == "modified"],
    }


def _pusher(who: Signature, user_of: FindByEmail) -> dict[str, str]:
    shape = {"name": who.name, "email": who.email, "date": iso(who.at)}
    user = user_of(who.email)
    return shape | {"username": user.login} if user else shape
