"""Tuples of which a module makes its version, with strings behind the numbers, and those that may grow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.versions import ProjectCode, ProjectRefused
from tests.versions.trees import bump_tree, read_tree, refuse_tree

FLIT = '[build-system]\nbuild-backend = "flit_core.buildapi"\n[project]\nname = "widget"\ndynamic = ["version"]\n'
PAIR = '__version__ = ".".join(map(str, V[:3])) + "".join(V[3:])\n'
GROWS = "S = ''\n__version__ = '.'.join(str(x) for x in V) + S\n"


def bump_module(module: str, version: str) -> str:
    return bump_tree({"pyproject.toml": FLIT, "widget.py": module}, version)["widget.py"]


@pytest.mark.parametrize(
    ("row", "version", "after"),
    [
        ('(1, 1, 0, "", "")', "1.2.0", '(1, 2, 0, "", "")'),
        ('(1, 1, 0, "", "")', "1.2.0rc1", '(1, 2, 0, "rc", "1")'),
        ('(1, 1, 0, "", "")', "1.2.0-alpha.3", '(1, 2, 0, "a", "3")'),
        ('(1, 1, 0, ".dev", "0")', "1.2", '(1, 2, 0, "", "")'),
        ("(1, 1, 0, 'b', '2')", "1.1.0.dev4", "(1, 1, 0, '.dev', '4')"),
        ('(1, 1, 0, "", "")', "1.2.0rc1.dev2", '(1, 2, 0, "rc1.dev", "2")'),
        ('(1, 1, 0, ".dev0")', "1.2.0", '(1, 2, 0, "")'),
        ('(1, 1, 0, "")  # (1, 1, 0)', "1.2.0rc1", '(1, 2, 0, "rc1")  # (1, 1, 0)'),
    ],
)
def test_strings_behind_the_numbers_say_what_follows_them(row: str, version: str, after: str) -> None:
    assert bump_module(f"V = {row}\n{PAIR}", version) == f"V = {after}\n{PAIR}"


@pytest.mark.parametrize(
    "module",
    [
        'V = (1, 1, 0, "", "")\n__version__ = ".".join(map(str, V[:3])) + "".join(V[4:])\n',
        'V = (1, 1, 0, "", "")\nV = V[:3] + ("", "")\n' + PAIR,
        'V = (1, 1, 0, "", "", "")\n' + PAIR,
        'V = (1, 1, 0, "", x)\n' + PAIR,
        'V = (1, "", "")\n__version__ = V[0] + ".1.0" + "".join(V[1:])\n',
    ],
)
def test_a_tuple_of_which_something_else_is_made_is_refused(module: str) -> None:
    assert refuse_tree({"pyproject.toml": FLIT, "widget.py": module}).code is ProjectCode.NOT_A_LITERAL


@pytest.mark.parametrize(
    ("module", "after"),
    [
        (
            'V = (1, 1, 0, "final")\n__version__ = ".".join(map(str, V[:3])) + (V[3] if V[3] != "final" else "")\n',
            '(1, 2, 0, "final")',
        ),
        (
            'V = (1, 1, 0, "final", "0")\n__version__ = ".".join(map(str, V[:3]))\nif V[3] != "final":\n    __version__ += V[3] + V[4]\n',
            '(1, 2, 0, "final", "0")',
        ),
    ],
)
def test_a_word_for_a_final_version_stays(module: str, after: str) -> None:
    assert bump_module(module, "1.2.0").startswith(f"V = {after}\n")


@pytest.mark.parametrize(
    ("extra", "version", "after"), [("dev", "1.2.0", ""), ("", "1.2.0rc1", "rc1"), (".dev0", "1.1.0", "")]
)
def test_what_looks_like_a_level_may_be_all_that_follows(extra: str, version: str, after: str) -> None:
    module = 'major = 1\nminor = {}\npatch = 0\nE = "{}"\n__version__ = "%s.%s.%s%s" % (major, minor, patch, E)\n'
    assert bump_module(module.format(1, extra), version) == module.format(version[2], after)


def test_what_the_module_does_not_say_now_is_not_taken_for_the_version() -> None:
    module = 'V = (1, 1, 0, "dev", "0")\n__version__ = ".".join(map(str, V[:3])) + ("".join(V[3:]) if V[3] != "dev" else "")\n'
    assert refuse_tree({"pyproject.toml": FLIT, "widget.py": module}).code is ProjectCode.NOT_A_LITERAL


def test_a_tuple_does_not_grow_beyond_what_is_read_back() -> None:
    with pytest.raises(ProjectRefused):
        bump_module(f"V = (1, 1)\n{GROWS}", "1.1.1.2.3.4.5.6.7.8")


@pytest.mark.parametrize(
    ("row", "version", "after", "marker"),
    [
        ("(2020, 2)", "2020.2.1", "(2020, 2, 1)", ""),
        ("(2020, 2)", "2021.1", "(2021, 1)", ""),
        ("(2020, 2, 1)", "2021.1", "(2021, 1)", ""),
        ("(2020, 2, 0)", "2021.1", "(2021, 1, 0)", ""),
        ("(2020, 2, 1)", "2021", "(2021, 0)", ""),
        ("(2020, 2)", "2020.2.1rc1", "(2020, 2, 1)", "rc1"),
        ("(2020, 2,)", "2020.2.1.4", "(2020, 2, 1, 4,)", ""),
    ],
)
def test_numbers_that_are_joined_grow(row: str, version: str, after: str, marker: str) -> None:
    assert bump_module(f"V = {row}\n{GROWS}", version) == f"V = {after}\n{GROWS}".replace("''", f"'{marker}'", 1)


@pytest.mark.parametrize("more", ["MINOR = V[1]\n", "V = V[:2]\n", "__version__ = str(V[0]) + '.' + str(V[1]) + S\n"])
def test_numbers_that_something_else_counts_do_not_grow(more: str) -> None:
    tree = {"pyproject.toml": FLIT, "widget.py": f"V = (2020, 2)\n{GROWS}{more}"}
    with pytest.raises((ProjectRefused, AssertionError)) as refused:
        bump_tree(tree, "2020.2.1")
    assert "2020.2.1" in str(refused.value) or "not-a-literal" in str(refused.value)


@given(
    st.lists(st.integers(0, 3000), min_size=3, max_size=3),
    st.sampled_from(["", "a1", "rc12", ".dev0", "b2.dev3", ".post1"]),
)
def test_what_is_written_is_read_back(numbers: list[int], marker: str) -> None:
    version = ".".join(map(str, numbers)) + marker
    after = bump_module(f'V = (9999, 1, 0, "", "")\n{PAIR}', version)
    assert read_tree({"pyproject.toml": FLIT, "widget.py": after}).spelling == version
