"""How each place writes a version: as typed, in the form of the index, as Cargo wants it, or taken apart into numbers."""

from __future__ import annotations

import re
from datetime import date

from packaging.version import Version

from bot.versions.arithmetic import SpelledVersion, find_version, keep_zeros
from bot.versions.formats.python_calls import read_arguments, write_arguments
from bot.versions.formats.python_elements import MOST_ELEMENTS, join_elements, write_elements
from bot.versions.project import Form, Piece, ProjectCode, ProjectRefused, Site, SiteKind
from bot.versions.sentences import Quoted

_LONG_LEVELS = {"a": "alpha", "b": "beta", "rc": "candidate"}
_SEMVER = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?")
_SEMVER_PRE = re.compile(r"-(?P<level>[A-Za-z]+)(?P<separator>[.-]?)\d*")
_SEMVER_MARKER = re.compile(r"(?P<word>-[A-Za-z]+)[.-]?(?P<number>\d+)\Z")
_ROWS = {Form.ELEMENTS: (join_elements, write_elements), Form.ARGUMENTS: (read_arguments, write_arguments)}
"""How the forms that hold a whole version in several elements are read and written."""
_LEVEL_WORDS = {"alpha": "a", "a": "a", "beta": "b", "b": "b", "candidate": "rc", "c": "rc", "rc": "rc"}
_NUMBERS = re.compile(r"\A\d+(?:\.\d+)*")
_NOT_FOR_ALL = frozenset({Form.SEMVER, Form.FIELD, *_ROWS})
_MARKERS = frozenset({Form.MARKER, Form.WORD, Form.COUNT})
_MARKER = re.compile(r"(?P<word>.*?)(?P<count>\d*)\Z")
HEX_LEVEL = re.compile(r"0[xX]0?[0aAbBcCfF]")
"""A level of ``sys.hexversion`` (https://docs.python.org/3/c-api/apiabiversion.html); projects say 0 of a development release."""
_HEX_LEVELS = {0: "dev", 0xA: "a", 0xB: "b", 0xC: "rc", 0xF: "final"}
_LARGEST_PAIR = 99
_C_LEVEL = "PY_RELEASE_LEVEL_"
"""How the names of levels begin in Python's patchlevel.h (https://github.com/python/cpython/blob/main/Include/patchlevel.h)."""
_LEFT = (SiteKind.WEB_PART, SiteKind.NPM_LOCK)
"""What nothing depends on stays behind where npm has no way to say the version; where it declares it, that is refused."""
_FINAL_WORDS = ("final", "f", "release", "stable", "")


def write_site(site: Site, new: SpelledVersion, day: date | None, *, declares: bool = True) -> list[str]:
    """What ``site``'s pieces say once the version is ``new``, in their order.

    What only repeats the version, and does not declare it, may have its numbers alone.

    Raises:
        ProjectRefused: ``inexpressible``, when the place cannot hold such a version (a candidate in three numbers).
    """
    if (
        len(site.parts) > 1
        and not _fits(site.parts, new.version)
        and (declares or not _repeats_numbers(site, new.version))
    ):
        raise _inexpressible(site, new)
    stays_final = _is_final(new.version) and _says_final(site.parts)
    return [
        piece.text if piece.form is Form.SERIAL and stays_final else _write(site, piece, new, day)
        for piece in site.pieces
    ]


def compose(pieces: tuple[Piece, ...]) -> str | None:
    """The version that ``pieces`` say together, None when they say none."""
    if len(pieces) == 1 and pieces[0].form in _ROWS:
        joined = find_version(_ROWS[pieces[0].form][0](pieces[0].text) or "")
        return str(joined) if joined is not None else None
    numbers = [piece.text for piece in sorted(pieces, key=lambda piece: piece.index) if piece.form is Form.NUMBER]
    level = next((piece.text for piece in pieces if piece.form is Form.LEVEL), "final").lower()
    serial = next((piece.text for piece in pieces if piece.form is Form.SERIAL), "0")
    dev = next((piece.text for piece in pieces if piece.form is Form.DEV), "0")
    numbers += [join_elements(piece.text) or "" for piece in pieces if piece.form is Form.RELEASE]
    if not numbers:
        return None
    level = _HEX_LEVELS.get(int(level, 16), "") if HEX_LEVEL.fullmatch(level) else level
    if level == "dev":
        tail = f".dev{serial}"
    elif level in _LEVEL_WORDS:
        tail = f"{_LEVEL_WORDS[level]}{serial}"
    elif level in _FINAL_WORDS:
        tail = ""
    else:
        return None
    marker = "".join(piece.text for piece in pieces if piece.form in _MARKERS)
    return ".".join(numbers) + tail + (f".dev{dev}" if dev not in ("", "0") and ".dev" not in tail else "") + marker


def to_semver(new: SpelledVersion, old: str = "") -> str | None:
    """``new`` for Cargo and npm (https://semver.org), in the dialect of ``old``; None when semver cannot say it.

    What was typed as semver is kept, but for what stands between the marker's word and its number: that is the crate's own.
    maturin reads ``1.0.0-rc.1`` and ``1.0.0-rc1`` back as 1.0.0rc1.
    """
    version = new.version
    known = _SEMVER_PRE.search(old)
    if _SEMVER.fullmatch(new.spelling):
        between = known["separator"] if known and find_version(old) is not None else None
        return new.spelling if between is None else _SEMVER_MARKER.sub(rf"\g<word>{between}\g<number>", new.spelling)
    if version.epoch or version.post is not None or any(version.release[3:]):
        return None
    numbers = ".".join(map(str, (*version.release, 0, 0)[:3]))
    separator = known["separator"] if known else "."
    tail = []
    if version.pre:
        level, serial = version.pre
        is_short = known is not None and known["level"] in ("a", "b")
        word = level if is_short else {"a": "alpha", "b": "beta"}.get(level, level)
        tail.append(f"{word}{separator}{serial}")
    if version.dev is not None:
        tail.append(f"dev{separator}{version.dev}")
    return numbers + ("-" + ".".join(tail) if tail else "")


def _write(site: Site, piece: Piece, new: SpelledVersion, day: date | None) -> str:
    version, model = new.version, site.model or piece.text
    if piece.form is Form.DATE:
        return day.isoformat() if day else piece.text
    if piece.form is Form.NORMALISED:
        return keep_zeros(str(version), piece.text)
    if piece.form is Form.PADDED:
        epoch, tail = f"{version.epoch}!" if version.epoch else "", str(version)[len(version.base_version) :]
        return epoch + ".".join(map(str, (*version.release, 0, 0)[: max(3, len(version.release))])) + tail
    if piece.form in _NOT_FOR_ALL:
        said = _try_to_write(piece, new, model, in_python=site.path.endswith(".py"))
        if said is None and not (piece.form is Form.SEMVER and site.kind in _LEFT):
            raise _inexpressible(site, new)
        return piece.text if said is None else said
    if piece.form in _MARKERS:
        return _write_marker(piece.form, new)
    if piece.form is Form.RELEASE:
        return _write_release(piece.text, new)
    part = write_part(piece, version)
    return keep_zeros(_spell_like(model, new), model) if part is None else part


def _spell_like(model: str, new: SpelledVersion) -> str:
    """``new`` as it was typed; in the form of the index where the place says a pre-release in that: ``1.0.0a15``."""
    said = find_version(model)
    is_normalised = said is not None and said.pre is not None and str(said) == model
    numbers = _NUMBERS.match(new.spelling)
    if not is_normalised or new.version.pre is None or numbers is None:
        return new.spelling
    tail = str(new.version)[len(new.version.base_version) :]
    return str(new.version) if new.version.epoch else numbers[0] + tail


def _try_to_write(piece: Piece, new: SpelledVersion, model: str, *, in_python: bool) -> str | None:
    """What a place says whose form does not take every version; None where it does not take this one."""
    if piece.form in _ROWS:
        read, write = _ROWS[piece.form]
        row = write(piece.text, new.version)
        return row if row is not None and find_version(read(row) or "") == new.version else None
    if piece.field is not None:
        spellings = [keep_zeros(spelling, model) for spelling in (new.spelling, str(new.version))]
        # A number of Python's has no zeros before it.
        return piece.field.say(*(reversed(spellings) if in_python else spellings))
    return to_semver(new, model)


def _write_marker(form: Form, new: SpelledVersion) -> str:
    """What follows the numbers: as it was typed in one piece, else the two halves of it in the form of the index."""
    if form is Form.MARKER:
        return _NUMBERS.sub("", new.spelling)
    marker = _MARKER.match(str(new.version)[len(new.version.base_version) :])
    return marker[form.value] if marker is not None else ""


def _write_release(old: str, new: SpelledVersion) -> str:
    """The numbers as elements of a tuple: as many as were typed, two at least, for one alone would be no tuple."""
    typed = _NUMBERS.match(new.spelling)
    numbers = keep_zeros(typed[0] if typed else new.version.base_version, join_elements(old) or "")
    return write_elements(old, Version(numbers if "." in numbers else f"{numbers}.0"), pads=False) or old


def write_part(piece: Piece, version: Version) -> str | None:
    """What of ``version`` a place says that holds a part of it; None where it holds all."""
    if piece.form is Form.PREFIX:
        count = piece.text.count(".") + 1
        return ".".join(map(str, (*version.release, *[0] * count)[:count]))
    if piece.form is Form.NUMBER:
        return str((*version.release, *[0] * (piece.index + 1))[piece.index])
    if piece.form is Form.PAIRS and max(version.release[:3]) > _LARGEST_PAIR:
        return piece.text
    if piece.form is Form.PAIRS:
        return piece.text[:2] + "".join(f"{number:02}" for number in (*version.release, 0, 0)[:3])
    if piece.form is Form.REST:
        numbers = (*version.release, *[0] * (piece.index + 1))[piece.index : max(len(version.release), piece.index + 1)]
        return ".".join(map(str, numbers)) + str(version)[len(version.base_version) :]
    if piece.form is Form.LEVEL:
        return _level(piece, version)
    if piece.form is Form.FLAG:
        return str(version.dev is None and version.local is None)
    return _number(piece.form, version)


def _repeats_numbers(site: Site, version: Version) -> bool:
    """Whether a place has the release numbers alone: it goes on to say these of a candidate, too."""
    numbers = len(site.parts) if all(piece.form is Form.NUMBER for piece in site.parts) else 0
    return site.kind is SiteKind.MODULE and numbers > 1 and not any(version.release[numbers:]) and not version.epoch


def _number(form: Form, version: Version) -> str | None:
    """The number that ``version`` has for its pre-release in a place of that form, ``0`` for none; None for another form."""
    if form is Form.SERIAL:
        return str(version.pre[1] if version.pre else version.dev or 0)
    if form is Form.CANDIDATE:
        return str(version.pre[1] if version.pre and version.pre[0] == "rc" else 0)
    return str(version.dev or 0) if form is Form.DEV else None


def _is_final(version: Version) -> bool:
    return version.pre is None and version.dev is None


def _says_final(pieces: tuple[Piece, ...]) -> bool:
    """Whether the level is final already: its serial number means nothing then, and is left as it is."""
    return any(piece.form is Form.LEVEL and _is_final_word(piece.text) for piece in pieces)


def _is_final_word(word: str) -> bool:
    return word.lower() in _FINAL_WORDS or bool(HEX_LEVEL.fullmatch(word) and int(word, 16) == 0xF)


def _level(piece: Piece, version: Version) -> str:
    old = piece.text
    if HEX_LEVEL.fullmatch(old):
        return _hex_level(old, version)
    if old.startswith(_C_LEVEL):
        # Python's own header has no word for a development release, which comes before any alpha.
        word = version.pre[0] if version.pre else "final" if version.dev is None else "a"
        return _C_LEVEL + {"a": "ALPHA", "b": "BETA", "rc": "GAMMA", "final": "FINAL"}[word]
    if version.pre is None:
        if version.dev is not None:
            return "dev"
        return old if old.lower() in _FINAL_WORDS else "final"
    level = version.pre[0]
    is_short = old.lower() in ("a", "b", "rc", "c")
    return level if is_short else (level == "rc" and piece.candidate) or _LONG_LEVELS[level]


def _hex_level(old: str, version: Version) -> str:
    word = version.pre[0] if version.pre else "final" if version.dev is None else "dev"
    value = next(value for value, known in _HEX_LEVELS.items() if known == word)
    digits = f"{value:0{len(old) - 2}X}"
    return old[:2] + (digits.lower() if old[2:].islower() else digits)


def _fits(pieces: tuple[Piece, ...], version: Version) -> bool:
    forms = {piece.form for piece in pieces}
    if forms <= {Form.DATE} or forms <= {Form.FIELD}:
        return True
    if Form.REST in forms:
        return version.epoch == 0
    numbers = sum(1 for piece in pieces if piece.form is Form.NUMBER)
    if forms & _MARKERS:
        count = MOST_ELEMENTS if Form.RELEASE in forms else numbers
        return version.epoch == 0 and not any(version.release[count:])
    return (
        not any(version.release[numbers:])
        and version.epoch == 0
        and version.post is None
        and (
            version.pre is None
            or {Form.LEVEL, Form.SERIAL} <= forms
            or (Form.CANDIDATE in forms and version.pre[0] == "rc")
        )
        and (version.dev is None or Form.DEV in forms or (version.pre is None and Form.LEVEL in forms))
    )


def _inexpressible(site: Site, new: SpelledVersion) -> ProjectRefused:
    where = (f"{site.kind} in ", Quoted(site.path), f" (line {site.line}) cannot say ", Quoted(new.spelling), ".")
    return ProjectRefused(ProjectCode.INEXPRESSIBLE, *where, path=site.path, line=site.line)
