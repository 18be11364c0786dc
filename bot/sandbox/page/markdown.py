"""Markdown as GitHub shows it in conversations, made safe: people, logs and changelogs may write anything.

No HTML passes: it is shown as text, and HTML comments are left out, which is where the bot keeps its markers. Images
become links, because nothing may be loaded from elsewhere. Links lead to web addresses or to nowhere.
"""

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_REFERENCE = re.compile(
    r"(?<![\w/])(?P<address>https?://[^\s<>\"'`]*[^\s<>\"'`.,:;!?)\]*_~])"
    r"|(?<![\w/#&-])#(?P<number>\d{1,9})\b"
    r"|(?<![\w/@.-])@[A-Za-z0-9][A-Za-z0-9-]{0,38}\b"
)


def render_markdown(text: str, *, home: str = "", numbers: frozenset[int] = frozenset()) -> Markup:
    """The HTML of a comment. ``#2`` becomes a link below ``home`` when ``numbers`` has it."""
    return _render(text, home, numbers, breaks=True)


def render_document(text: str) -> Markup:
    """The HTML of a file, in which a line's end means nothing."""
    return _render(text, "", frozenset(), breaks=False)


@lru_cache(maxsize=512)
def _render(text: str, home: str, numbers: frozenset[int], *, breaks: bool) -> Markup:
    rendered = _parser(breaks=breaks).render(text, {"home": home, "numbers": numbers})
    return Markup(rendered)  # noqa: S704 - the one place where HTML is made, by rules that escape what they are given


@lru_cache(maxsize=2)
def _parser(*, breaks: bool) -> MarkdownIt:
    # The parser recognises HTML, so that comments can be left out; the rules below let none of it through.
    parser = MarkdownIt("commonmark", {"html": True, "breaks": breaks}).enable(["table", "strikethrough"])
    for kind in ("html_block", "html_inline"):
        parser.add_render_rule(kind, _show_as_text)
    parser.add_render_rule("image", _show_as_link)
    parser.add_render_rule("link_open", _open_link)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    parser.core.ruler.push("references", _link_references)
    parser.core.ruler.push("outline", _fit_into_outline)
    return parser


def _show_as_text(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    shown = html.escape(_COMMENT.sub("", tokens[index].content))
    return f"<p>{shown}</p>\n" if tokens[index].type == "html_block" and shown.strip() else shown.strip("\n")


def _show_as_link(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    label = html.escape(token.content or "image")
    address = str(token.attrGet("src") or "")
    if not _is_web_address(address):
        return label
    return f'<a href="{html.escape(address)}" rel="nofollow noopener">{label}</a>'


def _open_link(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if not _is_web_address(str(token.attrGet("href") or "")):
        token.attrs.pop("href", None)
    if token.meta.get("kind") != "reference":
        token.attrSet("rel", "nofollow noopener")
    return renderer.renderToken(tokens, index, options, env)


def _open_table(_renderer: RendererHTML, _tokens: Sequence[Token], _index: int, _options: Any, _env: Any) -> str:
    # A wide table scrolls by itself; whoever has no mouse can scroll it with the keys once it has the focus.
    return '<div class="scroll" tabindex="0" role="group" aria-label="table"><table>\n'


def _close_table(_renderer: RendererHTML, _tokens: Sequence[Token], _index: int, _options: Any, _env: Any) -> str:
    return "</table></div>\n"


def _is_web_address(address: str) -> bool:
    return address.lower().startswith(("http://", "https://", "/", "#")) and not address.startswith("//")


def _fit_into_outline(state: StateCore) -> None:
    """Let headings begin at the third level, below those of the page, and empty ones of tables be plain cells.

    So whoever goes through a page by its headings finds an outline without gaps, whatever people write.
    """
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(3 + levels.index(token.tag), 6)}"
    for opening, content, closing in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if opening.type == "th_open" and not content.content:
            opening.tag = closing.tag = "td"


def _link_references(state: StateCore) -> None:
    """Turn ``#2``, ``@mona`` and addresses in running text into what GitHub makes of them."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_with_references(token.children, state.env))


def _with_references(tokens: Sequence[Token], env: Any) -> Iterator[Token]:
    inside_link = 0
    for token in tokens:
        inside_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not inside_link:
            yield from _split(token.content, env)
        else:
            yield token


def _split(text: str, env: Any) -> Iterator[Token]:
    end = 0
    for match in _REFERENCE.finditer(text):
        yield Token("text", "", 0, content=text[end : match.start()])
        end = match.end()
        yield from _refer(match, env)
    yield Token("text", "", 0, content=text[end:])


def _refer(match: re.Match[str], env: Any) -> Iterator[Token]:
    """The tokens of one reference: an address and a number that exists are links, a login stands out."""
    shown = Token("text", "", 0, content=match[0])
    address, number = match["address"], match["number"]
    if address is not None:
        yield from _link(normalizeLink(address), shown, kind="address")
    elif number is None:
        yield from (Token("strong_open", "strong", 1), shown, Token("strong_close", "strong", -1))
    elif int(number) in env["numbers"]:
        yield from _link(f"{quote(env['home'])}/pull/{number}", shown, kind="reference")
    else:
        yield shown


def _link(address: str, shown: Token, *, kind: str) -> Iterator[Token]:
    yield Token("link_open", "a", 1, attrs={"href": address}, meta={"kind": kind})
    yield shown
    yield Token("link_close", "a", -1)
