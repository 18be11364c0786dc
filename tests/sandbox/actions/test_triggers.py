"""`on:` and its filters, held against the tables of GitHub's documentation."""

from typing import Any

import pytest

from bot.sandbox.actions.events import Dispatch, Push, ReleaseActivity
from bot.sandbox.actions.globs import match_filters, matches
from bot.sandbox.actions.triggers import RELEASE_TYPES, TriggerError, parse_triggers

MAIN, TAG = Push("refs/heads/main"), Push("refs/tags/v1.2.0")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("feature/*", ["feature/my-branch", "feature/your-branch"]),
        ("feature/**", ["feature/beta-a/my-branch", "feature/your-branch", "feature/mona/the/octocat"]),
        ("main", ["main"]),
        ("*", ["main", "releases"]),
        ("**", ["all/the/branches", "every/tag"]),
        ("*feature", ["mona-feature", "feature", "ver-10-feature"]),
        ("v2*", ["v2", "v2.0", "v2.9"]),
        ("v[12].[0-9]+.[0-9]+", ["v1.10.1", "v2.0.0"]),
        ("*.jsx?", ["page.js", "page.jsx"]),
        ("**.js", ["index.js", "js/index.js", "src/js/app.js"]),
        ("docs/**/*.md", ["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"]),
        ("**/docs/**", ["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"]),
        ("**/README.md", ["README.md", "js/README.md"]),
        ("**/*src/**", ["a/src/app.js", "my-src/code/js/app.js"]),
        ("**/migrate-*.sql", ["migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"]),
    ],
)
def test_pattern_matches(pattern: str, names: list[str]) -> None:
    assert all(matches(name, pattern) for name in names)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("feature/*", "feature/a/b"),
        ("*", "a/b"),
        ("main", "main2"),
        ("v2*", "v1.2"),
        ("v[12].[0-9]+.[0-9]+", "v3.0.0"),
        ("v[12].[0-9]+.[0-9]+", "v1.0.0rc1"),
        ("v1.0", "v1x0"),
        ("docs/*", "docs/a/b"),
        ("*.jsx?", "page.jsxx"),
        ("v[z-a]", "v1"),
        ("+", "a"),
    ],
)
def test_pattern_does_not_match(pattern: str, name: str) -> None:
    assert not matches(name, pattern)


def test_patterns_are_applied_in_their_order() -> None:
    assert match_filters("hello.md", ["*.md", "!README.md"])
    assert not match_filters("README.md", ["*.md", "!README.md"])
    assert match_filters("README.md", ["*.md", "!README.md", "README*"])
    assert not match_filters("v1.0.0rc1", ["v*", "!v*rc*"])
    assert not match_filters("v1.0.0", ["!v*rc*"])


@pytest.mark.parametrize(
    ("on", "branch", "tag"),
    [
        ("push", True, True),
        (["push", "pull_request"], True, True),
        ({"push": None}, True, True),
        ({"push": {"branches": ["main"]}}, True, False),
        ({"push": {"branches": "main"}}, True, False),
        ({"push": {"branches": ["releases/**"]}}, False, False),
        ({"push": {"tags": ["v*"]}}, False, True),
        ({"push": {"tags": ["release-*"]}}, False, False),
        ({"push": {"tags": ["v*", "!v1.*"]}}, False, False),
        ({"push": {"branches": ["main"], "tags": ["v*"]}}, True, True),
        ({"push": {"branches-ignore": ["dev"]}}, True, False),
        ({"push": {"branches-ignore": ["main"]}}, False, False),
        ({"push": {"tags-ignore": ["old-*"]}}, False, True),
        ({"push": {"branches": ["main"], "tags-ignore": ["v*"]}}, True, False),
        ({"push": {"branches": ["**"], "paths": ["docs/**"]}}, True, False),
        ({"pull_request": None}, False, False),
        ({"workflow_call": None}, False, False),
        ({"schedule": [{"cron": "0 0 * * *"}]}, False, False),
    ],
)
def test_push(on: Any, branch: bool, tag: bool) -> None:
    triggers = parse_triggers(on)
    assert triggers.start(MAIN) is branch
    assert triggers.start(TAG) is tag


def test_paths_are_looked_at_for_branches_and_never_for_tags() -> None:
    docs = parse_triggers({"push": {"paths": ["docs/**"]}})
    assert docs.start(Push("refs/heads/main", ("docs/a.md", "src/b.py")))
    assert not docs.start(Push("refs/heads/main", ("src/b.py",)))
    assert docs.start(Push("refs/tags/v1", ("src/b.py",)))
    ignoring = parse_triggers({"push": {"paths-ignore": ["docs/**"]}})
    assert not ignoring.start(Push("refs/heads/main", ("docs/a.md",)))
    assert ignoring.start(Push("refs/heads/main", ("docs/a.md", "src/b.py")))


@pytest.mark.parametrize(
    ("on", "actions"),
    [
        ("release", RELEASE_TYPES),
        ({"release": None}, RELEASE_TYPES),
        ({"release": {"types": ["published"]}}, {"published"}),
        ({"release": {"types": "created"}}, {"created"}),
        ({"release": {"types": ["released", "prereleased"]}}, {"released", "prereleased"}),
        ({"push": None}, set()),
    ],
)
def test_release(on: Any, actions: set[str]) -> None:
    triggers = parse_triggers(on)
    assert {action for action in RELEASE_TYPES if triggers.start(ReleaseActivity(action, "v1.2.0"))} == actions


def test_dispatch() -> None:
    on = {
        "workflow_dispatch": {
            "inputs": {"version": {"required": True}, "dry": {"type": "boolean", "default": False}, "n": None}
        }
    }
    triggers = parse_triggers(on)
    assert triggers.start(Dispatch("refs/heads/main"))
    assert triggers.dispatch_inputs is not None
    assert triggers.dispatch_inputs["version"].required
    assert triggers.dispatch_inputs["dry"].default == "false"
    assert not parse_triggers("push").start(Dispatch("refs/heads/main"))


@pytest.mark.parametrize(
    "on",
    [
        None,
        {},
        3,
        {"push": {"branches": ["a"], "branches-ignore": ["b"]}},
        {"push": {"branches": 3}},
        {"push": ["main"]},
        {"workflow_dispatch": {"inputs": {"a": "b"}}},
        {"release": {"types": ["publish"]}},
        {"workflow_dispatch": {"inputs": ["x"]}},
    ],
)
def test_what_cannot_be_read_is_refused(on: Any) -> None:
    with pytest.raises(TriggerError):
        parse_triggers(on)
