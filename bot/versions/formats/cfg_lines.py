"""Values of an INI file such as setup.cfg with their spans, as ``configparser`` reads them but without its interpolation.

Source: https://docs.python.org/3/library/configparser.html#supported-ini-file-structure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.versions.formats.text import Span

_LINE = re.compile(r"[^\r\n]*+")
_NEXT = re.compile(r"\r\n|\r|\n")
_SECTION = re.compile(r"\[(?P<name>[^\]\r\n]++)\]")
_OPTION = re.compile(r"(?P<key>[^\s:=#;\[][^:=\r\n]{0,200}?)[ \t]*[:=][ \t]*(?P<value>[^\r\n]*)")
_COMMENT = re.compile(r"[ \t]*[#;]")


@dataclass(frozen=True, slots=True)
class CfgValue:
    """A value: the text of its first line (or of the lines below when that is empty), and where it stands."""

    text: str
    span: Span
    lines: tuple[str, ...]


def read_cfg(body: str) -> Mapping[tuple[str, str], CfgValue]:
    """Every option by section and key (in lower case). Of one that comes twice the first counts.

    Lines that are neither are passed over: what cannot be read just is not found.
    """
    found: dict[tuple[str, str], CfgValue] = {}
    section, key, at = "", "", 0
    while at <= len(body):
        line = _LINE.match(body, at)
        text = line[0] if line else ""
        ending = _NEXT.match(body, at + len(text))
        if not text.strip() or _COMMENT.match(text):
            pass
        elif text[0] in " \t":
            if key:
                _continue(found, (section, key), text, at)
        else:
            header, option = _SECTION.match(text), _OPTION.match(text)
            key = ""
            if header:
                section = header["name"].strip()
            elif option:
                key = _add(found, section, option, at)
        if ending is None:
            break
        at = ending.end()
    return found


def _add(found: dict[tuple[str, str], CfgValue], section: str, option: re.Match[str], at: int) -> str:
    key = option["key"].strip().lower()
    if (section, key) in found:
        return ""
    value = option["value"].rstrip()
    start = at + option.start("value")
    found[section, key] = CfgValue(value, Span(start, start + len(value)), (value,) if value else ())
    return key


def _continue(found: dict[tuple[str, str], CfgValue], where: tuple[str, str], text: str, at: int) -> None:
    value, stripped = found[where], text.strip()
    start = at + len(text) - len(text.lstrip())
    if not value.lines:
        found[where] = CfgValue(stripped, Span(start, start + len(stripped)), (stripped,))
    else:
        found[where] = CfgValue(value.text, value.span, (*value.lines, stripped))
