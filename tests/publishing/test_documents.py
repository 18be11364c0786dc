from __future__ import annotations

import itertools
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.publishing.documents import MAX_NODES, UnreadableDocumentError, read_document
from bot.publishing.files import read_workflow
from bot.publishing.route import NoRoute, PublishSettings, Route, choose_route
from tests.publishing.workflows import FACTS, PATH, workflow


def test_scalars_follow_yaml_1_2() -> None:
    text = "on: yes\nb: true\nc: ~\nd: 0o17\ne: 0x1f\nf: 1e3\ng: 'true'\nh: 1_000\ni: off\nj: 012\nk: |\n  x\n"
    assert read_document(text) == {
        "on": "yes", "b": True, "c": None, "d": 15, "e": 31, "f": 1000.0, "g": "true", "h": "1_000", "i": "off", "j": 12, "k": "x\n",
    }  # fmt: skip


def test_anchors_and_aliases_are_unfolded() -> None:
    assert read_document("a: &x {b: [1]}\nc: *x\n") == {"a": {"b": [1]}, "c": {"b": [1]}}


@pytest.mark.rule(20)
def test_a_tag_constructs_nothing() -> None:
    assert read_document("a: !!python/object/apply:os.system ['id']") == {"a": ["id"]}
    assert read_document("a: !!binary aGk=") == {"a": "aGk="}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: 1\na: 2", "twice"),
        ("a: *nowhere", "not YAML|alias"),
        ("a: &x [*x]", "alias"),
        ("a: " + "[" * 100 + "]" * 100, "nests"),
        ("{" * 5000, "nests"),
        ("a: &a [" + "x," * 1000 + "]\nb: [" + "*a," * 100 + "]", str(MAX_NODES)),
        ("a: &a '" + "x" * 20_000 + "'\nb: [" + "*a," * 200 + "]", str(MAX_NODES)),
        ("[1]: 2", "key"),
        ("a: 1\n---\nb: 2", "more than one"),
        ("- a", "mapping"),
        ("", "empty"),
        ("a: b: c", "line 1"),
        ("\t- x", "not YAML"),
        ("a: \"\\xZZ\"", "not YAML"),
        ("x" * 600_000, "longer"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=why):
        read_document(text)


def test_a_bomb_of_aliases_is_refused_quickly() -> None:
    names = "abcdefghijklmnop"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in itertools.pairwise(names)]
    started = time.process_time()
    with pytest.raises(UnreadableDocumentError):
        read_document("\n".join(lines))
    assert time.process_time() - started < 1


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    assert read_workflow(PATH, text).path == PATH


_PIECES = [
    "on",
    "push",
    "jobs",
    "if",
    "steps",
    "uses",
    "run",
    "needs",
    "env",
    "environment",
    "permissions",
    "strategy",
    "tags",
    "with",
    "types",
]
_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([*_PIECES, "v*", "${{ github.ref }}", "${{ x", "pypa/gh-action-pypi-publish@v1", "twine upload dist/*", "./.github/workflows/publish.yml"]),
        st.text(max_size=8),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_PIECES), inner, max_size=4)),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(["a", "b", "publish"]), _VALUES, max_size=3), _VALUES, _VALUES)
def test_any_shape_has_an_answer(jobs: object, on: object, step: object) -> None:
    """Documents with the right words in the wrong places: an answer or a refusal, never an exception."""
    document = {"on": on, "jobs": {**jobs, "z": {"steps": [step, {"uses": "pypa/gh-action-pypi-publish@v1", "with": step, "env": step}]}}}  # type: ignore[dict-item]  # fmt: skip
    for named in (None, "publish.yml"):
        chosen = choose_route({PATH: json.dumps(document)}, FACTS, PublishSettings(workflow=named))
        assert isinstance(chosen, Route | NoRoute)


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_workflow_has_an_answer(data: st.DataObject) -> None:
    text = workflow(
        "{push: {tags: ['v*']}}", condition="if: startsWith(github.ref, 'refs/tags/') && needs.build.outputs.x"
    )
    at = data.draw(st.integers(0, len(text)))
    size = data.draw(st.integers(0, 30))
    damaged = text[:at] + data.draw(st.text(max_size=10)) + text[at + size :]
    assert isinstance(choose_route({PATH: damaged}, FACTS, PublishSettings()), Route | NoRoute)
