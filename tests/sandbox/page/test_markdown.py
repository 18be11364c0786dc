"""Comments are shown as GitHub shows them, and whatever they hold, nothing of it acts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.page.markdown import render_document, render_markdown


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "text <img src=x onerror=alert(1)> text",
        "<svg/onload=alert(1)>",
        "<!-- <script> --><script>alert(1)</script>",
        "<details open ontoggle=alert(1)>\n\nx\n</details>",
        "<style>body{display:none}</style>",
        "<iframe src='https://example.org'></iframe>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](//example.org)",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        '![a" onerror="alert(1)](https://example.org/x.png "t\\" onload=\\"alert(1)")',
        '[x](https://example.org "a\\" onclick=\\"alert(1)")',
        "```<script>\n</code></pre><script>alert(1)</script>\n```",
        '```"onmouseover="alert(1)\nx\n```',
        'https://example.org/"onmouseover="alert(1)',
        "https://example.org/<script>alert(1)</script>",
        "https://example.org/&quot;&gt;&lt;script&gt;alert(1)",
    ],
)
def test_nothing_that_acts_gets_through(hostile: str) -> None:
    assert_harmless(str(render_markdown(hostile)))


@given(
    st.lists(
        st.sampled_from(
            ["https://", "http://", "javascript:", "<!--", "-->", "&quot;", "#1", *"<>!-[]()`\"'/=# \nabonx:;&@1"]
        ),
        max_size=40,
    ).map("".join)
)
def test_no_text_makes_a_tag_of_its_own(text: str) -> None:
    assert_harmless(str(render_markdown(text, home="/acme/widget", numbers=frozenset({1}))))


def assert_harmless(rendered: str) -> None:
    allowed = "p|br|em|strong|code|pre|ul|ol|li|blockquote|a|s|hr|h[1-6]|table|thead|tbody|tr|th|td|div"  # what our rules write
    for tag in re.findall(r"<[^>]*>?", rendered):
        assert re.fullmatch(rf'</?(?:{allowed})(?: [a-z-]+="[^"<>]*")*(?: /)?>', tag), tag
        assert " on" not in re.sub(r'"[^"]*"', "", tag)
    for address in re.findall(r'href="([^"]*)"', rendered):
        assert re.match(r"https?://|/(?!/)|#", address), address


def test_html_is_shown_as_text() -> None:
    assert "&lt;b&gt;" in render_markdown("<b>bold</b>")


def test_html_comments_are_hidden_where_they_are_comments() -> None:
    assert render_markdown("<!-- aweigh:status -->\n**Released**") == "<p><strong>Released</strong></p>\n"
    assert "secret" not in render_markdown("before <!-- secret --> after")
    assert "&lt;!-- shown --&gt;" in render_markdown("`<!-- shown -->`")


def test_images_become_links_because_nothing_is_loaded_from_elsewhere() -> None:
    rendered = render_markdown("![a picture](https://example.org/x.png)")
    assert '<a href="https://example.org/x.png" rel="nofollow noopener">a picture</a>' in rendered


def test_tables_as_the_bot_writes_them() -> None:
    rendered = render_markdown("| file | state |\n| --- | --- |\n| `a` | ✅ |")
    assert "<td><code>a</code></td>" in rendered
    assert "<th>file</th>" in rendered


def test_numbers_that_exist_become_links() -> None:
    rendered = render_markdown("see #2, not #3 nor `#2`", home="/acme/widget", numbers=frozenset({2}))
    assert rendered == '<p>see <a href="/acme/widget/pull/2">#2</a>, not #3 nor <code>#2</code></p>\n'


def test_a_number_inside_a_link_stays_what_it_is() -> None:
    rendered = render_markdown("[#2](https://example.org)", home="/acme/widget", numbers=frozenset({2}))
    assert rendered.count("<a ") == 1


def test_an_address_in_running_text_becomes_a_link_and_its_full_stop_does_not() -> None:
    rendered = render_markdown("see https://example.org/a?b=1&c=2, or (http://example.org).")
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener">' in rendered
    assert ">http://example.org</a>)." in rendered
    assert "<a " not in render_markdown("`https://example.org` xhttps://example.org javascript://example.org")


def test_mentions_stand_out_but_addresses_do_not() -> None:
    assert "<strong>@mona</strong>" in render_markdown("thanks @mona!")
    assert "<strong>" not in render_markdown("mail mona@example.org")


def test_a_line_ends_where_it_ends_in_a_comment_and_not_in_a_file() -> None:
    assert "<br" in render_markdown("one\ntwo")
    assert "<br" not in render_document("one\ntwo")


def test_headings_fit_below_those_of_the_page_whatever_level_somebody_began_with() -> None:
    assert render_markdown("# a\n\n### b\n\n# c") == "<h3>a</h3>\n<h4>b</h4>\n<h3>c</h3>\n"
    assert render_markdown("##### a") == "<h3>a</h3>\n"


def test_an_empty_heading_of_a_table_is_a_plain_cell() -> None:
    rendered = render_markdown("| | stage |\n| --- | --- |\n| a | b |")
    assert "<td></td>\n<th>stage</th>" in rendered
