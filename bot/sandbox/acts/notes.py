"""The release notes GitHub proposes.

What it lists, and how a repository says otherwise in ``.github/release.yml``:
https://docs.github.com/en/repositories/releasing-projects-on-github/automatically-generated-release-notes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.actions.workflow import WorkflowError, load_yaml
from bot.sandbox.acts.releases import find_latest
from bot.sandbox.git.history import list_log
from bot.sandbox.git.store import GitStore
from bot.sandbox.http import invalid
from bot.sandbox.shapes.repositories import repository_page
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

_CONFIGURATIONS = (".github/release.yml", ".github/release.yaml")


@dataclass(frozen=True, slots=True)
class Notes:
    """A proposed title and text."""

    name: str
    body: str


def generate_notes(
    world: World,
    repository: Repository,
    tag: str,
    target: str | None,
    previous: str | None = None,
    configuration: str | None = None,
) -> Notes:
    """List the pull requests merged since ``previous`` (by default the tag of the latest release).

    ``target`` counts only while there is no tag of that name.

    Raises:
        UnprocessableError: 422 when target, previous tag or the named configuration cannot be found.
    """
    store = repository.store
    target = target or repository.default_branch
    commit = store.find_commit(f"tags/{tag}") or store.find_commit(target)
    if commit is None:
        raise invalid("Release", "target_commitish")
    latest = find_latest(repository)
    previous = previous or (latest.tag_name if latest and latest.tag_name != tag else None)
    start = store.find_commit(f"tags/{previous}") if previous else None
    if previous and start is None:
        raise invalid("Release", "previous_tag_name")
    path, rules = _find_rules(store, commit.sha, configuration)
    shas = {one.sha for one in list_log(store, commit.sha, without=start.sha if start else None)}
    merged = sorted(
        (pull for pull in repository.pulls if pull.merged and pull.merge_commit_sha in shas),
        key=lambda pull: (pull.merged_at, pull.number),
    )
    page = repository_page(world.links, repository)
    shown = [pull for pull in merged if not _is_in(pull, rules.get("exclude"))]
    span = f"compare/{previous}...{tag}" if previous else f"commits/{tag}"
    parts = [
        *([f"<!-- Release notes generated using configuration in {path} at {target} -->\n"] if path else []),
        *_list_changes(page, shown, rules),
        *_list_newcomers(page, repository, shown),
        f"**Full Changelog**: {page}/{span}",
    ]
    return Notes(tag, "\n".join(parts))


def _find_rules(store: GitStore, commit: str, path: str | None) -> tuple[str | None, dict[str, Any]]:
    """The configuration of a commit, with its place. A named one must be there."""
    for candidate in (path,) if path is not None else _CONFIGURATIONS:
        content = store.read(commit, candidate)
        if content is not None:
            try:
                rules = (load_yaml(content.decode()) or {}).get("changelog")
            except (WorkflowError, UnicodeDecodeError, AttributeError):
                rules = None
            if not isinstance(rules, dict):
                raise invalid("Release", "configuration_file_path")
            return candidate, rules
    if path is not None:
        raise invalid("Release", "configuration_file_path")
    return None, {}


def _list_changes(page: str, pulls: list[PullRequest], rules: dict[str, Any]) -> Iterator[str]:
    """Each pull request below the first category that takes it; those that none takes are left out."""
    if not pulls:
        return
    yield "## What's Changed"
    left = list(pulls)
    for category in rules.get("categories") or [{"title": None, "labels": ["*"]}]:
        taken = [pull for pull in left if _is_in(pull, category) and not _is_in(pull, category.get("exclude"))]
        left = [pull for pull in left if pull not in taken]
        if taken and category["title"] is not None:
            yield f"### {category['title']}"
        for pull in taken:
            yield f"* {pull.title} by @{pull.user.login} in {page}/pull/{pull.number}"
    yield ""


def _is_in(pull: PullRequest, rule: dict[str, Any] | None) -> bool:
    """Whether a rule names one of the pull request's labels, its author, or everything."""
    rule = rule or {}
    labels = {str(label).casefold() for label in rule.get("labels") or ()}
    authors = {str(author).casefold() for author in rule.get("authors") or ()}
    named = {label.name.casefold() for label in pull.labels}
    login = pull.user.login.casefold().removesuffix("[bot]")
    return "*" in labels or bool(labels & named) or bool(authors & {login, pull.user.login.casefold()})


def _list_newcomers(page: str, repository: Repository, merged: list[PullRequest]) -> Iterator[str]:
    """Whose first pull request that was merged here is among these; bots as well as people."""
    first: dict[int, PullRequest] = {}
    for pull in sorted((one for one in repository.pulls if one.merged), key=lambda one: (one.merged_at, one.number)):
        first.setdefault(pull.user.id, pull)
    new = [pull for pull in merged if first[pull.user.id] is pull]
    if new:
        yield "## New Contributors"
        for pull in new:
            yield f"* @{pull.user.login} made their first contribution in {page}/pull/{pull.number}"
        yield ""
    if merged:
        yield ""
