"""The pages of the sources: files, branches, tags, commits."""

from dataclasses import dataclass
from urllib.parse import unquote

from bot.sandbox.git.history import compare, diff, list_log
from bot.sandbox.git.objects import Commit, Entry, Tag
from bot.sandbox.git.store import GitStore
from bot.sandbox.page.differences import list_differences
from bot.sandbox.page.markdown import render_document
from bot.sandbox.page.marks import list_checks, summarize
from bot.sandbox.page.visit import MissingError, Sheet, Visit
from bot.sandbox.state.releases import Release
from bot.sandbox.state.repository import Repository

_MANY = 100


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A line in the list of a directory, with the last commit that touched it."""

    name: str
    path: str
    is_directory: bool
    commit: Commit


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch as it is listed."""

    name: str
    commit: Commit
    is_default: bool


@dataclass(frozen=True, slots=True)
class ListedTag:
    """A tag as it is listed; ``annotation`` is None for a lightweight one."""

    name: str
    commit: Commit
    annotation: Tag | None


def show_overview(visit: Visit) -> Sheet:
    """The first page of a repository."""
    repository, store = visit.repository, visit.store
    commit = _get_commit(visit, repository.default_branch)
    readme = store.read(commit.sha, "README.md")
    facts = {
        **_directory(store, commit, repository.default_branch, ""),
        "readme": render_document(readme.decode(errors="replace")) if readme else None,
        "branches": list_branches(repository),
        "tags": list_tags(repository),
        "latest": find_latest(repository),
        "release_count": sum(not release.draft for release in repository.releases.values()),
        "project": visit.showing.sandbox.index.state.find_project(repository.name),
        "may_push": visit.may("write"),
        "mark": summarize(list_checks(repository, commit.sha)),
    }
    return Sheet("overview.html", repository.full_name, facts)


def show_tree(visit: Visit) -> Sheet:
    """A directory at a branch, tag or commit."""
    commit, ref, path = _split(visit, visit.part("rest"))
    return Sheet("tree.html", f"{path or visit.repository.name} at {ref}", _directory(visit.store, commit, ref, path))


def show_blob(visit: Visit) -> Sheet:
    """A file at a branch, tag or commit."""
    commit, ref, path = _split(visit, visit.part("rest"))
    content = visit.store.read(commit.sha, path)
    if content is None:
        raise MissingError(f"There is no file {path} at {ref}.")
    text = None if b"\0" in content else content.decode(errors="replace")
    facts = {"commit": commit, "ref": ref, "path": path, "size": len(content), "text": text}
    facts["rendered"] = render_document(text) if text is not None and path.endswith(".md") else None
    return Sheet("blob.html", f"{path} at {ref}", facts)


def show_commits(visit: Visit) -> Sheet:
    """The history of a branch, tag or commit."""
    ref = visit.request.match_info.get("rest") or visit.repository.default_branch
    commit = _get_commit(visit, unquote(ref))
    log = list_log(visit.store, commit.sha)[:_MANY]
    marks = {one.sha: summarize(list_checks(visit.repository, one.sha)) for one in log}
    return Sheet("commits.html", f"Commits of {ref}", {"ref": ref, "log": log, "marks": marks})


def show_commit(visit: Visit) -> Sheet:
    """One commit and what it changed."""
    commit = _get_commit(visit, visit.part("sha"))
    parent = visit.store.commit(commit.parents[0]).tree if commit.parents else None
    facts = {
        "commit": commit,
        "differences": list_differences(visit.store, diff(visit.store, parent, commit.tree)),
        "tags": [tag.name for tag in list_tags(visit.repository) if tag.commit.sha == commit.sha],
        "checks": list_checks(visit.repository, commit.sha),
    }
    return Sheet("commit.html", commit.headline, facts)


def show_comparison(visit: Visit) -> Sheet:
    """What one revision has that another has not."""
    base, dots, head = unquote(visit.part("span")).partition("...")
    if not dots:
        base, head = visit.repository.default_branch, base
    before, after = _get_commit(visit, base), _get_commit(visit, head)
    comparison = compare(visit.store, before.sha, after.sha)
    if comparison is None:
        raise MissingError(f"{base} and {head} have no history in common.")
    facts = {
        "base": base,
        "head": head,
        "comparison": comparison,
        "differences": list_differences(visit.store, comparison.files),
    }
    return Sheet("compare.html", f"{base}...{head}", facts)


def show_branches(visit: Visit) -> Sheet:
    """All branches."""
    return Sheet("branches.html", "Branches", {"branches": list_branches(visit.repository)})


def show_tags(visit: Visit) -> Sheet:
    """All tags."""
    released = {release.tag_name for release in visit.repository.releases.values() if not release.draft}
    return Sheet("tags.html", "Tags", {"tags": list_tags(visit.repository), "released": released})


def list_branches(repository: Repository) -> list[Branch]:
    """The branches, the default branch first."""
    heads = repository.store.refs("refs/heads/")
    names = {name.removeprefix("refs/heads/"): sha for name, sha in heads.items()}
    ordered = sorted(names, key=lambda name: (name != repository.default_branch, name))
    return [Branch(n, repository.store.commit(names[n]), n == repository.default_branch) for n in ordered]


def list_tags(repository: Repository) -> list[ListedTag]:
    """The tags on commits, the newest commit first."""
    store, found = repository.store, []
    for name, sha in store.refs("refs/tags/").items():
        target = store.peel(sha)
        if store.has(target, "commit"):
            annotation = store.tag(sha) if store.has(sha, "tag") else None
            found.append(ListedTag(name.removeprefix("refs/tags/"), store.commit(target), annotation))
    return sorted(found, key=lambda tag: (tag.commit.committer.at, tag.name), reverse=True)


def find_latest(repository: Repository) -> Release | None:
    """The release that GitHub calls the latest."""
    published = [one for one in repository.releases.values() if not one.draft and not one.prerelease]
    chosen = repository.releases.get(repository.latest_release_id or 0)
    if chosen in published:
        return chosen
    return max(published, key=lambda release: (release.created_at, release.id), default=None)


def _get_commit(visit: Visit, revision: str) -> Commit:
    found = visit.store.find_commit(revision)
    if found is None:
        raise MissingError(f"There is no revision {revision} in this world.")
    return found


def _split(visit: Visit, rest: str) -> tuple[Commit, str, str]:
    """Tell revision and path apart: both may hold slashes, and the shortest revision that exists is meant."""
    parts = unquote(rest).strip("/").split("/")
    for end in range(1, len(parts) + 1):
        ref = "/".join(parts[:end])
        commit = visit.store.find_commit(ref)
        if commit is not None:
            return commit, ref, "/".join(parts[end:])
    raise MissingError(f"There is no revision {rest} in this world.")


def _directory(store: GitStore, commit: Commit, ref: str, path: str) -> dict[str, object]:
    found = store.find_path(commit.tree, path)
    if found is None or found.kind != "tree":
        raise MissingError(f"There is no directory {path} at {ref}.")
    entries = sorted(store.tree(found.sha), key=lambda entry: (entry.kind != "tree", entry.path))
    log = list_log(store, commit.sha)
    files = [_list_file(store, log, f"{path}/{entry.path}".lstrip("/"), entry) for entry in entries]
    return {"commit": commit, "ref": ref, "path": path, "files": files, "commit_count": len(log)}


def _list_file(store: GitStore, log: list[Commit], path: str, entry: Entry) -> ListedFile:
    return ListedFile(entry.path, path, entry.kind == "tree", _last_change(store, log, path, entry.sha))


def _last_change(store: GitStore, log: list[Commit], path: str, sha: str) -> Commit:
    """The newest commit that brought this content: none of its parents has it."""

    def has(commit: Commit) -> bool:
        at = store.find_path(commit.tree, path)
        return at is not None and at.sha == sha

    return next((c for c in log if has(c) and not any(has(store.commit(p)) for p in c.parents)), log[0])
