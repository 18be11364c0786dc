"""Files of every kind, generated with any spelling, line ends, tabs and neighbours: a bump changes the version's span alone.

For each: the bytes around the spans stay, reading gives the new version back, a second bump changes nothing, and the old
version brings the old bytes back, but for a last zero that was there meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.versions import Project, VersionFile, bump, read_project
from tests.versions.trees import as_written

DYNAMIC = '[project]\nname = "widget"\ndynamic = ["version"]\n'
STATIC = '[project]\nname = "widget"\nversion = "\0"\n'
NUMBERS = st.lists(st.integers(0, 3000), min_size=1, max_size=4).map(lambda numbers: ".".join(map(str, numbers)))
ANY = st.builds(str.__add__, NUMBERS, st.sampled_from(["", "a1", "-rc.1", ".post2", ".dev0", "rc1.dev3"]))
FINAL = st.builds("{}.{}.{}".format, *[st.integers(0, 3000)] * 3)
SPACE = st.sampled_from(["", " ", "\t", " \t "])


@dataclass(frozen=True)
class Kind:
    """A file in which ``\\0`` stands for the version, and ``~`` for blanks of any kind.

    Attributes:
        path: where it lies.
        body: its text, but for the noise that is put above and below.
        noise: lines that may surround it, none of which may change.
        beside: the other files, in the same notation.
        versions: what it can say.
        bom: whether a byte order mark may stand at its beginning.
        above: whether noise may stand above.
    """

    path: str
    body: str
    noise: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    versions: st.SearchStrategy[str] = ANY
    bom: bool = True
    above: bool = True
    places: tuple[VersionFile, ...] = ()


COMMENTS = ("# version = '7.7.7'", "", "# ä ü €")
STATIC_BESIDE = (("pyproject.toml", STATIC),)
KINDS = {
    "setup.cfg": Kind(
        "setup.cfg",
        "[metadata]\nname = widget\nversion~=~\0~\n[flake8]\nversion = 7.7.7\nminversion = 7.7.7\n",
        (*COMMENTS, "; x"),
    ),
    "bumpversion": Kind(".bumpversion.cfg", "[bumpversion]\ncurrent_version~=~\0\n", COMMENTS, STATIC_BESIDE),
    "VERSION": Kind(
        "VERSION",
        "\0\n",
        beside=(("setup.cfg", "[metadata]\nname = widget\nversion = file: VERSION\n"),),
        bom=False,
        above=False,
    ),
    "package-lock.json": Kind(
        "package-lock.json",
        '{"x": "7.7.7",~"version"~:~"\0",~"packages": {"":~{"name": "w",~"version":~"\0"}, "n/y": {"version": "7.7.7"}}}',
        beside=(
            ("pyproject.toml", DYNAMIC + "[tool.hatch.version]\nsource = 'nodejs'\n"),
            ("package.json", '{"version": "\0"}'),
        ),
        versions=FINAL,
    ),
    "lib.rs": Kind(
        "src/lib.rs",
        'fn m() {\n~m.add("__version__",~"\0");\n~m.add("x", "7.7.7");\n}\n',
        ("// 7.7.7", ""),
        (
            ("pyproject.toml", STATIC + '[build-system]\nrequires = ["setuptools-rust"]\n'),
            ("Cargo.toml", '[package]\nname = "w"\nversion = "7.7.7"\n'),
        ),
    ),
    "package.json": Kind(
        "package.json",
        '{"x": "7.7.7",~"version"~:~"\0",~"y": {"version": "7.7.7"}}',
        beside=(("pyproject.toml", DYNAMIC + "[tool.hatch.version]\nsource = 'nodejs'\n"),),
        versions=FINAL,
        bom=False,
        above=False,
    ),
    "Cargo.toml": Kind(
        "Cargo.toml",
        '[package]\nname = "w"\nversion~=~"\0"~# keep\n[dependencies]\npyo3 = { version = "7.7.7" }\n',
        COMMENTS,
        (("pyproject.toml", DYNAMIC + '[build-system]\nbuild-backend = "maturin"\n'),),
        FINAL,
    ),
    "uv.lock": Kind(
        "uv.lock",
        '[[package]]\nname = "widget"\nversion = "\0"\nsource = { editable = "." }\n\n[[package]]\nname = "x"\nversion = "7.7.7"\n',
        ("# x", ""),
        STATIC_BESIDE,
        FINAL,
    ),
    "meson.build": Kind(
        "meson.build",
        "project('widget',~'c',\n  meson_version: '>=7.7.7',\n  version~:~'\0')\n",
        ("# version: '7.7.7'", ""),
        (("pyproject.toml", DYNAMIC + '[build-system]\nbuild-backend = "mesonpy"\n'),),
        above=False,
    ),
    "CITATION.cff": Kind(
        "CITATION.cff",
        "cff-version: 7.7.7\nversion:~ \0\nreferences:\n  - version: 7.7.7\n",
        ("# x", "title: ä"),
        STATIC_BESIDE,
    ),
    "tbump.toml": Kind(
        "tbump.toml", '[version]\ncurrent~=~"\0"\nregex = "7.7.7"\n', COMMENTS, STATIC_BESIDE, above=False
    ),
    "conf.py": Kind(
        "docs/conf.py", "release~=~'\0'~# x\nneeds_sphinx = '7.7.7'\n", ("é = 'ü'", "", "# 7.7.7"), STATIC_BESIDE
    ),
    "setup.py": Kind(
        "setup.py",
        "from setuptools import setup\nsetup(name='widget',~version~=~'\0',\n  x='7.7.7')\n",
        ("é = 'ü'", "'''\nversion = '7.7.7'\n'''"),
    ),
    "marked text": Kind(
        "notes/any.txt",
        "v~\0~# x-aweigh-version\n",
        ("7.7.7", "\u2028 ä"),
        STATIC_BESIDE,
        places=(VersionFile("notes/*.txt"),),
    ),
    "text with a pattern": Kind(
        "README.md",
        "rev: v\0\n",
        ("7.7.7", "since 7.7.7", "ä"),
        STATIC_BESIDE,
        places=(VersionFile("README.md", "rev: v{version}"),),
    ),
}


def read(kind: Kind, files: dict[str, bytes]) -> Project:
    project = read_project(files, version_files=kind.places)
    assert isinstance(project, Project), project
    return project


def apply(kind: Kind, files: dict[str, bytes], version: str) -> dict[str, bytes]:
    return files | {edit.path: edit.new for edit in bump(read(kind, files), version)}


@st.composite
def trees(draw: st.DrawFn, kind: Kind) -> Callable[[str], dict[str, bytes]]:
    """The files of ``kind`` as a function of the version they say."""
    noise = st.lists(st.sampled_from(kind.noise), max_size=3) if kind.noise else st.just([])
    body = kind.body
    while "~" in body:
        body = body.replace("~", draw(SPACE), 1)
    lines = [*(draw(noise) if kind.above else []), *body.removesuffix("\n").split("\n"), *draw(noise)]
    text = "\n".join(lines) + draw(st.sampled_from(["\n", ""]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    text = ("\ufeff" if kind.bom and draw(st.booleans()) else "") + text
    files = {kind.path: text, **dict(kind.beside)}
    return lambda version: {path: content.replace("\0", version).encode() for path, content in files.items()}


@pytest.mark.parametrize("name", KINDS)
@given(st.data())
def test_only_the_span_changes_and_it_can_be_read_back(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    make = data.draw(trees(kind))
    old, new = data.draw(kind.versions), data.draw(kind.versions)
    written = as_written(new, old)
    changed = apply(kind, make(old), new)
    assert changed == make(written)
    project = read(kind, changed)
    assert project.spelling == written
    assert kind.path in {site.path for site in project.sites}
    assert bump(project, new) == []
    assert apply(kind, changed, old) == make(as_written(old, written))


@given(
    st.sampled_from(
        [("latin-1", "é ß"), ("cp1252", "€ é"), ("koi8-r", "Ж"), ("shift_jis", "日本"), ("utf-8", "日 😀")]
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    ANY,
    ANY,
)
def test_a_module_in_a_declared_encoding_keeps_every_other_byte(
    encoding: tuple[str, str], newline: str, ends: bool, old: str, new: str
) -> None:
    charset, sample = encoding
    template = f"# -*- coding: {charset} -*-\nx = '{sample}';\t__version__ = '\0'  # {sample}" + ("\n" if ends else "")
    kind = Kind("widget.py", "")

    def make(version: str) -> dict[str, bytes]:
        module = template.replace("\n", newline).replace("\0", version).encode(charset)
        return {"pyproject.toml": STATIC.replace("\0", version).encode(), "widget.py": module}

    assert apply(kind, make(old), new) == make(as_written(new, old))
