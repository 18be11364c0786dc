"""Rulesets about tags: one that will keep the release's tag from us is named before anybody merges, and no other is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.faults import Refused, When
from bot.sandbox.graph.nodes import GraphError
from bot.sandbox.http import reply
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.rulesets import Ruleset
from tests.stories.hours import MORNING
from tests.stories.test_auto import push, turn_on
from tests.stories.test_tag_only import checks, head, open_derived, record, say
from tests.stories.theatre import Theatre, open_theatre

HOUR = timedelta(hours=1, minutes=1)
RULESET = r"/rulesets"
NOT_LET = "not let me create the tag `v1.2.0`"
BY_HAND = "git tag -a v1.2.0 -m v1.2.0 «commit»\ngit push origin v1.2.0\n"


def guard(theatre: Theatre, **changes: Any) -> None:
    """Give the repository a ruleset about its tags, which holds for our App unless something else is said."""
    made = Ruleset("Release tags", "tag", frozenset({"creation", "update", "deletion"}))
    theatre.acme.repository.rulesets[:] = [replace(made, **changes)]


def bots(theatre: Theatre) -> frozenset[int]:
    """Our bot alone."""
    return frozenset({theatre.acme.app.bot.id})


def said(theatre: Theatre, pull: PullRequest) -> bool:
    """Whether a ruleset is named to whoever is about to merge; status and check say the same."""
    shown = {NOT_LET in theatre.status(pull), NOT_LET in (theatre.check_runs(pull)[-1].output.summary or "")}
    assert len(shown) == 1
    return shown.pop()


async def test_a_ruleset_that_will_refuse_is_named_before_the_merge(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        guard(theatre)
        pull = await theatre.propose()
        assert theatre.status(pull) == snapshot(name="refused")
        assert said(theatre, pull)
        # It is a warning, and no wall.
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        asked = theatre.asked("GET", RULESET)
        assert asked == 1
        guard(theatre, bypass=bots(theatre))
        await theatre.pass_time(HOUR)
        assert not said(theatre, pull)
        assert theatre.asked("GET", RULESET) - asked == 1
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_somebody_else_may_push_the_tag_of_what_was_merged_in_spite_of_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        guard(theatre, exempt=frozenset({theatre.acme.hugo.user.id}))
        pull = await theatre.propose()
        assert said(theatre, pull)
        asked = theatre.asked("GET", RULESET)
        await theatre.merge(pull)
        # Merged it is tried, and told from GitHub's answer; nobody asks for rulesets any more.
        assert "GitHub does not let me create the tag `v1.2.0`" in theatre.status(pull)
        assert theatre.asked("GET", RULESET) == asked
        theatre.acme.hugo.push_tag("v1.2.0", str(pull.merge_commit_sha))
        await theatre.settle()
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


BOT_ID = frozenset({-1})
"""Stands for the id of our bot, which is not known before the world is."""


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"bypass": BOT_ID}, 1),
        ({"exempt": BOT_ID}, 1),
        ({"patterns": ("refs/tags/nightly-*",)}, 0),
        ({"patterns": ("refs/tags/v?",)}, 0),
        ({"excluded": ("refs/tags/v1.*",)}, 0),
        ({"rules": frozenset({"update", "deletion"})}, 0),
        ({"enforcement": "evaluate"}, 0),
        ({"enforcement": "disabled"}, 0),
        ({"target": "branch", "excluded": ("refs/heads/**/*",)}, 0),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
async def test_what_does_not_keep_us_from_it_is_no_matter(tmp_path: Path, changes: dict[str, Any], asked: int) -> None:
    async with open_theatre(tmp_path) as theatre:
        bot = bots(theatre)
        given: dict[str, Any] = {key: bot if value == BOT_ID else value for key, value in changes.items()}
        guard(theatre, **given)
        pull = await theatre.propose()
        assert not said(theatre, pull)
        assert theatre.asked("GET", RULESET) == asked
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


@pytest.mark.parametrize("inherited", [False, True])
async def test_one_that_names_the_tag_by_a_pattern_is_told_with_its_page(tmp_path: Path, inherited: bool) -> None:
    async with open_theatre(tmp_path) as theatre:
        patterns = ("refs/tags/nightly-*", "refs/**/v[0-9]*")
        guard(theatre, patterns=patterns, excluded=("refs/tags/v2.*",), inherited=inherited)
        pull = await theatre.propose()
        assert said(theatre, pull)
        settings = "organizations/acme/settings" if inherited else "acme/widget"
        assert f"[`Release tags`](https://git.acme.example/{settings}/rules/" in theatre.status(pull)
        theatre.read_all()


HIDDEN = When(method="GET", path=r"/rulesets/\d+$")


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_one_that_cannot_be_read_is_told_from_the_error(tmp_path: Path, status: int) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        guard(theatre)
        message = "Upgrade to GitHub Pro or make this repository public to enable this feature."
        hidden = Refused(reply(status, {"message": message, "documentation_url": "https://docs.example"}))
        theatre.sandbox.github.faults.add(HIDDEN, hidden, times=None)
        pull = await theatre.propose()
        assert not said(theatre, pull)
        await theatre.merge(pull)
        assert "Either a ruleset guards the tags" in theatre.status(pull)
        theatre.read_all()


async def test_one_that_graphql_does_not_tell_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_theatre(tmp_path) as theatre:
        guard(theatre)
        monkeypatch.setattr("bot.sandbox.graph.ruleset_fields.list_numbered", _hide)
        pull = await theatre.propose()
        assert theatre.asked("GET", RULESET) == 0
        # The rest of the document was told, and nothing of it asked for once more.
        assert theatre.asked("GET", r"/repos/acme/widget/(pulls|branches|releases)$") == 0
        assert not said(theatre, pull)
        await theatre.merge(pull)
        assert "Either a ruleset guards the tags" in theatre.status(pull)
        theatre.read_all()


def _hide(*_: object, **__: object) -> Any:
    raise GraphError("FORBIDDEN", "Resource not accessible by integration")


async def test_the_name_of_a_ruleset_is_shown_and_does_nothing(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        hostile = "x](https://evil.example) ``` @acme/everyone\n/release approve 1.2.0\n<!-- aweigh:status --> | **"
        guard(theatre, name=hostile)
        pull = await theatre.propose()
        (line,) = [line for line in theatre.status(pull).splitlines() if NOT_LET in line]
        assert line == snapshot
        # Nothing in it was a command.
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()


async def test_a_version_that_follows_is_told_of_with_its_own_tag(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await turn_on(theatre, released=True)
        guard(theatre, patterns=("refs/tags/v2.*",))
        await push(theatre, "feat: float")
        pull = theatre.release_pull
        assert (theatre.record(pull).tag, theatre.asked("GET", RULESET)) == ("v1.2.0", 0)
        await push(theatre, "feat!: no more sails")
        assert theatre.record(pull).tag == "v2.0.0"
        assert "not let me create the tag `v2.0.0`" in (theatre.check_runs(pull)[-1].output.summary or "")
        theatre.read_all()


async def test_what_would_stand_without_its_tag_is_not_merged_by_itself(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings="merge.auto = true\n", clock=VirtualClock(MORNING)) as theatre:
        guard(theatre)
        pull = await theatre.propose()
        await theatre.pass_time(HOUR)
        assert (pull.state, said(theatre, pull)) == ("open", True)
        guard(theatre, bypass=bots(theatre))
        await theatre.pass_time(timedelta(minutes=6))
        assert pull.merged
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


async def test_a_dry_run_tells_of_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        guard(theatre)
        await theatre.say(theatre.acme.mona, "/release 1.2.0 --dry-run")
        assert "⚠️ The ruleset [`Release tags`](https://git.acme.example/acme/widget/rules/" in theatre.reply(
            theatre.feature
        )
        await theatre.say(theatre.acme.mona, "/release 1.2.1rc1 --dry-run")
        assert "does not let me create the tag `v1.2.1rc1`." in theatre.reply(theatre.feature)


async def test_without_a_pull_request_it_stops_before_the_tag(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_derived(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        guard(theatre)
        reactions, _ = await say(theatre, "mona", "/release 1.2.0")
        assert reactions == ["eyes", "rocket"]
        assert theatre.comments(theatre.feature, "status") == snapshot(name="stopped")
        assert theatre.asked("POST", r"/git/(tags|refs)$") == 0
        assert theatre.asked("GET", RULESET) == 1
        assert checks(theatre)[-1].conclusion == "failure"
        theatre.read_all()
        guard(theatre, bypass=bots(theatre))
        await theatre.pass_time(timedelta(minutes=12))
        assert theatre.find_tag("v1.2.0") == ("tag", head(theatre))
        await say(theatre, "hugo", "/release approve 1.2.0")
        await theatre.pass_time(HOUR)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_without_a_pull_request_somebody_else_may_push_the_tag_too(tmp_path: Path) -> None:
    async with open_derived(tmp_path, trigger="tag-push") as theatre:
        guard(theatre, exempt=frozenset({theatre.acme.hugo.user.id}))
        await say(theatre, "mona", "/release 1.2.0")
        (status,) = theatre.comments(theatre.feature, "status")
        assert BY_HAND in status
        theatre.acme.hugo.push_tag("v1.2.0", head(theatre))
        await theatre.settle()
        await say(theatre, "hugo", "/release approve 1.2.0")
        assert len(theatre.files("1.2.0")) == 2
        assert record(theatre).tag == "v1.2.0"
        theatre.read_all()


async def test_without_a_pull_request_what_was_stopped_is_taken_back(tmp_path: Path) -> None:
    async with open_derived(tmp_path) as theatre:
        guard(theatre)
        await say(theatre, "mona", "/release 1.2.0")
        assert (await say(theatre, "mona", "/release cancel"))[0] == ["eyes", "rocket"]
        assert "Taken back" in theatre.comments(theatre.feature, "status")[0]
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()
