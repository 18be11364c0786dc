"""What the demo prints reads in the order in which it happened."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from bot.sandbox.acme import build_acme
from bot.sandbox.demo.display import Display


def test_what_was_said_should_be_shown_before_what_was_edited_for_it() -> None:
    acme, shown = build_acme(), StringIO()
    display = Display(0, Console(file=shown, width=120))
    status = acme.mona.comment(acme.feature.number, "Waiting")
    display.conversation(acme.feature)
    acme.hugo.comment(acme.feature.number, "Go on")
    acme.mona.edit_comment(acme.feature.number, status, "Going on")
    display.conversation(acme.feature)
    text = shown.getvalue()
    assert text.index("Waiting") < text.index("Go on") < text.index("Going on")
