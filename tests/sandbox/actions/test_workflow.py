"""Reading workflow files."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.actions.workflow import EnvironmentClaim, WorkflowError, parse_workflow

PATH = ".github/workflows/publish.yml"
ONE = "jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}"


def job(text: str) -> str:
    return f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{{run: 'true'}}]\n{text}"


def test_on_is_a_word_and_not_a_boolean() -> None:
    assert parse_workflow(PATH, f"on: push\n{ONE}").triggers.push is not None
    assert parse_workflow(PATH, f"'on': push\n{ONE}").triggers.push is not None


def test_a_workflow_without_a_name_goes_by_its_path() -> None:
    assert parse_workflow(PATH, f"on: push\n{ONE}").name == PATH
    assert parse_workflow(PATH, f"name: Publish\non: push\n{ONE}").name == "Publish"


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("", None),
        ("    environment: pypi", EnvironmentClaim("pypi")),
        ("    environment: {name: pypi, url: 'https://x'}", EnvironmentClaim("pypi", "https://x")),
        ("    environment: {name: pypi, deployment: false}", EnvironmentClaim("pypi", None, deployment=False)),
        ("    environment: {name: '${{ inputs.where }}'}", EnvironmentClaim("${{ inputs.where }}")),
    ],
)
def test_environments(text: str, claim: EnvironmentClaim | None) -> None:
    assert parse_workflow(PATH, job(text)).jobs["a"].environment == claim


@pytest.mark.parametrize(
    ("top", "own", "id_token"),
    [
        ("", "", None),
        ("permissions: {id-token: write}\n", "", "write"),
        ("permissions: {id-token: write}\n", "    permissions: {contents: read}", None),
        ("permissions: {}\n", "    permissions: {id-token: write}", "write"),
        ("permissions: write-all\n", "", "write"),
        ("permissions: read-all\n", "", None),
    ],
)
def test_a_jobs_permissions_replace_the_workflows(top: str, own: str, id_token: str | None) -> None:
    assert parse_workflow(PATH, top + job(own)).jobs["a"].permissions.get("id-token") == id_token


def test_scalars_that_yaml_takes_for_something_else() -> None:
    found = parse_workflow(PATH, "on: push\njobs: {a: {runs-on: x, needs: [], steps: [{run: true}, {run: no}]}}")
    assert [step.run for step in found.jobs["a"].steps] == ["true", "no"]


@pytest.mark.parametrize(
    ("strategy", "unsupported"),
    [
        ("    strategy: {matrix: {python: [1]}}", "a matrix"),
        ("    strategy: {fail-fast: false}", None),
        ("    container: python:3", "a job container"),
    ],
)
def test_what_the_sandbox_does_not_run_is_named(strategy: str, unsupported: str | None) -> None:
    assert parse_workflow(PATH, job(strategy)).jobs["a"].unsupported == unsupported


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "on: push",
        ONE,
        "on: push\njobs: {}",
        "on: push\njobs: []",
        "on: push\njobs: {a: 3}",
        "on: push\njobs: {a: {runs-on: x}}",
        "on: push\njobs: {a: {runs-on: x, steps: [{name: nothing}]}}",
        "on: push\njobs: {a: {runs-on: x, steps: [{run: a, uses: b}]}}",
        "on: push\njobs: {a: {needs: b, runs-on: x, steps: [{run: a}]}}",
        "on: push\njobs: {a: {needs: a, runs-on: x, steps: [{run: a}]}}",
        "on: {push: {branches: [a], branches-ignore: [b]}}\n" + ONE,
        "on: push\npermissions: all\n" + ONE,
        "on: push\njobs: {a: {environment: 3, runs-on: x, steps: [{run: a}]}}",
        "on: push\njobs: {a: {if: [x], runs-on: x, steps: [{run: a}]}}",
        "on: push\njobs: {a: {runs-on: x, steps: [{run: a, if: {b: c}}]}}",
        "on: push\n\tjobs: {}",
        "on: *nothing\n" + ONE,
    ],
)
def test_an_invalid_file_is_refused(text: str) -> None:
    with pytest.raises(WorkflowError):
        parse_workflow(PATH, text)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
KEYS = st.sampled_from(
    [
        "on",
        "push",
        "release",
        "workflow_dispatch",
        "inputs",
        "types",
        "branches",
        "tags",
        "jobs",
        "a",
        "steps",
        "run",
        "uses",
        "needs",
        "if",
        "environment",
        "permissions",
        "env",
        "with",
        "options",
        "default",
        "schedule",
    ]
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=25
)


@given(on=ANYTHING, job=ANYTHING, rest=st.dictionaries(KEYS, ANYTHING, max_size=3))
def test_whatever_is_written_is_read_or_refused(on: object, job: object, rest: dict[str, object]) -> None:
    for content in ({**rest, "on": on, "jobs": {"a": job}}, {"on": on, **rest}, rest):
        with contextlib.suppress(WorkflowError):
            parse_workflow(PATH, json.dumps(content))
