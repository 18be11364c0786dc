"""What one observation sees of a repository.

One document tells nearly all of it at one instant. What it left out is asked for alone, and so is everything when
GitHub declines the document: each part then says by itself which permission it needs, and the others are still there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.github.access import Access
from bot.github.checks import NAME
from bot.github.comments import Thread, get_thread
from bot.github.environments import get_environment
from bot.github.errors import GraphQLError, PermissionMissing
from bot.github.facts import (
    CheckRun,
    Comment,
    Environment,
    PullRequest,
    PullText,
    ReleaseRef,
    Repository,
    TagRef,
    TagRuleset,
    ThreadRef,
)
from bot.github.newest import Newest
from bot.github.overview import Besides, LineRefs, Overview, read_overview
from bot.github.pulls import list_pulls
from bot.github.releases import find_release
from bot.github.repositories import (
    find_branch,
    find_tag,
    get_repository,
    list_branches,
    list_tags,
    read_files_at,
)
from bot.release.commits import Commits
from bot.release.own_check import OwnCheck
from bot.release.snapshot import BRANCHES, Line
from bot.release.when_merged import LABEL
from bot.settings.reading import SETTINGS_PATHS

_MOST_PULLS = 50
"""How many pull requests from a release branch are looked through."""


async def look(
    access: Access,
    own_check: OwnCheck,
    commits: Commits,
    app_id: int,
    lines: Iterable[Line],
    besides: Besides,
) -> Sight:
    """What there is to see now of these release lines, and ``besides`` of what may be asked next."""
    asked = [LineRefs(line.base, line.branch) for line in lines]
    try:
        overview = await read_overview(
            access.read,
            app_id=app_id,
            prefix=BRANCHES,
            label=LABEL,
            paths=SETTINGS_PATHS,
            lines=asked,
            besides=besides,
        )
    except (PermissionMissing, GraphQLError):
        overview = None
    if overview is not None:
        settings = (overview.files or {}).values()
        commits.know({blob.oid: blob.content for blob in settings if blob is not None} | dict(overview.blobs))
        for tree in overview.trees:
            commits.know_tree(tree)
        commits.know_tags([*(tag.name for tag in overview.tags), *(one.tag for one in overview.releases)])
    return Sight(access, own_check, overview)


class Sight:
    """Answers from the document where it told something, and asks GitHub where it did not."""

    def __init__(self, access: Access, own_check: OwnCheck, overview: Overview | None) -> None:
        self._access, self._own_check, self._overview = access, own_check, overview

    async def get_repository(self) -> Repository:
        """The repository itself."""
        return self._overview.repository if self._overview else await get_repository(self._access.read)

    @property
    def thread(self) -> ThreadRef | None:
        """The issue or pull request that was looked at as well; None: nobody looked, or it does not show."""
        return self._overview.thread if self._overview else None

    def has_seen(self, line: Line) -> bool:
        """Whether this line was looked at."""
        return self._overview is not None and {line.base, line.branch} <= self._overview.heads.keys()

    def has_check(self, sha: str, name: str) -> bool:
        """Whether it was looked for a check run of this name on a commit."""
        return self._overview is not None and (sha, name) in self._overview.named

    async def get_environment(self, name: str) -> Environment:
        """Who guards an environment, which need not exist."""
        told = self._overview.environment if self._overview else None
        return await get_environment(self._access.read, name, told if told and told.is_called(name) else None)

    def list_tag_rulesets(self) -> tuple[TagRuleset, ...]:
        """The rulesets in force that restrict who creates tags, as far as somebody looked: nobody asks for them alone."""
        return self._overview.rulesets if self._overview else ()

    def list_remembered(self) -> tuple[int, ...]:
        """The merged pull requests on which a command waits to be carried out."""
        return self._overview.labelled if self._overview else ()

    async def list_branches(self) -> list[str]:
        """The names of all release branches."""
        told = self._overview.branches if self._overview else None
        return list(told) if told is not None else await list_branches(self._access.read, BRANCHES)

    async def find_branch(self, name: str) -> str | None:
        """The commit a branch points to."""
        told = self._overview.heads if self._overview else {}
        return told[name] if name in told else await find_branch(self._access.read, name)

    async def list_tags(self, package: str | None = None) -> tuple[TagRef, ...]:
        """The newest tags; of one of several packages its own as well, before them, where they are among very many."""
        newest = self._overview.tags if self._overview else await list_tags(self._access.read)
        if package is None or self.has_all_tags:
            return newest
        # They are called after it in one spelling or another, or after its folder: the last word they have in common.
        own = await list_tags(self._access.read, package.rpartition("-")[2])
        return tuple({tag.name: tag for tag in (*own, *newest)}.values())

    @property
    def has_all_tags(self) -> bool:
        """Whether there are no tags but those that are listed."""
        return self._overview is not None and self._overview.has_all_tags

    def list_published(self) -> tuple[str, ...]:
        """The tags of the newest published releases, by name, as far as somebody looked."""
        return tuple(release.tag for release in self._overview.releases) if self._overview else ()

    async def find_tag(self, name: str, newest: Iterable[TagRef]) -> TagRef | None:
        """The tag called exactly ``name``, which may be older than the newest ones that were listed."""
        told = next((tag for tag in newest if tag.name == name), None)
        if told is not None or self.has_all_tags:
            return told
        return await find_tag(self._access.read, name)

    async def find_release(self, tag: str) -> ReleaseRef | None:
        """The published release of ``tag``."""
        if self._overview is not None:
            told = next((release for release in self._overview.releases if release.tag == tag), None)
            if told is not None or self._overview.has_all_releases:
                return told
        found = await find_release(self._access.read, tag)
        return ReleaseRef(found.tag, found.url) if found else None

    async def read_settings_files(self) -> dict[str, bytes]:
        """The files of the default branch in which settings may stand."""
        told = self._overview.files if self._overview else None
        if told is None:
            return await read_files_at(self._access.read, SETTINGS_PATHS)
        return {path: blob.content for path, blob in told.items() if blob is not None}

    def with_queue(self, pull: PullRequest) -> PullRequest:
        """``pull``, which waits in a merge queue if the document says so."""
        pages = self._overview.pulls.values() if self._overview else ()
        queued = any(one.number == pull.number and one.queued for page in pages for one in page.pulls)
        return replace(pull, queued=True) if queued else pull

    async def list_pulls(self, branch: str, enough: Callable[[list[PullRequest]], bool]) -> list[PullRequest]:
        """The newest pull requests from ``branch``, newest first, up to where they are ``enough``."""
        page = self._overview.pulls.get(branch) if self._overview else None
        if page is not None and (page.complete or enough(list(page.pulls))):
            return list(page.pulls)
        return await list_pulls(self._access.read, branch, limit=_MOST_PULLS)

    async def find_check(self, sha: str, name: str = NAME) -> CheckRun | None:
        """Our newest check run of this name on a commit. Raises Backoff when what we wrote does not show yet."""
        told = self._overview.checks if self._overview else {}
        if name == NAME and sha in told:
            return await self._own_check.accept(sha, told[sha])
        named = self._overview.named if self._overview else {}
        if (sha, name) in named:
            return await self._own_check.accept(sha, named[sha, name], name)
        return await self._own_check.find(sha, name)

    async def get_thread(self, pull: PullRequest) -> Thread:
        """What was said on a release pull request of ours, since it was made."""
        told = self.find_conversation(pull)
        if told is not None:
            return Thread(told, complete=True)
        return await get_thread(self._access.read, pull.number, pull.created_at)

    def find_conversation(self, pull: PullRequest) -> tuple[Comment, ...] | None:
        """What was said on a pull request, or in the thread of a release without one, if all of it was seen."""
        if pull.tag is not None:
            return self._overview.spoken.get(pull.number) if self._overview else None
        newest = self._find_newest(pull)
        return newest.conversation if newest is not None else None

    def find_text(self, pull: PullRequest) -> PullText | None:
        """The title and the text of a pull request, if it was seen closely."""
        newest = self._find_newest(pull)
        return newest.text if newest is not None else None

    def is_put_by(self, pull: PullRequest, account_id: int) -> bool:
        """Whether this account was seen to be the last that moved the head of a pull request, if by going forward alone."""
        newest = self._find_newest(pull)
        return newest is not None and newest.head_sha == pull.head_sha and newest.is_put_by(account_id)

    def _find_newest(self, pull: PullRequest) -> Newest | None:
        return self._overview.newest.get(pull.number) if self._overview else None
