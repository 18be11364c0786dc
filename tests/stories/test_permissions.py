"""The owner did not grant the App everything: what it lacks is named, and whatever can go on goes on."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Literal, get_args

import pytest

from bot.clock import VirtualClock
from bot.sandbox.acme import PERMISSIONS, GateKind
from bot.sandbox.state.conversation import Comment, PullRequest
from tests.stories.hours import MORNING, pass_time
from tests.stories.logbook import LogLines
from tests.stories.theatre import Theatre, open_theatre

ELSEWHERE = ("metadata", "members", "merge_queues")
ASKED = {name: level for name, level in PERMISSIONS.items() if name not in ELSEWHERE}
"""What an owner can withhold: GitHub grants every App the permission to read metadata.

Who is a member is asked only where teams may approve, and what is said without that stands in test_settings. Without merge
queues nothing is heard of one, and test_merge_queue tells what becomes of a release there.
"""

PURPOSES = {
    "actions": "see environments, start the publish workflow and follow its run",
    "checks": "keep who asked for a release where nobody can forge it",
    "contents": "read the project and write the release branch, the tag and the GitHub Release",
    "deployments": "open the gate of the environment after an approval",
    "pull_requests": "read pull requests and open the release pull request",
}

Phase = Literal["asking", "merging", "approving", "publishing"]


class Fate(Enum):
    """What becomes of a release that lacks a permission from a phase on, until it is granted."""

    REFUSED = "the command is refused, in one sentence"
    STOPPED = "the release stands, and the status comment says why"
    DECLINED = "the command is refused with the sentence, the status comment says it as well"
    GOES_ON = "nothing needs it in this phase"
    BLIND = "no pull request can be seen, so there is nowhere to say it: the log has a line"
    UNHEARD = "GitHub does not deliver the comment"


FATES: dict[Phase, dict[str, Fate]] = {
    "asking": {
        "actions": Fate.REFUSED,
        "checks": Fate.REFUSED,
        "contents": Fate.REFUSED,
        "deployments": Fate.GOES_ON,
        "issues": Fate.UNHEARD,
        "pull_requests": Fate.REFUSED,
    },
    "merging": {
        "actions": Fate.STOPPED,
        "checks": Fate.STOPPED,
        "contents": Fate.STOPPED,
        "deployments": Fate.GOES_ON,
        "issues": Fate.GOES_ON,
        "pull_requests": Fate.BLIND,
    },
    "approving": {
        "actions": Fate.DECLINED,
        "checks": Fate.DECLINED,
        "contents": Fate.DECLINED,
        "deployments": Fate.DECLINED,
        # The comment itself is not delivered, but it is read with the next thing that happens.
        "issues": Fate.GOES_ON,
        "pull_requests": Fate.REFUSED,
    },
    "publishing": {
        "actions": Fate.STOPPED,
        "checks": Fate.STOPPED,
        "contents": Fate.STOPPED,
        "deployments": Fate.GOES_ON,
        "issues": Fate.GOES_ON,
        "pull_requests": Fate.BLIND,
    },
}


def without(*names: str) -> dict[str, str]:
    return {name: level for name, level in PERMISSIONS.items() if name not in names}


def take_away(theatre: Theatre, name: str) -> None:
    """The owner changes their mind: tokens made before are worthless from then on."""
    del theatre.acme.installation.permissions[name]
    theatre.sandbox.world.tokens.clear()


def refs(theatre: Theatre) -> set[str]:
    return {ref for ref in theatre.acme.repository.store.refs("refs/") if not ref.startswith("refs/pull/")}


def names_it(text: str, name: str) -> bool:
    """Whether the one sentence about a missing permission is there, with what it would allow."""
    sentence = f"I was not granted a permission here that I need: `{name}: write` to {PURPOSES[name]}."
    return sentence in text and text.count("granted a permission") == 1


def test_every_permission_of_the_app_is_taken_away_in_every_phase() -> None:
    assert {*FATES} == {*get_args(Phase)}
    for fates in FATES.values():
        assert {*fates} == {*ASKED}
    # Each is needed somewhere, or it would not be asked for.
    for name in ASKED:
        assert any(fates[name] not in (Fate.GOES_ON, Fate.BLIND) for fates in FATES.values())


@pytest.mark.parametrize("name", FATES["asking"])
async def test_asked_without_a_permission(tmp_path: Path, name: str) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock, permissions=without(name)) as theatre:
        before, fate = refs(theatre), FATES["asking"][name]
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        replies = theatre.replies(theatre.feature)
        if fate is Fate.GOES_ON:
            assert theatre.reactions(comment) == ["eyes", "rocket"]
        else:
            assert theatre.reactions(comment)[-1:] == ([] if fate is Fate.UNHEARD else ["-1"])
            assert [names_it(reply, name) for reply in replies] == ([] if fate is Fate.UNHEARD else [True])
            assert theatre.find_release_pull() is None
            assert refs(theatre) == before
        # Nothing is asked again and again meanwhile; an open release pull request is looked at now and then.
        asked = theatre.request_count
        await theatre.pass_time(timedelta(hours=3))
        assert theatre.request_count - asked - theatre.swept(asked) < (100 if fate is Fate.GOES_ON else 30)
        theatre.read_all()


@pytest.mark.parametrize(
    ("phase", "name"), [(phase, name) for phase in FATES if phase != "asking" for name in FATES[phase]]
)
async def test_a_release_under_way_without_a_permission(
    tmp_path: Path, phase: Phase, name: str, log_lines: LogLines
) -> None:
    gate: GateKind = "reviewers" if phase == "publishing" else "rule"
    async with open_theatre(
        tmp_path,
        clock=VirtualClock(MORNING),
        gate=gate,
        trigger="tag-push" if phase == "publishing" else "release-published",
    ) as theatre:
        pull = await theatre.propose()
        if phase != "merging":
            await theatre.merge(pull)
            theatre.read_all()
        before = theatre.status(pull)
        take_away(theatre, name)
        approval = await go_on(theatre, phase, pull)
        fate = FATES[phase][name]
        replies = theatre.replies(pull.number)
        if fate in (Fate.STOPPED, Fate.DECLINED):
            assert "Stopped" in theatre.status(pull)
            assert names_it(theatre.status(pull), name)
        if fate in (Fate.REFUSED, Fate.DECLINED):
            assert approval is not None
            assert theatre.reactions(approval)[-1] == "-1"
            assert [names_it(reply, name) for reply in replies] == [True]
        if fate in (Fate.STOPPED, Fate.BLIND):
            assert replies == []
        if fate is Fate.BLIND:
            assert theatre.status(pull) == before
            said = [line for line in log_lines() if line["event"] == "not permitted to look"]
            assert said
            assert {line["why"] for line in said} == {f"the App needs the permission {name}: read"}
        # It neither asks again and again nor says the same twice.
        asked = theatre.request_count
        await theatre.pass_time(timedelta(hours=1))
        assert theatre.request_count - asked < 250
        later = theatre.replies(pull.number)
        assert later == [] or fate is Fate.GOES_ON
        theatre.acme.installation.permissions[name] = "write"
        await theatre.pass_time(timedelta(hours=1, minutes=1))
        if phase == "merging":
            await go_on(theatre, "approving", pull)
        said_last = [*replies, *later, *theatre.replies(pull.number)][-1]
        assert "🎉" in said_last
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.release("v1.2.0").tag_name == "v1.2.0"


async def go_on(theatre: Theatre, phase: Phase, pull: PullRequest) -> Comment | None:
    """What people do in a phase; the comment when they do it with one."""
    if phase == "merging":
        await theatre.merge(pull)
    elif phase == "approving":
        return await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
    else:
        theatre.acme.hugo.review_deployment(theatre.run, "pypi", "approved")
        await theatre.settle()
    return None


async def test_once_granted_the_same_command_works(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock, permissions=without("checks")) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        theatre.read_all()
        theatre.acme.installation.permissions["checks"] = "write"
        # A token that lacks something is not kept for its hour: the owner may grant it at any moment.
        await pass_time(theatre, clock, timedelta(minutes=2))
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.release_pull.state == "open"
        theatre.read_all()


async def test_without_issues_a_review_is_heard_and_answered(tmp_path: Path) -> None:
    # Comments are not delivered without that permission, and pull requests can be spoken on without it.
    async with open_theatre(tmp_path, permissions=without("issues")) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == []
        review = theatre.acme.mona.submit_review(theatre.feature, "/release 1.2.0")
        await theatre.settle()
        # Reviews have no reactions of their own over REST, and go with the permission for pull requests.
        assert theatre.reactions(review) == ["eyes", "rocket"]
        assert "is the release pull request" in "".join(theatre.replies(theatre.feature))
        assert theatre.release_pull.state == "open"
        theatre.read_all()


async def test_mute_and_blind_it_leaves_a_line_in_the_log(tmp_path: Path, log_lines: LogLines) -> None:
    async with open_theatre(tmp_path) as theatre:
        take_away(theatre, "issues")
        take_away(theatre, "pull_requests")
        # The webhook was on its way when the permissions went.
        theatre.acme.installation.permissions["issues"] = "read"
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == []
        (line,) = [line for line in log_lines() if line["event"] == "command not answered"]
        assert line["delivery"]
        assert theatre.find_release_pull() is None


STEERING = ("hold", "unhold", "cancel", "merge", "recreate", "notes", "notes set\nThe wind is free.", "1.3.0", "status")


@pytest.mark.parametrize("line", STEERING)
@pytest.mark.parametrize("name", ASKED)
async def test_steered_without_a_permission(tmp_path: Path, name: str, line: str) -> None:
    """Each command is carried out, or the sentence about what is missing answers it; in the other case nobody hears of it."""
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        theatre.read_all()
        take_away(theatre, name)
        comment = await theatre.say(theatre.acme.mona, f"/release {line}", pull.number)
        await theatre.pass_time(timedelta(minutes=2))
        signs, said = theatre.reactions(comment)[-1:], "\n".join(theatre.replies(pull.number))
        if signs == ["-1"]:
            assert "granted a permission" in said
        elif name == "issues":
            # Comments are not delivered without it.
            assert signs == []
        elif name == "pull_requests" and signs == []:
            assert "granted a permission" in said
        else:
            assert signs == ["rocket"]
        theatre.read_all()
