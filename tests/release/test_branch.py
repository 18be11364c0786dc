"""How a release branch came to its head: the moves that count, and those that do not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.github.facts import Push
from bot.release.branch import trace
from bot.release.snapshot import BranchHistory
from tests.release import making as m

OTHER, MORE = "1" * 40, "2" * 40
PULL = m.pull(head_sha=MORE, merged_at=m.NOW - timedelta(seconds=30))
OURS = m.push(m.BOT, m.HEAD, seconds_ago=90)
WANDAS = m.push(m.WANDA, MORE, seconds_ago=60)

HISTORIES: list[tuple[str, list[Push], BranchHistory]] = [
    ("nobody pushed after us", [m.push(m.BOT, MORE, seconds_ago=90)], BranchHistory((), MORE)),
    ("somebody did", [WANDAS, OURS], BranchHistory((WANDAS,), m.HEAD)),
    ("before the pull request was opened, too", [m.push(m.HUGO, MORE, seconds_ago=9000), m.push(m.BOT, m.HEAD, seconds_ago=9001)], BranchHistory((m.push(m.HUGO, MORE, seconds_ago=9000),), m.HEAD)),
    ("what we replaced does not count", [WANDAS, OURS, m.push(m.HUGO, OTHER, seconds_ago=95)], BranchHistory((WANDAS,), m.HEAD)),
    ("nor what came after the merge", [m.push(m.HUGO, "0" * 40, seconds_ago=5), m.push(m.BOT, OTHER, seconds_ago=10), WANDAS, OURS], BranchHistory((WANDAS,), m.HEAD)),
    ("within the second of the merge only what leads to the head does", [m.push(m.HUGO, OTHER, seconds_ago=30), WANDAS, OURS], BranchHistory((WANDAS,), m.HEAD)),
    ("putting the branch back to our commit shows which one we pushed last", [m.push(m.WANDA, MORE, seconds_ago=50), m.push(m.BOT, OTHER, seconds_ago=60), m.push(m.BOT, MORE, seconds_ago=90)], BranchHistory((m.push(m.WANDA, MORE, seconds_ago=50),), OTHER)),
    ("our own push is not there", [WANDAS], BranchHistory((WANDAS,))),
    ("the head is not there", [OURS], BranchHistory(shows_head=False)),
    ("nothing is there", [], BranchHistory(shows_head=False)),
]  # fmt: skip


@pytest.mark.parametrize(("moves", "expected"), [row[1:] for row in HISTORIES], ids=[row[0] for row in HISTORIES])
def test_how_the_branch_came_to_its_head(moves: list[Push], expected: BranchHistory) -> None:
    assert trace(moves, PULL, m.BOT.id) == expected
