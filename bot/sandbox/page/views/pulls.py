"""The pages of pull requests."""

import contextlib
from typing import Any

from packaging.version import InvalidVersion, Version

from bot.sandbox.git.history import compare
from bot.sandbox.git.merging import MergeConflictError, merge_trees
from bot.sandbox.page.differences import list_differences
from bot.sandbox.page.marks import list_checks, say_together, summarize
from bot.sandbox.page.timeline import list_commits, list_moments
from bot.sandbox.page.visit import Sheet, Visit
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest

METHODS = {
    "merge": ("Create a merge commit", "All commits, joined by a merge commit."),
    "squash": ("Squash and merge", "One new commit holds everything."),
    "rebase": ("Rebase and merge", "Each commit again, on top of the base."),
}


def list_pulls(visit: Visit) -> Sheet:
    """The pull requests, open or closed."""
    wanted = "closed" if visit.request.query.get("state") == "closed" else "open"
    pulls = visit.repository.pulls
    shown = [pull for pull in reversed(pulls) if pull.state == wanted]
    facts = {
        "pulls": shown,
        "state": wanted,
        "counts": {state: sum(pull.state == state for pull in pulls) for state in ("open", "closed")},
        "marks": {pull.number: summarize(list_checks(visit.repository, pull.head_sha)) for pull in shown},
    }
    return Sheet("pulls.html", "Pull requests", facts)


def show_conversation(visit: Visit) -> Sheet:
    """The conversation, with the boxes for merging and for commenting."""
    pull = visit.pull()
    facts = {
        **_head(visit, pull),
        "moments": list_moments(visit.repository, pull),
        "mergeable": _is_mergeable(visit, pull),
        "methods": {name: words for name, words in METHODS.items() if getattr(visit.repository.merge_settings, name)},
        "may_merge": visit.may("write"),
        "may_close": visit.may("triage") or pull.user is visit.speaker.user,
        "may_label": visit.may("triage"),
        "participants": _list_participants(pull),
        "suggestions": _suggest(visit, pull),
    }
    return Sheet("pull.html", f"{pull.title} · #{pull.number}", facts)


def show_pull_commits(visit: Visit) -> Sheet:
    """The commits a pull request brings."""
    pull = visit.pull()
    commits = list_commits(visit.repository, pull)
    marks = {one.sha: summarize(list_checks(visit.repository, one.sha)) for one in commits}
    return Sheet(
        "pull_commits.html", f"Commits · #{pull.number}", {**_head(visit, pull), "log": commits, "marks": marks}
    )


def show_pull_files(visit: Visit) -> Sheet:
    """What a pull request changes."""
    pull = visit.pull()
    comparison = compare(visit.store, pull.base_sha, pull.head_sha)
    differences = list_differences(visit.store, comparison.files) if comparison else []
    return Sheet("pull_files.html", f"Files · #{pull.number}", {**_head(visit, pull), "differences": differences})


def show_pull_checks(visit: Visit) -> Sheet:
    """What the checks of the last commit say."""
    pull = visit.pull()
    facts = _head(visit, pull) | {"speaker_may_press": visit.may("write")}
    return Sheet("pull_checks.html", f"Checks · #{pull.number}", facts)


def show_check(visit: Visit) -> Sheet:
    """One check run."""
    run = visit.check()
    pulls = [pull for pull in visit.repository.pulls if pull.head_sha == run.head_sha]
    newest = run in list_checks(visit.repository, run.head_sha)
    facts = {"check": run, "pulls": pulls, "speaker_may_press": newest and visit.may("write")}
    return Sheet("check.html", run.name, facts)


def _head(visit: Visit, pull: PullRequest) -> dict[str, Any]:
    comparison = compare(visit.store, pull.base_sha, pull.head_sha)
    checks = list_checks(visit.repository, pull.head_sha)
    mark = summarize(checks)
    return {
        "pull": pull,
        "commit_count": len(comparison.commits) if comparison else 0,
        "file_count": len(comparison.files) if comparison else 0,
        "checks": checks,
        "mark": mark,
        "check_words": say_together(mark) if mark else "",
    }


def _is_mergeable(visit: Visit, pull: PullRequest) -> bool:
    base = visit.store.find_ref(f"refs/heads/{pull.base_ref}")
    if pull.state != "open" or base is None:
        return False
    try:
        merge_trees(visit.store, base, pull.head_sha)
    except MergeConflictError:
        return False
    return True


def _list_participants(pull: PullRequest) -> list[User]:
    """Whoever opened, reviewed, merged or said something, once each."""
    people = [pull.user, *(one.user for one in pull.reviews), *(one.user for one in pull.comments)]
    if pull.merged_by is not None:
        people.append(pull.merged_by)
    return list({user.id: user for user in people}.values())


def _suggest(visit: Visit, pull: PullRequest) -> list[str]:
    """Lines a newcomer may want to type here; the bot's own help lists what there is."""
    following, candidate = _next_versions(visit)
    if visit.world.bot_app(pull.user) is None:
        return [f"/release {following}", f"/release {candidate}", "/release minor --dry-run", "/release help"]
    version = pull.title.rpartition(" ")[2]
    if not pull.merged:
        others = [other for other in ("2.0.0", candidate) if other != version]
        steering = ["/release merge", "/release hold", "/release notes"]
        return [*steering, *(f"/release {other}" for other in others[:1]), "/release help"]
    runs = (run for run in visit.repository.runs.values() if run.head_sha == pull.merge_commit_sha)
    asks = any(gate.state == "waiting" and gate.waiting_for_apps for run in runs for gate in run.gates)
    deciding = [f"/release approve {version}", f"/release reject {version} not yet"] if asks else ["/release status"]
    return [*deciding, f"/release {following}", "/release help"]


def _next_versions(visit: Visit) -> tuple[str, str]:
    """The next minor version after what is tagged, and a candidate of the next major one."""
    newest = Version("0")
    for tag in visit.store.refs("refs/tags/"):
        with contextlib.suppress(InvalidVersion):
            newest = max(newest, Version(tag.removeprefix("refs/tags/v")))
    return f"{newest.major}.{newest.minor + 1}.0", f"{newest.major + 1}.0.0rc1"
