"""A thread that is not where it was: what GitHub answers then leads nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from bot.github.client import Session
from bot.github.facts import ThreadRef
from bot.github.repositories import find_thread
from tests.github.scripted import Script, answer, refusal

PATH = "/repos/acme/widget/issues/8"


def told(repository: str) -> dict[str, Any]:
    return {
        "number": 8,
        "node_id": "I_8",
        "html_url": f"https://github.com/{repository}/issues/8",
        "repository_url": f"https://api.github.com/repos/{repository}",
        "locked": False,
        "labels": [{"name": "release-blocker"}],
    }


async def test_a_thread_is_told_with_its_labels(session: Session, script: Script) -> None:
    script.on("GET", PATH, answer(told("Acme/widget")))
    found = await find_thread(session, 8)
    assert found == ThreadRef("I_8", "https://github.com/Acme/widget/issues/8", False, ("release-blocker",))


@pytest.mark.parametrize(
    "said",
    [
        refusal(404, "Not Found"),
        refusal(410, "This issue was deleted"),
        # GitHub redirects to where it was moved, and the number may be the same there.
        answer(told("acme/playground")),
    ],
    ids=["never there", "deleted", "moved to another repository"],
)
async def test_one_that_is_gone_is_none(session: Session, script: Script, said: Any) -> None:
    script.on("GET", PATH, said)
    assert await find_thread(session, 8) is None
