"""Headings and link definitions, and what only looks like them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.changelog.markdown import read_markdown


def headings(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in read_markdown(text).headings]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A", [(1, "A")]),
        ("###### A ##", [(6, "A")]),
        ("####### A", []),
        ("#A", []),
        ("   ## A", [(2, "A")]),
        ("    ## A", []),
        ("## A #b", [(2, "A #b")]),
        ("A\n===\nB\n", [(1, "A")]),
        ("A\n---\n", [(2, "A")]),
        ("- A\n---\n", []),
        ("x\n\n---\n", []),
        ("```\n# A\n```\n# B", [(1, "B")]),
        ("~~~md\n# A\n```\n~~~~\n# B", [(1, "B")]),
        ("````\n```\n# A\n````\n# B", [(1, "B")]),
        ("``` `x`\n# A", [(1, "A")]),
        ("```\n# A", []),
        ("<!-- # A -->\n# B", [(1, "B")]),
        ("<!--\n\n# A\n-->\n# B", [(1, "B")]),
        ("<!--\n```\n-->\n# B", [(1, "B")]),
        ("- mention `<!--` in code\n# B", [(1, "B")]),
        ("# A\r\n## B\r\n", [(1, "A"), (2, "B")]),
        ("\ufeff# A", [(1, "A")]),
    ],
)
def test_headings(text: str, found: list[tuple[int, str]]) -> None:
    assert headings(text) == found


pieces = st.lists(
    st.sampled_from(
        [
            "# A",
            "## B ##",
            "text",
            "",
            "```",
            "~~~",
            "- item",
            "===",
            "<!-- c",
            "-->",
            " # C",
            "    # D",
            "### ",
            "##",
            "> q",
        ]
    ),
    max_size=12,
)


@given(pieces)
def test_headings_outside_lists_agree_with_a_commonmark_parser(lines: list[str]) -> None:
    text = "\n".join(lines)
    tokens = MarkdownIt("commonmark").parse(text)
    expected = [
        (int(token.tag[1]), tokens[index + 1].content)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.markup.startswith("#") and token.level == 0
    ]
    marked = [heading for heading in read_markdown(text).headings if heading.lines == 1]
    assert [(heading.level, heading.text) for heading in marked] == expected
    assert all(text[heading.start : heading.end] == heading.text for heading in marked)


def test_definitions_are_found_with_the_place_of_their_address() -> None:
    text = "[1.0]: https://x/1 'title'\n  [a b]:\t<https://y>\r\n[^1]: note\n    [no]: x\n```\n[no]: y\n```\n[no](x)\n"
    document = read_markdown(text)
    assert [(definition.label, definition.url) for definition in document.definitions] == [
        ("1.0", "https://x/1"),
        ("a b", "<https://y>"),
    ]
    assert all(text[definition.start : definition.end] == definition.url for definition in document.definitions)


@given(st.text("ab#-`<!>\n\r =[]:~\u2028", max_size=60))
def test_the_lines_are_the_text(text: str) -> None:
    document = read_markdown(text)
    assert document.slice(0, len(document.lines)) == text
    assert [line.number for line in document.lines] == list(range(1, len(document.lines) + 1))


@pytest.mark.parametrize(
    "filler",
    ["#", "# ", "# a\n", "`", "```\n", "[", "<!--\n", "[a]: x ", "# a #", "a\n-\n\n", "[a]: b\n", ".", "\r", "x"],
)
def test_hostile_text_takes_time_in_proportion(filler: str) -> None:
    text = "# 1" + filler * (300_000 // len(filler)) + "x"
    started = time.process_time()
    read_markdown(text)
    # Time that grew with the square of the length would be minutes.
    assert time.process_time() - started < 10
