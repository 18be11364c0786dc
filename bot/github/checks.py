"""Adapters: check runs of our own App."""

from __future__ import annotations

from dataclasses import asdict

from bot.github.client import Session
from bot.github.facts import Annotation, CheckContent, CheckRun
from bot.github.read import read_check_run

NAME = "Release"
"""What our check run is called that holds the record of a release."""

SETTINGS_NAME = "Aweigh settings"
"""What the one is called that looks at changed settings."""

PREVIEW_NAME = "Aweigh preview"
"""What the one is called that shows what a pull request will add to the next release."""

_LONGEST_TEXT = 65_535


async def find_check(session: Session, sha: str, app_id: int, name: str = NAME) -> CheckRun | None:
    """Our newest check run of this name on a commit; runs of the same name by other Apps are none of ours."""
    params = {"check_name": name, "app_id": str(app_id), "filter": "all", "per_page": "100"}
    listed = session.list("/repos/{repository}/commits/{sha}/check-runs", items="check_runs", sha=sha, params=params)
    ours = [read_check_run(data) async for data in listed if (data.get("app") or {}).get("id") == app_id]
    return max(ours, key=lambda run: run.id, default=None)


async def ensure_check(
    session: Session, sha: str, content: CheckContent, seen: CheckRun | None, *, anew: bool = False, name: str = NAME
) -> CheckRun:
    """Make ``content`` what our check of this name on ``sha`` says; ``seen`` is the newest run there. The run that says it.

    A changed conclusion is a new run: GitHub keeps the older ones as the check's history. So is any change of one that says
    something about files, which ``anew`` tells of what was seen: GitHub only ever adds to what a run says about them.
    """
    if seen is not None and content.is_in(seen):
        return seen
    output: dict[str, object] = {"title": content.title, "summary": content.summary[:_LONGEST_TEXT]}
    if content.annotations:
        output["annotations"] = [_annotation(one) for one in content.annotations]
    body = {
        "conclusion": content.conclusion,
        "external_id": content.external_id,
        "output": output,
        "actions": [asdict(button) for button in content.buttons],
    }
    same = seen is not None and seen.conclusion == content.conclusion
    if seen is not None and same and not anew and not content.annotations:
        changed = await session.patch("/repos/{repository}/check-runs/{id}", {"name": name, **body}, id=seen.id)
        return read_check_run(changed)
    made = {"name": name, "head_sha": sha, "status": "completed", **body}
    return read_check_run(await session.post("/repos/{repository}/check-runs", made))


def _annotation(said: Annotation) -> dict[str, object]:
    lines = {"start_line": said.line, "end_line": said.line}
    return {"path": said.path, **lines, "annotation_level": said.level, "message": said.message}
