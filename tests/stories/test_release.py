"""The story: a comment becomes a published, attested package. Real engine, real HTTP, real git, real pip."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from syrupy.assertion import SnapshotAssertion

from bot.sandbox.demo.install import install
from bot.sandbox.state.conversation import Comment, PullRequest
from bot.sandbox.state.deliveries import RequestRecord
from tests.stories.theatre import Theatre, open_theatre

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Told:
    """The story told once, with what was to be seen at each of its turns; the tests below look at it from all sides."""

    theatre: Theatre
    pull: PullRequest
    asked: Comment
    refused: Comment
    approved: Comment
    merge_commit: str
    reply: str
    proposed: str
    waiting: str
    prompt: str
    refusal: str
    final: str
    check_runs_before_merge: list[tuple[str | None, str | None]]
    requests: list[RequestRecord]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    async with open_theatre(tmp_path_factory.mktemp("story"), durable=True) as theatre:
        yield await tell(theatre)


async def tell(theatre: Theatre) -> Told:
    mona, hugo = theatre.acme.mona, theatre.acme.hugo
    asked = await theatre.say(mona, "/release 1.2.0")
    reply = theatre.reply(theatre.feature)
    pull = theatre.release_pull
    proposed = theatre.thread(pull.number)
    checks_before = [(run.conclusion, run.output.title) for run in theatre.check_runs(pull)]
    theatre.replies(pull.number)
    merge_commit = await theatre.merge(pull)
    prompt, waiting = theatre.reply(pull.number), theatre.status(pull)
    refused = await theatre.say(mona, "/release approve 1.2.0", pull.number)
    refusal = theatre.reply(pull.number)
    approved = await theatre.say(hugo, "/release approve 1.2.0", pull.number)
    final = theatre.reply(pull.number)
    requests = list(theatre.sandbox.world.requests)
    return Told(
        theatre, pull, asked, refused, approved, merge_commit, reply, proposed, waiting, prompt, refusal, final,
        checks_before, requests,
    )  # fmt: skip


async def test_where_the_command_was_typed_one_link_answers(told: Told, snapshot: SnapshotAssertion) -> None:
    assert told.reply == snapshot
    assert told.theatre.replies(told.theatre.feature) == []


async def test_the_pull_request_says_what_merging_does(told: Told, snapshot: SnapshotAssertion) -> None:
    assert told.proposed == snapshot


async def test_the_bump_changes_version_and_changelog_and_nothing_else(told: Told, snapshot: SnapshotAssertion) -> None:
    theatre, store = told.theatre, told.theatre.acme.repository.store
    before = store.commit(told.pull.head_sha).parents[0]
    changed = {
        path: (store.read(before, path) or b"", store.read(told.pull.head_sha, path) or b"")
        for path in store.files(told.pull.head_sha)
        if store.read(before, path) != store.read(told.pull.head_sha, path)
    }
    assert set(changed) == {"pyproject.toml", "widget/__init__.py", "CHANGELOG.md"}
    for path in ("pyproject.toml", "widget/__init__.py"):
        old, new = changed[path]
        assert new == old.replace(b"1.1.0", b"1.2.0", 1)
    assert theatre.plain(changed["CHANGELOG.md"][1].decode()) == snapshot(name="changelog")
    assert store.commit(told.pull.head_sha).message == snapshot(name="message")


async def test_the_prompt_says_what_waits_and_who_may_approve(told: Told, snapshot: SnapshotAssertion) -> None:
    assert told.prompt == snapshot(name="prompt")
    assert told.waiting == snapshot(name="status")


async def test_the_requesters_own_approval_is_refused_with_reason_and_setting(
    told: Told, snapshot: SnapshotAssertion
) -> None:
    assert told.theatre.reactions(told.refused) == ["eyes", "-1"]
    assert told.refusal == snapshot


async def test_the_final_comment_and_status_show_the_evidence(told: Told, snapshot: SnapshotAssertion) -> None:
    assert told.theatre.reactions(told.approved) == ["eyes", "rocket"]
    assert told.final == snapshot(name="final")
    assert told.theatre.status(told.pull) == snapshot(name="status")


async def test_the_release_notes_hold_changelog_and_install_line(told: Told, snapshot: SnapshotAssertion) -> None:
    release = told.theatre.release("v1.2.0")
    assert release.name == "widget 1.2.0"
    assert told.theatre.plain(release.body or "") == snapshot
    assert told.theatre.acme.repository.latest_release_id == release.id
    assert release.author is told.theatre.acme.app.bot


@pytest.mark.rule(25)
async def test_the_check_run_is_always_concluded_and_ends_in_success(told: Told) -> None:
    assert told.check_runs_before_merge == [("success", "Ready: merging releases 1.2.0")]
    conclusions = [run.conclusion for run in told.theatre.check_runs(told.pull)]
    assert None not in conclusions
    assert conclusions == ["success", "neutral", "action_required", "neutral", "success"]
    assert told.theatre.check_runs(told.pull)[-1].output.title == "Released"


async def test_permission_is_asked_before_anything_and_eyes_come_before_any_work(told: Told) -> None:
    about = [request for request in told.requests if "access_tokens" not in request.path]
    paths = [f"{request.method} {request.path}" for request in about]
    mona = paths.index("GET /repos/acme/widget/collaborators/mona/permission")
    assert not any("/repos/" in path for path in paths[:mona])
    reaction = f"POST /repos/acme/widget/issues/comments/{told.asked.id}/reactions"
    eyes = paths.index(reaction)
    written = [position for position, path in enumerate(paths) if not path.startswith("GET") and "graphql" not in path]
    assert written[0] == eyes
    # What stands between permission and eyes finds out where the command was typed, in one look.
    (look,) = about[mona + 1 : eyes]
    assert look.path == "/graphql"
    assert b"mutation" not in look.body


async def test_the_rocket_comes_last(told: Told) -> None:
    assert told.theatre.reactions(told.asked) == ["eyes", "rocket"]
    answered = next(position for position, request in enumerate(told.requests) if b"addReaction" in request.body)
    opened = next(
        position
        for position, request in enumerate(told.requests)
        if (request.method, request.path) == ("POST", "/repos/acme/widget/pulls")
    )
    assert opened < answered
    document = json.loads(told.requests[answered].body)
    assert document["query"].rindex("addComment") < document["query"].index("addReaction")
    said = [one.get("body", "").partition("\n")[0] for one in document["variables"].values()]
    assert said == ["<!-- aweigh:status -->", f"<!-- aweigh:reply {told.asked.id} -->", ""]


async def test_the_annotated_tag_is_on_the_exact_merge_commit(told: Told) -> None:
    assert told.theatre.find_tag("v1.2.0") == ("tag", told.merge_commit)
    assert told.pull.merge_commit_sha == told.merge_commit


async def test_git_clone_shows_the_annotated_tag(told: Told, tmp_path: Path) -> None:
    address = f"{told.theatre.sandbox.world.links.web}/acme/widget.git"
    await run("git", "clone", "--quiet", address, str(tmp_path / "widget"))
    git = ("git", "-C", str(tmp_path / "widget"))
    assert await run(*git, "cat-file", "-t", "v1.2.0") == "tag"
    assert await run(*git, "rev-parse", "v1.2.0^{commit}") == told.merge_commit
    assert await run(*git, "rev-parse", "origin/main") == told.merge_commit
    assert (await run(*git, "for-each-ref", "--format=%(contents:subject)", "refs/tags/v1.2.0")) == "widget 1.2.0"


async def test_pip_installs_what_was_published(told: Told) -> None:
    base = told.theatre.sandbox.index.base
    said = await install(base, "widget==1.2.0", "import widget; print(widget.__version__, widget.spin())")
    assert said == "1.2.0 whirr"


async def test_nothing_more_happens_once_it_is_over(told: Told) -> None:
    before = told.theatre.request_count
    told.theatre.acme.mona.comment(told.theatre.feature, "Thank you!")
    await told.theatre.settle()
    assert told.theatre.request_count == before
    assert len(told.theatre.runs) == 1
    assert told.theatre.uploads() == 1


async def run(*command: str) -> str:
    """What a command prints; it knows no configuration of this machine."""
    clean = {"PATH": "/usr/bin:/bin:/usr/local/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    done = await asyncio.to_thread(
        subprocess.run, command, env=clean, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
