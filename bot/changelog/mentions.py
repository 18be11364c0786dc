"""How a changelog names pull requests: ``(#12)``, a link, a role of Sphinx; found in what it says already."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.changelog.document import Markup

_LINK = {
    Markup.MARKDOWN: re.compile(
        r"\[(?P<mark>#|gh-|GH-)(?P<number>\d{1,8})\]\((?P<front>[^()\s]{1,200}?/)(?:pull|issues)/\d{1,8}\)"
    ),
    Markup.RESTRUCTURED: re.compile(
        r"`(?P<mark>#|gh-|GH-)(?P<number>\d{1,8}) <(?P<front>[^<>\s]{1,200}?/)(?:pull|issues)/\d{1,8}>`__?"
    ),
}
_LABEL = re.compile(r"\[#\d{1,8}\](?![(:\w])")
_ROLE = re.compile(r":(?P<role>[a-z][\w-]{0,20}):`(?P<mark>#?)\d{1,8}`")
_BARE = re.compile(r"(?<![\w/`\[#])(?P<mark>#|gh-|GH-)\d{1,8}\b")
_PULL_ROLES = ("pr", "pull", "gh-pr", "ghpull", "pull-request", "gh")
_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]{1,4}#(?P<number>\d{1,8})\b", re.IGNORECASE)
_MOST_DESCRIPTION = 70_000
_MOST_CLOSED = 10
_FEW = 3
"""Entries that have to go without for a file to be one that names no pull requests."""

_BULLET = re.compile(r"[ ]{0,3}[-*+][ \t]")


@dataclass(frozen=True, slots=True)
class Mention:
    """The form in which a pull request is named.

    Attributes:
        form: the text with ``{number}`` where the number goes, and ``{url}`` where the repository's address does.
        definition: the line that must stand below the text for that, of the same kind; None when none must.
    """

    form: str = "(#{number})"
    definition: str | None = None

    def render(self, number: int, repository_url: str) -> str:
        """How pull request ``number`` is named."""
        return _fill(self.form, number, repository_url)

    def render_definition(self, number: int, repository_url: str) -> str | None:
        """The definition for it."""
        return _fill(self.definition, number, repository_url) if self.definition else None


USUAL = Mention()


def find_mention(lines: Iterable[str], markup: Markup) -> Mention | None:
    """How ``lines`` name pull requests; None when they list several changes and name none."""
    lines = list(lines)
    found: Counter[Mention] = Counter()
    for line in lines:
        mention = _find_in(line, markup)
        if mention is not None:
            found[mention] += 1
    if found:
        return found.most_common(1)[0][0]
    return None if sum(bool(_BULLET.match(line)) for line in lines) >= _FEW else USUAL


def mentions(text: str, number: int) -> bool:
    """Whether ``text`` names pull request (or issue) ``number`` in any of these forms."""
    return re.search(rf"(?:(?<![\w/])(?:#|gh-)|:`#?|/pull/|/issues/){number}(?!\d)", text, re.IGNORECASE) is not None


def find_closed(description: str) -> tuple[int, ...]:
    """The issues of its own repository that the text of a pull request closes with it."""
    numbers = (int(match["number"]) for match in _CLOSES.finditer(description[:_MOST_DESCRIPTION]))
    return tuple(dict.fromkeys(numbers))[:_MOST_CLOSED]


def _find_in(line: str, markup: Markup) -> Mention | None:
    link = _LINK[markup].search(line)
    if link:
        mark = link["mark"]
        form = (
            f"[{mark}{{number}}]({{url}}/pull/{{number}})"
            if markup is Markup.MARKDOWN
            else f"`{mark}{{number}} <{{url}}/pull/{{number}}>`__"
        )
        return Mention(_enclose(line, link, form))
    role = _ROLE.search(line)
    if role:
        roles = [match["role"] for match in _ROLE.finditer(line)]
        name = next((one for one in roles if one in _PULL_ROLES), role["role"])
        return Mention(_enclose(line, role, f":{name}:`{role['mark']}{{number}}`"))
    label = _LABEL.search(line) if markup is Markup.MARKDOWN else None
    if label:
        return Mention(_enclose(line, label, "[#{number}]"), "[#{number}]: {url}/pull/{number}")
    bare = _BARE.search(line)
    return Mention(_enclose(line, bare, f"{bare['mark']}{{number}}")) if bare else None


def _enclose(line: str, match: re.Match[str], form: str) -> str:
    """``form`` in the parentheses in which the mention stands, if it stands in any."""
    before, after = line[: match.start()].rstrip(), line[match.end() :].lstrip()
    if before.endswith("(") and after[:1] in {")", ","}:
        return f"({form})"
    return f"[{form}]" if before.endswith("[") and after[:1] in {"]", ","} else form


def _fill(form: str, number: int, repository_url: str) -> str:
    return form.replace("{number}", str(number)).replace("{url}", repository_url.rstrip("/"))
