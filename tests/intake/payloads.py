"""Payloads as GitHub sends them, cut down to what a test needs."""

from __future__ import annotations

from typing import Any

REPOSITORY: dict[str, Any] = {"id": 101, "full_name": "acme/widget", "default_branch": "main"}
ANN: dict[str, Any] = {"id": 11, "login": "ann", "type": "User"}
BOT: dict[str, Any] = {"id": 99, "login": "aweigh[bot]", "type": "Bot"}


def payload(sender: dict[str, Any] | None = ANN, **members: Any) -> dict[str, Any]:
    return {"installation": {"id": 7}, "repository": REPOSITORY, "sender": sender, **members}


def comment(
    body: str = "/release 1.2.0", *, action: str = "created", pull: bool = True, **members: Any
) -> dict[str, Any]:
    issue: dict[str, Any] = {"number": 5, "user": BOT}
    if pull:
        issue["pull_request"] = {"url": "https://api.github.com/repos/acme/widget/pulls/5"}
    said = {
        "id": 1001,
        "node_id": "IC_1",
        "user": ANN,
        "body": body,
        "created_at": "2026-05-01T12:00:00Z",
        "html_url": "https://github.com/acme/widget/pull/5#issuecomment-1001",
        **members,
    }
    return payload(action=action, issue=issue, comment=said)


def review(body: str | None = "/release approve 1.2.0", *, action: str = "submitted") -> dict[str, Any]:
    said = {
        "id": 2001,
        "node_id": "PRR_1",
        "user": ANN,
        "body": body,
        "submitted_at": "2026-05-01T14:00:00+02:00",
        "html_url": "https://github.com/acme/widget/pull/5#pullrequestreview-2001",
        "state": "commented",
    }
    return payload(action=action, review=said, pull_request={"number": 5})


def pull(action: str, branch: str = "aweigh/main", base: str = "main", **members: Any) -> dict[str, Any]:
    # A deleted fork leaves a null repository behind.
    head = {"ref": branch, "sha": "c" * 40, "repo": None}
    return payload(action=action, pull_request={"number": 5, "head": head, "base": {"ref": base}, **members})


def push(ref: str) -> dict[str, Any]:
    return payload(ref=ref, before="0" * 40, after="1" * 40, head_commit=None)


def run(action: str, event: str, branch: str | None, sender: dict[str, Any] = BOT) -> dict[str, Any]:
    return payload(sender, action=action, workflow_run={"id": 1, "event": event, "head_branch": branch})


def job(action: str, branch: str | None) -> dict[str, Any]:
    return payload(BOT, action=action, workflow_job={"id": 1, "head_branch": branch})
