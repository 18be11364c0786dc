"""The buttons of our check run, by the commands that they are: what they are called, and what a press comes to."""

from __future__ import annotations

from bot.github.facts import CheckButton

HOLD = CheckButton("hold", "Hold", "Keep this release from going on")
UNHOLD = CheckButton("unhold", "Lift the hold", "Let this release go on")
RECHECK = CheckButton("recheck", "Check again", "Look at everything once more")
RECREATE = CheckButton("recreate", "Make anew", "Drop what others pushed to the branch")

DONE: dict[CheckButton, str] = {
    HOLD: "This release is on hold.",
    UNHOLD: "The hold is lifted.",
    RECREATE: "The release branch is made anew.",
}
"""What is said of a press in the thread; checking again shows by itself."""


def get_button(identifier: str) -> CheckButton:
    """The button that is a command. Raises KeyError."""
    return {button.identifier: button for button in DONE}[identifier]
