"""A command below other text, or below commands, earns a hint; what is shown to others earns none."""

from __future__ import annotations

import random

import pytest
from markdown_it import MarkdownIt

from bot.conversation.misplaced import find_misplaced
from tests.conversation.test_grammar import PIECES_OF_TEXT, is_shown

COMMONMARK = MarkdownIt("commonmark").enable("table")
NUMBERED = "/release 1.0.{}"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("Please\n/release 1.2.0", "/release 1.2.0"),
        ("Please\n\n/Release Status  ", "/Release Status"),
        ("```\ncode\n```\n/release 1.2.0", "/release 1.2.0"),
        ("~~~\n```\n~~~\n/release 1.2.0", "/release 1.2.0"),
        ("<!-- x -->\n\n/release 1.2.0", "/release 1.2.0"),
        ("/label bug\nwords\n/release 1.2.0", "/release 1.2.0"),
        ("> said somebody\n\n/release 1.2.0", "/release 1.2.0"),
        ("- one\n- two\n\n/release 1.2.0", "/release 1.2.0"),
        ("With `code` and [a link](https://x.example).\n/release 1.2.0", "/release 1.2.0"),
        ("/release hold\n\n/release 1.2.0", "/release 1.2.0"),
        ("/release hold\nthe docs\n/release 1.2.0", "/release 1.2.0"),
        ("\r\n/release hold\r\n\r\nthe docs\r\n\r\n/release 1.2.0", "/release 1.2.0"),
    ],
)
def test_a_command_below_is_seen(body: str, line: str) -> None:
    found = find_misplaced(body)
    assert found is not None
    assert found.line == line


@pytest.mark.parametrize(
    "body",
    [
        "/release status",
        "/release status\n/release hold",
        "/release hold\n\nLike this:\n```\n/release 1.2.0\n```",
        "/release hold\n\n> /release 1.2.0",
        "Like this:\n```\n/release 1.2.0\n```",
        "Like this:\n````\n```\n/release 1.2.0\n````",
        "Like this:\n```\n/release 1.2.0",
        "Like this:\n\n    /release 1.2.0",
        "Like this:\n> /release 1.2.0",
        "> Like this:\n/release 1.2.0",
        "- Like this:\n/release 1.2.0",
        "1. Like this:\n/release 1.2.0",
        "a | b\n--- | ---\n/release 1.2.0",
        "Like this: /release 1.2.0",
        "text <!--\n/release 1.2.0\n-->",
        "<pre>\n\n/release 1.2.0\n</pre>",
        "<div>\n/release 1.2.0\n</div>",
        "like `this:\n/release 1.2.0\n`",
        '<a title="\n/release 1.2.0\n">',
        "[a](\n/release\n)",
        "- a\n  ```\nx\n  ```\n\n/release 1.2.0",
        "text\n/release `1.2.0`",
        "text\n/releases 1.2.0",
        "text\n\u200b/release 1.2.0",
    ],
)
def test_what_is_shown_to_others_earns_no_hint(body: str) -> None:
    assert find_misplaced(body) is None


def is_plain_text(body: str) -> bool:
    """Whether a line earns a hint. It then stands in a paragraph of the top level, as plain text, says a CommonMark parser."""
    found = find_misplaced(body)
    if found is None or "*" in found.line:
        # Emphasis takes its marks out of a line and leaves it text, which the oracle does not know.
        return False
    assert is_shown(body, found, COMMONMARK), repr(body)
    return True


def make_body(chance: random.Random) -> str:
    """A body in which each command has a number of its own, so that it is known which one was found."""
    pieces = [NUMBERED if piece.startswith("/release ") else piece for piece in PIECES_OF_TEXT]
    lines = ["".join(chance.choices([*pieces, NUMBERED], k=chance.randrange(4))) for _ in range(chance.randrange(12))]
    return chance.choice(["\n", "\r\n", "\n\n"]).join(
        line.replace("{}", str(number)) for number, line in enumerate(lines)
    )


def test_what_earns_a_hint_is_plain_text_to_a_reader() -> None:
    chance = random.Random(0)
    assert sum(is_plain_text(make_body(chance)) for _ in range(3_000)) > 200


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_what_earns_a_hint_is_plain_text_in_fifty_thousand_bodies(seed: int) -> None:
    chance = random.Random(seed)
    assert sum(is_plain_text(make_body(chance)) for _ in range(5_000)) > 300
