"""Where strings stand in a TOML text."""

import time
import tomllib
from contextlib import suppress
from itertools import chain, product
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.versions.formats.text import replace_spans
from bot.versions.formats.toml_spans import FloatText, Path, TomlError, read_toml, value_at, with_value

THREE = '"' * 3
MULTILINE = f"""\
multi = '''
two
''lines'''''
multi_basic = {THREE}x " "" \\{THREE} z""{THREE}
"""
EVERYTHING = (
    r"""# comment = "no"
title = "top" # "trailing"
"quoted key" = 'literal'
a.b."c d".e = "dotted"
esc = "a \" b \\"
empty = ""
empty_literal = ''
number = 1_000
float = -1.5e3
special = nan
when = 1979-05-27 07:32:00Z # date with a blank
flag = true
list = ["one", 'two', # comment ]
  "three", [ "deep", ], { in = "table" },
]
inline = { version = "1.0", nested = { version = "2.0" }, "k" = [1, "x"] }
"""
    + MULTILINE
    + r"""
[project]
version = "1.1.0"
	name	=	"tabbed"

[ tool . "poetry" ] # header
version = "3.0"
[[package]]
name = "first"
[[package]]
name = "second"
[[package.dep]]
name = "inner"
[package.source]
url = "u"
[package.'x.y']
z = "w"
"""
)


def _strings(values: Any, path: Path = ()) -> dict[Path, str]:
    if isinstance(values, str):
        return {path: values}
    children = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    return {where: text for key, child in children for where, text in _strings(child, (*path, key)).items()}


def test_every_string_is_found_where_the_parser_has_it() -> None:
    document = read_toml(EVERYTHING)
    values = tomllib.loads(EVERYTHING)
    found = {path: EVERYTHING[span.start : span.end] for path, span in document.strings.items()}
    expected = _strings(values)
    assert found.keys() == expected.keys()
    plain = {path for path, text in found.items() if "\\" not in text and "\n" not in text}
    assert len(plain) > 15
    assert expected["multi_basic",] == 'x " "" """ z""'
    assert expected["multi",] == "two\n''lines''"
    assert {path: found[path] for path in plain} == {path: expected[path] for path in plain}
    assert found["package", 1, "dep", 0, "name"] == "inner"
    assert found["package", 1, "source", "url"] == "u"
    assert found["inline", "nested", "version"] == "2.0"


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_long_string_ends_where_the_parser_has_its_end(quote: str) -> None:
    ended = 0
    for letters in chain.from_iterable(product(f"{quote}\\n", repeat=length) for length in range(9)):
        body = f"a = {quote * 3}{''.join(letters)}{quote * 3}\n"
        try:
            expected = tomllib.loads(body)["a"]
        except tomllib.TOMLDecodeError:
            continue
        ended += 1
        document = read_toml(body)
        span = document.strings["a",]
        assert tomllib.loads(f"a = {body[span.start - 3 : span.end + 3]}")["a"] == expected
        assert body[span.end + 3 :] == "\n"
    assert ended > 300


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_do_not_matter(newline: str) -> None:
    body = '[project]\nversion = "1"\nx = [\n "a",\n]\n'.replace("\n", newline)
    document = read_toml(body)
    span = document.strings["project", "version"]
    assert body[span.start : span.end] == "1"


@pytest.mark.parametrize(
    "body",
    [
        "[",
        "[a",
        "[a]]",
        "a",
        "a =",
        'a = "',
        "a = '''x",
        "a = [",
        "a = [1",
        "a = {",
        "a = {b",
        "a = 1 2",
        "= 1",
        'a = "x\ny"',
        "a..b = 1",
        "a = 1\na = 2",
        "[a]\n[a]",
        "a = \x00",
        "<html>",
        "a = " + "9" * 5000,
        "a = 07",
    ],
)
def test_what_is_not_toml_is_an_error_with_a_short_reason(body: str) -> None:
    with pytest.raises(TomlError) as error:
        read_toml(body)
    assert str(error.value)


@pytest.mark.parametrize(
    "body",
    [
        "a" + ".a" * 200_000 + " = 1",
        "[" + "a." * 200_000 + "a]",
        "a = " + "[" * 400_000,
        "a = " + "{a=" * 100_000,
        "a = " + "{a.a.a.a=" * 50_000,
        "a = '''" + "'" * 400_000,
        'a = """' + '\\"' * 200_000,
        'a = """' + '\\"""' * 200_000,
        'a = "' + "\\" * 400_000,
        "#" * 500_000,
        "a = [" + "1," * 200_000 + "]",
        "".join(f"[[a.b.c{n}]]\n" for n in range(30_000)),
        " " * 500_000,
        "\n" * 500_000,
        "a" * 500_000,
    ],
    ids=[
        "keys",
        "header",
        "arrays",
        "tables",
        "dotted-tables",
        "quotes",
        "escaped quotes",
        "escapes",
        "backslashes",
        "comment",
        "flat",
        "headers",
        "blanks",
        "lines",
        "bare",
    ],
)
def test_hostile_text_takes_neither_long_nor_much(body: str) -> None:
    started = time.process_time()
    with suppress(TomlError):
        read_toml(body)
    # Linear texts of this size take well below a second; anything worse takes minutes.
    assert time.process_time() - started < 10


keys = st.one_of(st.text("abc-_1", min_size=1, max_size=4), st.text("ab .é'", min_size=1, max_size=4))
leaves = st.one_of(
    st.text("ab\\\"'\n\té#=[]{}", max_size=8), st.integers(-9, 9), st.booleans(), st.floats(allow_nan=False)
)
documents = st.dictionaries(
    keys,
    st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)),
    max_size=5,
)


@given(documents)
@settings(deadline=None)
def test_generated_documents_agree_with_the_parsers(values: dict[str, Any]) -> None:
    try:
        body = tomlkit.dumps(values)
        expected = tomllib.loads(body, parse_float=FloatText)
    except (ValueError, tomlkit.exceptions.TOMLKitError):
        return
    document = read_toml(body)
    assert document.values == expected
    for path, span in document.strings.items():
        raw = body[span.start : span.end]
        if "\\" not in raw and "\\" not in "".join(map(str, path)):
            assert value_at(expected, path) == raw


@given(documents)
@settings(deadline=None)
def test_replacing_any_plain_string_changes_that_value_alone(values: dict[str, Any]) -> None:
    try:
        body = tomlkit.dumps(values)
        expected = tomllib.loads(body, parse_float=FloatText)
    except (ValueError, tomlkit.exceptions.TOMLKitError):
        return
    for path, span in read_toml(body).strings.items():
        if value_at(expected, path) == body[span.start : span.end]:
            changed = replace_spans(body, [(span, "9.9")])
            assert tomllib.loads(changed, parse_float=FloatText) == with_value(expected, path, "9.9")


def test_values_are_looked_up_and_replaced_without_touching_the_original() -> None:
    values = {"a": [{"b": 1}]}
    assert value_at(values, ("a", 0, "b")) == 1
    assert value_at(values, ("a", 1, "b")) is None
    assert value_at(values, ("a", 0, "b", "c")) is None
    assert with_value(values, ("a", 0, "b"), 2) == {"a": [{"b": 2}]}
    assert values == {"a": [{"b": 1}]}
