from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.publishing.conditions import decide
from bot.publishing.evaluation import Record, Scope, Unknown, evaluate, interpolate, render_text, truth_of
from bot.publishing.expressions import BadExpressionError, parse_expression, parse_template, render_expression
from bot.publishing.truth import Truth

SCOPE = Scope(
    {
        "github": Record(
            {"ref": "refs/tags/v1", "event": Record({"action": "published"}), "run_id": "7"}, complete=False
        ),
        "inputs": Record({"yes": True, "no": False, "name": "x"}),
        "needs": Record({"build": Record({"result": "success"}, complete=False)}),
    }
)

KNOWN = [
    ("true", True),
    ("null", None),
    ("0x10", 16.0),
    ("-2.5e1", -25.0),
    ("'it''s'", "it's"),
    ("1 == 1.0", True),
    ("'A' == 'a'", True),
    ("'1' == 1", True),
    ("'' == 0", True),
    ("null == 0", True),
    ("null == ''", True),
    ("true == 1", True),
    ("'x' == 0", False),
    ("'x' != 0", True),
    ("2 > 1 && 1 <= 1", True),
    ("'b' > 'A'", True),
    ("!'' && !0 && !null", True),
    ("!'false'", False),
    ("'a' && 'b'", "b"),
    ("'' || 'b'", "b"),
    ("(1 == 2) || 'c'", "c"),
    ("1 == 2 && 3 == 4 || 5 == 5", True),
    ("!true == false", True),
    ("github.ref", "refs/tags/v1"),
    ("GitHub.REF", "refs/tags/v1"),
    ("github['ref']", "refs/tags/v1"),
    ("github.event['action']", "published"),
    ("github.event.nothing", None),
    ("github.event.nothing.more", None),
    ("github.ref.length", None),
    ("inputs.yes && !inputs.no", True),
    ("inputs.missing", None),
    ("startsWith(github.ref, 'REFS/Tags')", True),
    ("endsWith(github.ref, '/V1')", True),
    ("contains(github.ref, 'TAGS')", True),
    ("contains(fromJSON('[\"a\", \"B\"]'), 'b')", True),
    ("contains(fromJSON('[\"ab\"]'), 'a')", False),
    ("fromJSON('{\"a\": [1, 2]}').a[1]", 2.0),
    ("format('{0}-{1}', 'a', 1)", "a-1"),
    ("join(fromJSON('[1, 2]'), '+')", "1+2"),
    ("always()", True),
    ("cancelled() || failure()", False),
    ("false && needs.build.outputs.x", False),
    ("needs.build.outputs.x && false", None),
]


@pytest.mark.parametrize(("text", "value"), KNOWN[:-1])
def test_what_is_known(text: str, value: object) -> None:
    assert evaluate(parse_expression(text), SCOPE) == value


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("vars.X", Truth.UNKNOWN),
        ("needs.build.outputs.x == 'y'", Truth.UNKNOWN),
        ("!vars.X", Truth.UNKNOWN),
        ("vars.X && false", Truth.FALSE),
        ("false && vars.X", Truth.FALSE),
        ("vars.X || true", Truth.TRUE),
        ("true || vars.X", Truth.TRUE),
        ("!(vars.X && false)", Truth.TRUE),
        ("vars.X && true", Truth.UNKNOWN),
        ("vars.X && vars.Y || 'z'", Truth.TRUE),
        ("(vars.X && false) || true", Truth.TRUE),
        ("(vars.X && 'a') == 'a'", Truth.UNKNOWN),
        ("startsWith(vars.X, 'a')", Truth.UNKNOWN),
        ("github.event.*.x", Truth.UNKNOWN),
        ("toJSON(github)", Truth.UNKNOWN),
        ("hashFiles('x')", Truth.UNKNOWN),
        ("someNewFunction(1)", Truth.UNKNOWN),
        ("fromJSON('nonsense')", Truth.UNKNOWN),
        ("steps.a.outcome == 'success'", Truth.UNKNOWN),
        ("github.unlisted", Truth.UNKNOWN),
    ],
)
def test_three_values(text: str, truth: Truth) -> None:
    assert truth_of(evaluate(parse_expression(text), SCOPE)) is truth


def test_what_is_unknown_is_named() -> None:
    value = evaluate(parse_expression("github.ref == 'a' || needs.build.outputs['x'] == 'y'"), SCOPE)
    assert isinstance(value, Unknown)
    assert value.because == ("needs.build.outputs.x",)


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a &&", "&& a", "(a", "a)", "'open", "a.", "a[", "a['x'", "f(a,", "a = b", "\"x\"", "a ? b : c", "$x", "a..b",
     "(" * 60 + "a" + ")" * 60, "!" * 60 + "a", " || ".join(["a"] * 300), "a" + ".b" * 300, "1x", "contains('a')"],
)  # fmt: skip
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(BadExpressionError):
        evaluate(parse_expression(text), SCOPE)


@pytest.mark.parametrize(
    ("written", "truth", "own"),
    [
        (None, Truth.UNKNOWN, Truth.TRUE),
        ("", Truth.UNKNOWN, Truth.TRUE),
        (True, Truth.UNKNOWN, Truth.TRUE),
        (False, Truth.FALSE, Truth.FALSE),
        ("true", Truth.UNKNOWN, Truth.TRUE),
        ("always()", Truth.TRUE, Truth.TRUE),
        ("!cancelled()", Truth.TRUE, Truth.TRUE),
        ("success()", Truth.UNKNOWN, Truth.UNKNOWN),
        ("success() || true", Truth.TRUE, Truth.TRUE),
        ("${{ always() && false }}", Truth.FALSE, Truth.FALSE),
        ("${{ false }} ", Truth.UNKNOWN, Truth.TRUE),
        ("${{ false }}\n", Truth.UNKNOWN, Truth.TRUE),
        ("${{ false }} && ${{ true }}", Truth.UNKNOWN, Truth.TRUE),
        ("${{ always() }}\n", Truth.TRUE, Truth.TRUE),
        ("not an expression", Truth.UNKNOWN, Truth.UNKNOWN),
        ("${{ true", Truth.UNKNOWN, Truth.UNKNOWN),
    ],
)
def test_conditions_behind_a_job_of_which_nobody_knows_whether_it_runs(
    written: object, truth: Truth, own: Truth
) -> None:
    condition = decide(written, Scope(SCOPE.contexts, success=Truth.UNKNOWN))  # type: ignore[arg-type]
    assert (condition.truth, condition.own) == (truth, own)


def test_templates() -> None:
    assert interpolate("a ${{ github.ref }} b", SCOPE) == "a refs/tags/v1 b"
    assert interpolate("${{ inputs.yes }}", SCOPE) is True
    assert isinstance(interpolate("${{ vars.X }}", SCOPE), Unknown)
    assert interpolate("${{ 'a }} b' }}", SCOPE) == "a }} b"
    assert parse_template("plain").parts == ("plain",)
    assert render_text("a ${{ vars.X }} ${{ inputs.name }}", SCOPE) == "a $? x"
    assert "$?" in render_text("a ${{ broken", SCOPE)


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_none(text: str) -> None:
    try:
        tree = parse_expression(text)
    except BadExpressionError:
        return
    source = render_expression(tree)
    assert render_expression(parse_expression(source)) == source


_ATOMS = st.sampled_from(["true", "false", "null", "1", "'a'", "vars.X", "github.ref", "needs.build.outputs.y"])
_TREES = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||", "==", "!=", "<"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        inner.map(lambda t: f"!{t}"),
        inner.map(lambda t: f"contains({t}, 'a')"),
    ),
    max_leaves=8,
)


@given(_TREES, st.sampled_from([True, False, "", "a", 0.0, 1.0, None]), st.sampled_from([True, False, "a", None]))
def test_what_was_decided_holds_whatever_the_unknown_turns_out_to_be(text: str, x: object, y: object) -> None:
    """Soundness: an answer other than unknown must be the answer of every world."""
    tree = parse_expression(text)
    before = truth_of(evaluate(tree, SCOPE))
    build = Record({"outputs": Record({"y": y}), "result": "success"})  # type: ignore[dict-item]
    world = Scope({**SCOPE.contexts, "vars": Record({"X": x}), "needs": Record({"build": build})})  # type: ignore[dict-item]
    after = truth_of(evaluate(tree, world))
    assert before in {Truth.UNKNOWN, after}
