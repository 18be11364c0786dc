"""The expression language, held against the examples and tables of GitHub's documentation."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.actions.expression import ExpressionError, evaluate, evaluate_condition, interpolate, interpolate_value

GITHUB = {
    "ref": "refs/tags/v1.2.0",
    "ref_type": "tag",
    "event_name": "release",
    "repository": "acme/widget",
    "event": {
        "action": "published",
        "repository": {"fork": False},
        "issue": {"labels": [{"name": "bug"}, {"name": "help wanted"}]},
        "size": 3,
    },
}
FRUITS = [{"name": "apple", "quantity": 1}, {"name": "orange", "quantity": 2}, {"name": "pear", "quantity": 1}]
VEGETABLES = {
    "scallions": {"colors": ["green"], "ediblePortions": ["roots", "stalks"]},
    "beets": {"colors": ["purple"], "ediblePortions": ["roots", "stems", "leaves"]},
}
CONTEXTS: dict[str, Any] = {"github": GITHUB, "fruits": FRUITS, "vegetables": VEGETABLES, "job": {"status": "success"}}
HEALTHY = {"success": lambda: True, "failure": lambda: False, "always": lambda: True, "cancelled": lambda: False}
FAILED = {"success": lambda: False, "failure": lambda: True, "always": lambda: True, "cancelled": lambda: False}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # Literals
        ("null", None),
        ("false", False),
        ("711", 711),
        ("-9.2", -9.2),
        ("0xff", 255),
        ("-2.99e-2", -0.0299),
        ("'It''s open source!'", "It's open source!"),
        ("''", ""),
        # Operators and their precedence
        ("!true", False),
        ("!!'x'", True),
        ("1 < 2", True),
        ("2 <= 2", True),
        ("1 > 2", False),
        ("2 >= 3", False),
        ("1 == 1 && 2 == 2", True),
        ("false || true && false", False),
        ("(false || true) && true", True),
        ("!false && false", False),
        ("1 < 2 == true", True),
        # && and || yield operands
        ("'a' && 'b'", "b"),
        ("'' || 'fallback'", "fallback"),
        ("null && 'b'", None),
        ("github.event_name == 'release' && 'yes' || 'no'", "yes"),
        # Loose equality
        ("'ABC' == 'abc'", True),
        ("'ABC' != 'abc'", False),
        ("null == 0", True),
        ("null == ''", True),
        ("true == 1", True),
        ("false == 0", True),
        ("'1' == 1", True),
        ("'' == 0", True),
        ("'0xff' == 255", True),
        ("'one' == 1", False),
        ("'one' != 1", True),
        ("'true' == true", False),
        ("NaN == NaN", False),
        ("'x' < 1", False),
        ("'x' >= 1", False),
        ("'b' > 'A'", True),
        ("github.event.issue == github.event.issue", True),
        ("fromJSON('[1]') == fromJSON('[1]')", False),
        ("fromJSON('[1]') == 1", False),
        # Contexts
        ("github.ref", "refs/tags/v1.2.0"),
        ("GitHub.REF", "refs/tags/v1.2.0"),
        ("github['ref']", "refs/tags/v1.2.0"),
        ("github.event.nothing.here", None),
        ("github.event.issue.labels[1].name", "help wanted"),
        ("github.event.issue.labels[9].name", None),
        ("github.event.repository.fork == false", True),
        # Functions
        ("contains('Hello world', 'llo')", True),
        ("contains('Hello world', 'LLO')", True),
        ("contains(github.event.issue.labels.*.name, 'bug')", True),
        ("contains(github.event.issue.labels.*.name, 'Bug')", True),
        ("contains(github.event.issue.labels.*.name, 'bu')", False),
        ("""contains(fromJSON('["push", "release"]'), github.event_name)""", True),
        ("contains(github.event.size, 3)", True),
        ("startsWith('Hello world', 'He')", True),
        ("startsWith('Hello world', 'he')", True),
        ("startsWith(github.ref, 'refs/tags/v')", True),
        ("startsWith(github.ref, 'refs/heads/')", False),
        ("STARTSWITH(github.ref, 'refs/tags')", True),
        ("endsWith('Hello world', 'ld')", True),
        ("format('Hello {0} {1} {2}', 'Mona', 'the', 'Octocat')", "Hello Mona the Octocat"),
        ("format('{{Hello {0} {1} {2}!}}', 'Mona', 'the', 'Octocat')", "{Hello Mona the Octocat!}"),
        ("format('{0}', null)", ""),
        ("format('{0} {1}', true, 1.50)", "true 1.5"),
        ("join(github.event.issue.labels.*.name, ', ')", "bug, help wanted"),
        ("join(fromJSON('[1, 2]'))", "1,2"),
        ("join('single', '-')", "single"),
        ("toJSON(job)", '{\n  "status": "success"\n}'),
        ("toJSON(711)", "711"),
        ("fromJSON('true')", True),
        ("fromJSON('3') == 3", True),
        ("case(github.ref_type == 'tag', 'production', 'development')", "production"),
        ("case(false, 'a', false, 'b', 'unknown')", "unknown"),
        # Object filters
        ("fruits.*.name", ["apple", "orange", "pear"]),
        ("fruits[*].quantity", [1, 2, 1]),
        ("vegetables.*.ediblePortions", [["roots", "stalks"], ["roots", "stems", "leaves"]]),
    ],
)
def test_value(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXTS) == value


@pytest.mark.parametrize(
    "text",
    [
        '"double quotes"',
        "'open",
        "1 +",
        "1 + 1",
        "github.",
        "github.ref ==",
        "(true",
        "true)",
        "nonsense",
        "needs.build.result",
        "unknown('x')",
        "contains('x')",
        "startsWith('a', 'b', 'c')",
        "format('{1}', 'x')",
        "format('{', 'x')",
        "fromJSON('{')",
        "success()",
        "hashFiles('**/x')",
        "",
        "(" * 60 + "true" + ")" * 60,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, CONTEXTS)


@pytest.mark.parametrize("value", ["false", "0", "-0", "''", "null", "NaN"])
def test_falsy(value: str) -> None:
    assert evaluate(f"!({value})", CONTEXTS) is True


@pytest.mark.parametrize("value", ["true", "1", "'false'", "'0'", "github", "fromJSON('[]')", "fromJSON('{}')"])
def test_truthy(value: str) -> None:
    assert evaluate(f"!({value})", CONTEXTS) is False


@pytest.mark.parametrize(
    ("condition", "healthy", "failed"),
    [
        (None, True, False),
        ("", True, False),
        (True, True, False),
        (False, False, False),
        ("true", True, False),
        ("success()", True, False),
        ("failure()", False, True),
        ("always()", True, True),
        ("!cancelled()", True, True),
        ("cancelled()", False, False),
        ("github.event_name == 'release'", True, False),
        ("${{ github.event_name == 'release' }}", True, False),
        ("${{ always() && github.event_name == 'release' }}", True, True),
        ("success() && github.event.action == 'published'", True, False),
        ("github.event_name == 'release' &&\n  github.event.action == 'published'\n", True, False),
        ("startsWith(github.ref, 'refs/heads/')", False, False),
        # The trap: text around a placeholder makes a string that is never empty.
        ("${{ github.event_name }} == 'push'", True, False),
        ("failure() || github.event_name == 'release'", True, True),
    ],
)
def test_condition(condition: str | bool | None, healthy: bool, failed: bool) -> None:
    assert evaluate_condition(condition, CONTEXTS, HEALTHY) is healthy
    assert evaluate_condition(condition, CONTEXTS, FAILED) is failed


def test_a_condition_that_cannot_be_read_is_an_error_even_when_it_need_not_be_asked() -> None:
    with pytest.raises(ExpressionError):
        evaluate_condition("github.ref ==", CONTEXTS, FAILED)


@given(st.text(max_size=40) | st.from_regex(r"[!()'\\w .*=<>&|\\[\\],{}0-9-]{0,40}"))
def test_whatever_is_written_is_evaluated_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        evaluate(text, CONTEXTS)


@pytest.mark.parametrize(
    "text", ["!" * 5000 + "true", "github" + ".a" * 5000, "0x" + "f" * 400, f"fromJSON('{'9' * 400}') > 1"]
)
def test_huge_expressions_do_no_harm(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        evaluate(text, CONTEXTS)


def test_interpolation() -> None:
    assert interpolate("v ${{ github.ref_type }}/${{ 1 }}.", CONTEXTS) == "v tag/1."
    assert interpolate("plain", CONTEXTS) == "plain"
    assert interpolate_value("${{ fromJSON('[1]') }}", CONTEXTS) == [1]
    assert interpolate_value("x${{ 1 }}", CONTEXTS) == "x1"
    assert interpolate_value("${{ 1 }}${{ 2 }}", CONTEXTS) == "12"
