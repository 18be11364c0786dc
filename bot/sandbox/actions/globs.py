"""Filter patterns of `on.push.branches`, `tags` and `paths`.

GitHub's own dialect ("Filter pattern cheat sheet"): `?` and `+` repeat the character before them, `*` stops at a slash,
`**` does not, and a pattern that begins with `!` takes away what earlier patterns let in.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

# Longest first.
_WILDCARDS = (("**/", "(?:.*/)?"), ("**", ".*"), ("*", "[^/]*"), ("?", "?"), ("+", "+"))


def match_filters(name: str, patterns: Iterable[str]) -> bool:
    """Whether the name is let in when the patterns are applied in their order; the last one that matches decides."""
    admitted = False
    for pattern in patterns:
        negated = pattern.startswith("!")
        if matches(name, pattern[1:] if negated else pattern):
            admitted = not negated
    return admitted


def matches(name: str, pattern: str) -> bool:
    """Whether one pattern (without `!`) covers the whole name."""
    return _compile(pattern).fullmatch(name) is not None


@lru_cache(maxsize=1024)
def _compile(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        part, width = _translate(pattern, position)
        if part in ("?", "+") and not parts:
            part = re.escape(part)
        parts.append(part)
        position += width
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error:
        # A pattern that makes no sense, such as `[z-a]`, matches nothing.
        return re.compile(r"(?!)")


def _translate(pattern: str, position: int) -> tuple[str, int]:
    """The regular expression for what stands at this position, and how many characters it took."""
    rest = pattern[position:]
    at_segment_start = position == 0 or pattern[position - 1] == "/"
    for wildcard, expression in _WILDCARDS:
        # `**/` also stands for no directory at all, but only where a directory could begin.
        if rest.startswith(wildcard) and (wildcard != "**/" or at_segment_start):
            return expression, len(wildcard)
    if rest[0] == "[" and "]" in rest:
        end = rest.index("]")
        return f"[{_escape_class(rest[1:end])}]", end + 1
    escaped = rest[0] == "\\" and len(rest) > 1
    return (re.escape(rest[1]), 2) if escaped else (re.escape(rest[0]), 1)


def _escape_class(members: str) -> str:
    return members.replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^").replace("&", "\\&").replace("~", "\\~")
