"""Version literals in Python files."""

import time
import warnings

import pytest

from bot.versions.formats.python_literals import list_literals
from bot.versions.project import ProjectCode, ProjectRefused

NAMES = ("__version__", "VERSION")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('__version__ = "1.0"', "1.0"),
        ("__version__ = '1.0'  # x", "1.0"),
        ('__version__: str = "1.0"', "1.0"),
        ('__version__: Final[str] = "1.0"', "1.0"),
        ('VERSION = __version__ = "1.0"', "1.0"),
        ('__version__ = ver = "1.0"', "1.0"),
        ('__version__ = (\n    "1.0"\n)', "1.0"),
        ('__version__ = r"1.0"', "1.0"),
        ('__version__ = """1.0"""', "1.0"),
        ('__version__ = "v1.0"', "1.0"),
        ('"""Doc ünïcode."""; __version__ = "1.0"', "1.0"),
        ('x = "é\u2028"; __version__ = "1.0"', "1.0"),
        ('x = 1\x0c\n__version__ = "1.0"', "1.0"),
        ('\r\nx = 1\r\n__version__ = "1.0"\r\n', "1.0"),
        ('x = 1\r__version__ = "1.0"\r', "1.0"),
        ('__version__ = ""', ""),
    ],
)
def test_assignments_of_one_plain_string_are_found_exactly(body: str, text: str) -> None:
    (literal,) = list_literals("m.py", body, NAMES)
    assert literal.text == text
    assert body[literal.span.start : literal.span.end] == text
    assert body[literal.span.start - 1] in "\"'v"


@pytest.mark.parametrize(
    "body",
    [
        "__version__ = version('x')",
        "__version__ = 1.0",
        "__version__ = (1, 0)",
        "__version__ = b'1.0'",
        "__version__ = f'{x}'",
        "__version__ = '1' + '.0'",
        "__version__: str",
        "__version__ += '1.0'",
        "def f():\n    __version__ = '1.0'",
        "class A:\n    __version__ = '1.0'",
        "if x:\n    __version__ = '1.0'",
        "x.__version__ = '1.0'",
        "minversion = '1.0'",
        "'''\n__version__ = \"1.0\"\n'''",
        "# __version__ = '1.0'",
        "print(__version__ := '1.0')",
    ],
)
def test_everything_else_is_no_literal(body: str) -> None:
    assert list_literals("m.py", body, NAMES) == []


@pytest.mark.parametrize("value", ["'1.' '0'", "'1\\x2e0'", "('1.'\n '0')", "'\\\n1.0'", '"""\n1.0"""'])
def test_strings_that_are_not_one_plain_token_are_told_apart(value: str) -> None:
    (literal,) = list_literals("m.py", f"__version__ = {value}", NAMES)
    assert literal.text is None


def test_several_assignments_come_in_the_order_of_the_file() -> None:
    found = list_literals("m.py", "__version__ = '1'\nx = 2\nVERSION = '3'\n__version__ = '4'\n", NAMES)
    assert [(literal.name, literal.line, literal.text) for literal in found] == [
        ("__version__", 1, "1"),
        ("VERSION", 3, "3"),
        ("__version__", 4, "4"),
    ]


@pytest.mark.parametrize("body", ["def", "x = 'a", "\0", "__version__ = '1.0'\0", "print 'x'", "\ufeff\ufeffx"])
def test_what_is_not_python_is_refused(body: str) -> None:
    with pytest.raises(ProjectRefused) as refused:
        list_literals("m.py", body, NAMES)
    assert refused.value.problem.code is ProjectCode.NOT_PYTHON
    assert refused.value.problem.path == "m.py"


def test_a_strangers_warnings_are_not_ours() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (literal,) = list_literals("m.py", "x = '\\d'\ny = 1 is 1\n__version__ = '1.0'", NAMES)
    assert literal.text == "1.0"


@pytest.mark.parametrize(
    "expression",
    [
        "-" * 250_000 + "1",
        "(" * 250_000,
        "[" * 99 + "]" * 99,
        "1+" * 120_000 + "1",
        "a" + ".a" * 120_000,
        "a" + "()" * 120_000,
        "lambda:" * 50_000 + "1",
        "1 if 1 else " * 30_000 + "1",
        "'a' " * 50_000,
        "{1:" * 80_000,
        "not " * 60_000 + "1",
    ],
    ids=["minus", "parens", "brackets", "plus", "dots", "calls", "lambdas", "ternaries", "strings", "dicts", "nots"],
)
def test_nesting_bombs_are_survived(expression: str) -> None:
    started = time.process_time()
    try:
        found = list_literals("m.py", f"x = {expression}\n__version__ = '1.0'\n", NAMES)
        outcome = [literal.text for literal in found]
    except ProjectRefused as refused:
        outcome = [refused.problem.code]
    assert outcome in (["1.0"], [ProjectCode.NOT_PYTHON])
    assert time.process_time() - started < 10
