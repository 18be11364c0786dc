"""Commands are read from the leading block, and from nowhere else."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.conversation.grammar import Invocation, find_unreadable, parse
from bot.conversation.registry import REGISTRY, Command, Entry, Name
from bot.conversation.understanding import Misunderstood, understand, with_package


def words(body: str) -> list[tuple[str, ...]]:
    return [invocation.words for invocation in parse(body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("/release 1.2.0", [("1.2.0",)]),
        ("\ufeff\n\n/release 1.2.0  \t", [("1.2.0",)]),
        ("/RELEASE Status", [("Status",)]),
        ("/release 1.2.0\r\n/release status", [("1.2.0",), ("status",)]),
        ("/assign mona\n/release status", [("status",)]),
        ("/release approve 1.2.0\n\nLooks good!", [("approve", "1.2.0")]),
        ("/release", [()]),
    ],
)
def test_should_be_read(body: str, expected: list[tuple[str, ...]]) -> None:
    assert words(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Please /release 1.2.0",
        "Thanks!\n/release 1.2.0",
        "> /release 1.2.0",
        "`/release 1.2.0`",
        "```\n/release 1.2.0\n```",
        "    /release 1.2.0",
        " /release 1.2.0",
        "- /release 1.2.0",
        "<!-- \n/release 1.2.0 -->",
        "/release <!-- \n/release approve 1.2.0\n-->",
        "/release `1.2.0\n/release approve 1.2.0`",
        "/released 1.2.0",
        "/release\u00a01.2.0",
        "\u200b/release 1.2.0",
        "\u202e/release 1.2.0",
        "/release\u20281.2.0",
    ],
)
def test_should_not_be_read(body: str) -> None:
    assert words(body) == []


COMMONMARK = MarkdownIt("commonmark")
PIECES_OF_TEXT = (
    ["/release 1.2.0", "/release approve 1.2.0", "/release", "/other x", "```", "~~~", "> ", "- ", "1. ", "    ", "\t", "<!--",
     "-->", "<div>", "`", "text", "", "\u200b", "\u202e", "\u00a0", "[a]: /release", "# ", "| a | b |", "<details>", "\\", "***"]
)  # fmt: skip
PIECES = st.sampled_from(PIECES_OF_TEXT)
BODIES = st.lists(st.lists(PIECES, max_size=4).map("".join), max_size=8).map("\n".join)


@settings(max_examples=1000, deadline=None)
@given(BODIES)
def test_what_is_read_is_plain_text_to_a_reader(body: str) -> None:
    is_plain_text(body)


def is_plain_text(body: str) -> None:
    for invocation in parse(body):
        assert is_shown(body, invocation)


def is_shown(body: str, invocation: Invocation, oracle: MarkdownIt = COMMONMARK) -> bool:
    """The oracle is a CommonMark parser: the line stands in a paragraph of the top level, as plain text."""
    shown = []
    for token in oracle.parse(body):
        if token.type == "inline" and token.level == 1:
            shown += [child.content.strip() for child in token.children or () if child.type == "text"]
    # A backslash before punctuation is not shown, nor is one that makes a line break; both are in the line that is read.
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", invocation.line.strip())
    return plain in shown or plain.removesuffix("\\").rstrip() in shown


def test_a_backslash_that_breaks_a_line_hides_the_blank_before_it() -> None:
    body = "/release 1.2.0- \\\n/release 1.2.0"
    assert [invocation.line for invocation in parse(body)] == ["/release 1.2.0- \\", "/release 1.2.0"]
    assert isinstance(understood("/release 1.2.0- \\"), Misunderstood)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_what_is_read_is_plain_text_in_fifty_thousand_bodies(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5_000):
        lines = ("".join(chance.choices(PIECES_OF_TEXT, k=chance.randrange(5))) for _ in range(chance.randrange(9)))
        is_plain_text(chance.choice(["\n", "\r\n", "\n\n"]).join(lines))


def understood(line: str) -> Command | Misunderstood:
    return understand(parse(line)[0])


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: entry.name)
def test_every_example_is_understood(entry: Entry) -> None:
    assert entry.examples
    for example in entry.examples:
        command = understood(example)
        assert isinstance(command, Command)
        assert command.entry is entry


@pytest.mark.parametrize(
    ("body", "suggestion"),
    [
        (" /release 1.2.0", "/release 1.2.0"),
        ("/release\u00a01.2.0", "/release 1.2.0"),
        ("/release\u2003approve\u20031.2.0", "/release approve 1.2.0"),
        ("\n  /release `1.2.0`", "/release 1.2.0"),
        ("   /release", "/release help"),
        ("/release\u00a0@hugo", "/release help"),
    ],
)
def test_what_is_nearly_a_command_is_not_read_but_answered(body: str, suggestion: str) -> None:
    nearly = find_unreadable(body)
    assert nearly is not None
    problem = understand(nearly)
    assert isinstance(problem, Misunderstood)
    assert problem.suggestion == suggestion


@pytest.mark.parametrize(
    "body", ["    /release 1.2.0", "\t/release 1.2.0", " /released 1.2.0", "Well\n /release 1.2.0", "> /release"]
)
def test_what_is_no_command_is_not_answered(body: str) -> None:
    assert find_unreadable(body) is None


def test_every_name_is_registered_once() -> None:
    assert sorted(entry.name for entry in REGISTRY) == sorted(Name)


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("/release", "/release help"),
        ("/release please", "/release help"),
        ("/release aprove", "/release approve"),
        ("/release approve", "/release approve [PACKAGE] VERSION [SHA]"),
        ("/release approve 1.2.0 1a2b3c4 please", "/release approve 1.2.0 1a2b3c4"),
        ("/release approve core 1.2.0 1a2b3c4 please", "/release approve core 1.2.0 1a2b3c4"),
        ("/release 1.2.0 please", "/release 1.2.0"),
        ("/release core 1.2.0 please", "/release core 1.2.0"),
        ("/release core --dry 1.2.0", "/release core 1.2.0 --dry-run"),
        ("/release status core now", "/release status core"),
        ("/release statsu --from 1234567", "/release status"),
    ],
)
def test_a_near_miss_gets_the_line_to_paste(line: str, suggestion: str) -> None:
    problem = understood(line)
    assert isinstance(problem, Misunderstood)
    assert problem.suggestion == suggestion


@pytest.mark.parametrize(
    ("line", "package", "arguments"),
    [
        ("/release core 1.2.0", "core", ("1.2.0",)),
        ("/release Acme_Core v1.2.0", "Acme_Core", ("v1.2.0",)),
        ("/release libs/core MINOR --dry-run", "libs/core", ("minor",)),
        ("/release core --dry-run rc", "core", ("rc",)),
        ("/release 2to3 1.2.0", "2to3", ("1.2.0",)),
        ("/release 1.2.0", None, ("1.2.0",)),
        ("/release minor", None, ("minor",)),
        ("/release approve core 1.2.0", "core", ("1.2.0",)),
        ("/release approve core 1.2.0 1a2b3c4", "core", ("1.2.0", "1a2b3c4")),
        ("/release approve 1.2.0 1234567", None, ("1.2.0", "1234567")),
        ("/release approve nonsense", None, ("nonsense",)),
        ("/release reject core 1.2.0 it is broken", "core", ("1.2.0", "it is broken")),
        ("/release reject 1.2.0 1.1.0 was better", None, ("1.2.0", "1.1.0 was better")),
        ("/release reject nonsense it is broken", None, ("nonsense", "it is broken")),
        ("/release status core", "core", ()),
        ("/release hold core is not ready", None, ("core is not ready",)),
    ],
)
def test_a_package_is_named_before_the_version(line: str, package: str | None, arguments: tuple[str, ...]) -> None:
    command = understood(line)
    assert isinstance(command, Command)
    assert (command.package, command.arguments) == (package, arguments)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("/release 1.2.0 --dry-run", "/release core 1.2.0 --dry-run"),
        ("/release approve 1.2.0 1a2b3c4", "/release approve core 1.2.0 1a2b3c4"),
        ("/release status", "/release status core"),
        ("/release cli 1.2.0", "/release cli 1.2.0"),
        ("/release hold", "/release hold"),
        ("/release help", "/release help"),
        ("", ""),
    ],
)
def test_a_line_to_paste_names_its_package_where_it_can(line: str, named: str) -> None:
    assert with_package(line, "core") == named
