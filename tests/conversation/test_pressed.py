"""A button is meant for the release that it was shown for: its head, its version, its run, its check run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.conversation.pressed import find_staleness
from bot.github.facts import CheckRun, Person, RepositoryRef
from bot.intake.command import CommandDelivery
from bot.release.reasons import Reason
from bot.release.record import Asked, Held, Record, render_record
from tests.release import making as m

AT = datetime(2026, 11, 2, tzinfo=UTC)
SHOWN = m.record()
ASKED = replace(SHOWN, asked=Asked("run:55/1", AT))


def press(button: str = "hold", record: Record = SHOWN, *, check_id: int = 7, head: str = m.HEAD) -> CommandDelivery:
    return CommandDelivery(
        repository=RepositoryRef(1, 11, "acme/widget"),
        source="button",
        comment_id=9 * 10**11,
        node_id="",
        issue_number=5,
        is_pull=True,
        author=Person(1, "mona"),
        created_at=AT,
        body=f"/release {button}",
        url="",
        button=button,
        head=head,
        check_id=check_id,
        shown=render_record(record),
    )


def check(record: Record = SHOWN, check_id: int = 7) -> CheckRun:
    return CheckRun(check_id, m.HEAD, "success", render_record(record), "", "", "")


OTHER_TAG = replace(SHOWN, tag=f"widget-{SHOWN.version}")
OTHER_VERSION = replace(SHOWN, version="1.3.0", tag="v1.3.0")
SECOND_RUN = replace(SHOWN, asked=Asked("run:55/2", AT))
ON_HOLD = replace(SHOWN, held=Held(2, 3))


@pytest.mark.parametrize(
    ("pressed", "now", "what"),
    [
        (press(), check(), None),
        (press(record=ASKED), check(ASKED), None),
        # Asking about a run is what a release comes to; the button was not shown for another one.
        (press(), check(ASKED), None),
        (press(head="d" * 40), check(), "head"),
        (press(), None, "head"),
        (press(), check(OTHER_VERSION), "version"),
        (press(), check(OTHER_TAG), "version"),
        (press(record=ASKED), check(SECOND_RUN), "run"),
        (press("unhold", ON_HOLD), check(ON_HOLD, check_id=8), "check"),
        (press("recreate"), check(check_id=8), "check"),
        (press("hold"), check(check_id=8), "check"),
        (press("hold"), check(ON_HOLD, check_id=8), None),
    ],
)
def test_what_a_press_was_not_meant_for(pressed: CommandDelivery, now: CheckRun | None, what: str | None) -> None:
    reason = find_staleness(pressed, m.pull(merged=False), now)
    assert (reason.get("what") if reason else None) == what
    assert reason is None or reason.code is Reason.BUTTON_STALE


def test_a_check_run_that_says_nothing_of_a_release_has_no_buttons() -> None:
    assert find_staleness(replace(press(), shown=""), m.pull(merged=False), check()) is not None
    assert find_staleness(press(), None, check()) is not None
