"""Files as text and back again, with nothing lost on the way."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.versions.project import ProjectCode, ProjectRefused
from bot.versions.sentences import Quoted

MOST_BYTES = 512 * 1024
"""Nobody writes such a file by hand, and parsers need up to 700 times its size in memory."""

MOST_BYTES_OF_LOCKS = 8 * 1024 * 1024
"""Lock files are scanned line by line, which costs no more memory than the file itself."""

_LOCKS = (".lock", "package-lock.json", "pylock.toml")

_BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\r|\n")

# PEP 263: a comment in one of the first two lines, the first of which may hold nothing else that matters.
_CODING = re.compile(rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
# Stateless charsets only. Python knows "encodings" that decompress, or that take quadratic time.
_CHARSETS = frozenset(
    {"utf-8", "ascii", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1251", "cp1252", "koi8-r", "koi8-u"}
    | {"shift_jis", "euc_jp", "gb2312", "gbk", "big5", "euc_kr"},
)


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file.

    Attributes:
        body: the text without its byte order mark.
        charset: name of the codec that gives the bytes back.
        bom: whether a UTF-8 byte order mark stands before the body.
    """

    body: str
    charset: str = "utf-8"
    bom: bool = False

    def encode(self, body: str) -> bytes:
        """``body`` as the bytes of this file."""
        return ((_BOM if self.bom else "") + body).encode(self.charset)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, from ``start`` up to and without ``end``, both in characters."""

    start: int
    end: int


def decode_toml(path: str, content: bytes) -> Text:
    """The text of a TOML file, which is always UTF-8.

    Raises:
        ProjectRefused: it is too big or not UTF-8.
    """
    return _decode(path, content, "utf-8")


def decode_text(path: str, content: bytes) -> Text:
    """The text of any other file, which has to be UTF-8.

    Raises:
        ProjectRefused: it is too big or not UTF-8.
    """
    return _decode(path, content, "utf-8")


def decode_lock(path: str, content: bytes) -> Text:
    """The text of a lock file, which tools write and which may be much longer than what people write.

    Raises:
        ProjectRefused: it is too big or not UTF-8.
    """
    return _decode(path, content, "utf-8", MOST_BYTES_OF_LOCKS)


def most_bytes(path: str) -> int:
    """How long a file called ``path`` may be to be worth reading at all; what is longer is refused, or passed over by name.

    A changelog, and other files that people keep, may be longer than what is parsed here.
    """
    return MOST_BYTES_OF_LOCKS if path.endswith(_LOCKS) else 2 * MOST_BYTES


def decode_python(path: str, content: bytes) -> Text:
    """The text of a Python file in the encoding it declares (PEP 263), UTF-8 without a declaration.

    Raises:
        ProjectRefused: it is too big, declares an encoding that is not a plain charset, or is not in that encoding.
    """
    declared = _CODING.match(content.removeprefix(codecs.BOM_UTF8))
    name = declared[1].decode("ascii", "replace") if declared else "utf-8"
    try:
        charset = codecs.lookup(name).name
    except LookupError:
        charset = ""
    if charset not in _CHARSETS:
        wrong = " declares an encoding that is not supported: "
        raise ProjectRefused(ProjectCode.NOT_TEXT, Quoted(path), wrong, Quoted(name), ".", path=path)
    return _decode(path, content, charset)


def _decode(path: str, content: bytes, charset: str, most: int = MOST_BYTES) -> Text:
    if len(content) > most:
        size = f" is {len(content) // 1024} kB; files above {most // 1024} kB are not read."
        raise ProjectRefused(ProjectCode.TOO_BIG, Quoted(path), size, path=path)
    try:
        body = content.decode(charset)
    except UnicodeDecodeError:
        raise ProjectRefused(ProjectCode.NOT_TEXT, Quoted(path), f" is not {charset} text.", path=path) from None
    bom = body.startswith(_BOM)
    text = Text(body.removeprefix(_BOM), charset, bom=bom)
    if text.encode(text.body) != content:
        # Some East Asian charsets have two codes for one character; writing the file would change the others.
        lossy = f" cannot be written back as {charset} without other changes."
        raise ProjectRefused(ProjectCode.NOT_TEXT, Quoted(path), lossy, path=path)
    return text


def line_starts(body: str) -> list[int]:
    """Where each line begins, by Python's and TOML's idea of lines (not ``splitlines``, which knows more separators)."""
    return [0, *(match.end() for match in _LINE_END.finditer(body))]


def line_of(body: str, position: int, start: int = 0) -> int:
    """The line of ``position``, counted from 1: from the beginning, or from the line of ``start``."""
    # Counting is many times as fast as looking for each end, and is done for every place of a file.
    single, joined = sum(body.count(end, start, position) for end in "\r\n"), body.count("\r\n", start, position)
    return 1 + single - joined


def replace_spans(body: str, replacements: Iterable[tuple[Span, str]]) -> str:
    """``body`` with each span replaced; spans must not overlap."""
    pieces, rest = [], 0
    for span, new in sorted(replacements, key=lambda replacement: replacement[0].start):
        if span.start < rest:
            raise ValueError("overlapping spans")
        pieces += [body[rest : span.start], new]
        rest = span.end
    return "".join((*pieces, body[rest:]))
