"""A bump changes the literals' spans and not a byte beside them."""

from dataclasses import replace

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from bot.versions import Project, ProjectCode, ProjectRefused, VersionProblem, bump, parse_version, read_project
from tests.versions.trees import as_written

STATIC = b'[project]\nname = "widget"\nversion = "1.1.0"\n'


def read(files: dict[str, bytes]) -> Project:
    project = read_project(files)
    assert isinstance(project, Project), project
    return project


def apply(files: dict[str, bytes], version: str) -> dict[str, bytes]:
    edits = bump(read(files), version)
    assert all(files[edit.path] == edit.old for edit in edits)
    return files | {edit.path: edit.new for edit in edits}


def test_every_site_gets_the_new_version_and_says_so() -> None:
    files = {
        "pyproject.toml": STATIC,
        "widget/__init__.py": b'"""Doc."""\n\n__version__ = \'1.1.0\'  # keep\n',
        "README.md": b"1.1.0",
    }
    edits = bump(read(files), "1.2.0")
    assert [(edit.path, edit.new) for edit in edits] == [
        ("pyproject.toml", b'[project]\nname = "widget"\nversion = "1.2.0"\n'),
        ("widget/__init__.py", b'"""Doc."""\n\n__version__ = \'1.2.0\'  # keep\n'),
    ]
    assert [edit.description for edit in edits] == [
        "[project] version (line 3): 1.1.0 → 1.2.0",
        "__version__ of the package (line 3): 1.1.0 → 1.2.0",
    ]


def test_the_spelling_is_kept() -> None:
    after = apply({"pyproject.toml": STATIC}, "v1.2.0-rc.1")
    assert after["pyproject.toml"] == STATIC.replace(b"1.1.0", b"1.2.0-rc.1")


def test_a_spelled_version_is_taken_too() -> None:
    spelled = parse_version("1.2.0-rc.1")
    assert bump(read({"pyproject.toml": STATIC}), spelled)[0].new == STATIC.replace(b"1.1.0", b"1.2.0-rc.1")


@pytest.mark.parametrize(
    ("old", "typed", "new"),
    [
        ("1.1.0", "1.2", "1.2.0"),
        ("1.1.0", "2", "2.0.0"),
        ("1.1.0", "1.2rc1", "1.2.0rc1"),
        ("1.2.0.dev0", "1.2", "1.2.0"),
        ("1.1.3", "1.2", "1.2"),
        ("1.1", "1.2.0", "1.2.0"),
        ("1.10", "2", "2"),
        ("1.1.0", "1.2.3.4", "1.2.3.4"),
        ("1!1.1.0", "1!1.2", "1!1.2.0"),
    ],
)
def test_who_writes_a_last_zero_goes_on_to_do_so(old: str, typed: str, new: str) -> None:
    files = {"pyproject.toml": STATIC.replace(b"1.1.0", old.encode())}
    assert apply(files, typed) == {"pyproject.toml": STATIC.replace(b"1.1.0", new.encode())}
    assert bump(read({"pyproject.toml": STATIC.replace(b"1.1.0", new.encode())}), typed) == []


def test_a_second_bump_changes_nothing() -> None:
    once = apply({"pyproject.toml": STATIC, "widget.py": b"__version__ = '1.1.0'"}, "1.2.0")
    assert bump(read(once), "1.2.0") == []


def test_only_files_that_differ_are_edited() -> None:
    files = {"pyproject.toml": STATIC, "widget.py": b"__version__ = '1.1'"}
    assert [edit.path for edit in bump(read(files), "1.1.0")] == ["widget.py"]


@pytest.mark.parametrize(
    "decoy",
    [
        b'minversion = "1.1.0"',
        b'target-version = "1.1.0"',
        b'[tool.black]\nversion = "1.1.0"',
        b'dependencies = ["other==1.1.0"]',
        b'[tool.x.project]\nversion = "1.1.0"',
        b'description = """\n[project]\nversion = "1.1.0"\n"""',
        b"# version = '1.1.0'",
        b'[[tool.poetry2]]\nversion = "1.1.0"',
    ],
)
def test_decoys_are_not_touched(decoy: bytes) -> None:
    before = {"pyproject.toml": STATIC + decoy + b"\n"}
    assert apply(before, "1.2.0")["pyproject.toml"] == STATIC.replace(b"1.1.0", b"1.2.0") + decoy + b"\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"project.name = 'widget'\nproject.version = '1.1.0'", b"project.name = 'widget'\nproject.version = '1.2.0'"),
        (b'project = {name = "w", version = "1.1.0"}\n', b'project = {name = "w", version = "1.2.0"}\n'),
        (b'["project"]\n"name" = "w"\n\'version\'="1.1.0"#c', b'["project"]\n"name" = "w"\n\'version\'="1.2.0"#c'),
        (b'[project]\r\nname="w"\r\nversion\t=\t"1.1.0"\t\r\n', b'[project]\r\nname="w"\r\nversion\t=\t"1.2.0"\t\r\n'),
        (b'\xef\xbb\xbf[project]\nname="w"\nversion="1.1.0"', b'\xef\xbb\xbf[project]\nname="w"\nversion="1.2.0"'),
        (b"[project]\nname='w'\nversion='''1.1.0'''\n", b"[project]\nname='w'\nversion='''1.2.0'''\n"),
        (b'[project]\nname="w"\nversion="""1.1.0"""\n', b'[project]\nname="w"\nversion="""1.2.0"""\n'),
        (
            b'#\xc3\xa9\xf0\x9f\x98\x80\n[project]\nname="w"\nversion="1.1.0"',
            b'#\xc3\xa9\xf0\x9f\x98\x80\n[project]\nname="w"\nversion="1.2.0"',
        ),
        (b'[project]\nname="w"\nversion="1.1.0"\n[x]\nn = nan', b'[project]\nname="w"\nversion="1.2.0"\n[x]\nn = nan'),
    ],
)
def test_toml_keeps_every_other_byte(before: bytes, after: bytes) -> None:
    assert apply({"pyproject.toml": before}, "1.2.0")["pyproject.toml"] == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"__version__: str = '1.1.0'\r\n", b"__version__: str = '1.2.0'\r\n"),
        (b"\xef\xbb\xbf__version__ = '1.1.0'", b"\xef\xbb\xbf__version__ = '1.2.0'"),
        (
            b"# coding: latin-1\nx = '\xe9'; __version__ = '1.1.0' # \xe8",
            b"# coding: latin-1\nx = '\xe9'; __version__ = '1.2.0' # \xe8",
        ),
        (
            b"#!/usr/bin/python\r# -*- coding: cp1252 -*-\rx='\x80';__version__='1.1.0'",
            b"#!/usr/bin/python\r# -*- coding: cp1252 -*-\rx='\x80';__version__='1.2.0'",
        ),
        (
            b"# coding: shift_jis\n# \x83\\\n__version__ = '1.1.0'",
            b"# coding: shift_jis\n# \x83\\\n__version__ = '1.2.0'",
        ),
        (b"x = '\xc3\xa9'; __version__ = 'v1.1.0'", b"x = '\xc3\xa9'; __version__ = 'v1.2.0'"),
        (b"a = __version__ = (\n  '1.1.0'\n)\nb = '1.1.0'\n", b"a = __version__ = (\n  '1.2.0'\n)\nb = '1.1.0'\n"),
        (b"__version__ = '1.1.0'\n__version__ = '1.1.0'\n", b"__version__ = '1.2.0'\n__version__ = '1.2.0'\n"),
    ],
)
def test_python_keeps_every_other_byte(before: bytes, after: bytes) -> None:
    assert apply({"pyproject.toml": STATIC, "widget.py": before}, "1.2.0")["widget.py"] == after


def test_what_is_no_version_is_never_written() -> None:
    with pytest.raises(VersionProblem):
        bump(read({"pyproject.toml": STATIC}), '1.2.0"\nevil = "')


@pytest.mark.parametrize("name", ["pyproject.toml", "widget.py"])
def test_a_span_that_is_not_the_versions_is_refused(name: str) -> None:
    project = read({"pyproject.toml": STATIC + b'# "1.1.0"\n', "widget.py": b"__version__ = '1.1.0'\n# '1.1.0'\n"})
    file = next(file for file in project.files if file.path == name)
    shift = file.content.rindex(b"1.1.0") - file.sites[0].start
    moved = tuple(replace(site, start=site.start + shift, end=site.end + shift) for site in file.sites)
    files = tuple(replace(other, sites=moved) if other is file else other for other in project.files)
    with pytest.raises(ProjectRefused) as refused:
        bump(replace(project, files=files), "1.2.0")
    assert refused.value.problem.code is ProjectCode.EDIT_NOT_EXACT


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
versions = st.builds(
    lambda numbers, tail: ".".join(map(str, numbers)) + tail,
    st.lists(st.integers(0, 3000), min_size=1, max_size=5),
    st.sampled_from(["", "a1", "-rc.1", ".post2", ".dev0", "rc1.dev3"]),
)
tables = st.dictionaries(
    st.sampled_from(["version", "a", "b c", "project", "tool"]),
    st.recursive(
        texts | st.booleans(),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)


@st.composite
def pyprojects(draw: st.DrawFn, version: str) -> bytes:
    document = tomlkit.document()
    for key, value in draw(tables.filter(lambda table: not table.keys() & {"project", "tool"})).items():
        document[key] = value
    project = {
        "description": draw(texts),
        "name": "widget",
        "version": version,
        "keywords": draw(st.lists(texts, max_size=2)),
    }
    document["project"] = dict(draw(st.permutations(list(project.items()))))
    document["tool"] = (
        {"other": draw(tables), "poetry": {"version": version}} if draw(st.booleans()) else {"other": draw(tables)}
    )
    body = tomlkit.dumps(document)
    body = body.replace("\n", "\r\n") if draw(st.booleans()) else body
    body = body if draw(st.booleans()) else body.rstrip()
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + body.encode()


@given(st.data(), versions, versions)
def test_in_generated_toml_only_the_spans_change_and_reading_gives_the_version_back(
    data: st.DataObject, old: str, new: str
) -> None:
    before = data.draw(pyprojects(old))
    project = read({"pyproject.toml": before})
    after = apply({"pyproject.toml": before}, new)
    assert after["pyproject.toml"] == write(project, before, as_written(new, old))
    again = read(after)
    assert {site.spelling for site in again.sites} == {as_written(new, old)}
    assert len(again.sites) == len(project.sites)
    back = as_written(old, as_written(new, old))
    assert apply(after, old) == {"pyproject.toml": write(project, before, back)}


def write(project: Project, content: bytes, version: str) -> bytes:
    """``content`` with ``version`` at the project's sites."""
    text, shift = content.decode(), content.startswith(b"\xef\xbb\xbf")
    for site in sorted(project.sites, key=lambda site: -site.start):
        text = text[: site.start + shift] + version + text[site.end + shift :]
    return text.encode()


lines = st.sampled_from(
    [
        "x = '1.1.0'",
        "# __version__ = '1.1.0'",
        "def f():\n    __version__ = '0'\n",
        "",
        "é = 'ü\u2028'",
        "'''\n__version__ = \"3\"\n'''",
        "minversion = '1.1.0'",
        "\x0c",
        "__versions__ += '1'",
        "print(f'{x} 1.1.0')",
    ],
)
literals = st.sampled_from(
    [
        "__version__ = '{}'",
        '__version__: str = "{}"  # x',
        "v = __version__ = ('{}')",
        "ä = 1; __version__ = r'''{}'''",
        "__version__='v{}'",
    ]
)


@given(
    st.lists(lines, max_size=4),
    literals,
    st.lists(lines, max_size=4),
    versions,
    versions,
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_in_generated_python_only_the_span_changes(
    above: list[str], literal: str, below: list[str], old: str, new: str, newline: str
) -> None:
    template = "\n".join([*above, literal.replace("{}", "\0"), *below]).replace("\n", newline)
    before = {
        "pyproject.toml": STATIC.replace(b"1.1.0", old.encode()),
        "widget.py": template.replace("\0", old).encode(),
    }
    after = apply(before, new)
    written = as_written(new, old)
    assert after["widget.py"] == template.replace("\0", written).encode()
    assert apply(after, old)["widget.py"] == template.replace("\0", as_written(old, written)).encode()


@pytest.mark.parametrize(
    ("before", "typed", "after"),
    [
        ("1.0.0a15", "1.0.0-alpha.16", "1.0.0a16"),
        ("1.0.0a15", "1.0.0-beta", "1.0.0b0"),
        ("1.0.0a15", "v1.0", "1.0.0"),
        ("1.0.0-alpha.15", "1.0.0-alpha.16", "1.0.0-alpha.16"),
        ("0.9.0", "1.0.0-alpha.1", "1.0.0-alpha.1"),
        ("0.9.0.dev0", "1.0.0-alpha.1", "1.0.0-alpha.1"),
        ("1.0rc1", "1.0-RC.2", "1.0rc2"),
        ("0.1a0", "0.01-a.1", "0.01a1"),
        ("1!1.0a0", "1!1.0-alpha.1", "1!1.0a1"),
    ],
)
def test_a_candidate_is_written_in_the_form_of_the_one_that_stands_there(before: str, typed: str, after: str) -> None:
    tree = {"pyproject.toml": STATIC.replace(b"1.1.0", before.encode())}
    assert apply(tree, typed) == {"pyproject.toml": STATIC.replace(b"1.1.0", after.encode())}
