"""From reStructuredText to Markdown, as far as changelogs need it: GitHub shows release notes as Markdown alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.changelog.document import Heading, Line

_TOP = 3
"""The level of the outermost heading: above it stands the title of the release."""

_CODE_DIRECTIVES = frozenset({"code", "code-block", "sourcecode"})
_DIRECTIVE = re.compile(r"[ ]*\.\. (?P<name>[\w:-]{1,40})::[ \t]*(?P<rest>.*)")
_OPTION = re.compile(r"[ ]*:[\w-]{1,40}:.*")
_INLINE = re.compile(
    r"``(?P<code>[^`]{1,500}(?:`[^`]{1,500}){0,5})``"
    r"|:(?P<role>[a-zA-Z][\w:+.-]{0,40}):`(?P<told>[^`]{1,500})`"
    r"|`(?P<label>[^`<>]{1,500}?)[ ]?<(?P<url>https?://[^<>`\s]{1,500})>`__?"
    r"|`(?P<text>[^`]{1,500})`_{0,2}"
    r"|(?<!\w)(?P<reference>\w[\w.-]{0,80}[^\W_])_{1,2}(?![\w\\])"
    r"|\\(?P<blank>\s)"
    r"|\\(?P<plain>\W)"
)
_TITLED = re.compile(r"(?P<title>.{1,400}?)[ ]?<[^<>]{1,400}>", re.DOTALL)
_NUMBER_ROLES = frozenset(
    {"issue", "pr", "pull", "gh", "ghissue", "ghpull", "gh-issue", "gh-pr", "pull-request", "bug"}
)
_BULLET = re.compile(r"(?P<indent>[ ]*)(?:[-*+]|#\.|\d{1,9}[.)])[ ]+")


def to_markdown(lines: Sequence[Line], headings: Iterable[Heading]) -> str:
    """The Markdown of ``lines``, which are a part of a reStructuredText document with ``headings``."""
    return _Writer(lines, headings).write()


def inline_to_markdown(text: str) -> str:
    """One line of reStructuredText as Markdown."""
    return _INLINE.sub(_replace, text)


class _Writer:
    """One pass over the lines."""

    def __init__(self, lines: Sequence[Line], headings: Iterable[Heading]) -> None:
        numbers = {line.number - 1 for line in lines}
        inside = [heading for heading in headings if heading.line in numbers]
        top = min((heading.level for heading in inside), default=1)
        self.titles = {
            heading.line: f"{'#' * min(6, _TOP + heading.level - top)} {inline_to_markdown(heading.text)}"
            for heading in inside
        }
        self.marks = {heading.line + offset for heading in inside for offset in range(1, heading.lines)}
        self.lines = lines
        self.done: list[str] = []
        self.indent = 0

    def write(self) -> str:
        index = 0
        while index < len(self.lines):
            index = self._take(index)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.done)).strip("\n")

    def _take(self, index: int) -> int:
        line = self.lines[index]
        if line.comment or line.number - 1 in self.marks:
            return index + 1
        if line.number - 1 in self.titles:
            self.done.append(self.titles[line.number - 1])
            return index + 1
        directive = _DIRECTIVE.fullmatch(line.text) if line.plain else None
        if directive:
            return self._take_directive(index + 1, directive)
        if not line.plain:
            return self._take_code(index, "")
        text = line.text
        if text.lstrip().startswith(".. _"):
            return index + 1
        bullet = _BULLET.match(text)
        if text.strip():
            self.indent = bullet.end() if bullet else len(text) - len(text.lstrip())
        if text.rstrip().endswith("::"):
            text = text.rstrip().removesuffix("::").rstrip() + ":" if text.strip() != "::" else ""
        if bullet:
            mark = (
                "1. " if text[len(bullet["indent"]) :].startswith("#.") else text[len(bullet["indent"]) : bullet.end()]
            )
            text = f"{bullet['indent']}{mark}{inline_to_markdown(text[bullet.end() :])}"
        else:
            text = inline_to_markdown(text)
        self.done.append(text.rstrip())
        return index + 1

    def _take_directive(self, index: int, directive: re.Match[str]) -> int:
        if directive["name"] in _CODE_DIRECTIVES:
            return self._take_code(index, directive["rest"].strip())
        indent = " " * self.indent
        if directive["rest"]:
            self.done.append(indent + inline_to_markdown(directive["rest"]))
        for line in self._block(index):
            if not _OPTION.fullmatch(line.text):
                self.done.append(indent + inline_to_markdown(line.text.strip()) if line.text.strip() else "")
        return index + len(self._block(index))

    def _take_code(self, index: int, language: str) -> int:
        block = self._block(index)
        texts = [line.text for line in block if not _OPTION.fullmatch(line.text)]
        while texts and not texts[0].strip():
            texts.pop(0)
        while texts and not texts[-1].strip():
            texts.pop()
        least = min((len(text) - len(text.lstrip()) for text in texts if text.strip()), default=0)
        indent = " " * self.indent
        if texts:
            fence = "`" * max(3, 1 + max(len(run) for text in texts for run in (*re.findall("`+", text), "")))
            language = language if re.fullmatch(r"[\w+-]{0,20}", language) else ""
            code = [indent + text[least:] if text.strip() else "" for text in texts]
            self.done += [f"{indent}{fence}{language}", *code, f"{indent}{fence}", ""]
        return index + max(1, len(block))

    def _block(self, index: int) -> Sequence[Line]:
        """The lines of a block that is moved in, and the blank ones within."""
        end = index
        while end < len(self.lines) and (not self.lines[end].plain or not self.lines[end].text.strip()):
            if self.lines[end].comment or self.lines[end].number - 1 in self.titles:
                break
            end += 1
        return self.lines[index:end]


def _replace(match: re.Match[str]) -> str:
    if match["code"]:
        code = match["code"]
        return f"`{code}`" if "`" not in code else f"`` {code} ``"
    if match["role"]:
        return _tell_role(match["role"].rpartition(":")[2].lower(), match["told"])
    if match["url"]:
        return f"[{match['label']}]({match['url']})"
    if match["text"]:
        return f"`{match['text']}`" if not match[0].endswith("_") else match["text"]
    if match["reference"]:
        return match["reference"]
    # Markdown takes the force out of a mark in the same way.
    return f"\\{match['plain']}" if match["plain"] else ""


def _tell_role(role: str, told: str) -> str:
    titled = _TITLED.fullmatch(told)
    if titled:
        return titled["title"]
    if role in _NUMBER_ROLES and told.lstrip("#").isdigit():
        return f"#{told.lstrip('#')}"
    if told.startswith("~"):
        told = told[1:].rpartition(".")[2]
    return f"`{told.lstrip('!')}`"
