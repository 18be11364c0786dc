"""The release notes GitHub proposes."""

from dataclasses import dataclass

from bot.sandbox.acts.releases import find_latest
from bot.sandbox.git.history import list_log
from bot.sandbox.http import invalid
from bot.sandbox.shapes.repositories import repository_page
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Notes:
    """A proposed title and text."""

    name: str
    body: str


def generate_notes(
    world: World, repository: Repository, tag: str, target: str | None, previous: str | None = None
) -> Notes:
    """List the pull requests merged since ``previous`` (by default the tag of the latest release).

    Raises:
        UnprocessableError: 422 when target or previous tag cannot be found.
    """
    store = repository.store
    commit = store.find_commit(f"tags/{tag}") or store.find_commit(target or repository.default_branch)
    if commit is None:
        raise invalid("Release", "target_commitish")
    latest = find_latest(repository)
    previous = previous or (latest.tag_name if latest and latest.tag_name != tag else None)
    start = store.find_commit(f"tags/{previous}") if previous else None
    if previous and start is None:
        raise invalid("Release", "previous_tag_name")
    shas = {one.sha for one in list_log(store, commit.sha, without=start.sha if start else None)}
    merged = [pull for pull in repository.pulls if pull.merge_commit_sha in shas]
    page = repository_page(world.links, repository)
    lines = ["## What's Changed", *(_line(page, pull) for pull in merged), ""] if merged else []
    span = f"compare/{previous}...{tag}" if previous else f"commits/{tag}"
    return Notes(tag, "\n".join([*lines, "", f"**Full Changelog**: {page}/{span}"]))


def _line(page: str, pull: PullRequest) -> str:
    return f"* {pull.title} by @{pull.user.login} in {page}/pull/{pull.number}"
