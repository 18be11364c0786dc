"""Places that repeat the version, and places that only look like it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from bot.versions import FileEdit, Project, ProjectCode, ProjectRefused, VersionFile, bump, read_project, wanted_paths
from bot.versions.formats.python_elements import join_elements, write_elements
from tests.versions.trees import bump_tree, check_bump, read_tree, refuse_tree

STATIC = '[project]\nname = "my.widget"\nversion = "1.1.0"\n'
FLIT = '[build-system]\nbuild-backend = "flit_core.buildapi"\n[project]\nname = "widget"\ndynamic = ["version"]\n'


@pytest.mark.parametrize(
    ("module", "version", "after"),
    [
        ("VERSION = (1, 1, 0)\n__version__ = '.'.join(map(str, VERSION))\n", "1.2.3", "VERSION = (1, 2, 3)\n"),
        ("V = (1, 1, 0, 'final', 0)\n__version__ = get(V)\n", "1.2.0rc2", "V = (1, 2, 0, 'candidate', 2)\n"),
        # A level without a word is one as well.
        ("V = (1, 1, 0, '')\n__version__ = get(V)\n", "1.2.0", "V = (1, 2, 0, '')\n"),
        ("A = 1\nB = 1\nC = 0\nD = ''\n__version__ = '%s.%s.%s%s' % (A, B, C, D)\n", "1.2.0", "A = 1\nB = 2\n"),
        ("__version__ = Version('1.1.0')\n", "1.2.0rc1", "__version__ = Version('1.2.0rc1')\n"),
        (
            "__version__ = version.StrictVersion('1.1.0')\n",
            "1.2.0",
            "__version__ = version.StrictVersion('1.2.0')\n",
        ),
        ("V = (1, 2, 0, 'candidate', 2)\n__version__ = get(V)\n", "1.2.0", "V = (1, 2, 0, 'final', 0)\n"),
        ("V = (1, 1, 0, 'rc', 2)\n__version__ = get(V)\n", "1.2rc1", "V = (1, 2, 0, 'rc', 1)\n"),
        ("V = (1, 1, 0, 'final', 3)\n__version__ = V.text\n", "1.2.0", "V = (1, 2, 0, 'final', 3)\n"),
        ("VERSION = (1, 1, 0, 'rc', 1)\n__version__ = '.'.join(map(str, VERSION))\n", "1.2.0", "VERSION = (1, 2, 0)\n"),
        ("V = ('1', '1', '0')\n__version__ = '.'.join(V)\n", "1.2.0", "V = ('1', '2', '0')\n"),
        ("V = (1, 1, '0', 'b0')\n__version__ = '.'.join([str(x) for x in V])\n", "1.2.0", "V = (1, 2, '0')\n"),
        (
            "i: Final = T(major=1, minor=1, micro=0, releaselevel='final', serial=0)\n__version__: Final[str] = str(i)\n",
            "2.0b1",
            "i: Final = T(major=2, minor=0, micro=0, releaselevel='beta', serial=1)\n",
        ),
        (
            "v = (1, 1, 0, 'alpha', 0)\n_dev = 3\n__version__ = make(*v, _dev)\n",
            "1.1.0",
            "v = (1, 1, 0, 'final', 0)\n_dev = 0\n",
        ),
        (
            "A_MAJOR = 1\nA_MINOR = 1\nA_PATCH = 0\n__version__ = f'{A_MAJOR}.{A_MINOR}.{A_PATCH}'\n",
            "2.0",
            "A_MAJOR = 2\nA_MINOR = 0\nA_PATCH = 0\n",
        ),
        ("__version__ = Version('widget', 1, 1, 0)\n", "1.2.0", "__version__ = Version('widget', 1, 2, 0)\n"),
        ("__version__ = VERSION = ver = '1.1.0'\n", "1.2.0", "__version__ = VERSION = ver = '1.2.0'\n"),
        ("from .__about__ import __version__\n", "1.2.0", ""),
    ],
)
def test_versions_in_pieces_are_changed_piece_by_piece(module: str, version: str, after: str) -> None:
    tree = {"pyproject.toml": FLIT, "widget/__init__.py": module}
    if not after:
        tree["widget/__about__.py"] = '__version__ = "1.1.0"\n'
        check_bump(tree, version, ("widget/__about__.py", "1.1.0", version))
    else:
        unchanged = module.splitlines(keepends=True)[after.count("\n") :]
        assert bump_tree(tree, version) == {"widget/__init__.py": after + "".join(unchanged)}


LEVELS = "VERSION = (1, 1, 0, 'alpha', 0)\n__version__ = get_version(VERSION)\n"


@pytest.mark.parametrize(
    ("more", "helper", "word"),
    [
        ("# The release is one of alpha, beta, rc, or final.\n", "", "rc"),
        ("", "_LEVELS = {'alpha': 'a', 'beta': 'b', 'rc': 'rc'}\n", "rc"),
        ("", "# {a|b|rc}N\n", "rc"),
        ('assert VERSION[3] != "rc"\n', "", "rc"),
        # What tells nothing, or speaks of both.
        ("", "", "candidate"),
        ('"""Our rc is great."""\nsrc, rc = 1, "an rc"\n', "", "candidate"),
        ("# alpha, beta, rc\n", "_LEVELS = {'candidate': 'rc'}\n", "candidate"),
        ("# A release candidate is an rc.\n", "", "candidate"),
    ],
)
@pytest.mark.parametrize("level", ["alpha", "final"])
def test_the_word_for_a_candidate_is_the_one_that_the_text_tells(more: str, helper: str, word: str, level: str) -> None:
    module = "from .version import get_version\n" + LEVELS.replace("alpha", level) + more
    tree = {
        "pyproject.toml": FLIT,
        "widget/__init__.py": module,
        "widget/version.py": helper + "def get_version(v): 0\n",
    }
    after = module.replace(f"0, '{level}', 0)", f"0, '{word}', 2)")
    assert bump_tree(tree, "1.1.0rc2") == {"widget/__init__.py": after}


def test_a_tuple_beside_the_version_has_the_word_that_python_has() -> None:
    module = "__version__ = '1.1.0'\n#: One of alpha, beta, rc and final.\nversion_info = (1, 1, 0, 'beta', 1)\n"
    after = module.replace("'1.1.0'", "'1.1.0rc2'").replace("'beta', 1", "'candidate', 2")
    assert bump_tree({"pyproject.toml": FLIT, "widget/__init__.py": module}, "1.1.0rc2") == {
        "widget/__init__.py": after
    }


def test_a_helper_that_nobody_reads_tells_no_word() -> None:
    module = "from widget.deep.helper import get_version\n" + LEVELS
    tree = {"pyproject.toml": FLIT, "widget/__init__.py": module, "widget/deep/helper.py": "WORD = 'rc'\n"}
    assert bump_tree(tree, "1.1.0rc2") == {"widget/__init__.py": module.replace("'alpha', 0", "'candidate', 2")}


JOINS = ("'.'.join(map(str, V))", '".".join(str(n) for n in V)', "'.'.join([str(n) for n in V])")


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        ("(1, 1, 0, 'rc', 1)", "1.1.0", "(1, 1, 0)"),
        ("(1, 1, 0, 'rc', 1)", "1.1.0rc2", "(1, 1, 0, 'rc', 2)"),
        ("(1, 1, 0, 'beta', 1)", "1.2.0a3", "(1, 2, 0, 'alpha', 3)"),
        ("(1, 1, 0)", "1.2.0rc1", '(1, 2, 0, "rc", 1)'),
        ("(1, 1, 0)", "1.2.0.post1", '(1, 2, 0, "post", 1)'),
        ("(1, 1, 0, 'dev0')", "1.2.0", "(1, 2, 0)"),
        ("(1, 1, 0, 'dev0')", "1.2.0b1.dev2", "(1, 2, 0, 'b1', 'dev2')"),
        ("(1, 1)", "1.1.1", "(1, 1, 1)"),
        ("(1, 1, 0)", "1.2", "(1, 2, 0)"),
        ("[1, 1, 0, 4]", "1.2.0", "[1, 2, 0, 0]"),
        (
            "(\n    1,  # major\n    1,\n    0,\n    'rc',  # level\n    1,\n)",
            "1.2.0",
            "(\n    1,  # major\n    2,\n    0,\n)",
        ),
    ],
)
@pytest.mark.parametrize("join", JOINS)
def test_a_tuple_that_is_joined_has_as_many_elements_as_the_version(
    before: str, version: str, after: str, join: str
) -> None:
    module = "# Docs.\nV = {}\n__version__ = " + join + "\nW = (1, 1, 0)\n"
    tree = {"pyproject.toml": FLIT, "widget/__init__.py": module.format(before)}
    assert bump_tree(tree, version) == {"widget/__init__.py": module.format(after)}


@given(
    st.lists(st.integers(0, 99), min_size=2, max_size=4),
    st.sampled_from(["", "rc1", "a0", ".post2", ".dev3", "b2.dev1", ".post1.dev0"]),
    st.sampled_from(
        ["1, 1, 0", "1,1", "'1', '1'", "1, 1, 0, 'rc1'", "1, 1, 0, \"beta\", 2, 'dev', 0", "1, #x\n 1,\n0"]
    ),
)
def test_the_elements_of_a_joined_tuple_say_any_version(numbers: list[int], tail: str, before: str) -> None:
    version = Version(".".join(map(str, numbers)) + tail)
    after = write_elements(before, version)
    assert after is not None
    assert Version(join_elements(after) or "") == version
    assert write_elements(after, version) == after


@pytest.mark.parametrize("use", ["if V[3] == 'final': pass\n", "print(len(V))\n", "__all__ = V\n", "V = (1, 1)\n"])
def test_a_tuple_whose_elements_are_counted_elsewhere_keeps_them(use: str) -> None:
    module = "V = (1, 1, 0)\n__version__ = '.'.join(map(str, V))\n" + use
    tree = {"pyproject.toml": FLIT, "widget/__init__.py": module}
    with pytest.raises(ProjectRefused) as refused:
        bump(read_tree(tree), "1.2.0rc1")
    problem = refused.value.problem
    assert (problem.code, problem.path) == (ProjectCode.INEXPRESSIBLE, "widget/__init__.py")
    assert problem.line is not None


def test_what_a_joined_tuple_cannot_say_is_refused() -> None:
    tree = {"pyproject.toml": FLIT, "widget/__init__.py": "V = ('1', '1', '0')\n__version__ = '.'.join(V)\n"}
    with pytest.raises(ProjectRefused, match="cannot say"):
        bump(read_tree(tree), "1!1.2.0")
    assert bump_tree(tree, "2.0.0.dev1")["widget/__init__.py"].startswith("V = ('2', '0', '0', 'dev', '1')\n")


@pytest.mark.parametrize("version", ["1.2.0rc1", "1.2.0.post1", "1.2.0.dev0", "1.2.0.4", "1!1.2.0"])
def test_three_numbers_cannot_say_everything(version: str) -> None:
    tree = {"pyproject.toml": FLIT, "widget/__init__.py": "V = (1, 1, 0)\n__version__ = get(V)\n"}
    with pytest.raises(ProjectRefused) as refused:
        bump(read_tree(tree), version)
    problem = refused.value.problem
    assert (problem.code, problem.path, problem.line) == (ProjectCode.INEXPRESSIBLE, "widget/__init__.py", 1)


def test_a_tuple_beside_the_literal_follows() -> None:
    module = "__version__ = '1.1.0'\nversion_info = (1, 1, 0, 'final', 0)\n"
    tree = {"pyproject.toml": FLIT, "widget/__init__.py": module}
    after = "__version__ = '1.2.0'\nversion_info = (1, 2, 0, 'final', 0)\n"
    assert bump_tree(tree, "1.2.0") == {"widget/__init__.py": after}


UV_LOCK = (
    'version = 1\n\n[[package]]\nname = "other"\nversion = "1.1.0"\nsource = { registry = "https://x" }\n\n'
    '[[package]]\nname = "my-widget"\nversion = "1.1.0"\nsource = { registry = "https://x" }\n\n'
    '[[package]]\nname = "my-widget"\nversion = "1.1.0"\nsource = { editable = "." }\n'
    'dependencies = [\n    { name = "other" },\n]\n'
)


def test_the_lock_names_the_project_itself_in_the_form_of_the_index() -> None:
    tree = {"pyproject.toml": STATIC, "uv.lock": UV_LOCK}
    own = 'version = "1.1.0"\nsource = { editable'
    check_bump(
        tree,
        "1.2.0-rc.1",
        ("pyproject.toml", "1.1.0", "1.2.0-rc.1"),
        ("uv.lock", own, own.replace("1.1.0", "1.2.0rc1")),
    )


def test_a_marker_is_normalised_in_the_lock() -> None:
    tree = {"pyproject.toml": STATIC.replace("1.1.0", "1.1.0.dev"), "uv.lock": UV_LOCK.replace("1.1.0", "1.1.0.dev0")}
    assert bump_tree(tree, "1.1.0").keys() == {"pyproject.toml", "uv.lock"}


@pytest.mark.parametrize(
    "lock",
    [
        UV_LOCK.replace("editable", "git"),
        UV_LOCK.replace('editable = "."', 'editable = "libs/x"'),
        UV_LOCK.replace("1.1.0", "1.0.9"),
        UV_LOCK.replace('version = "1.1.0"\nsource = { editable', "source = { editable"),
        'x = """\n' + UV_LOCK + '"""\n',
        "[[package]]\n" * 5,
    ],
)
def test_other_entries_of_a_lock_stay(lock: str) -> None:
    assert bump_tree({"pyproject.toml": STATIC, "uv.lock": lock}, "1.2.0").keys() == {"pyproject.toml"}


@pytest.mark.parametrize(
    ("current", "conf", "after"),
    [
        ("1.1.0", "version = '1.1'\nrelease = '1.1.0'\n", "version = '1.2'\nrelease = '1.2.0'\n"),
        ("1.1.0", "release = version = '1.1.0'\n", "release = version = '1.2.0'\n"),
        ("1.2.0.dev0", "release = '1.1.0'\n", "release = '1.2.0'\n"),
        ("1.2.0.dev0", "version = '1.1'\nrelease = '1.1.7'\n", "version = '1.2'\nrelease = '1.2.0'\n"),
        ("1.1.4a0", "release = '1.1.3'\n", "release = '1.2.0'\n"),
        ("1.2.dev", "release = '1.1.3'\n", "release = '1.2.0'\n"),
        ("1.0.0.dev0", "release = '0.9.3'\n", "release = '1.2.0'\n"),
        # Something was released since: the candidate that the files say, or a version in between.
        ("1.2.0rc1", "release = '1.1.0'\n", None),
        ("1.2.0a1", "release = '1.1.0'\n", None),
        ("1.2.0.dev0", "release = '1.0.0'\n", None),
        ("1.2.1.dev0", "release = '1.1.0'\n", None),
        ("1.1.9.dev0", "release = '1.1.0'\n", None),
        ("1.2.0rc1", "version = '1.2'\nrelease = '1.2.0rc1'\n", "version = '1.2'\nrelease = '1.2.0'\n"),
        ("1.1.0", "release = '0.9.0'\n", None),
        ("1.1.0", "release = '2.0.0'\n", None),
        ("1.1.0", "release = version('widget')\nneeds_sphinx = '1.1.0'\n", None),
        # The end would stay, and say 1.2.0 of 1.2.3.
        ("1.1.0", "version = '1.1'\nrelease = version + '.0'\n", None),
        ("1.1.0", "version = '1.1.0'\nrelease = version[:4] + '0'\n", None),
        *(
            ("1.1.0", f"version = '1.1.0'\nrelease = {made}\n", f"version = '1.2.0'\nrelease = {made}\n")
            for made in (
                "version",
                "'v' + version",
                "f'{version} (stable)'",
                "version[:3]",
                "'w ' + version + '.'",
                "get(version)",
            )
        ),
        ("1.1.0", "def broken(:\nrelease = '1.1.0'\n", None),
    ],
)
def test_the_documentation_follows_also_when_it_lags(current: str, conf: str, after: str | None) -> None:
    tree = {"pyproject.toml": STATIC.replace("1.1.0", current), "docs/conf.py": conf}
    assert bump_tree(tree, "1.2.0").get("docs/conf.py") == after


def test_documentation_that_puts_its_release_together_is_named() -> None:
    tree = {"pyproject.toml": STATIC, "docs/conf.py": "version = '1.1'\nrelease = version + '.0'\n"}
    named = read_tree(tree).lookalikes
    assert [(item.path, item.line, item.text, item.setting) for item in named] == [("docs/conf.py", 1, "1.1", None)]


def test_documentation_that_nobody_keeps_up_is_named_with_the_setting_that_changes_it() -> None:
    tree = {
        "pyproject.toml": STATIC.replace("1.1.0", "1.2.0rc1"),
        "docs/conf.py": "version = '0.6'\nrelease = '0.6.1'\n",
    }
    named = read_tree(tree).lookalikes
    assert [(item.path, item.line, item.text, item.setting) for item in named] == [
        ("docs/conf.py", line, text, "docs/conf.py") for line, text in ((2, "0.6.1"), (1, "0.6"))
    ]
    places = (VersionFile("docs/conf.py"),)
    known = {path: text.encode() for path, text in tree.items()}
    assert wanted_paths(known, known, version_files=places) == []
    project = read_project(known, version_files=places)
    assert isinstance(project, Project)
    changed = {edit.path: edit.new.decode() for edit in bump(project, "1.2.0")}
    assert changed["docs/conf.py"] == "version = '1.2'\nrelease = '1.2.0'\n"


CITATION = "cff-version: 1.2.0\nversion: 1.1.0  # now\ndate-released: '2025-01-31'\nreferences:\n  - version: 1.1.0\n"


def test_what_is_to_be_cited_follows_with_its_date() -> None:
    tree = {"pyproject.toml": STATIC, "CITATION.cff": CITATION, "codemeta.json": '{"version": "1.1.0", "x": "1.1.0"}'}
    changed = bump_tree(tree, "1.3.0", day=date(2026, 3, 7))
    assert changed["CITATION.cff"] == CITATION.replace("\nversion: 1.1.0", "\nversion: 1.3.0").replace(
        "2025-01-31", "2026-03-07"
    )
    assert changed["codemeta.json"] == '{"version": "1.3.0", "x": "1.1.0"}'
    assert "2025-01-31" in bump_tree(tree, "1.3.0")["CITATION.cff"]


def test_mentions_are_offered_and_never_changed() -> None:
    readme = "pip install widget==1.1.0\n    rev: v1.1.0\nSee 11.1.0, 1.1.0.1, 1.1.0rc1 and x1.1.0.\n"
    project = read_tree({"pyproject.toml": STATIC, "README.md": readme})
    assert [(item.path, item.line, item.text) for item in project.lookalikes] == [
        ("README.md", 1, "1.1.0"),
        ("README.md", 2, "1.1.0"),
    ]
    assert all(item.setting == "README.md" for item in project.lookalikes)
    assert [edit.path for edit in bump(project, "1.2.0")] == ["pyproject.toml"]


def test_the_description_names_every_place_of_a_file() -> None:
    edit: FileEdit
    (edit,) = bump(read_tree({"pyproject.toml": FLIT, "widget.py": "V = (1, 1, 0)\n__version__ = get(V)\n"}), "1.2")
    assert edit.description == "__version__ that Flit reads (line 1): 1.1.0 → 1.2"


@pytest.mark.parametrize(
    ("module", "after"),
    [
        ("__version__ = '1.1.0.dev0'\n", "__version__ = '1.2.0'\n"),
        ("__version__ = '1.1.0'\nversion_info = (1, 1, 0, 'beta', 0)\n", None),
        ("version = '1.1.0'\n", "version = '1.2.0'\n"),
        ("__version__ = '1.0.9.dev0'\n", ""),
        ("__version__ = '1.1.0.post1'\n", ""),
        ("version = '1.1'\nrelease = 'x'\n", "version = '1.2.0'\nrelease = 'x'\n"),
        ("def f():\n    version = '1.1.0'\n", ""),
    ],
)
def test_a_module_that_is_behind_or_ahead_of_the_same_release_follows(module: str, after: str | None) -> None:
    if after is None:
        after = "__version__ = '1.2.0'\nversion_info = (1, 2, 0, 'final', 0)\n"
    tree = {"pyproject.toml": STATIC, "my/widget/__init__.py": module}
    assert bump_tree(tree, "1.2.0").get("my/widget/__init__.py", "") == after


def test_documentation_that_announces_the_release_in_development_follows() -> None:
    tree = {"pyproject.toml": STATIC.replace("1.1.0", "1.3.0.dev0"), "docs/conf.py": "release = '1.3.0'\n"}
    assert bump_tree(tree, "1.2.5")["docs/conf.py"] == "release = '1.2.5'\n"


def test_a_package_that_the_wheel_includes_is_the_projects_own() -> None:
    tree = {
        "pyproject.toml": STATIC + '[tool.hatch.build.targets.wheel]\ninclude = ["/material"]\n',
        "material/__init__.py": "__version__ = '1.1.0'\n",
        "other/__init__.py": "__version__ = '1.1.0'\n",
    }
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "material/__init__.py"}


@pytest.mark.parametrize(
    ("conf", "index", "follows"),
    [
        ("web/conf.py", "web/index.rst", True),
        ("manual/source/conf.py", "manual/source/index.md", True),
        ("web/conf.py", "index.rst", False),
        ("tests/roots/conf.py", "tests/roots/index.rst", False),
        ("a/b/c/d/conf.py", "a/b/c/d/index.rst", False),
    ],
)
def test_documentation_lies_where_its_index_is(conf: str, index: str, follows: bool) -> None:
    tree = {"pyproject.toml": STATIC, conf: "release = '1.1.0'\n", index: "x"}
    assert (conf in bump_tree(tree, "1.2.0")) is follows


HEADER = """#pragma once
#define {0}VERSION_MAJOR 1
#define {0}VERSION_MINOR 1
#  define\t{0}VERSION_PATCH  0  // since 1.1.0
#define {0}VERSION_DEV 0
#define {0}ABI_VERSION 1
"""


@pytest.mark.parametrize("prefix", ["", "WIDGET_", "WI_"])
@pytest.mark.parametrize("version", ["2.3.4", "2.3.4rc1"])
def test_a_header_says_the_numbers_of_the_release(prefix: str, version: str) -> None:
    before = HEADER.format(prefix)
    tree = {"pyproject.toml": '[project]\nname = "widget"\nversion = "1.1.0"\n', "include/widget/widget.h": before}
    after = before.replace("R 1\n#define", "R 2\n#define").replace("MINOR 1", "MINOR 3").replace("PATCH  0", "PATCH  4")
    assert bump_tree(tree, version)["include/widget/widget.h"] == after


@pytest.mark.parametrize(
    ("part", "before", "old", "version", "new"),
    [
        ("DEV", "1.1.0-dev5", 5, "1.1.0-dev6", 6),
        ("DEV", "1.1.0.dev5", 5, "1.1.0", 0),
        ("DEV", "1.1.0.dev5", 5, "1.1.0rc1", 0),
        ("DEV", "1.1.0", 0, "1.1.0.dev1", 1),
        ("RC", "1.1.0rc1", 1, "1.1.0rc2", 2),
        ("RC", "1.1.0rc1", 1, "1.1.0", 0),
        ("RC", "1.1.0a1", 0, "1.1.0a2", 0),
        ("SERIAL", "1.1.0b1", 1, "1.1.0rc2", 2),
        ("SERIAL", "1.1.0", 0, "1.1.0rc2", 2),
        # Another number than the version's belongs to something else.
        ("DEV", "1.1.0.dev5", 4, "1.1.0.dev6", 4),
        ("DEV", "1.1.0", 7, "1.1.0.dev6", 7),
        ("RC", "1.1.0a1", 1, "1.1.0rc2", 1),
        ("EXTRA", "1.1.0.dev5", 5, "1.1.0.dev6", 5),
    ],
)
def test_a_header_may_say_the_number_of_the_development(
    part: str, before: str, old: int, version: str, new: int
) -> None:
    marker = f"#define WIDGET_VERSION_{part}   {{}} // A value > 0 is no release.\n#define OTHER_VERSION_{part} {old}\n"
    header = HEADER.format("WIDGET_").replace("#define WIDGET_VERSION_DEV 0\n", "")
    tree = {"pyproject.toml": STATIC.replace("1.1.0", before), "include/my/widget.h": "", "src/mywidget.h": ""}
    tree["src/mywidget.h"] = header + marker.format(old)
    assert bump_tree(tree, version).get("src/mywidget.h", tree["src/mywidget.h"]) == header + marker.format(new)
    shown = [(item.path, item.line, item.text) for item in read_tree(tree).lookalikes]
    assert shown == ([("src/mywidget.h", 6, str(old))] if old == new != 0 and part != "EXTRA" else [])


PATCHLEVEL = """#define WIDGET_VERSION_MAJOR {0}
#define WIDGET_VERSION_MINOR {1}
#define WIDGET_VERSION_MICRO {2}
#define WIDGET_VERSION_RELEASE_LEVEL PY_RELEASE_LEVEL_{3}
#define WIDGET_VERSION_RELEASE_SERIAL {4}
#define WIDGET_VERSION_PATCH {5}
"""


@pytest.mark.parametrize(
    ("version", "parts"),
    [
        ("1.1.0", (1, 1, 0, "FINAL", 0, "0")),
        ("1.1.0a0", (1, 1, 0, "ALPHA", 0, "0a0")),
        ("1.1.0rc2", (1, 1, 0, "GAMMA", 2, "0rc2")),
        ("2.0.3b1", (2, 0, 3, "BETA", 1, "3b1")),
    ],
)
@pytest.mark.parametrize("old", [("1.1.0a0", (1, 1, 0, "ALPHA", 0, "0a0")), ("1.0.4", (1, 0, 4, "FINAL", 0, "4"))])
def test_the_header_that_the_build_reads_may_say_the_level_as_python_does(
    version: str, parts: tuple[object, ...], old: tuple[str, tuple[object, ...]]
) -> None:
    names = {"major": "MAJOR", "minor": "MINOR", "patch": "PATCH"}
    regex = ".*?".join(rf"WIDGET_VERSION_{name}\s+(?P<{group}>\S+)" for group, name in names.items())
    project = f"""[project]
name = "widget"
dynamic = ["version"]
[tool.scikit-build.metadata.version]
provider = "scikit_build_core.metadata.regex"
input = "src/common.h"
regex = '(?s){regex}'
result = "{{major}}.{{minor}}.{{patch}}"
"""
    tree = {"pyproject.toml": project, "src/common.h": PATCHLEVEL.format(*old[1])}
    assert read_tree(tree).spelling == old[0]
    changed = {"src/common.h": PATCHLEVEL.format(*parts)} if version != old[0] else {}
    assert bump_tree(tree, version) == changed


@pytest.mark.parametrize(
    "more",
    [
        "#ifdef X\n#define VERSION_DEV 5\n#else\n#define VERSION_DEV 0\n#endif\n",
        '#define VERSION_LEVEL "dev"\n#define VERSION_SERIAL 5\n',
        "#define VERSION_RELEASE_LEVEL DEV\n#define VERSION_SERIAL 5\n",
        "#define VERSION_DEV (5 + 0)\n",
    ],
)
def test_a_number_beside_the_release_that_is_not_plain_stays(more: str) -> None:
    header = HEADER.format("").replace("#define VERSION_DEV 0\n", "") + more
    tree = {"pyproject.toml": STATIC.replace("1.1.0", "1.1.0.dev5"), "src/version.h": header}
    assert bump_tree(tree, "1.2.0.dev6")["src/version.h"] == header.replace("MINOR 1", "MINOR 2")


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("src/other.h", HEADER.format("WIDGET_")),
        ("vendor/widget/version.h", HEADER.format("WIDGET_")),
        ("src/version.h", HEADER.format("WIDGET_").replace("PATCH  0", "PATCH  1")),
        ("src/version.h", HEADER.format("WIDGET_").replace("VERSION_PATCH", "VERSION_NOTHING")),
        ("src/version.h", HEADER.format("WIDGET_") * 2),
        ("src/version.h", HEADER.format("THEIRS_") + HEADER.format("OTHERS_")),
        ("src/version.h", HEADER.format("WIDGET_").replace("MINOR 1", "MINOR 1.0")),
    ],
)
def test_other_headers_and_other_numbers_stay(path: str, header: str) -> None:
    tree = {"pyproject.toml": '[project]\nname = "widget"\nversion = "1.1.0"\n', path: header}
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml"}


@pytest.mark.parametrize("backend", ["scikit_build_core.build", "mesonpy"])
def test_a_package_may_be_built_from_the_files_of_src_itself(backend: str) -> None:
    module = "__version__ = '1.1.0'\n"
    system = f'[build-system]\nbuild-backend = "{backend}"\n'
    tree = {"pyproject.toml": STATIC + system, "src/__init__.py": module, "tests/__init__.py": module}
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "src/__init__.py"}


def test_what_a_table_of_the_projects_own_says_is_shown_and_stays() -> None:
    tools = '[tool.docs]\nstable = "1.1.0"\nsince = "1.1"\n[[tool.docs.list]]\nversion = "v1.1.0"\nother = "1.1.0"\n'
    tree = {"pyproject.toml": STATIC + tools}
    found = [(item.path, item.line, item.text, item.setting) for item in read_tree(tree).lookalikes]
    assert found == [("pyproject.toml", line, "1.1.0", "pyproject.toml") for line in (5, 9)]
    check_bump(tree, "1.2.0", ("pyproject.toml", 'widget"\nversion = "1.1.0"', 'widget"\nversion = "1.2.0"'))


@pytest.mark.parametrize(
    ("build", "version", "after"),
    [
        ("0x010100", "1.2.0", "0x010200"),
        ("0x010100", "2.34.1", "0x023401"),
        ("0x010100", "1.2.0rc1", "0x010200"),
        ("0x010100", "1.100.0", "0x010100"),
        ("0x010101", "1.2.0", "0x010101"),
        ("0x0101", "1.2.0", "0x0101"),
        ("'0x010100'", "1.2.0", "'0x010100'"),
        ("65792", "1.2.0", "65792"),
    ],
)
def test_a_build_number_in_pairs_of_digits_follows(build: str, version: str, after: str) -> None:
    module = "__version__ = '{}'\n__build__ = {}\n__other__ = 0x010100\n"
    tree = {"pyproject.toml": STATIC, "my/widget/__version__.py": module.format("1.1.0", build)}
    assert bump_tree(tree, version)["my/widget/__version__.py"] == module.format(version, after)


@pytest.mark.parametrize(
    ("tree", "changes"),
    [
        # What stands beside the declared version, wherever that is.
        (
            {
                "pyproject.toml": '[build-system]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "other"\n'
                'dynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "MyWidget.rel.__version__"}\n',
                "MyWidget/rel.py": "__version__ = '1.1.0'\nversion_info = (1, 1, 0, 'final', 0)\n",
            },
            [
                ("MyWidget/rel.py", "'1.1.0'", "'1.2.0'"),
                ("MyWidget/rel.py", "(1, 1, 0, 'final', 0)", "(1, 2, 0, 'final', 0)"),
            ],
        ),
        # Whole files whose names say it, at the top and in the package.
        ({"pyproject.toml": STATIC, "VERSION": "1.1.0\n"}, [("VERSION", "1.1.0", "1.2.0")]),
        (
            {
                "pyproject.toml": FLIT,
                "widget/__init__.py": '"""W."""\n__version__ = "1.1.0"\n',
                "version.txt": "v1.1.0",
            },
            [("widget/__init__.py", "1.1.0", "1.2.0"), ("version.txt", "1.1.0", "1.2.0")],
        ),
        ({"pyproject.toml": STATIC, "VERSION": "1.0.9\n", "docs/VERSION": "1.1.0\n", "API_VERSION": "1.1.0\n"}, []),
        ({"pyproject.toml": STATIC, "VERSION": "1.1.0 stable\n", "version": "\0\xff"}, []),
        # A tuple that ends with the marker says as much as the version, and no more.
        (
            {
                "pyproject.toml": STATIC.replace("1.1.0", "1.2.0rc1"),
                "my/widget/__init__.py": "version = (1, 2, 0, 'rc1')\n",
            },
            [("my/widget/__init__.py", "(1, 2, 0, 'rc1')", "(1, 2, 0)")],
        ),
    ],
)
def test_what_stands_beside_the_declared_version_follows(
    tree: dict[str, str], changes: list[tuple[str, str, str]]
) -> None:
    if 'version = "1' in tree["pyproject.toml"]:
        old = "1.2.0rc1" if "rc1" in tree["pyproject.toml"] else "1.1.0"
        changes = [("pyproject.toml", f'"{old}"', '"1.2.0"'), *changes]
    check_bump(tree, "1.2.0", *changes)


@pytest.mark.parametrize("version", ["1.2.0rc1", "1.2.0.dev1", "1.2.0.post1"])
def test_a_tuple_of_numbers_beside_the_version_says_those_of_a_candidate_too(version: str) -> None:
    tree = {"pyproject.toml": STATIC, "my/widget/__init__.py": "version_info = (1, 1, 0)\n"}
    changed = bump_tree(tree, version)
    assert changed["my/widget/__init__.py"] == "version_info = (1, 2, 0)\n"
    # It goes along from there.
    final = {"pyproject.toml": STATIC.replace("1.1.0", "1.2.1"), "my/widget/__init__.py": "version_info = (1, 2, 1)\n"}
    assert bump_tree(tree | changed, "1.2.1") == final


def test_a_tuple_of_numbers_says_neither_a_fourth_one_nor_a_candidate_that_it_declares() -> None:
    beside = {"pyproject.toml": STATIC, "my/widget/__init__.py": "version_info = (1, 1, 0)\n"}
    with pytest.raises(ProjectRefused):
        bump_tree(beside, "1.2.0.1")
    declared = {"pyproject.toml": FLIT, "widget/__init__.py": '"""W."""\nV = (1, 1, 0)\n__version__ = "%d.%d.%d" % V\n'}
    with pytest.raises(ProjectRefused):
        bump_tree(declared, "1.2.0rc1")


FLAGGED = "version = '1.1.0'\nif not released:\n    version = describe(version)\n"
"""A module that makes another version of it until it is released."""


@pytest.mark.parametrize(
    ("module", "version", "after"),
    [
        (f"released = False\n{FLAGGED}", "1.2.0", f"released = True\n{FLAGGED.replace('1.1', '1.2')}"),
        (
            f"IS_RELEASED = False\n{FLAGGED.replace('released', 'IS_RELEASED')}",
            "1.2.0rc1",
            f"IS_RELEASED = True\n{FLAGGED.replace('released', 'IS_RELEASED').replace('1.1.0', '1.2.0rc1')}",
        ),
        (f"released = True\n{FLAGGED}", "1.2.0.dev1", f"released = False\n{FLAGGED.replace('1.1.0', '1.2.0.dev1')}"),
        (f"released = True\n{FLAGGED}", "1.2.0", f"released = True\n{FLAGGED.replace('1.1', '1.2')}"),
        # Nothing but a flag that is told once, beside the version, and asked there.
        ("released = False\nversion = '1.1.0'\n", "1.2.0", "released = False\nversion = '1.2.0'\n"),
        (f"released = 0\n{FLAGGED}", "1.2.0", f"released = 0\n{FLAGGED.replace('1.1', '1.2')}"),
        (
            f"released = False\nreleased = x()\n{FLAGGED}",
            "1.2.0",
            f"released = False\nreleased = x()\n{FLAGGED.replace('1.1', '1.2')}",
        ),
        (
            "release = False\nversion = '1.1.0' if release else x\n",
            "1.2.0",
            "release = False\nversion = '1.1.0' if release else x\n",
        ),
        ("released = False\nx = 1 if released else 2\n", "1.2.0", "released = False\nx = 1 if released else 2\n"),
        ("version_tuple = T(1, 1, 0, None, None)\n", "1.2.0", "version_tuple = T(1, 2, 0, None, None)\n"),
        ("VERSION = (1, 1, 0, None)\n", "1.2.0", "VERSION = (1, 2, 0, None)\n"),
        ("VERSION = (1, None, None)\n", "1.2.0", "VERSION = (1, None, None)\n"),
    ],
)
def test_what_a_module_says_beside_the_version_is_told_by_its_name(module: str, version: str, after: str) -> None:
    tree = {"pyproject.toml": STATIC, "my/widget/_version.py": module}
    assert bump_tree(tree, version).get("my/widget/_version.py", module) == after


def test_a_tuple_of_words_that_the_module_makes_a_version_of_is_refused() -> None:
    module = (
        '"""W."""\ndef make(v):\n    return "%s.%s.%s%s" % v\ninfo = ("1", "1", "0", "b1")\n__version__ = make(info)\n'
    )
    assert refuse_tree({"pyproject.toml": FLIT, "widget/__init__.py": module}).code is ProjectCode.NOT_A_LITERAL


@pytest.mark.parametrize("path", ["py/widget/__main__.py", "src/widget/widget.py"])
def test_what_runs_a_package_may_say_the_version(path: str) -> None:
    tree = {
        "pyproject.toml": STATIC.replace("my.widget", "widget"),
        path: "__version__ = '1.1.0'\nN = '1.1.0'\n",
        "tests/widget/widget.py": "__version__ = '1.1.0'\n",
        "widget/sub/sub.py": "__version__ = '1.1.0'\n",
    }
    assert bump_tree(tree, "1.2.0")[path] == "__version__ = '1.2.0'\nN = '1.1.0'\n"
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", path}


def test_documentation_may_lie_at_the_top() -> None:
    tree = {"pyproject.toml": STATIC, "conf.py": "release = '1.1.0'\n", "index.rst": "Widgets\n"}
    assert bump_tree(tree, "1.2.0")["conf.py"] == "release = '1.2.0'\n"
    assert "conf.py" not in bump_tree({path: tree[path] for path in ("pyproject.toml", "conf.py")}, "1.2.0")


@pytest.mark.parametrize(
    ("version", "files", "changed"),
    [
        ("1.1.0", {"js/package.json": "1.1.0", "package.json": "1.1.0"}, {"js/package.json", "package.json"}),
        ("1.1.0", {"js/package.json": "1.0.9"}, set()),
        ("1.1.0", {"tests/package.json": "1.1.0", "js/node_modules/x/package.json": "1.1.0"}, set()),
        # What every package begins with.
        ("0.1.0", {"js/package.json": "0.1.0"}, set()),
        ("1.0", {"js/package.json": "1.0.0"}, set()),
        # As far as they are read: those that are the nearest to the top.
        (
            "1.1.0",
            {"package.json": "1.1.0"} | {f"js/p{number:02}/package.json": "1.1.0" for number in range(11)},
            {"package.json"} | {f"js/p{number:02}/package.json" for number in range(9)},
        ),
        # npm has no way to say it, and nothing depends on it.
        ("1.1.0", {"js/package.json": "1.1.0", "js/package-lock.json": "1.1.0"}, set()),
    ],
)
def test_a_web_part_that_says_the_version_follows(version: str, files: dict[str, str], changed: set[str]) -> None:
    tree = {"pyproject.toml": STATIC.replace("1.1.0", version)}
    tree |= {
        path: f'{{"name": "x", "version": "{said}", "y": {{"version": "{said}"}}}}' for path, said in files.items()
    }
    for new in ("1.2.0.post1", "1!1.2.0") if "js/package-lock.json" in files else ("1.2.0",):
        after = bump_tree(tree, new)
        assert after.keys() - {"pyproject.toml"} == changed
        for path in changed:
            assert after[path] == tree[path].replace(files[path], new, 1)


@pytest.mark.parametrize("manifest", ["setup.py", "setup.cfg", "pyproject.toml"])
def test_a_web_part_below_another_package_is_that_ones(manifest: str) -> None:
    web = '{"version": "1.1.0"}'
    tree = {
        "pyproject.toml": STATIC,
        f"libs/b/{manifest}": "",
        "libs/b/js/package.json": web,
        "libs/c/package.json": web,
    }
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "libs/c/package.json"}


def test_what_other_tools_and_packages_change_is_left() -> None:
    deep = {"pyproject.toml": STATIC, "js/package.json": '{"version": "1.1.0", "workspaces": []}'}
    deep["js/a/package.json"] = deep["x/package.json"] = '{"version": "1.1.0"}'
    assert bump_tree(deep, "1.2.0").keys() == {"pyproject.toml", "x/package.json"}
    web = '{"version": "1.1.0"}'
    tree = {
        "pyproject.toml": STATIC,
        "package.json": '{"version": "1.1.0", "workspaces": ["js/*"]}',
        "js/a/package.json": web,
    }
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml"}
    sibling = '[project]\nname = "other"\nversion = "1.1.0"\n'
    tree = {
        "pyproject.toml": STATIC,
        "libs/b/pyproject.toml": sibling,
        "libs/b/js/package.json": web,
        "libs/bb/package.json": web,
    }
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "libs/bb/package.json"}


def test_a_file_that_holds_the_version_may_mention_it_in_a_comment() -> None:
    tree = {"pyproject.toml": STATIC, "VERSION": "# 1.1.0 is the last one\n  1.1.0  \n\n"}
    assert bump_tree(tree, "1.2.0")["VERSION"] == "# 1.1.0 is the last one\n  1.2.0  \n\n"


@pytest.mark.parametrize("folder", ["my/widget/", "src/my/widget/"])
def test_a_file_that_holds_the_version_may_lie_among_the_modules(folder: str) -> None:
    tree = {
        "pyproject.toml": STATIC,
        f"{folder}__init__.py": "",
        f"{folder}VERSION": "1.1.0\n",
        f"{folder}x/VERSION": "1.1.0",
    }
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", f"{folder}VERSION"}


@pytest.mark.parametrize(
    ("document", "after"),
    [
        ("cff-version: 1.1.0\nversion: 1.1.0\ndate-released: 2026-01-02\n", "cff-version: 1.1.0\nversion: 1.2.0\n"),
        ("cff-version: 1.1.0\nversion: 1.0.9\n", None),
        ("cff-version: 1.1.0\n", None),
    ],
)
@pytest.mark.parametrize("named", ["CITATION.cff", "./CITATION.cff", "*.cff", "docs/CITATION.cff"])
def test_of_a_document_that_is_named_only_its_version_follows(named: str, document: str, after: str | None) -> None:
    path = "docs/CITATION.cff" if "docs" in named else "CITATION.cff"
    tree = {"pyproject.toml": STATIC.encode(), path: document.encode()}
    project = read_project(tree, ".", (VersionFile(named),))
    assert isinstance(project, Project)
    cited = [edit.new.decode() for edit in bump(project, "1.2.0", day=date(2026, 3, 1)) if edit.path == path]
    assert [text.rpartition("date")[0] for text in cited] == ([after] if after is not None else [])


def test_a_module_in_a_namespace_is_found_where_the_namespace_is_declared() -> None:
    poetry = '[tool.poetry]\nname = "other-sdk"\nversion = "1.1.0"\npackages = [{ include = "acme", from = "src" }]\n'
    tree = {"pyproject.toml": poetry, "src/acme/sql/__init__.py": "__version__ = '1.1.0'\n"}
    tree |= {"src/acme/sql/deep/__init__.py": "__version__ = '1.1.0'\n"}
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "src/acme/sql/__init__.py"}
    old = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    assert "src/acme/sql/__init__.py" in bump_tree(tree | {"src/acme/__init__.py": old}, "1.2.0")
    # What is there beside it stops nothing, and of two nothing tells which is meant.
    assert bump_tree(tree | {"src/acme/sql/__init__.py": "__version__ = '1.1' '.0'\n"}, "1.2.0").keys() == {
        "pyproject.toml"
    }
    assert bump_tree(tree | {"src/acme/b/__init__.py": ""}, "1.2.0").keys() == {"pyproject.toml"}
    # A package that is one holds what lies in it.
    assert bump_tree(tree | {"src/acme/__init__.py": ""}, "1.2.0").keys() == {"pyproject.toml"}


def test_what_only_repeats_the_version_may_say_less_and_what_declares_it_may_not() -> None:
    other = '[build-system]\nbuild-backend = "other"\n[project]\nname = "widget"\ndynamic = ["version"]\n'
    tree = {"pyproject.toml": other, "widget/__init__.py": "from x import f\nV = (1, 1, 0)\n__version__ = f(V)\n"}
    with pytest.raises(ProjectRefused):
        bump_tree(tree, "1.2.0rc1")
    short = {"pyproject.toml": STATIC.replace("1.1.0", "1.2.0.dev0"), "my/widget/__init__.py": "VERSION = (1, 2)\n"}
    assert bump_tree(short, "1.2.1").keys() == {"pyproject.toml"}


def test_the_whole_repository_may_be_a_package_that_says_the_version() -> None:
    tree = {"pyproject.toml": STATIC, "__init__.py": "__version__ = '1.1.0'\n", "src/my/widget/__init__.py": ""}
    assert bump_tree(tree, "1.2.0")["__init__.py"] == "__version__ = '1.2.0'\n"
    other = tree | {"__init__.py": "__version__ = '0.3.0'\n", "src/my/widget/__init__.py": "from x import *\n"}
    assert bump_tree(other, "1.2.0").keys() == {"pyproject.toml"}
