"""Snapshots for tests: everything has a value, so that a test states only what differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.changelog import Changelog
from bot.github.facts import (
    AppAccount,
    Comment,
    DeploymentReview,
    Environment,
    Job,
    PendingDeployment,
    Person,
    PullRequest,
    Push,
    ReleaseRef,
    Repository,
    Role,
    RunFacts,
    TagRef,
    TagRuleset,
    ThreadRef,
    WorkflowRun,
)
from bot.github.listing import Tree
from bot.index.addresses import PYPI
from bot.index.facts import IndexFile, ProjectFiles
from bot.publishing.route import PublishSettings, ReleaseFacts, Route, choose_route
from bot.publishing.verdicts import AttestationState, FileVerdict
from bot.release.orders import Cancel, Hold, Merge, Reject, SetNotes, Unhold
from bot.release.record import Asked, Milestone, Origin, Record
from bot.release.runs import attempt_mark, jobs_mark
from bot.release.snapshot import (
    Approval,
    BranchHistory,
    Candidate,
    Development,
    Forward,
    Line,
    Published,
    Request,
    Snapshot,
)
from bot.release.tag_only import see
from bot.settings.reading import read_settings
from bot.settings.repository import RepositorySettings
from bot.versions import Project, read_project

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MERGE = "c0ffee" + "0" * 34
HEAD = "beef" + "0" * 36
BASE = "ba5e" + "0" * 36

BOT = Person(99, "aweigh[bot]", is_bot=True)
MONA = Person(1, "mona")
HUGO = Person(2, "hugo")
WANDA = Person(3, "wanda")
APP = AppAccount(7, "aweigh", BOT)
REPOSITORY = Repository(11, "R_11", 10, "acme/widget", "main", "https://github.test/acme/widget")

_ON = {
    "tag": "on: {push: {tags: ['v*']}}",
    "release": "on: {release: {types: [published]}}",
    "dispatch": "on: {workflow_dispatch: {}}",
    "merge": "on: {push: {branches: [main]}}",
}

_WORKFLOW = """
jobs:
  publish:
    runs-on: ubuntu-latest
    ENVIRONMENT
    permissions: {id-token: write}
    steps:
      - uses: pypa/gh-action-pypi-publish@release/v1
"""


def workflow(on: str = "tag", environment: str | None = "pypi") -> str:
    guarded = f"environment: {environment}" if environment else "timeout-minutes: 5"
    return _ON[on] + _WORKFLOW.replace("ENVIRONMENT", guarded)


def project(version: str = "1.2.0") -> Project:
    found = read_project({"pyproject.toml": f'[project]\nname = "widget"\nversion = "{version}"\n'.encode()})
    assert isinstance(found, Project)
    return found


def candidate(
    commit: str = MERGE, version: str = "1.2.0", on: str = "tag", environment: str | None = "pypi", **changes: Any
) -> Candidate:
    facts = ReleaseFacts(REPOSITORY, f"v{version}", "main", actor=BOT.login, sha=commit)
    route = choose_route({".github/workflows/publish.yml": workflow(on, environment)}, facts, PublishSettings())
    changelog = Changelog("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Sails.\n")
    return replace(Candidate(commit, Tree(commit, "7" * 40, ()), project(version), route, changelog), **changes)


def settings(text: str = "") -> RepositorySettings:
    found = read_settings({"pyproject.toml": f"[tool.aweigh]\n{text}\n".encode()})
    assert isinstance(found, RepositorySettings)
    return found


def pull(*, merged: bool = True, state: str | None = None, **changes: Any) -> PullRequest:
    return replace(
        PullRequest(
            number=5,
            node_id="PR_5",
            title="Release widget 1.2.0",
            url="https://github.test/acme/widget/pull/5",
            state=state or ("closed" if merged else "open"),
            merged=merged,
            locked=False,
            head_branch="aweigh/main",
            head_sha=HEAD,
            head_repository_id=11,
            base_branch="main",
            author=BOT,
            created_at=NOW - timedelta(hours=2),
            merge_commit=MERGE if merged else None,
        ),
        **changes,
    )


def record(*milestones: Milestone, **changes: Any) -> Record:
    since = NOW - timedelta(minutes=1) if milestones else None
    made = Record("1.2.0", "v1.2.0", MONA.id, 77, bump=HEAD, milestones=frozenset(milestones), since=since)
    return replace(made, **changes)


def environment(*, rule: bool = True, reviewers: tuple[str, ...] = ()) -> Environment:
    return Environment("pypi", exists=True, rule_app_ids=frozenset({APP.id} if rule else ()), reviewers=reviewers)


def guard(name: str = "Guard", *include: str, number: int = 7, **changes: Any) -> TagRuleset:
    """A ruleset that keeps tags from us: all of them, unless some are named."""
    page = f"https://github.test/acme/widget/rules/{number}"
    return replace(TagRuleset(number, name, include or ("~ALL",), url=page), **changes)


def run(
    *,
    number: int = 55,
    attempt: int = 1,
    event: str = "push",
    status: str = "in_progress",
    conclusion: str | None = None,
) -> WorkflowRun:
    return WorkflowRun(
        number, attempt, event, status, conclusion, MERGE, "v1.2.0", ".github/workflows/publish.yml",
        f"https://github.test/acme/widget/actions/runs/{number}", NOW - timedelta(minutes=1), NOW,
    )  # fmt: skip


def running(**changes: Any) -> RunFacts:
    return RunFacts(run(**changes), jobs=(Job(1, "publish", "queued", None, ""),))


def waiting(**changes: Any) -> RunFacts:
    return RunFacts(
        run(status="waiting", **changes),
        jobs=(Job(1, "publish", "waiting", None, ""),),
        pending=(PendingDeployment("pypi"),),
    )


def reviewed(facts: RunFacts, state: str = "approved", by: Person = BOT, said: str = "fine") -> RunFacts:
    review = DeploymentReview(state, f"{said} {attempt_mark(facts)} {jobs_mark(facts)}", by, ("pypi",))
    return replace(facts, reviews=(*facts.reviews, review))


def next_job(facts: RunFacts) -> RunFacts:
    """The same attempt a while later: what waited is done, and a later job waits at the same environment."""
    done = tuple(replace(job, status="completed", conclusion="success") for job in facts.jobs)
    return replace(facts, jobs=(*done, Job(len(done) + 1, "publish", "waiting", None, "")))


def over(conclusion: str = "success", **changes: Any) -> RunFacts:
    return RunFacts(
        run(status="completed", conclusion=conclusion, **changes),
        jobs=(Job(1, "publish", "completed", conclusion, "", started_at=NOW),),
    )


def approval(by: Person = HUGO, role: Role = Role.MAINTAIN, version: str = "1.2.0", **changes: Any) -> Approval:
    body = f"/release approve {version}"
    comment = Comment(
        400 + by.id,
        "IC",
        body,
        "https://github.test/c",
        by,
        NOW,
        **{k: changes.pop(k) for k in ("edited_at",) if k in changes},
    )
    return Approval(comment, by, role, version, **changes)


def prompt() -> Comment:
    return Comment(300, "IC", "…", "https://github.test/p", BOT, NOW - timedelta(minutes=1))


def asked(key: str = "run:55/1") -> Asked:
    return Asked(key, NOW - timedelta(minutes=1))


def files(*versions: str) -> ProjectFiles:
    made = [
        IndexFile(f"widget-{version}-py3-none-any.whl", project(version).version, "https://x.test/w", "ab" * 32)
        for version in versions
    ]
    return ProjectFiles("widget", tuple(made))


def published(**changes: Any) -> Published:
    verdict = FileVerdict("widget-1.2.0-py3-none-any.whl", "ab" * 32, AttestationState.VERIFIED)
    return replace(Published(files("1.2.0"), frozenset({verdict.filename}), (verdict,)), **changes)


def development(version: str = "1.2.0", before: str = "1.2.0.dev0", **changes: Any) -> Development:
    """What follows a release, while there is no pull request for it yet."""
    tree = Tree(MERGE, "7" * 40, ())
    return replace(Development(None, MERGE, tree, project(version), project(before)), **changes)


def forward(content: bytes | None = b"# Changelog\n\n## 2.0.0\n\n- Two.\n", **changes: Any) -> Forward:
    return replace(Forward(base_commit=BASE, base_tree=Tree(BASE, "7" * 40, ()), content=content), **changes)


def release() -> ReleaseRef:
    return ReleaseRef("v1.2.0", "https://github.test/r")


TAG = TagRef("v1.2.0", MERGE, annotated=True)
OLD_TAG = TagRef("v1.1.0", BASE, annotated=True)


def request(version: str = "1.2.0", *, by: Person = MONA, comment_id: int = 78, **changes: Any) -> Request:
    return Request(version, by, comment_id, NOW, **changes)


def derived() -> Project:
    """A project whose version is that of its newest tag."""
    text = '[build-system]\nrequires = ["hatch-vcs"]\n[project]\nname = "widget"\ndynamic = ["version"]\n'
    found = read_project({"pyproject.toml": f'{text}[tool.hatch.version]\nsource = "vcs"\n'.encode()})
    assert isinstance(found, Project)
    return found.at("1.1.0")


def origin(thread: int = 8, **changes: Any) -> Origin:
    """Where a release without a pull request was asked for."""
    return replace(Origin(thread, NOW - timedelta(hours=1), Line("main")), **changes)


def tagging(*milestones: Milestone, **changes: Any) -> dict[str, Any]:
    """A release without a pull request that was asked for: nothing else has happened."""
    made = record(*milestones, bump=MERGE, origin=origin(), **changes)
    thread = ThreadRef("I_8", "https://github.test/acme/widget/issues/8", locked=False)
    return {
        "record": made,
        "pull": see(REPOSITORY, APP, MERGE, made, thread),
        "settings": settings('mode = "tag-only"'),
    }


def notes(**changes: Any) -> Comment:
    return replace(Comment(80, "IC", "/release notes set\nSails.", "https://github.test/n", HUGO, NOW), **changes)


Given = TypeVar("Given", Hold, Unhold, Cancel, Merge, Reject, SetNotes)


def order(kind: type[Given], **changes: Any) -> Given:
    return kind(HUGO, 80, "https://github.test/acme/widget/pull/5#issuecomment-80", **changes)


def push(by: Person | None = WANDA, after: str = HEAD, *, seconds_ago: int = 60) -> Push:
    return Push(by, BASE, after, NOW - timedelta(seconds=seconds_ago))


def history(*pushes: Push, ours: str | None = HEAD, shows_head: bool = True) -> BranchHistory:
    return BranchHistory(pushes, ours, shows_head)


def snapshot(**changes: Any) -> Snapshot:
    """A release PR that was merged a moment ago: nothing else has happened."""
    made = Snapshot(
        at=NOW,
        app=APP,
        repository=REPOSITORY,
        line=Line("main"),
        settings=settings(),
        target=PYPI,
        pull=pull(),
        record=record(),
        candidate=candidate(),
        tags=(OLD_TAG,),
        index=files("1.1.0"),
        environment=environment(),
    )
    return replace(made, **changes)


def route_of(made: Candidate) -> Route:
    assert isinstance(made.route, Route)
    return made.route
