"""``next_step``, one row per state of the world; every step of the closed set is reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.changelog import Changelog
from bot.github.facts import Job, MergeState, Merging, PendingDeployment, Person, Push, Role, RunFacts, TagRef
from bot.publishing.occasions import Occasion, Trigger
from bot.publishing.route import Route, Twin
from bot.release import steps
from bot.release.decide import next_step
from bot.release.gate import GateKind
from bot.release.orders import Cancel, Hold, Merge, Reject, SetNotes, Unhold
from bot.release.reasons import Reason, because
from bot.release.record import Confirmed, Held, Milestone
from bot.release.runs import commit_key, order_mark
from bot.release.since import Since
from bot.release.snapshot import Candidate, Line, Unreachable
from bot.release.steps import (
    ALL_STEPS,
    Abandoned,
    Announce,
    AskApproval,
    AwaitApproval,
    Awaited,
    AwaitIndex,
    AwaitMerge,
    AwaitReviewers,
    AwaitRun,
    BeginRelease,
    Blocked,
    CarryChangelog,
    ClosePull,
    ConfirmBranch,
    CreateTag,
    DispatchRun,
    Done,
    Effect,
    End,
    Idle,
    KeepHold,
    KeepNotes,
    LiftHold,
    MergePull,
    OpenDevelopment,
    OpenGate,
    OpenPull,
    PublishRelease,
    RefreshPull,
    Refused,
    RejectGate,
    RejectTwin,
    RejectUndone,
    ReportFailure,
    Step,
    TakeBack,
    Wait,
)
from bot.settings.reading import SettingsProblem
from bot.settings.repository import RepositorySettings
from bot.versions import read_project
from tests.release import making as m

TAGGED = {"tags": (m.TAG, m.OLD_TAG)}
NO_GATE = {"environment": None}
REVIEWERS = {"environment": m.environment(rule=False, reviewers=("hugo",))}
BOTH = {"environment": m.environment(reviewers=("hugo",))}
BRANCHES_ONLY = replace(m.environment(), protected_branches_only=True)
BROKEN = read_project({"pyproject.toml": b"[project"})
WITH_SDIST = frozenset({"widget-1.2.0-py3-none-any.whl", "widget-1.2.0.tar.gz"})
AGES_AGO = replace(m.over(), run=replace(m.over().run, updated_at=m.NOW - timedelta(hours=25)))
LOCKED = {"pull": m.pull(locked=True)}
OTHER_LETTERS = {"candidate": m.candidate(environment="PyPI"), "environment": replace(m.environment(), name="PyPI")}
ONLY_THE_RUN_KNOWS = {"candidate": m.candidate(environment="${{ vars.ENV || 'pypi' }}")}
ON_RELEASE = {"candidate": m.candidate(on="release")}
ON_DISPATCH = {"candidate": m.candidate(on="dispatch")}
BY_RELEASE = m.waiting(event="release")
SKIPPED = replace(m.over(), jobs=(replace(m.over().jobs[0], conclusion="skipped"),))
PUSHED, ROBOT = "bad" + "0" * 37, Person(41, "github-actions[bot]", is_bot=True)
SOON, LATER = timedelta(seconds=20), timedelta(minutes=10)
LATE = m.NOW - timedelta(minutes=11)
UNDONE = m.record(Milestone.TAGGED, since=m.NOW - timedelta(seconds=40))
HELD = Held(m.HUGO.id, 79)
REJECT = m.order(Reject, version="1.2.0", reason="not yet")
WITHDRAWN = m.record(Milestone.TAGGED, Milestone.RELEASED, since=m.NOW - timedelta(seconds=40))


OUT: dict[str, Any] = {
    **TAGGED,
    "runs": (m.over(),),
    "published": m.published(),
    "release": m.release(),
    "settings": m.settings("development = true"),
}
CARRIED: dict[str, Any] = {
    **OUT,
    "settings": m.settings(),
    "line": Line("1.2.x"),
    "pull": m.pull(base_branch="1.2.x", head_branch="aweigh/1.2.x"),
    "candidate": replace(m.candidate(), changelog=Changelog("CHANGELOG.md", "# Changelog\n\n## 1.2.0\n\n- New.\n")),
}
CANDIDATE: dict[str, Any] = {
    "candidate": m.candidate(version="1.2.0rc1"),
    "record": replace(m.record(), version="1.2.0rc1"),
    "published": m.published(files=m.files("1.2.0rc1"), uploaded=frozenset()),
}


def with_token_upload() -> Candidate:
    candidate = m.candidate()
    assert isinstance(candidate.route, Route)
    job = replace(candidate.route.jobs[0], id_token=False)
    return replace(candidate, route=replace(candidate.route, jobs=(job,)))


def without_deployment(candidate: Candidate) -> Candidate:
    route = m.route_of(candidate)
    return replace(candidate, route=replace(route, jobs=tuple(replace(job, deployment=False) for job in route.jobs)))


def open_pull(**changes: Any) -> dict[str, Any]:
    return {"pull": m.pull(merged=False), "candidate": m.candidate(commit=m.HEAD), **changes}


def merging(state: MergeState = MergeState.CLEAN, *, age: timedelta = timedelta(minutes=3)) -> Merging:
    return Merging(("squash", "merge"), state, head_at=m.NOW - age)


def auto_merge(**changes: Any) -> dict[str, Any]:
    return open_pull(**{"settings": m.settings("merge.auto = true"), "merging": merging(), **changes})


def pushed_onto(*pushes: Push, **changes: Any) -> dict[str, Any]:
    history = m.history(*(pushes or [m.push(after=PUSHED)]))
    return open_pull(pull=m.pull(merged=False, head_sha=PUSHED), **{"history": history, **changes})


def asks(version: str = "1.2.0", **changes: Any) -> dict[str, Any]:
    asked = {"request": m.request(version), "pull": None, "record": None, "candidate": m.candidate(m.BASE, "1.1.0")}
    return {**asked, **changes}


def asks_tag(version: str = "1.2.0", **changes: Any) -> dict[str, Any]:
    tag_only = {"request": m.request(version, thread=8), "settings": m.settings('mode = "tag-only"')}
    tag_only |= {"candidate": m.candidate(m.BASE, "1.1.0", project=m.derived())}
    return asks(version, **{**tag_only, **changes})


def beside(*milestones: Milestone, thread: int = 9, base: str = "main") -> dict[str, Any]:
    record = m.record(*milestones, version="1.3.0", tag="v1.3.0", origin=m.origin(thread, line=Line(base)))
    return {"beside": (record,)}


RC = TagRef("v1.2.0rc1", m.BASE, annotated=True)
STATED = m.candidate(m.BASE, "1.2.0")


ROWS: list[tuple[str, dict[str, Any], type[Step], Reason | None]] = [
    # Before anything: a request.
    ("nothing asked, nothing there", {"pull": None}, Idle, None),
    ("a request opens the pull request", asks(), OpenPull, None),
    ("a request while the index is away opens it too", asks(index=Unreachable("it timed out")), OpenPull, None),
    ("a request on the open release PR moves it", asks("1.3.0", request=m.request("1.3.0", on_release_pull=True), pull=m.pull(merged=False), record=m.record()), OpenPull, None),
    ("a repeated request changes nothing", {**open_pull(), "request": m.request()}, AwaitMerge, None),
    ("a request in another spelling of the same version changes nothing", {**open_pull(), "request": m.request("v1.2")}, AwaitMerge, None),
    ("a request elsewhere for another version is refused", asks("1.3.0", pull=m.pull(merged=False), record=m.record()), Refused, Reason.RELEASE_OPEN),
    ("what is no version is refused", asks("banana"), Refused, Reason.VERSION_INVALID),
    ("a local version is refused", asks("1.2.0+local"), Refused, Reason.VERSION_INVALID),
    ("an older version is refused", asks("1.0.9"), Refused, Reason.VERSION_NOT_NEWER),
    ("a version below the files' is refused", asks("1.1.5", candidate=m.candidate(m.BASE, "1.1.9")), Refused, Reason.VERSION_NOT_NEWER),
    ("the released version is refused by its tag", asks("1.1.0"), Refused, Reason.TAG_EXISTS),
    ("another spelling of a tag is refused", asks("1.1"), Refused, Reason.TAG_EXISTS),
    ("a version the index has is refused", asks(index=m.files("1.2.0")), Refused, Reason.VERSION_TAKEN),
    ("a base that is gone is refused", asks(candidate=None), Refused, Reason.BASE_GONE),
    ("a branch that is no release line is refused", asks(line=Line("evil")), Refused, Reason.NOT_A_LINE),
    ("a maintenance branch is one", asks(line=Line("1.x")), OpenPull, None),
    ("an archived repository is refused", asks(repository=replace(m.REPOSITORY, archived=True)), Refused, Reason.ARCHIVED),
    ("settings that cannot be read are refused", asks(settings=SettingsProblem("pyproject.toml", "x")), Refused, Reason.SETTINGS_INVALID),
    ("a project that cannot be read is refused", asks(candidate=m.candidate(m.BASE, project=BROKEN)), Refused, Reason.PROJECT_UNREADABLE),
    ("no publish route is refused", asks(candidate=m.candidate(m.BASE, "1.1.0", on="merge")), Refused, Reason.NO_PUBLISH_ROUTE),
    ("an index that cannot trust workflows of this GitHub is no place to publish to", asks(publisher_trusted=False), Refused, Reason.PUBLISHER_UNTRUSTED),
    ("a job that GitHub would fail at our gate is refused", asks(candidate=without_deployment(m.candidate(m.BASE, "1.1.0"))), Refused, Reason.GATE_IMPOSSIBLE),
    ("without our gate such a job is fine", asks(candidate=without_deployment(m.candidate(m.BASE, "1.1.0")), environment=REVIEWERS["environment"]), OpenPull, None),
    ("an environment that admits no tags is refused", asks(environment=BRANCHES_ONLY), Refused, Reason.TAGS_NOT_ADMITTED),
    ("somebody's commits on the branch are not overwritten", asks(branch_head="f" * 40, branch_is_ours=False), Refused, Reason.BRANCH_TAKEN),
    ("our own branch of an earlier release is moved", asks(branch_head="f" * 40), OpenPull, None),
    # Without a pull request.
    ("in the mode tag-only a request writes its record", asks_tag(), BeginRelease, None),
    ("a word asks for one as well", asks_tag("minor"), BeginRelease, None),
    ("files that say the version are tagged as they are", asks_tag(candidate=STATED), BeginRelease, None),
    ("files that say another one are not", asks_tag("1.3.0", candidate=STATED), Refused, Reason.FILES_SAY_OTHER),
    ("files that say the one before are not either", asks_tag(candidate=m.candidate(m.BASE, "1.1.0")), Refused, Reason.FILES_SAY_OTHER),
    ("what a release PR would be refused for is refused here", asks_tag("1.1.0"), Refused, Reason.TAG_EXISTS),
    ("a version the index has is refused here as well", asks_tag(index=m.files("1.2.0")), Refused, Reason.VERSION_TAKEN),
    ("no publish route is refused before anything is tagged", asks_tag(candidate=m.candidate(m.BASE, "1.1.0", on="merge", project=m.derived())), Refused, Reason.NO_PUBLISH_ROUTE),
    ("the guard keeps another head from being tagged", asks_tag(request=m.request(thread=8, base_commit="1a2b3c4")), Refused, Reason.BASE_MOVED),
    ("a branch that is no line is not tagged", asks_tag(line=Line("evil")), Refused, Reason.NOT_A_LINE),
    ("a branch that is only called like a line is not tagged", asks_tag(line=Line("evil.x")), Refused, Reason.NOT_A_LINE),
    ("a release branch that others made is in nobody's way", asks_tag(branch_head="f" * 40, branch_is_ours=False), BeginRelease, None),
    ("an open release PR of another mode comes first, whoever asked for it", asks_tag("1.3.0", pull=m.pull(merged=False), record=m.record(comment_id=0, requester_id=m.BOT.id)), Refused, Reason.RELEASE_OPEN),
    ("in its own thread it is moved", asks_tag("1.3.0", request=m.request("1.3.0", on_release_pull=True, thread=5), pull=m.pull(merged=False), record=m.record()), OpenPull, None),
    ("a word does not tag the last release once more", asks_tag("minor", since=Since(m.OLD_TAG)), Refused, Reason.NOTHING_TO_RELEASE),
    ("a version does", asks_tag(since=Since(m.OLD_TAG)), BeginRelease, None),
    ("a word tags what came after it", asks_tag("minor", since=Since(replace(m.OLD_TAG, commit=m.HEAD))), BeginRelease, None),
    ("a candidate becomes final as it is", asks_tag("final", since=Since(RC), tags=(RC, m.OLD_TAG)), BeginRelease, None),
    ("another version waits for its tag", asks_tag(**beside()), Refused, Reason.TAG_UNDER_WAY),
    ("once that is tagged it is in nobody's way", asks_tag("1.4.0", **beside(Milestone.TAGGED)), BeginRelease, None),
    ("nor is it when only its tag shows that", asks_tag("1.4.0", **beside(), tags=(TagRef("v1.3.0", m.BASE, annotated=True), m.OLD_TAG)), BeginRelease, None),
    ("another line has releases of its own", asks_tag(**beside(base="1.0.x")), BeginRelease, None),
    ("but not in one thread with this one", asks_tag(**beside(Milestone.TAGGED, thread=8, base="1.0.x")), Refused, Reason.THREAD_TAKEN),
    ("with its record written it is tagged", m.tagging(), CreateTag, None),
    ("on hold it is not", m.tagging(held=HELD), Blocked, Reason.HELD),
    ("a label on its thread holds it as well", m.tagging() | {"pull": replace(m.tagging()["pull"], labels=("release-blocker",))}, Blocked, Reason.LABELLED),
    ("what was taken out of the branch is not tagged", {**m.tagging(), "in_base": False}, Blocked, Reason.MERGE_TAKEN_OUT),
    ("where the approval comes first it is asked for in the thread", {**m.tagging(), **NO_GATE, "settings": m.settings('mode = "tag-only"\napproval.required = 1')}, AskApproval, None),
    ("in a locked thread nobody can be asked", {**m.tagging(), **NO_GATE, "settings": m.settings('mode = "tag-only"\napproval.required = 1'), "pull": replace(m.tagging()["pull"], locked=True)}, Blocked, Reason.THREAD_LOCKED),
    ("before its tag it is taken back", {**m.tagging(), "order": m.order(Cancel)}, TakeBack, None),
    ("with its tag it is not", {**m.tagging(), **TAGGED, "order": m.order(Cancel)}, Refused, Reason.TOO_LATE),
    ("while a run of it goes on it is not, whoever deleted the tag", {**m.tagging(Milestone.TAGGED), "runs": (m.waiting(),), "order": m.order(Cancel)}, Refused, Reason.TOO_LATE),
    ("what a ruleset keeps from us is not even tried", {**m.tagging(), "guards": (m.guard(),)}, Blocked, Reason.TAG_GUARDED),
    ("nobody is asked to approve it first", {**m.tagging(), **NO_GATE, "guards": (m.guard(),), "settings": m.settings('mode = "tag-only"\napproval.required = 1')}, Blocked, Reason.TAG_GUARDED),
    ("a ruleset about other tags is no matter", {**m.tagging(), "guards": (m.guard("Guard", "refs/tags/x*"),)}, CreateTag, None),
    ("with its tag it goes on, whoever pushed it", {**m.tagging(), **TAGGED, "guards": (m.guard(),)}, AwaitRun, None),
    ("there is nothing to merge", {**m.tagging(), "order": m.order(Merge, at=m.NOW)}, Refused, Reason.NO_PULL),
    ("taken back it is over", m.tagging(Milestone.CLOSED), Abandoned, None),
    ("its tag was deleted", m.tagging(Milestone.TAGGED), Blocked, Reason.UNDONE_TAG),
    ("the files are not brought back to development: nothing is committed", {**m.tagging(Milestone.TAGGED), **OUT, "settings": m.settings('mode = "tag-only"\ndevelopment = true'), "development": m.development()}, Announce, None),
    # The pull request is open, or was closed.
    ("an open release PR waits for its merge", open_pull(), AwaitMerge, None),
    ("one that was closed and opened again stands still", open_pull(record=m.record(Milestone.CLOSED)), Blocked, Reason.UNDONE_PULL),
    ("asking there again makes whoever asks the requester", {**asks(), "request": m.request(on_release_pull=True), "pull": m.pull(merged=False), "record": m.record(Milestone.CLOSED)}, OpenPull, None),
    ("an open one without a record stands still", open_pull(record=None), Blocked, Reason.RECORD_LOST),
    ("an open one whose workflow does not publish stands still", open_pull(candidate=m.candidate(m.HEAD, on="merge")), Blocked, Reason.NO_PUBLISH_ROUTE),
    ("an open one stands still where its index cannot trust workflows of this GitHub", open_pull(publisher_trusted=False), Blocked, Reason.PUBLISHER_UNTRUSTED),
    ("an open one with broken settings stands still", open_pull(settings=SettingsProblem("x", "y")), Blocked, Reason.SETTINGS_INVALID),
    ("an open one waits although the index is away", open_pull(index=Unreachable("x")), AwaitMerge, None),
    # Others pushed to the release branch.
    ("changes to the same files are kept", pushed_onto(), AwaitMerge, None),
    ("further files stand until somebody asks again", pushed_onto(foreign_files=("evil.py",)), Blocked, Reason.FOREIGN_FILES),
    ("further files stand after the merge as well", {"pull": m.pull(head_sha=PUSHED), "foreign_files": ("evil.py",), "history": m.history(m.push(after=PUSHED))}, Blocked, Reason.FOREIGN_FILES),
    ("a push by another bot stands: nobody knows who is behind it", pushed_onto(m.push(ROBOT, PUSHED)), Blocked, Reason.PUSHED_BY_UNKNOWN),
    ("a push by a deleted account stands", pushed_onto(m.push(None, PUSHED)), Blocked, Reason.PUSHED_BY_UNKNOWN),
    ("more pushes than are read stand", pushed_onto(history=m.history(m.push(after=PUSHED), ours=None)), Blocked, Reason.PUSHED_BY_UNKNOWN),
    ("what we made ourselves stays ours, whoever put the branch back to it", open_pull(history=m.history(m.push(ROBOT))), AwaitMerge, None),
    ("a branch that was put back to an earlier request stands", open_pull(history=m.history(m.push(), ours="d" * 40)), Blocked, Reason.BRANCH_TURNED_BACK),
    ("after the merge, too", {"history": m.history(m.push(), ours="d" * 40)}, Blocked, Reason.BRANCH_TURNED_BACK),
    ("asking again there starts anew, whichever version is asked for", {**asks(), "request": m.request(on_release_pull=True), "pull": m.pull(merged=False), "record": m.record(), "history": m.history(m.push(), ours="d" * 40), "branch_head": m.HEAD}, OpenPull, None),
    ("a commit of ours that we never put on this branch stands", {"history": m.history(m.push(), ours=None)}, Blocked, Reason.PUSHED_BY_UNKNOWN),
    ("what nobody is known to have pushed stands until that shows", {"history": m.history(ours=None, shows_head=False)}, Blocked, Reason.PUSH_NOT_SHOWN),
    ("fewer are asked than the pull request promised", {**NO_GATE, "record": m.record(promised=GateKind.RULE)}, Blocked, Reason.GATE_WEAKENED),
    ("one of both is not enough", {**REVIEWERS, "record": m.record(promised=GateKind.BOTH)}, Blocked, Reason.GATE_WEAKENED),
    ("more than was promised is fine", {"record": m.record(promised=GateKind.NONE)}, CreateTag, None),
    ("once tagged, a promise was kept", {**TAGGED, **NO_GATE, "record": m.record(promised=GateKind.RULE)}, AwaitRun, None),
    ("once tagged by somebody else, nothing is started for fewer than promised", {**TAGGED, **NO_GATE, "candidate": m.candidate(on="release"), "record": m.record(promised=GateKind.RULE)}, Blocked, Reason.GATE_WEAKENED),
    ("nor dispatched", {**TAGGED, **NO_GATE, "candidate": m.candidate(on="dispatch"), "record": m.record(promised=GateKind.RULE)}, Blocked, Reason.GATE_WEAKENED),
    ("approvals that the pull request promised are asked for, whatever the settings say since", {**NO_GATE, "settings": m.settings("approval.required = 0"), "record": m.record(promised_approvals=1)}, AskApproval, None),
    ("what came with the release itself does not let whoever asked for it approve", {**TAGGED, "settings": m.settings("approval.self = true"), "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(m.MONA),), "lifted_by_branch": True}, AwaitApproval, None),
    ("what was taken out of the base again is not tagged", {"in_base": False}, Blocked, Reason.MERGE_TAKEN_OUT),
    ("who pushed what was confirmed must be known as well", {"record": m.record(confirmed=Confirmed(m.HEAD, 1)), "history": m.history(ours=None, shows_head=False)}, Blocked, Reason.PUSH_NOT_SHOWN),
    ("asking again there takes the branch as it stands", {**pushed_onto(foreign_files=("evil.py",)), "request": m.request(on_release_pull=True)}, ConfirmBranch, None),
    ("asking again elsewhere does not", {**pushed_onto(foreign_files=("evil.py",)), "request": m.request()}, Blocked, Reason.FOREIGN_FILES),
    ("nor when it was pushed to within the same second", {**pushed_onto(m.push(after=PUSHED, seconds_ago=0), foreign_files=("evil.py",)), "request": m.request(on_release_pull=True)}, Refused, Reason.BRANCH_MOVED_SINCE),
    ("nor while it does not show who pushed", {**pushed_onto(history=m.history(ours=None, shows_head=False)), "request": m.request(on_release_pull=True)}, Blocked, Reason.PUSH_NOT_SHOWN),
    ("once confirmed it may be merged", pushed_onto(foreign_files=("evil.py",), record=m.record(confirmed=Confirmed(PUSHED, m.HUGO.id))), AwaitMerge, None),
    ("a later push needs another look", pushed_onto(foreign_files=("evil.py",), record=m.record(confirmed=Confirmed("d" * 40, m.HUGO.id))), Blocked, Reason.FOREIGN_FILES),
    ("whoever confirmed does not approve", {**TAGGED, "pull": m.pull(head_sha=PUSHED), "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),), "record": m.record(confirmed=Confirmed(PUSHED, m.HUGO.id))}, AwaitApproval, None),
    # The base moved on.
    ("the base moved on, and the release would change its files otherwise", open_pull(base_candidate=m.candidate("d" * 40, "1.1.0")), RefreshPull, None),
    ("the base says a later version by now", open_pull(base_candidate=m.candidate("d" * 40, "1.3.0")), AwaitMerge, None),
    ("the base cannot be read any more", open_pull(base_candidate=m.candidate("d" * 40, project=BROKEN)), AwaitMerge, None),
    ("nothing there would publish any more", open_pull(base_candidate=m.candidate("d" * 40, "1.1.0", on="merge")), AwaitMerge, None),
    ("on hold the branch is kept up to date all the same", open_pull(record=m.record(held=HELD), base_candidate=m.candidate("d" * 40, "1.1.0")), RefreshPull, None),
    # On hold.
    ("on hold it is not ready", open_pull(record=m.record(held=HELD)), Blocked, Reason.HELD),
    ("the label holds as well", {**open_pull(), "pull": m.pull(merged=False, labels=("Release-Blocker",))}, Blocked, Reason.LABELLED),
    ("merged on hold: not tagged", {"record": m.record(held=HELD)}, Blocked, Reason.HELD),
    ("merged with the label: not tagged", {"pull": m.pull(labels=("release-blocker",))}, Blocked, Reason.LABELLED),
    ("on hold no release starts a run", {**TAGGED, **ON_RELEASE, "record": m.record(held=HELD)}, Blocked, Reason.HELD),
    ("on hold nothing is dispatched", {**TAGGED, **ON_DISPATCH, "record": m.record(held=HELD)}, Blocked, Reason.HELD),
    ("on hold nobody is asked", {**TAGGED, "runs": (m.waiting(),), "record": m.record(held=HELD)}, Blocked, Reason.HELD),
    ("on hold the gate stays closed, whoever approves", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),), "record": m.record(held=HELD)}, Blocked, Reason.HELD),
    ("what is published is brought to its end", {**TAGGED, "runs": (m.over(),), "published": m.published(), "record": m.record(held=HELD)}, PublishRelease, None),
    ("another version can be asked for", {**asks(), "request": m.request(on_release_pull=True), "pull": m.pull(merged=False), "record": m.record(version="1.1.5", held=HELD), "branch_head": m.HEAD}, OpenPull, None),
    # Orders.
    ("hold", open_pull(order=m.order(Hold)), KeepHold, None),
    ("held already", open_pull(order=m.order(Hold), record=m.record(held=HELD)), Blocked, Reason.HELD),
    ("hold what waits at the gate", {**TAGGED, "runs": (m.waiting(),), "order": m.order(Hold)}, KeepHold, None),
    ("no hold keeps back a run without our gate", {**TAGGED, "environment": None, "record": m.record(promised=GateKind.NONE), "order": m.order(Hold)}, Refused, Reason.TOO_LATE),
    ("before the tag one does", {"environment": None, "record": m.record(promised=GateKind.NONE), "order": m.order(Hold)}, KeepHold, None),
    ("nothing is left to hold", {**TAGGED, "runs": (m.over(),), "published": m.published(), "record": m.record(Milestone.PUBLISHED), "order": m.order(Hold)}, Refused, Reason.TOO_LATE),
    ("unhold", open_pull(order=m.order(Unhold), record=m.record(held=HELD)), LiftHold, None),
    ("not held", open_pull(order=m.order(Unhold)), AwaitMerge, None),
    ("set notes", open_pull(order=m.order(SetNotes)), KeepNotes, None),
    ("set already", open_pull(order=m.order(SetNotes), record=m.record(notes=80), notes=m.notes()), AwaitMerge, None),
    ("no notes for what has them", {**TAGGED, **ON_RELEASE, "release": m.release(), "order": m.order(SetNotes)}, Refused, Reason.TOO_LATE),
    ("cancel", open_pull(order=m.order(Cancel)), ClosePull, None),
    ("cancel what is on hold", open_pull(order=m.order(Cancel), record=m.record(held=HELD)), ClosePull, None),
    ("cancelled already", {"pull": m.pull(merged=False, state="closed"), "order": m.order(Cancel)}, Abandoned, None),
    ("too late to cancel", {"order": m.order(Cancel)}, Refused, Reason.TOO_LATE),
    ("merge", open_pull(order=m.order(Merge, at=m.NOW)), MergePull, None),
    ("merge what waits in a merge queue", open_pull(pull=m.pull(merged=False, queued=True), order=m.order(Merge, at=m.NOW)), AwaitMerge, None),
    ("in a merge queue it is not made anew", open_pull(pull=m.pull(merged=False, queued=True), base_candidate=m.candidate("d" * 40, "1.1.0")), AwaitMerge, None),
    ("merged by itself: clean, and long enough there", auto_merge(), MergePull, None),
    ("not on hold", auto_merge(record=m.record(held=HELD)), Blocked, Reason.HELD),
    ("not with the label", auto_merge(pull=m.pull(merged=False, labels=("release-blocker",))), Blocked, Reason.LABELLED),
    ("not before checks had time to begin", auto_merge(merging=merging(age=timedelta(seconds=90))), AwaitMerge, None),
    ("not of unknown age", auto_merge(merging=replace(merging(), head_at=None)), AwaitMerge, None),
    ("not what others pushed to", auto_merge(pull=m.pull(merged=False, head_sha=PUSHED), history=m.history(m.push(after=PUSHED))), AwaitMerge, None),
    ("not without the setting", auto_merge(settings=RepositorySettings()), AwaitMerge, None),
    ("not what would stand without its tag then", auto_merge(guards=(m.guard(),)), AwaitMerge, None),
    ("a ruleset about other tags keeps nothing back", auto_merge(guards=(m.guard("Guard", "refs/tags/x*"),)), MergePull, None),
    ("merged by a person it is tried all the same", {"guards": (m.guard(),)}, CreateTag, None),
    ("not twice", auto_merge(merging=replace(merging(), queued=True)), AwaitMerge, None),
    *((f"not while it is {state.value}", auto_merge(merging=merging(state)), AwaitMerge, None) for state in MergeState if not state.is_clean),
    ("not while on hold", open_pull(order=m.order(Merge, at=m.NOW), record=m.record(held=HELD)), Blocked, Reason.HELD),
    ("not what others have changed", {**pushed_onto(foreign_files=("evil.py",)), "order": m.order(Merge, at=m.NOW)}, Blocked, Reason.FOREIGN_FILES),
    ("merged already", {"order": m.order(Merge, at=m.NOW)}, CreateTag, None),
    ("reject what waits at our gate", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "order": REJECT}, RejectGate, None),
    ("reject before anybody was asked", {**TAGGED, "runs": (m.waiting(),), "order": REJECT}, RejectGate, None),
    ("reject though enough have approved", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),), "order": REJECT}, RejectGate, None),
    ("reject what is on hold", {**TAGGED, "runs": (m.waiting(),), "record": m.record(held=HELD), "order": REJECT}, RejectGate, None),
    ("once", {**TAGGED, "runs": (m.reviewed(m.waiting(), "rejected", said=order_mark(REJECT.url)),), "order": REJECT}, AwaitRun, None),
    ("reject before the act: it is put on hold", {**NO_GATE, "settings": m.settings("approval.required = 1"), "prompt": m.prompt(), "order": REJECT}, KeepHold, None),
    ("of which there is one", {**NO_GATE, "settings": m.settings("approval.required = 1"), "prompt": m.prompt(), "order": REJECT, "record": m.record(held=HELD)}, Blocked, Reason.HELD),
    ("reject another version", {**TAGGED, "runs": (m.waiting(),), "order": replace(REJECT, version="1.3.0")}, Refused, Reason.WRONG_VERSION),
    ("what the reviewers decide about", {**TAGGED, **REVIEWERS, "runs": (m.waiting(),), "prompt": m.prompt(), "order": REJECT}, Refused, Reason.REVIEWERS_DECIDE),
    ("what waits for nobody", {**TAGGED, "runs": (m.running(),), "order": REJECT}, Refused, Reason.NOTHING_TO_REJECT),
    ("nothing is under way any more", {"record": m.record(Milestone.ANNOUNCED), "order": m.order(Hold)}, Refused, Reason.NOTHING_UNDER_WAY),
    # What is asked for by a word, or only for one commit.
    ("a word leads to a version", {**asks(), "request": m.request("minor")}, OpenPull, None),
    ("a word that leads nowhere", {**asks(), "request": m.request("final")}, Refused, Reason.VERSION_NOT_NEWER),
    ("the base is where it was looked at", {**asks(), "request": m.request(base_commit=m.BASE[:8])}, OpenPull, None),
    ("the base has moved on", {**asks(), "request": m.request(base_commit="abcdef12")}, Refused, Reason.BASE_MOVED),
    ("made anew, whatever others pushed", {**asks(), "request": m.request(on_release_pull=True, anew=True), "pull": m.pull(merged=False, head_sha=PUSHED), "record": m.record(), "branch_head": PUSHED, "branch_is_ours": False}, OpenPull, None),
    ("once for each command", {**open_pull(branch_record=m.record(comment_id=78)), "request": m.request(on_release_pull=True, anew=True)}, AwaitMerge, None),
    ("a closed one is over", {"pull": m.pull(merged=False, state="closed")}, Abandoned, None),
    # Merged: what must hold before the tag.
    ("a merged one without a record stands still", {"record": None}, Blocked, Reason.RECORD_LOST),
    ("one that was closed, opened again and merged stands still", {"record": m.record(Milestone.CLOSED)}, Blocked, Reason.UNDONE_PULL),
    ("one whose merge commit does not show yet is waited for", {"candidate": None}, AwaitRun, None),
    ("an announced one is done", {"record": m.record(Milestone.ANNOUNCED)}, Done, None),
    ("broken settings stop it before the tag", {"settings": SettingsProblem("x", "y")}, Blocked, Reason.SETTINGS_INVALID),
    ("an unreadable project stops it before the tag", {"candidate": m.candidate(project=BROKEN)}, Blocked, Reason.PROJECT_UNREADABLE),
    ("files of another version stop it before the tag", {"candidate": m.candidate(version="1.2.1")}, Blocked, Reason.VERSION_MISMATCH),
    ("an index that cannot trust workflows of this GitHub stops it before the tag", {"publisher_trusted": False}, Blocked, Reason.PUBLISHER_UNTRUSTED),
    ("an environment that was closed to tags meanwhile stops it before the tag", {"environment": BRANCHES_ONLY}, Blocked, Reason.TAGS_NOT_ADMITTED),
    ("an upload with a token needs nobody's trust", {"publisher_trusted": False, "candidate": with_token_upload()}, CreateTag, None),
    ("no route stops it before the tag", {"candidate": m.candidate(on="merge")}, Blocked, Reason.NO_PUBLISH_ROUTE),
    ("an index that is away stops it before the tag", {"index": Unreachable("x")}, AwaitIndex, None),
    ("a version that was taken meanwhile stops it", {"index": m.files("1.2.0")}, Blocked, Reason.VERSION_TAKEN),
    ("everything fine: the tag", {}, CreateTag, None),
    ("a tag elsewhere stops it", {"tags": (replace(m.TAG, commit="d" * 40),)}, Blocked, Reason.TAG_ELSEWHERE),
    ("a tag that was there and is gone is a person's undo", {"record": m.record(Milestone.TAGGED)}, Blocked, Reason.UNDONE_TAG),
    ("a lightweight tag by a person on that commit is adopted", {"tags": (replace(m.TAG, annotated=False),)}, AwaitRun, None),
    # The act that starts publication.
    ("a tag push starts the run by itself", TAGGED, AwaitRun, None),
    ("after ten minutes without a run somebody has to look", {**TAGGED, "record": m.record(Milestone.TAGGED, since=LATE)}, Blocked, Reason.RUN_NOT_STARTED),
    ("a run that skipped its publishing job published nothing", {**TAGGED, "runs": (SKIPPED,), "record": m.record(Milestone.TAGGED, since=LATE)}, Blocked, Reason.PUBLISH_SKIPPED),
    ("the release starts the run", {**TAGGED, **ON_RELEASE}, PublishRelease, None),
    ("a published release waits for its run", {**TAGGED, **ON_RELEASE, "release": m.release()}, AwaitRun, None),
    ("a withdrawn release is a person's undo", {**TAGGED, **ON_RELEASE, "record": m.record(Milestone.TAGGED, Milestone.RELEASED)}, Blocked, Reason.UNDONE_RELEASE),
    ("a dispatch starts the run", {**TAGGED, **ON_DISPATCH}, DispatchRun, None),
    ("somebody else's dispatch is not ours", {**TAGGED, **ON_DISPATCH, "runs": (replace(m.waiting(event="workflow_dispatch"), by_us=False),)}, DispatchRun, None),
    ("a dispatched run is waited for, not dispatched again", {**TAGGED, **ON_DISPATCH, "record": m.record(Milestone.DISPATCHED)}, AwaitRun, None),
    # Approval before the act, where our rule does not guard the environment.
    ("no gate, nothing required: the tag", NO_GATE, CreateTag, None),
    ("no gate, one required: asked before the tag", {**NO_GATE, "settings": m.settings("approval.required = 1")}, AskApproval, None),
    ("asked already: waits", {**NO_GATE, "settings": m.settings("approval.required = 1"), "record": m.record(asked=m.asked(commit_key(m.MERGE)))}, AwaitApproval, None),
    ("the prompt is there but not recorded: waits", {**NO_GATE, "settings": m.settings("approval.required = 1"), "prompt": m.prompt()}, AwaitApproval, None),
    ("approved: the tag", {**NO_GATE, "settings": m.settings("approval.required = 1"), "prompt": m.prompt(), "approvals": (m.approval(),)}, CreateTag, None),
    ("two required, one given: waits", {**NO_GATE, "settings": m.settings("approval.required = 2"), "prompt": m.prompt(), "approvals": (m.approval(), m.approval())}, AwaitApproval, None),
    ("release order: asked before the release", {**TAGGED, **ON_RELEASE, **NO_GATE, "settings": m.settings("approval.required = 1")}, AskApproval, None),
    ("dispatch order: asked before the dispatch", {**TAGGED, **ON_DISPATCH, **NO_GATE, "settings": m.settings("approval.required = 1")}, AskApproval, None),
    ("reviewers alone and one required: asked before the tag", {**REVIEWERS, "settings": m.settings("approval.required = 1")}, AskApproval, None),
    # At the gate.
    ("a run on its way is waited for", {**TAGGED, "runs": (m.running(),)}, AwaitRun, None),
    ("a run at our gate: ask", {**TAGGED, "runs": (m.waiting(),)}, AskApproval, None),
    ("asked: wait", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt()}, AwaitApproval, None),
    ("asked for an earlier attempt: ask again", {**TAGGED, "runs": (m.waiting(attempt=2),), "record": m.record(asked=m.asked("run:55/1"))}, AskApproval, None),
    ("approved: open", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),)}, OpenGate, None),
    ("the requester's approval does not count", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(m.MONA),)}, AwaitApproval, None),
    ("the next job of an approved attempt: open as well", {**TAGGED, "runs": (m.next_job(m.reviewed(m.waiting())),), "prompt": m.prompt(), "approvals": (m.approval(),)}, OpenGate, None),
    ("as long as the approval counts", {**TAGGED, "runs": (m.next_job(m.reviewed(m.waiting())),), "prompt": m.prompt()}, AwaitApproval, None),
    ("once for each job", {**TAGGED, "runs": (m.reviewed(m.next_job(m.reviewed(m.waiting()))),), "prompt": m.prompt(), "approvals": (m.approval(),)}, AwaitRun, None),
    ("none once it was turned away", {**TAGGED, "runs": (m.next_job(m.reviewed(m.waiting(), "rejected")),), "prompt": m.prompt(), "approvals": (m.approval(),)}, AwaitRun, None),
    ("unless the settings allow it", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(m.MONA),), "settings": m.settings("approval.self = true")}, OpenGate, None),
    ("a pusher's approval does not count", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),), "history": m.history(m.push(m.HUGO))}, AwaitApproval, None),
    ("a writer's approval does not count", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(role=Role.WRITE),)}, AwaitApproval, None),
    ("an edited approval does not count", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(edited_at=m.NOW),)}, AwaitApproval, None),
    ("an approval of another version does not count", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(version="1.2.1"),)}, AwaitApproval, None),
    ("an approval of another commit does not count", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(commit="abcdef1"),)}, AwaitApproval, None),
    ("an approval that pins this commit counts", {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(commit=m.MERGE[:7]),)}, OpenGate, None),
    ("our gate with nothing required opens", {**TAGGED, "runs": (m.waiting(),), "settings": m.settings("approval.required = 0")}, OpenGate, None),
    ("our gate is open and GitHub goes on", {**TAGGED, "runs": (m.reviewed(m.waiting()),), "prompt": m.prompt()}, AwaitRun, None),
    ("reviewers: mentioned once", {**TAGGED, **REVIEWERS, "runs": (m.waiting(),)}, AskApproval, None),
    ("reviewers: waited for", {**TAGGED, **REVIEWERS, "runs": (m.waiting(),), "prompt": m.prompt()}, AwaitReviewers, None),
    ("both: ours first", {**TAGGED, **BOTH, "runs": (m.waiting(),), "prompt": m.prompt()}, AwaitApproval, None),
    ("both: then the reviewers", {**TAGGED, **BOTH, "runs": (m.reviewed(m.waiting()),), "prompt": m.prompt()}, AwaitReviewers, None),
    ("a second run at the gate is rejected", {**TAGGED, **ON_RELEASE, "release": m.release(), "runs": (BY_RELEASE, m.waiting(number=56, event="release"))}, RejectTwin, None),
    ("and only once", {**TAGGED, **ON_RELEASE, "release": m.release(), "prompt": m.prompt(), "runs": (BY_RELEASE, m.reviewed(m.waiting(number=56, event="release"), "rejected"))}, AwaitApproval, None),
    # The environment is written otherwise than it is called, or only the run knows it.
    ("other letters, the same environment: ask", {**TAGGED, **OTHER_LETTERS, "runs": (m.waiting(),)}, AskApproval, None),
    ("other letters, open already", {**TAGGED, **OTHER_LETTERS, "runs": (m.reviewed(m.waiting()),)}, AwaitRun, None),
    ("other letters, a second run", {**TAGGED, **OTHER_LETTERS, "runs": (m.waiting(), m.waiting(number=56, event="release"))}, RejectTwin, None),
    ("other letters, undone", {**OTHER_LETTERS, "record": UNDONE, "runs": (m.waiting(),)}, RejectUndone, None),
    ("an unknown environment does not stop the tag", {**ONLY_THE_RUN_KNOWS, **NO_GATE}, CreateTag, None),
    ("unless an approval is required: asked before the tag", {**ONLY_THE_RUN_KNOWS, **NO_GATE, "settings": m.settings("approval.required = 1")}, AskApproval, None),
    ("the run is on its way to nobody knows where", {**TAGGED, **ONLY_THE_RUN_KNOWS, **NO_GATE, "runs": (m.running(),)}, AwaitRun, None),
    ("it waits where our rule guards: ask", {**TAGGED, **ONLY_THE_RUN_KNOWS, "runs": (m.waiting(),)}, AskApproval, None),
    ("approved: open there", {**TAGGED, **ONLY_THE_RUN_KNOWS, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),)}, OpenGate, None),
    ("it waits where nobody guards", {**TAGGED, **ONLY_THE_RUN_KNOWS, **NO_GATE, "runs": (m.waiting(),)}, AwaitRun, None),
    ("another job of it waits where our rule guards: that gate is not the one", {**TAGGED, **ONLY_THE_RUN_KNOWS, "runs": (replace(m.waiting(), jobs=m.running().jobs),)}, AwaitRun, None),
    ("what was read of another environment opens nothing", {**TAGGED, **ONLY_THE_RUN_KNOWS, "environment": replace(m.environment(), name="other"), "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),), "settings": m.settings("approval.required = 0")}, AwaitRun, None),
    ("undone there", {**ONLY_THE_RUN_KNOWS, "record": UNDONE, "runs": (m.waiting(),)}, RejectUndone, None),
    # The thread is locked.
    ("locked: the tag is put all the same", LOCKED, CreateTag, None),
    ("locked: nobody can be asked", {**LOCKED, **TAGGED, "runs": (m.waiting(),)}, Blocked, Reason.THREAD_LOCKED),
    ("locked since: nobody can approve", {**LOCKED, **TAGGED, "runs": (m.waiting(),), "prompt": m.prompt()}, Blocked, Reason.THREAD_LOCKED),
    ("locked since it was approved: open", {**LOCKED, **TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),)}, OpenGate, None),
    ("locked: a failure cannot be reported", {**LOCKED, **TAGGED, "runs": (m.over("failure"),)}, Blocked, Reason.THREAD_LOCKED),
    ("locked: nor what was published", {**LOCKED, **TAGGED, "runs": (m.over(),), "published": m.published(), "release": m.release()}, Blocked, Reason.THREAD_LOCKED),
    # Undone while a run is under way.
    ("what an undone tag started is turned away at our gate", {"record": UNDONE, "runs": (m.waiting(),)}, RejectUndone, None),
    ("though not before it is certain that the tag is gone", {"record": m.record(Milestone.TAGGED, since=m.NOW - timedelta(seconds=31)), "runs": (m.waiting(),)}, Blocked, Reason.UNDONE_TAG),
    ("so is the next job of one that was approved", {"record": UNDONE, "runs": (m.next_job(m.reviewed(m.waiting())),)}, RejectUndone, None),
    ("and only once", {"record": UNDONE, "runs": (m.reviewed(m.waiting(), "rejected"),)}, Blocked, Reason.UNDONE_TAG),
    ("again for another attempt", {"record": UNDONE, "runs": (m.reviewed(replace(m.waiting(attempt=2), reviews=m.reviewed(m.waiting(), "rejected").reviews), "approved", m.HUGO),)}, RejectUndone, None),
    ("a second one as well", {"record": UNDONE, "runs": (m.reviewed(m.waiting(), "rejected"), m.waiting(number=56, event="release"))}, RejectUndone, None),
    ("one that is still on its way to our gate is waited for", {"record": UNDONE, "runs": (m.running(),)}, Blocked, Reason.UNDONE_TAG),
    ("one that is over is left alone", {"record": UNDONE, "runs": (m.over("failure"),)}, Blocked, Reason.UNDONE_TAG),
    ("at a gate that is not ours nothing can be turned away", {**REVIEWERS, "record": UNDONE, "runs": (m.waiting(),)}, Blocked, Reason.UNDONE_TAG),
    ("what a withdrawn release started is turned away", {**TAGGED, **ON_RELEASE, "record": WITHDRAWN, "runs": (BY_RELEASE,)}, RejectUndone, None),
    # The run is over.
    ("a failed run is reported", {**TAGGED, "runs": (m.over("failure"),)}, ReportFailure, None),
    ("once", {**TAGGED, "runs": (m.over("failure"),), "record": m.record(failed="run:55/1")}, Blocked, Reason.RUN_FAILED),
    ("again for another attempt", {**TAGGED, "runs": (m.over("failure", attempt=2),), "record": m.record(failed="run:55/1")}, ReportFailure, None),
    ("a rejected gate says who closed it", {**TAGGED, "runs": (m.reviewed(m.over("failure"), "rejected", m.HUGO),), "record": m.record(failed="run:55/1")}, Blocked, Reason.GATE_REJECTED),
    ("a run that succeeded waits for the index", {**TAGGED, "runs": (m.over(),)}, AwaitIndex, None),
    ("an index that is away is waited for", {**TAGGED, "runs": (m.over(),), "published": m.published(files=Unreachable("x"))}, AwaitIndex, None),
    ("a file that does not show yet is waited for", {**TAGGED, "runs": (m.over(),), "published": m.published(uploaded=frozenset({"widget-1.2.0.tar.gz"}))}, AwaitIndex, None),
    ("no file at all is waited for", {**TAGGED, "runs": (m.over(),), "published": m.published(files=m.files("1.1.0"), uploaded=frozenset())}, AwaitIndex, None),
    ("one that does not show for a day is given up", {**TAGGED, "runs": (AGES_AGO,), "published": m.published(uploaded=WITH_SDIST), "release": m.release()}, Announce, None),
    ("though not when nothing shows", {**TAGGED, "runs": (AGES_AGO,), "published": m.published(files=m.files("1.1.0"), uploaded=WITH_SDIST)}, AwaitIndex, None),
    ("a file without provenance is waited for", {**TAGGED, "runs": (m.over(),), "published": m.published(unanswered=("x.whl",))}, AwaitIndex, None),
    ("all files are there: the release, with evidence", {**TAGGED, "runs": (m.over(),), "published": m.published()}, PublishRelease, None),
    ("everything is there: announce", {**TAGGED, "runs": (m.over(),), "published": m.published(), "release": m.release()}, Announce, None),
    ("back to development first, where the settings want it", {**OUT, "development": m.development()}, OpenDevelopment, None),
    ("announce it once it is there, however it is by then", {**OUT, "development": m.development(pull=m.pull(merged=False, state="closed"))}, Announce, None),
    ("and announce without, when GitHub declines it", {**OUT, "development": m.development(declined=because(Reason.BRANCH_TAKEN))}, Announce, None),
    ("the section of another line is carried on first", {**CARRIED, "forward": m.forward()}, CarryChangelog, None),
    ("announce it once that is there, however it is by then", {**CARRIED, "forward": m.forward(pull=m.pull(merged=False, state="closed"))}, Announce, None),
    ("and announce without, when GitHub declines that", {**CARRIED, "forward": m.forward(declined=because(Reason.BRANCH_TAKEN))}, Announce, None),
    ("not where it is there already", {**CARRIED, "forward": m.forward(b"# Changelog\n\n## 1.2.0\n\n- New.\n")}, Announce, None),
    ("nor where there is no changelog", {**CARRIED, "forward": m.forward(None)}, Announce, None),
    ("nor what is no text", {**CARRIED, "forward": m.forward(b"\xff")}, Announce, None),
    ("nor against the settings", {**CARRIED, "settings": m.settings("forward-port = false"), "forward": m.forward()}, Announce, None),
    ("nor from the default branch", {**CARRIED, "line": Line("main"), "forward": m.forward()}, Announce, None),
    ("nothing to go back from: people have changed the base since", {**OUT, "development": m.development("2.0.0.dev0")}, Announce, None),
    ("nothing to go back to: the base is gone", {**OUT, "development": m.development(base_commit=None, project=None)}, Announce, None),
    ("nor from what is not final", {**OUT, **CANDIDATE, "development": m.development("1.2.0rc1")}, Announce, None),
    ("nor where nobody wants it", {**OUT, "settings": m.settings(), "development": m.development()}, Announce, None),
    ("release order: announce", {**TAGGED, **ON_RELEASE, "runs": (m.over(event="release"),), "published": m.published(), "release": m.release()}, Announce, None),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected", "reason"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_next_step(changes: dict[str, Any], expected: type[Step], reason: Reason | None) -> None:
    step = next_step(m.snapshot(**changes))
    assert type(step) is expected, step
    if isinstance(step, Blocked | Refused):
        assert step.reason.code is reason


def test_every_step_is_reached_and_registered() -> None:
    assert {row[2] for row in ROWS} == set(ALL_STEPS)
    kinds = {kind for kind in vars(steps).values() if isinstance(kind, type) and issubclass(kind, Step)}
    assert kinds - {Step, Effect, Wait, End} == set(ALL_STEPS)


def test_the_run_people_were_asked_about_stays_ours() -> None:
    earlier, asked = m.waiting(number=50, event="push"), m.waiting(number=55)
    step = next_step(m.snapshot(**TAGGED, runs=(earlier, asked), record=m.record(asked=m.asked()), prompt=m.prompt()))
    assert isinstance(step, RejectTwin)
    assert (step.ours.run.id, step.run.run.id) == (55, 50)


def test_an_undone_release_is_looked_after_as_long_as_something_it_started_is_under_way() -> None:
    def stand(**changes: Any) -> tuple[timedelta | None, str]:
        step = next_step(m.snapshot(record=m.record(Milestone.TAGGED), **changes))
        assert isinstance(step, Blocked)
        return step.look_again, step.reason.get("run")

    soon, on_its_way = timedelta(minutes=10), m.running()
    assert stand() == (None, "")
    assert stand(runs=(m.over("failure"),)) == (None, "")
    assert stand(runs=(on_its_way,)) == (soon, "")
    assert stand(runs=(m.reviewed(m.waiting(), "rejected"),)) == (None, "")
    # Nobody but people can stop it where our rule does not guard the environment.
    assert stand(runs=(on_its_way,), **NO_GATE) == (soon, on_its_way.run.url)
    assert stand(runs=(m.waiting(),), **REVIEWERS) == (soon, m.waiting().run.url)


def test_runs_of_another_tag_or_workflow_are_not_ours() -> None:
    other = replace(m.waiting(), run=replace(m.run(), head_branch="main"))
    assert isinstance(next_step(m.snapshot(**TAGGED, runs=(other,))), AwaitRun)


def test_a_run_whose_publishing_job_was_skipped_publishes_nothing() -> None:
    skipped = m.over("success", number=50, event="release")
    skipped = replace(skipped, jobs=(replace(skipped.jobs[0], conclusion="skipped"),))
    step = next_step(
        m.snapshot(**TAGGED, **ON_RELEASE, release=m.release(), runs=(skipped, m.waiting(event="release")))
    )
    assert isinstance(step, AskApproval)
    assert step.run is not None
    assert step.run.run.id == 55


def test_a_run_that_failed_before_its_publishing_job_is_reported() -> None:
    broken = m.over("failure")
    broken = replace(
        broken, jobs=(Job(1, "build", "completed", "failure", ""), Job(2, "publish", "completed", "skipped", ""))
    )
    assert isinstance(next_step(m.snapshot(**TAGGED, runs=(broken,))), ReportFailure)


def test_a_run_that_was_turned_away_as_a_twin_never_becomes_ours() -> None:
    # Between our answer and GitHub's next move the job still waits, and nothing is pending any more.
    away = m.reviewed(replace(m.waiting(number=50, event="release"), pending=()), "rejected")
    step = next_step(m.snapshot(**TAGGED, **ON_RELEASE, release=m.release(), runs=(away, BY_RELEASE)))
    assert isinstance(step, AskApproval)
    assert step.run is not None
    assert step.run.run.id == 55


def test_another_apps_rejection_in_our_words_is_not_ours() -> None:
    theirs = m.reviewed(replace(m.waiting(number=50, event="release"), pending=()), "rejected", ROBOT)
    step = next_step(m.snapshot(**TAGGED, **ON_RELEASE, release=m.release(), runs=(theirs,)))
    assert isinstance(step, AwaitRun)
    assert step.run is theirs


def test_an_earlier_attempts_rejection_is_not_blamed_for_a_failure() -> None:
    failed = m.reviewed(m.over("failure", attempt=2), "rejected", m.HUGO)
    failed = replace(failed, jobs=(replace(failed.jobs[0], failed_step="Run twine upload"),))
    step = next_step(m.snapshot(**TAGGED, runs=(failed,)))
    assert isinstance(step, ReportFailure)
    assert step.rejected is None


def test_a_second_run_on_its_way_is_waited_for_before_the_announcement() -> None:
    done = {**TAGGED, "published": m.published(), "release": m.release()}
    late = m.running(number=56, event="release")
    soon, later = m.record(Milestone.RELEASED), m.record(Milestone.RELEASED, since=LATE)
    assert isinstance(next_step(m.snapshot(**done, runs=(m.over(), late), record=soon)), AwaitRun)
    assert isinstance(next_step(m.snapshot(**done, runs=(m.over(), late), record=later)), Announce)
    away = m.reviewed(late, "rejected")
    assert isinstance(next_step(m.snapshot(**done, runs=(m.over(), away), record=soon)), Announce)


def test_the_tag_is_the_one_that_the_pull_request_promised() -> None:
    """Somebody spelled the version otherwise on the branch, and tags of another shape came meanwhile."""
    tags = (TagRef("widget-1.1.1", m.BASE, annotated=True),)
    step = next_step(m.snapshot(candidate=m.candidate(version="1.2"), tags=tags))
    assert step == CreateTag(tag="v1.2.0", commit=m.MERGE, version="1.2")


def test_latest_is_computed() -> None:
    def latest(*tags: TagRef, version: str = "1.2.0") -> tuple[bool, bool]:
        made = m.candidate(version=version, on="release")
        tag = TagRef(f"v{version}", m.MERGE, annotated=True)
        record = m.record(version=version, tag=f"v{version}")
        step = next_step(m.snapshot(candidate=made, record=record, tags=(tag, *tags)))
        assert isinstance(step, PublishRelease)
        return step.latest, step.prerelease

    assert latest(m.OLD_TAG) == (True, False)
    assert latest(TagRef("v2.0.0", m.BASE, annotated=True)) == (False, False)
    assert latest(TagRef("v2.0.0rc1", m.BASE, annotated=True)) == (True, False)
    assert latest(m.OLD_TAG, version="1.3.0rc1") == (False, True)


def test_a_plan_changes_the_files_and_stamps_the_changelog() -> None:
    step = next_step(m.snapshot(**asks()))
    assert isinstance(step, OpenPull)
    assert step.plan.tag == "v1.2.0"
    assert [edit.path for edit in step.plan.edits] == ["pyproject.toml", "CHANGELOG.md"]
    assert b'version = "1.2.0"' in (step.plan.edits[0].new or b"")
    assert b"## [1.2.0] - 2026-11-20" in (step.plan.edits[1].new or b"")
    assert step.plan.title == "Release widget 1.2.0"


def test_the_index_is_asked_less_often_the_longer_it_takes() -> None:
    def pause(**waited: int) -> timedelta:
        facts = m.over()
        facts = replace(facts, run=replace(facts.run, updated_at=m.NOW - timedelta(**waited)))
        step = next_step(m.snapshot(**TAGGED, runs=(facts,), published=m.published(files=Unreachable("x"))))
        assert isinstance(step, AwaitIndex)
        return step.look_again

    assert pause(seconds=0) == timedelta(seconds=3)
    assert pause(seconds=30) == timedelta(seconds=15)
    assert pause(minutes=10) == timedelta(minutes=1)
    assert pause(minutes=16) == timedelta(hours=1)


SCANNER = replace(m.environment(), rule_app_slugs=frozenset({m.APP.slug, "scanner"}))
OPENED = m.reviewed(m.waiting())
DONE = {**TAGGED, "published": m.published(), "release": m.release(), "runs": (m.over(),)}
DONE_SOON = {**DONE, "record": m.record(Milestone.RELEASED)}
BY_BOTH = replace(
    m.route_of(m.candidate()),
    twins=(
        Twin(
            ".github/workflows/publish.yml", Trigger(Occasion.RELEASE_PUBLISHED, "release", "published"), certain=True
        ),
    ),
)


def timed(minutes: int) -> RunFacts:
    """A run at an environment whose wait timer ends in so many minutes."""
    return replace(OPENED, pending=(PendingDeployment("pypi", until=m.NOW + timedelta(minutes=minutes)),))


WAITS: list[tuple[str, dict[str, Any], Awaited, timedelta]] = [
    ("the merge commit", {"candidate": None}, Awaited.MERGE_COMMIT, SOON),
    ("the start", TAGGED, Awaited.START, SOON),
    ("the build", {**TAGGED, "runs": (m.running(),)}, Awaited.END, LATER),
    ("GitHub, once our gate is open", {**TAGGED, "runs": (OPENED,)}, Awaited.ONWARD, SOON),
    ("GitHub, which has not moved for long", {**TAGGED, "runs": (replace(OPENED, run=replace(OPENED.run, updated_at=LATE)),)}, Awaited.ONWARD, LATER),
    ("a wait timer", {**TAGGED, "runs": (timed(600),)}, Awaited.TIMER, LATER),
    ("a wait timer where nobody guards", {**TAGGED, **NO_GATE, "runs": (timed(600),)}, Awaited.TIMER, LATER),
    ("nothing once the timer is over", {**TAGGED, "runs": (timed(0),)}, Awaited.ONWARD, SOON),
    ("another App's rule", {**TAGGED, "environment": SCANNER, "runs": (OPENED,)}, Awaited.RULES, LATER),
    ("another environment", {**TAGGED, "runs": (replace(m.waiting(), pending=(PendingDeployment("testpypi"),)),)}, Awaited.ELSEWHERE, LATER),
    ("one of several environments", {**TAGGED, **ONLY_THE_RUN_KNOWS, "runs": (replace(m.waiting(), pending=(PendingDeployment("docs"), PendingDeployment("pypi"))),)}, Awaited.UNTOLD, LATER),
    ("a second run", {**DONE_SOON, "runs": (m.over(), m.running(number=56, event="release"))}, Awaited.TWIN, SOON),
    ("a second run's start", {**DONE_SOON, "candidate": replace(m.candidate(), route=BY_BOTH)}, Awaited.TWIN_START, SOON),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "what", "pause"), [row[1:] for row in WAITS], ids=[row[0] for row in WAITS])
def test_what_a_run_is_waited_for_to_do(changes: dict[str, Any], what: Awaited, pause: timedelta) -> None:
    step = next_step(m.snapshot(**changes))
    assert isinstance(step, AwaitRun)
    assert (step.what, step.look_again) == (what, pause)


def test_everything_that_a_run_can_be_waited_for_is_reached() -> None:
    assert {row[2] for row in WAITS} == set(Awaited)


def test_our_gate_is_opened_by_the_name_that_github_gives_it() -> None:
    approved = {**TAGGED, "runs": (m.waiting(),), "prompt": m.prompt(), "approvals": (m.approval(),)}
    for changes in (OTHER_LETTERS, ONLY_THE_RUN_KNOWS):
        step = next_step(m.snapshot(**approved, **changes))
        assert isinstance(step, OpenGate)
        assert step.environment == "pypi"


@pytest.mark.parametrize("foreign", [("evil.py",), ()])
def test_what_others_pushed_is_looked_at_again_since_an_old_replica_may_have_shown_it(foreign: tuple[str, ...]) -> None:
    shown = pushed_onto(m.push(ROBOT, PUSHED), foreign_files=foreign)
    step = next_step(m.snapshot(**shown))
    assert isinstance(step, Blocked)
    assert step.look_again == timedelta(hours=1)
