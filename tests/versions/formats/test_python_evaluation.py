"""What a module makes of its constants, and what stays unknown."""

import ast
import time

import pytest

from bot.versions.formats.python_evaluation import evaluate

PARTS = "A, B = 1, 2\nT = (1, 2, 0, 'final', 3)\nX = '.dev'\n"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("'1.2'", "1.2"),
        ("'.'.join(map(str, [A, B]))", "1.2"),
        ("'.'.join(str(one) for one in T[:3])", "1.2.0"),
        ("'.'.join([str(one) for one in T if one != 'final'])", "1.2.0.3"),
        ("'.'.join(str(one) for one in T[:-2] if one)", "1.2"),
        ("'{}.{}'.format(A, B)", "1.2"),
        ("'{0}.{b:02}'.format(*T[:1], b=B)", "1.02"),
        ("'%d.%02d' % (A, B)", "1.02"),
        ("'%s.%s.%s' % T[:3]", "1.2.0"),
        ("f'{A}.{B!s}{X}'", "1.2.dev"),
        ("f'{A}{B:x}{12:02X}'", "120C"),
        ("str(A) + '.' + str(B) + ('' if T[3] == 'final' else 'rc')", "1.2"),
        ("str(A) + ('' if not X else X.upper())", "1.DEV"),
        ("X and str(A) or 'none'", "1"),
        ("str(A << 24 | B << 16)", "16908288"),
        ("str(int('7') - 1)", "6"),
        ("tuple(T[:2])", (1, 2)),
    ],
)
def test_what_constants_are_put_together_to_is_known(expression: str, said: object) -> None:
    assert evaluate(ast.parse(f"{PARTS}v = {expression}\n"), "v") == said
    assert evaluate(ast.parse(f"{PARTS}v: object = {expression}\n"), "v") == said
    scope: dict[str, object] = {}
    exec(f"{PARTS}v = {expression}", scope)  # What Python itself says of our own examples.
    assert scope["v"] == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("v = '1'\nif X:\n    v += X\n", "1.dev"),
        ("v = '1'\nif not X:\n    v = v + X\n", "1"),
        ("if A == 0x01:\n    v = 'one'\nelif A:\n    v = 'more'\nelse:\n    v = 'none'\n", "one"),
        ("if A < B in T and T[-1] is not None:\n    v = '1'\nelse:\n    v = '2'\n", None),
        ("import os\nv = '1'\nif os.name:\n    v = '2'\n", None),
        ("v = '1'\nfor one in T:\n    v = one\n", None),
        ("v = '1'\ntry:\n    from a import v\nexcept ImportError:\n    pass\n", None),
        ("v = '1'\ndef v(): ...\n", None),
        ("v = '1'\nclass v: ...\n", None),
        ("v = '1'\nwith open('a') as v: ...\n", None),
        ("v = '1'\ndel v\n", None),
        ("def f():\n    v = '2'\nv = '1'\nf()\n", "1"),
        ("v, w = ('1', '2')\n", "1"),
        ("v = w = '1'\n", "1"),
        ("str = len\nv = str(A)\n", None),
        ("L = ['1']\nL.append('2')\nL.extend(['3', X])\nv = '.'.join(L)\n", "1.2.3..dev"),
        ("L = ['1']\nif A:\n    L += ['2']\nv = '.'.join(L)\n", "1.2"),
        ("L = ['1']\nL.insert(0, '2')\nv = '.'.join(L)\n", None),
        ("L = ['1']\nL[0] = '2'\nv = '.'.join(L)\n", None),
        ("L = ['1']\nfill(L)\nv = '.'.join(L)\n", None),
        ("L = ['1']\nx = fill(L)\nv = '.'.join(L)\n", None),
        ("L = ['1']\nM = L\nM.append('2')\nv = '.'.join(L)\n", None),
        ("L = M = ['1']\nM.append('2')\nv = '.'.join(L)\n", None),
        ("L = ['1']\nM = L or []\nM.append('2')\nv = '.'.join(L)\n", None),
        ("L = ['1']\nM = L if A else []\nM.append('2')\nv = '.'.join(L)\n", None),
        ("v = '1'\nx = f(v := '2')\n", None),
        ("v = '1'\nfrom .other import *\n", None),
        ("v = '1'\ndef f():\n    global v\n    v = '2'\nf()\n", None),
        ("if X is 'x':\n    v = '1'\nelse:\n    v = '2'\n", None),
        ("L = ['1']\nL.append(unknown)\nv = '.'.join(L)\n", None),
        ("L = ['1']\nfor x in T:\n    L.append('2')\nv = '.'.join(L)\n", None),
        ("print(T)\nv = str(T[0])\n", "1"),
        ("'Text.'\nv = '1'\n", "1"),
        ("x = '0'\ny = [f(x) for x in ('a', 'b')]\nv = x\n", "0"),
        ("print(v := '1')\n", None),
        ("v = '1'\nmatch x:\n    case {'a': 1, **v}:\n        pass", None),
        ("v = '1'\nmatch x:\n    case [*v]:\n        pass\n    case v:\n        pass", None),
    ],
)
def test_statements_are_followed_as_far_as_they_are_known(body: str, said: object) -> None:
    assert evaluate(ast.parse(PARTS + body), "v") == said


@pytest.mark.parametrize(
    "expression",
    [
        "open('a').read()",
        "'%999999999999d' % A",
        "'%*d' % (999999999, A)",
        "'{:>999999999999}'.format(A)",
        "'{.__class__}'.format(A)",
        "'{0[0]}'.format(T)",
        "f'{A:>999999999999}'",
        "f'{A!r}'",
        "'a' * 999999999",
        "A ** 999999999",
        "A << 999999999",
        "-999999999999999999",
        "X.__class__",
        "X.replace('a', 'b')",
        "''.join(map(repr, T))",
        "T[9]",
        "X + A",
        "int('9' * 9999)",
        "[one for one in T for two in T]",
        "(lambda: '1')()",
        "1.5",
    ],
)
def test_what_only_running_it_would_tell_is_unknown(expression: str) -> None:
    assert evaluate(ast.parse(f"{PARTS}v = {expression}\n"), "v") is None


def test_a_string_can_be_taken_to_be_another() -> None:
    tree = ast.parse("X = ''\nv = '1.2' + X\n")
    assert evaluate(tree, "v", {"X": "rc1"}) == "1.2rc1"


TOWER = "".join(f"a{number + 1} = ({', '.join([f'a{number}'] * 10)})\n" for number in range(9))


@pytest.mark.parametrize(
    "body",
    [
        "v = " + "+".join(["'a'"] * 500),
        "v = 'a'\n" + "v = v + v\n" * 3_000,
        "v = (1, 1)\n" + "v = (*v, *v)\n" * 300,
        "v = 2\n" + "v = v + v\n" * 3_000,
        "T = (" + "1, " * 200 + ")\n" + "v = [[[[a for a in T] for b in T] for c in T] for d in T]",
        "if a:\n  v = 1\n" * 30_000,
        "a0 = ('" + "x" * 290 + "',)\n" + TOWER + "v = '%s' % (a9,)",
        "a0 = ('" + "x" * 290 + "',)\n" + TOWER + TOWER.replace("a", "b").replace("b0", "a0") + "v = a9 == b9",
    ],
)
def test_however_much_there_is_to_read_it_ends_soon(body: str) -> None:
    tree = ast.parse(body)
    began = time.process_time()
    evaluate(tree, "v")
    assert time.process_time() - began < 5
