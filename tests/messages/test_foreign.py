"""Markdown by strangers keeps its form and loses its force: whatever it holds, our own text around it stays what it is."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.conversation.grammar import parse
from bot.messages.text import MOST_CHARACTERS, block, code, finish, harmless, in_cell, link

GFM = MarkdownIt("gfm-like", {"linkify": False})
BEFORE = "## Changelog"
BEHIND = (
    "## Files changed\n\n| file | change |\n| --- | --- |\n| `a` | b |\n\n[run 5](https://github.test/5) and *more*."
)
CLOSES = re.compile(
    r"(?<![a-z0-9])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?![a-z0-9])[^a-z0-9]{0,9}(?:[\w./-]*#\d|gh-\d|https?://\S+/\d)",
    re.IGNORECASE,
)

PIECES = st.sampled_from(
    (
        *("```", "````", "~~~", "~~~~ text", "```py", "`", "``", " ", "  ", "   ", "    ", "\t", "- ", "1. ", "2. ", "> ", "* "),
        *("<details>", "</blockquote>", "<!--", "-->", "<script>", "<?php", "<![CDATA[", "<pre", "<br>", "<https://a.test>"),
        *("# h", "===", "---", "| a | b |", "| --- | --- |", "[run 5]: /evil", "[^1]: note", "[^1]", "[run 5]", "![i](u", "](", "\\"),
        *("/merge", "/release 1.2.0", "@acme/all", "&#64;all", "&commat;all", "&lt;!--", "Fixes #12", "closes: ", "GH-12", "#12"),
        *("fi", "&#120;", "es ", "a", "b\u00e9", "\u202e", "\u200b", "\ufeff", "\x00", "$$", "**", "_", "||", ":::", "\ud800"),
    )
)  # fmt: skip
ENDS = st.sampled_from(("\n", "\n", "\n", "\n\n", "\r", "\r\n", "\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", ""))
MARKDOWN = st.lists(st.lists(PIECES | st.text(max_size=3), max_size=4).map("".join), max_size=12).flatmap(
    lambda lines: st.tuples(*(st.tuples(st.just(line), ENDS) for line in lines)).map(
        lambda pairs: "".join(line + end for line, end in pairs)
    )
)


def outline(tokens: list[Token]) -> list[tuple[str, int, str]]:
    return [(token.type, token.level, token.content) for token in tokens]


def is_whole(message: str, before: str = BEFORE, behind: str = BEHIND) -> bool:
    """Whether our text at both ends of ``message`` is read as it would be alone."""
    said = outline(GFM.parse(message))
    first, last = outline(GFM.parse(before)), outline(GFM.parse(behind))
    return said[: len(first)] == first and said[len(said) - len(last) :] == last


def around(shown: str) -> str:
    return f"{BEFORE}\n\n{shown}\n\n{BEHIND}"


def prose(message: str) -> str:
    """What is text for GitHub, and may be a mention: neither code nor the address of a link."""
    found = []
    for token in GFM.parse(message):
        found += [child.content for child in token.children or () if child.type in ("text", "text_special")]
    return "\n".join(found)


def has_html(message: str) -> bool:
    tokens = GFM.parse(message)
    tokens += [child for token in tokens for child in token.children or ()]
    return any(token.type.startswith("html") for token in tokens)


def commands(message: str) -> list[str]:
    """Lines that some bot may take for a command: those that start with a slash, outside code also behind blanks."""
    fences = [token.map or (0, 0) for token in GFM.parse(message) if token.type == "fence"]
    code_lines = {number for first, last in fences for number in range(first, last)}
    lines = enumerate(message.splitlines())
    return [line for at, line in lines if line.lstrip("" if at in code_lines else "\ufeff\u200b \t").startswith("/")]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n", "\u2028", "\u2029", "\x85", "\v", "\f"])
def test_no_kind_of_line_end_hides_a_command(end: str) -> None:
    shown = harmless(f"- Sails.{end}/merge{end}\u00a0/approve")
    assert not commands(shown)
    assert not set("\r\u2028\u2029\x85\v\f") & set(shown)


@pytest.mark.parametrize(
    "keyword", ["close", "Closes", "CLOSED", "fix", "Fixes", "fixed", "resolve", "resolves", "Resolved"]
)
@pytest.mark.parametrize(
    "issue", ["#12", ": #12", "owner/repo#1", "GH-12", "https://github.com/o/r/issues/3", "[#12](x)", "**#12**", "`#12`", "\n#12"]
)  # fmt: skip
@pytest.mark.parametrize("where", ["- {}", "_{}_", "```\n{}\n```", "(  {} )"])
def test_a_closing_keyword_reads_as_before_and_closes_nothing(keyword: str, issue: str, where: str) -> None:
    written = where.format(f"{keyword} {issue}")
    shown = harmless(written)
    assert CLOSES.search(written)
    assert not CLOSES.search(shown)
    assert shown.replace("\N{WORD JOINER}", "") == written


@pytest.mark.parametrize(
    "written", ["fi&#120;es #12", "Fixes&nbsp;#12", "Fixes &#35;12", "Fixes &num;12", "Fixes\u200b #12"]
)
def test_entities_do_not_spell_a_closing_keyword(written: str) -> None:
    assert CLOSES.search(html.unescape(written).replace("\u200b", ""))
    assert not CLOSES.search(html.unescape(harmless(written)).replace("\u200b", ""))


@pytest.mark.parametrize(
    "written", ["### Fixed\n\n- A crash (#12).", "See #12, GH-12 and acme/widget#3.", "prefix #1", "Fixed in 1.2"]
)
def test_what_closes_nothing_stays_as_it_is(written: str) -> None:
    assert harmless(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "```", "~~~\ncode", "```py\ncode\n``", "````\n```", "~~~~\n~~~", "```\ncode\n ```x", "text\n```\n/merge",
        " ```", "   ~~~\ncode", "- a\n\n  ```\n  code", "- ```\ncode\n```", "- ```\n  code\n```\nmore", "text\n2. ```\n   code\n   ```",
        "1. ```\n   code", "> ```\n> code", "> text\n  ```", "- > ~~~\n", "[^1]: ```\n    code", "```\n\t```", "```\n    ```",
    ],
)  # fmt: skip
def test_a_fence_left_open_ends_with_the_text_it_is_in(written: str) -> None:
    assert is_whole(around(harmless(written)))
    assert not commands(harmless(written))


@pytest.mark.parametrize(
    "written",
    [
        "<details>", "<details><summary>more</summary>\n\ntext", "<!--", "<!-- aweigh:status -->", "text <!--\n\nmore", "<script>",
        "<pre>\ncode\n</pre>", "<?", "<!DOCTYPE", "<![CDATA[", "<style>\n\n", "</blockquote>", "- <table><tr><td>", "> <div>\n\n<span",
    ],
)  # fmt: skip
def test_html_is_shown_and_swallows_nothing(written: str) -> None:
    shown = harmless(written)
    assert is_whole(around(shown))
    assert not has_html(shown)
    assert shown.replace("\N{WORD JOINER}", "") == written.strip("\n")


@pytest.mark.parametrize(
    "written",
    [
        "[run 5]: https://evil.test", "[^1]: https://evil.test", "[run 5]:\n/evil\n'title", "> [run 5]: /evil", "===", "---", "text\n===",
        "\n\n===\n", "| --- | --- |", "| a |\n| --- |", "- item", "    code", "\\", "[open](", "`open", "**open", "![", "$$",
    ],
)  # fmt: skip
def test_definitions_underlines_and_open_ends_do_not_reach_our_text(written: str) -> None:
    assert is_whole(around(harmless(written)))
    assert is_whole(around(harmless(f"text\n{written}")))


CHANGELOG = """\
### Added

- Sails ([#12](https://github.test/pull/12)), see `hoist()`:
  ```python
  @boat.sail
  if wind:
      hoist()
  ```
- An `<anchor>`, thanks to [Hugo][hugo].

1. First:

   ~~~
   $ /usr/bin/anchor
   ~~~

```python
@boat.anchor
def drop(chain: "list<Link>") -> None: ...
```

| wind | sail |
| --- | --- |
| 12 | half\\|full |

[hugo]: https://hugo.test
"""


def test_an_honest_changelog_reads_as_it_was_written() -> None:
    shown = GFM.render(harmless(CHANGELOG)).replace("\N{WORD JOINER}", "")
    assert shown == GFM.render(CHANGELOG)


def test_code_in_a_fence_can_be_copied() -> None:
    assert '@boat.anchor\ndef drop(chain: "list<Link>")' in harmless(CHANGELOG)


@given(MARKDOWN)
@settings(max_examples=300, deadline=None)
@example("2. a\n2. ```\n   b\n   ```")
@example("- a\n\n   ```\n  ```\n```\n ```")
def test_whatever_others_write_our_text_around_it_stays(written: str) -> None:
    shown = harmless(written)
    assert is_whole(around(shown))
    assert not has_html(shown)
    assert not commands(shown)
    assert not re.search(r"@\w", prose(shown))
    assert not CLOSES.search(html.unescape(shown))
    assert parse(shown) == ()
    shown.encode()


@given(MARKDOWN, st.integers(1, 80))
@settings(deadline=None)
def test_what_is_cut_off_is_contained_all_the_same(written: str, limit: int) -> None:
    assert is_whole(around(harmless(written, limit)))


@given(MARKDOWN)
@settings(max_examples=30, deadline=None)
def test_a_body_that_is_cut_off_says_so_where_it_is_read(written: str) -> None:
    body = finish(f"{'x' * (60_000 - len(written))}\n\n{harmless(written)}\n\n{'y' * MOST_CHARACTERS}")
    assert len(body) <= MOST_CHARACTERS
    assert GFM.parse(body)[-2].content.startswith("*… the rest was cut off")


@given(MARKDOWN, MARKDOWN)
@settings(deadline=None)
def test_code_links_and_blocks_hold_what_they_are_given(written: str, other: str) -> None:
    parts = (
        code(written),
        link(code(other), f"https://a.test/{written}"),
        block(written.split("\n")),
        block([other], "sh"),
    )
    for part in (*parts, "\n\n".join(parts)):
        message = around(part)
        assert is_whole(message)
        assert not has_html(message)
        assert not re.search(r"@\w", prose(message))
        assert not any(line.startswith("/") for line in message.splitlines())
        assert parse(part) == ()


@given(MARKDOWN, MARKDOWN)
@settings(deadline=None)
@example("a\\|b", "a\\\\|b")
@example("|", "\\")
def test_a_row_has_the_cells_it_was_given_whatever_is_in_them(written: str, other: str) -> None:
    cells = (
        in_cell(code(written, 500)),
        in_cell(f"[{code(other, 500)}](https://a.test)"),
        in_cell(f"state: {code(written, 500)}\n\nmore"),
    )
    tokens = GFM.parse(f"| a | b | c |\n| --- | --- | --- |\n| {' | '.join(cells)} |\n| 1 | 2 | 3 |")
    shown = [token for token in tokens if token.type == "inline"]
    assert len(shown) == 9
    assert [token.content for token in shown[6:]] == ["1", "2", "3"]
    (span,) = [child.content for child in shown[3].children or () if child.type == "code_inline"]
    (alone,) = [
        child.content for child in GFM.parseInline(code(written, 500))[0].children or () if child.type == "code_inline"
    ]
    assert span == alone


@pytest.mark.parametrize("address", ["javascript:alert(1)", "", "data:text/html,x", "//evil.test", " https://a.test"])
def test_what_is_no_address_of_the_web_is_no_link(address: str) -> None:
    assert link("The run", address) == "The run"


@given(st.text(max_size=30) | MARKDOWN)
@settings(deadline=None)
def test_a_link_leads_where_it_says_and_ends_there(written: str) -> None:
    (token,) = [token for token in GFM.parse(f"a {link('x', f'https://a.test/{written}')} b") if token.type == "inline"]
    children = token.children or []
    assert [child.type for child in children] == ["text", "link_open", "text", "link_close", "text"]
    assert str(children[1].attrGet("href")).startswith("https://a.test/")
