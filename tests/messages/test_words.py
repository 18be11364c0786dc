"""Every sentence with ordinary values, to be read: what is wrong, why, and the line to paste."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.messages.reasons import say
from bot.release.reasons import Reason, because

ORDINARY: dict[str, str] = {
    "actual": "triage",
    "base": "main",
    "branch": "aweigh/main",
    "by": "wanda",
    "cause": "No workflow uploads to PyPI.",
    "code": "no-publish-workflow",
    "command": "approve",
    "commit": "c0ffee1" * 5 + "c0ffe",
    "default": "main",
    "detail": "Base branch was modified",
    "environment": "pypi",
    "events": "`push`: it listens to no tag\n`release`: it does not listen to it",
    "files": "evil.py\nmore.py",
    "fix": "Add one.",
    "found": "beef" * 10,
    "given": "1.2.0",
    "host": "git.acme.example",
    "how": "failed",
    "index": "PyPI",
    "label": "release-blocker",
    "line": "/release approve 1.2.0",
    "lines": "/release acme-core 1.2.0\n/release acme-cli 1.2.0",
    "more": "0",
    "needed": "maintain",
    "newest": "1.1.0",
    "next": "1.1.1",
    "number": "5",
    "order": "cancel",
    "packages": "acme-core\nacme-cli",
    "pages": "https://github.test/acme/widget/rules/7",
    "path": ".github/aweigh.toml",
    "permissions": "checks",
    "rulesets": "Guard",
    "run": "https://github.test/acme/widget/actions/runs/55",
    "said": "not yet",
    "tag": "v1.2.0",
    "this": "acme-core",
    "until": "2027-01-03 00:00",
    "version": "1.2.0",
    "wanted": "c0ffee1" * 5 + "c0ffe",
    "why": "the docs are missing",
    "workflow": ".github/workflows/publish.yml",
    "zone": "Europe/Berlin",
}


@pytest.mark.parametrize("reason", list(Reason))
def test_every_sentence_can_be_read(reason: Reason, snapshot: SnapshotAssertion) -> None:
    said = say(because(reason, parts=("The version is odd.",), **ORDINARY))
    assert said.in_line() == snapshot


@pytest.mark.parametrize(
    ("reason", "values"),
    [
        (Reason.BUTTON_STALE, {"what": "version", "given": "1.1.1"}),
        (Reason.BUTTON_STALE, {"what": "run"}),
        (Reason.BUTTON_STALE, {"what": "check"}),
        (Reason.FROZEN, {"brought": "yes"}),
        (Reason.OWN_APPROVAL, {"brought": "yes"}),
        (Reason.PUSHED_TO_BRANCH, {"brought": "yes"}),
        (Reason.TAG_GUARDED, {"commit": ""}),
        (
            Reason.TAG_GUARDED,
            {"rulesets": "Guard\nTags\nv1", "pages": "https://a.test/1\n\nhttps://a.test/3", "commit": ""},
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, Reason) else "-".join(value.values()),
)
def test_what_is_said_otherwise_can_be_read_as_well(
    reason: Reason, values: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert say(because(reason, parts=(), **ORDINARY | values)).in_line() == snapshot


@pytest.mark.parametrize("reason", list(Reason))
def test_should_be_short_friendly_and_without_a_greeting(reason: Reason) -> None:
    said = say(because(reason, parts=("The version is odd.",), **ORDINARY))
    for text in (said.sentence, said.fix):
        assert len(text) < 450
        assert "  " not in text
        assert not text.lower().startswith(("hi", "hello", "dear", "sorry", "error", "oops"))
        assert "!" not in text
    # A sentence ends as one; what leads to a line to paste may end with a colon.
    assert said.sentence.rstrip("`*").endswith((".", ":")) or said.sentence.endswith(")"), said.sentence
