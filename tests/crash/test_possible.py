"""Every command in every state of a release: what help lists works, what it does not list changes nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.conversation.registry import REGISTRY
from tests.crash.matrix import draw
from tests.crash.orders import ASK, ASKED_FIRST, AT_GATE, BEFORE_TAG, HOLD, MERGE, PUSHED, is_rejected, typed
from tests.crash.picture import Picture
from tests.crash.stage import Saved, Stage, open_stage
from tests.crash.story import A_WHILE, ACTS, Act, list_reactions, play

LINES = (
    "/release 1.3.0",
    "/release approve 1.2.0",
    "/release reject 1.2.0 not yet",
    "/release hold",
    "/release unhold",
    "/release cancel",
    "/release recreate",
    "/release merge",
    "/release notes",
    "/release notes set\n\nThe wind is free.",
    "/release status",
    "/release help",
)
"""One line for each command."""

GATELESS: dict[str, Any] = {"trigger": "tag-push", "gate": "none"}
CANCEL = typed("cancel", "wanda", "/release cancel")
REJECT = typed("reject", "hugo", "/release reject 1.2.0 not yet", is_rejected, runners=True)
RUNNING = Act("merge", MERGE.play, MERGE.is_done)

STATES: dict[str, tuple[tuple[Act, ...], dict[str, Any]]] = {
    "nothing is asked for": ((), {}),
    "proposed": ((ASK,), {}),
    "on hold": ((ASK, HOLD), {}),
    "pushed onto": ((ASK, PUSHED), {}),
    "cancelled": ((ASK, CANCEL), {}),
    "building": ((ASK, MERGE), {}),
    "at the gate": (AT_GATE, {}),
    "on hold at the gate": ((*AT_GATE, HOLD), {}),
    "turned away": ((*AT_GATE, REJECT), {}),
    "released": (ACTS, {}),
    "asked before the tag": ((ASK, BEFORE_TAG), GATELESS | ASKED_FIRST),
    "on its way without a gate": ((ASK, RUNNING), GATELESS),
}


async def lead_to(state: str) -> Saved:
    """The world in this state."""
    acts, changes = STATES[state]
    stage = await open_stage(**{"trigger": "release-published", **changes})
    saved = await stage.stop()
    for act in acts:
        stage = await saved.open()
        await play(stage, act)
        saved = await stage.stop()
    return saved


async def try_line(saved: Saved, line: str) -> tuple[str, str, bool]:
    """Let Hugo, who may do everything, type a line: the final reaction, what was said, and whether anything changed."""
    stage = await saved.open()
    stage.runners = False
    pull = stage.release_pull
    before = _facts(stage)
    comment = stage.acme.hugo.comment(pull.number if pull else stage.acme.feature.number, line)
    await stage.pass_time(A_WHILE)
    await stage.stop()
    thread = stage.acme.repository.issues[pull.number if pull else stage.acme.feature.number]
    said = "\n".join(one.body for one in thread.comments if f"aweigh:reply {comment.id} " in one.body)
    first, *final = list_reactions(comment)
    assert (first, len(final)) == ("eyes", 1), f"{line}: {list_reactions(comment)}"
    return final[0], said, _facts(stage) != before


def _facts(stage: Stage) -> str:
    return Picture.without(draw(stage), frozenset({"threads"}))


def test_there_is_a_line_for_each_command() -> None:
    assert len(LINES) == len(REGISTRY)


@pytest.mark.parametrize("state", STATES)
async def test_help_lists_what_is_possible(state: str) -> None:
    saved = await lead_to(state)
    _, helped, _ = await try_line(saved, "/release help")
    listed = set(re.findall(r"`/release ?(?!VERSION)([a-z]+(?: set)?)[^`]*`(?= \| [A-Z])", helped))
    wrong = []
    for line in LINES:
        name = line.partition("\n")[0].removeprefix("/release ")
        name = "notes set" if name == "notes set" else name.split()[0]
        reaction, said, changed = await try_line(saved, line)
        if name[0].isdigit() and state == "pushed onto":
            # There it is the version that it has which can be asked for, by somebody who has looked.
            continue
        if name[0].isdigit() or name in listed:
            if reaction != "rocket":
                wrong.append(f"{line!r} is listed, and refused: {said}")
        elif changed:
            wrong.append(f"{line!r} is not listed, and changes something: {reaction} {said}")
    assert not wrong, "\n".join([helped, *wrong])
