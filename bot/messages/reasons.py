"""A sentence and a fix for each reason code: what is wrong, why, and the line to paste."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.messages.text import block, code, link, render_parts, short
from bot.release.reasons import Because, Reason


@dataclass(frozen=True, slots=True)
class Said:
    """A reason in words. ``fix`` says what to do; ``paste`` is a command that people can copy as it is."""

    sentence: str
    fix: str = ""
    paste: str = ""
    details: str = ""

    def in_line(self) -> str:
        """Everything in one paragraph, and the details below."""
        parts = [self.sentence, self.fix]
        if self.paste:
            parts.append(f"Paste {code(self.paste)}")
        text = " ".join(part for part in parts if part)
        return f"{text}\n\n{self.details}" if self.details else text


def say(reason: Because) -> Said:
    """The words for ``reason``."""
    return _WORDS[reason.code](reason)


_SELF_APPROVAL = block(["[tool.aweigh]", "approval.self = true"], "toml")

_BROUGHT = (
    "The setting that would lift this came with the branch of this very release, so it holds for the next one. It is the"
    " one that is there now:"
)


_WORKFLOW = """\
name: Publish
on:
  push:
    tags: ["v*"]
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v5
        with:
          persist-credentials: false
      - run: pipx run build
      - uses: actions/upload-artifact@v5
        with:
          name: dist
          path: dist/
  publish:
    needs: [build]
    runs-on: ubuntu-latest
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@v6
        with:
          name: dist
          path: dist/
      - uses: pypa/gh-action-pypi-publish@release/v1
"""
"""Build and upload apart, Trusted Publishing, a guarded environment: what the action's own documentation recommends."""


def _next(reason: Because) -> str:
    return f"/release {reason.get('next')}" if reason.get("next") else "/release help"


def _given(reason: Because) -> str:
    return f"/release {reason.get('given')}"


def _again(reason: Because) -> str:
    """The same version once more, where it is known."""
    return f"/release {reason.get('version')}" if reason.get("version") else "/release help"


def _version_invalid(reason: Because) -> Said:
    return Said(render_parts(reason.parts), "Versions are written as PEP 440 says.", _next(reason))


def _version_not_newer(reason: Because) -> Said:
    newer = (
        f"{code(reason.get('version'))} is not newer than {code(reason.get('newest'))}, which the files already say."
    )
    return Said(render_parts(reason.parts) if reason.parts else newer, "A release only goes forward.", _next(reason))


def _version_taken(reason: Because) -> Said:
    return Said(
        f"{code(reason.get('version'))} is taken: {code(reason.get('index'))} already has files of it.",
        "An index never takes the same file name twice, not even after a deletion.",
        _next(reason),
    )


def _tag_exists(reason: Because) -> Said:
    return Said(f"The tag {code(reason.get('tag'))} exists already.", "A tag is never moved.", _next(reason))


def _release_open(reason: Because) -> Said:
    number = reason.get("number")
    return Said(
        f"#{number} is open for {code(reason.get('version'))}; a branch has one release pull request at a time.",
        f"Merge or close #{number}, or change its version in its own thread:",
        f"/release {reason.get('given')}",
    )


def _foreign_pull(reason: Because) -> Said:
    return Said(
        f"#{reason.get('number')} is open from the branch {code(reason.get('branch'))}, and it is not mine.",
        "Close it, and ask again:",
        _given(reason),
    )


def _not_a_line(reason: Because) -> Said:
    return Said(
        f"Releases are not made from the branch {code(reason.get('base'))}.",
        f"They are made from {code(reason.get('default'))} and from maintenance branches such as `1.1.x`. In an issue, or on"
        f" a pull request into {code(reason.get('default'))}, this asks for a release of that:",
        _given(reason),
    )


def _base_gone(reason: Because) -> Said:
    return Said(
        f"The branch {code(reason.get('base'))} is gone, so nothing can be released from it.",
        f"In an issue, or on a pull request into {code(reason.get('default'))}, this asks for a release of that:",
        _given(reason),
    )


def _base_moved(reason: Because) -> Said:
    base, wanted, found = code(reason.get("base")), reason.get("wanted"), reason.get("found")
    return Said(
        f"{base} is at {code(short(found))} now, not at {code(short(wanted))}: what came since would be released, too.",
        f"Look at that and name the commit that you have looked at. To release {code(short(wanted))} without it, make a"
        " maintenance branch such as `1.2.x` there, and ask for it on a pull request into that.",
        f"/release {reason.get('given')} --from {short(found)}",
    )


def _nothing_to_wait_for(reason: Because) -> Said:
    return Said(
        "`--when-merged` waits for the pull request that it is written on, and here is none that can still be merged.",
        "To ask for the release now, leave it out:",
        f"/release {reason.get('given')}",
    )


def _waits_in_review(reason: Because) -> Said:
    return Said(
        "What waits for a merge has to be a comment of its own: of a review I cannot tell whether it was edited.",
        paste=reason.get("line"),
    )


def _undone_pull(reason: Because) -> Said:
    return Said(
        "This pull request was closed, which cancels the release; opening it again does not bring the request back.",
        "To release after all, ask again here:",
        f"/release {reason.get('version')}",
    )


def _pointed_elsewhere(reason: Because) -> Said:
    base, branch, line = code(reason.get("base")), code(reason.get("branch")), _again(reason)
    if reason.get("merged"):
        return Said(
            f"This pull request was merged into {base}, which {branch} was not made for, so nothing was tagged.",
            "To release after all, ask again:",
            line,
        )
    return Said(
        f"This pull request points at another base, {base}, which {branch} was not made for: merging it there releases nothing.",
        "Point it back and I go on, or ask again for a new one:",
        line,
    )


def _archived(_: Because) -> Said:
    return Said("This repository is archived, so nothing can be released from it.")


def _settings_invalid(reason: Because) -> Said:
    return Said(
        f"The settings in {code(reason.get('path'))} on the default branch cannot be used: {code(reason.get('detail'))}.",
        "Mend them there, and I go on by myself." if reason.get("under_way") else "Mend them there and ask again.",
    )


def _project_unreadable(reason: Because) -> Said:
    return Said(
        f"The project's version cannot be read: {render_parts(reason.parts)}",
        "Mend that on the base branch and ask again.",
    )


def _no_publish_route(reason: Because) -> Said:
    lines = [line for line in reason.get("events").splitlines() if line]
    said = ["\n".join(f"- {line}" for line in lines)] if lines else []
    files = reason.get("files").splitlines()
    if reason.get("code") == "no-publish-workflow":
        said.append(f"For example, as `.github/workflows/publish.yml`:\n\n{block(_WORKFLOW.splitlines(), 'yaml')}")
    if files:
        said.append(f"For example, in `pyproject.toml` on the default branch:\n\n{block(_naming(files), 'toml')}")
    return Said(
        f"I cannot tell what would publish this release. {reason.get('cause')}"
        if files
        else f"Nothing would publish this release. {reason.get('cause')}",
        reason.get("fix"),
        details="\n\n".join(said),
    )


def _naming(files: list[str]) -> list[str]:
    """The setting that names one workflow, with the others as a comment."""
    first, *others = (json.dumps(file) for file in files)
    return ["[tool.aweigh]", f"workflow = {first}  # or {', '.join(others)}" if others else f"workflow = {first}"]


def _publisher_untrusted(reason: Because) -> Said:
    index = code(reason.get("index"))
    return Said(
        f"{index} trusts workflows on github.com alone, and this repository is on {code(reason.get('host'))}: it would"
        " refuse the identity with which the publish job wants to upload.",
        f"Publish to an index of your own, which whoever runs me names in the setting `AWEIGH_INDEXES`, or upload to {index}"
        " with an API token, from a job without `id-token: write`.",
    )


def _gate_impossible(reason: Because) -> Said:
    return Said(
        f"My rule guards the environment {code(reason.get('environment'))}, but the publishing job in"
        f" {code(reason.get('workflow'))} names it with `deployment: false`: GitHub fails such a job at once.",
        "Let the job name it like this on the base branch, and ask again:",
        details=block([f"environment: {json.dumps(reason.get('environment'))}"], "yaml"),
    )


def _tags_not_admitted(reason: Because) -> Said:
    return Said(
        f"The environment {code(reason.get('environment'))} admits protected branches only, and a release runs at its"
        " tag: GitHub would turn the run away.",
        "In the environment's settings choose *Selected branches and tags* and add a rule for the tags. Then ask again.",
    )


def _branch_taken(reason: Because) -> Said:
    return Said(
        f"The branch {code(reason.get('branch'))} holds commits that are not mine, and I never overwrite those.",
        "Delete or rename the branch and ask again:",
        _given(reason),
    )


def _tag_too_long(reason: Because) -> Said:
    return Said(
        f"The tag {code(reason.get('tag'))} is longer than I can keep with what I have to remember about a release.",
        "Choose a shorter one, for example with this in `pyproject.toml` on the default branch:",
        details=block(["[tool.aweigh]", 'tag = "v{version}"'], "toml"),
    )


def _look_and_ask(reason: Because) -> str:
    number = reason.get("number")
    if reason.get("merged"):
        return f"So #{number} goes no further. To release what was merged, ask again: I open a new pull request then."
    return f"Look at that; to release with it, ask once more in #{number}, or delete the branch and start anew."


def _foreign_files(reason: Because) -> Said:
    names = ", ".join(code(name) for name in reason.get("files").splitlines())
    more = f" and {reason.get('more')} more" if reason.get("more") != "0" else ""
    return Said(
        f"Others pushed to the release branch, and it now changes more than the release needs: {names}{more}.",
        _look_and_ask(reason),
        f"/release {reason.get('version')}",
    )


def _pushed_by_unknown(reason: Because) -> Said:
    return Said(
        f"{code(reason.get('by'))} pushed to the release branch, and I cannot tell which person that was.",
        _look_and_ask(reason),
        f"/release {reason.get('version')}",
    )


def _branch_turned_back(reason: Because) -> Said:
    return Said(
        "The release branch was put back to what was asked for earlier, so I cannot tell who asks for this release.",
        "Ask again for the version you want:",
        f"/release {reason.get('version')}",
    )


def _push_not_shown(reason: Because) -> Said:
    return Said(
        f"GitHub does not show yet who pushed what #{reason.get('number')} holds, and with that who may approve it.",
        "I look again by myself.",
    )


def _gate_weakened(reason: Because) -> Said:
    where = code(reason.get("environment")) if reason.get("environment") else "no environment"
    what = (
        "The pull request said who would be asked before the upload, and by what is merged now fewer would be: the"
        f" publishing job names {where}."
    )
    again = "ask again: a new pull request says what holds now."
    if reason.get("tag"):
        tag = code(reason.get("tag"))
        what, again = f"{what} The tag {tag} is there, and I start nothing at it.", f"delete {tag} and {again}"
    else:
        what = f"{what} Nothing was tagged."
    return Said(
        what,
        f"If that is meant, {again}",
        f"/release {reason.get('version')}",
    )


def _merge_taken_out(reason: Because) -> Said:
    return Said(
        f"The merge commit {code(short(reason.get('commit')))} is not in {code(reason.get('base'))} any more: somebody took"
        " it out again. Nothing was tagged.",
        "To release what is there now, ask again:",
        f"/release {reason.get('version')}",
    )


def _branch_moved_since(reason: Because) -> Said:
    return Said(
        "The release branch was pushed to since you wrote that, or in the same second.",
        "Look at it once more and ask again:",
        f"/release {reason.get('version')}",
    )


def _people_pushed(reason: Because) -> Said:
    names = ", ".join(code("@" + login) for login in reason.get("by").split())
    return Said(f"This pull request also holds commits pushed by {names}; I keep them.")


def _held(reason: Because) -> Said:
    by, why = reason.get("by"), reason.get("why")
    who = code("@" + by) if by else "Somebody"
    said = f": {code(why)}" if why else ""
    return Said(
        f"{who} put this release on hold{said}. Nothing is merged, tagged or published by me until that is lifted.",
        "Somebody with write access lifts it here:",
        "/release unhold",
    )


def _labelled(reason: Because) -> Said:
    return Said(
        f"#{reason.get('number')} has the label {code(reason.get('label'))}, which holds the release.",
        "Take the label off, and it goes on by itself. To see where it stands:",
        "/release status",
    )


def _frozen(reason: Because) -> Said:
    why = f" ({code(reason.get('why'))})" if reason.get("why") else ""
    return Said(
        f"Nothing is released until {code(reason.get('until'))}, time zone {code(reason.get('zone'))}: the settings say"
        f" freeze{why}.",
        "It goes on by itself then. To release before that, change `freeze` in the settings on the default branch.",
    )


def _too_late(reason: Because) -> Said:
    what = {
        "hold": "is published, so there is nothing left to put on hold",
        "notes": "has its GitHub Release already, whose text you can edit on GitHub",
        "cancel": "is merged, so closing the pull request cancels nothing any more",
    }[reason.get("order", "cancel")]
    if reason.get("order") != "cancel":
        return Said(f"{code(reason.get('version'))} {what}.", "To see where it stands:", "/release status")
    rejecting = f"/release reject {reason.get('version')} REASON"
    return Said(
        f"{code(reason.get('version'))} {what}.",
        f"What is not published yet can be put on hold, or be turned away at its gate with {code(rejecting)}.",
        "/release hold",
    )


def _notes_gone(_: Because) -> Said:
    return Said(
        "The comment with the notes for this release was edited or deleted, so the changelog's section is taken instead.",
        "To set them again, write a new comment with the text below this line:",
        "/release notes set",
    )


def _nothing_under_way(reason: Because) -> Said:
    return Said("No release is under way here any more.", "To start one:", "/release minor")


def _nothing_to_reject(reason: Because) -> Said:
    return Said(
        f"No publication of {code(reason.get('version'))} waits for a decision now.",
        "To see where the release stands:",
        "/release status",
    )


def _not_merged(reason: Because) -> Said:
    return Said(
        f"GitHub does not merge #{reason.get('number')}: {code(reason.get('detail'))}.",
        "Once what it asks for is there, ask again:",
        "/release merge",
    )


def _version_mismatch(reason: Because) -> Said:
    return Said(
        f"The merged files say {code(reason.get('found'))}, but {code(reason.get('wanted'))} was asked for.",
        "Nothing was tagged. Ask for a release again, in the version you mean.",
        f"/release {reason.get('wanted')}",
    )


def _tag_elsewhere(reason: Because) -> Said:
    if reason.get("how") == "moved":
        return Said(
            f"The tag {code(reason.get('tag'))} was on the merge commit {code(short(reason.get('wanted')))} and has been"
            f" moved to {code(short(reason.get('found')))}, so I stopped: a person's undo wins, and I never move a tag.",
            "Move it back and the release goes on by itself; otherwise release another version.",
        )
    return Said(
        f"The tag {code(reason.get('tag'))} is on {code(short(reason.get('found')))}, not on the merge commit"
        f" {code(short(reason.get('wanted')))}. I never move a tag.",
        "Delete the tag if it is wrong; I put it on the merge commit then. Otherwise release another version.",
    )


def _record_lost(reason: Because) -> Said:
    return Said(
        "The check run in which I keep who asked for this release is gone, so I cannot tell who may approve it.",
        "Ask again for the version you want:",
        _again(reason),
    )


def _undone_tag(reason: Because) -> Said:
    return Said(
        f"The tag {code(reason.get('tag'))} was there and has been deleted, so I stopped: a person's undo wins.",
        f"{_still_running(reason)}To release after all, ask again:",
        f"/release {reason.get('version')}",
    )


def _undone_release(reason: Because) -> Said:
    return Said(
        f"The GitHub Release of {code(reason.get('tag'))} was there and has been withdrawn, so I stopped: a person's undo wins.",
        f"{_still_running(reason)}To release after all, ask for another version, or delete the tag as well and ask again:",
        f"/release {reason.get('version')}",
    )


def _still_running(reason: Because) -> str:
    """Without a gate of ours nothing but a person stops what the tag started."""
    run = reason.get("run")
    return f"{link('Its run', run)} goes on all the same, and may publish: cancel it on GitHub. " if run else ""


def _run_not_started(reason: Because) -> Said:
    return Said(
        f"{code(reason.get('workflow'))} has not started for {code(reason.get('tag'))} within ten minutes.",
        "See whether Actions is switched off, the workflow disabled, or a policy keeps this App from starting runs.",
    )


def _publish_skipped(reason: Because) -> Said:
    return Said(
        f"{link('The run', reason.get('run'))} ended without publishing: its publishing job was skipped.",
        f"See the `if:` of that job, and of those it needs, in {code(reason.get('workflow'))} at the tag."
        " A mistake in that file needs a new version.",
    )


def _run_failed(reason: Because) -> Said:
    return Said(
        f"{link('The publish run', reason.get('run'))} {reason.get('how') or 'failed'}.",
        "Re-run it on GitHub once the cause is gone; I go on by myself. A mistake in the tagged files needs a new version.",
    )


def _gate_rejected(reason: Because) -> Said:
    by, run, said = reason.get("by"), reason.get("run"), reason.get("said")
    what = f"{link('The deployment', run)} was turned away"
    if by:
        what = f"{code('@' + by)} rejected {link('the deployment', run)}"
    why = f": {code(said)}" if said else ""
    return Said(
        f"{what}{why}. Nothing was published.",
        "To try again, re-run the run on GitHub: the approval is asked anew.",
    )


def _index_unreachable(reason: Because) -> Said:
    return Said(
        f"The package index could not be asked whether this version is free: {code(reason.get('detail'))}.",
        "I ask again before anything is tagged.",
    )


def _thread_locked(reason: Because) -> Said:
    version, run = code(reason.get("version")), link("the publish run", reason.get("run"))
    what = {
        "approval": f"{version} needs an approval, and this thread is locked: I can neither ask for it there nor hear it.",
        "failure": f"This thread is locked, so I cannot say in it why {run} failed.",
        "outcome": f"{version} is published, and this thread is locked, so I cannot report there.",
    }[reason.get("unsaid", "approval")]
    return Said(what, "Unlock it, and I go on by myself within the hour.")


_PERMISSIONS = {
    "actions": "see environments, start the publish workflow and follow its run",
    "checks": "keep who asked for a release where nobody can forge it",
    "contents": "read the project and write the release branch, the tag and the GitHub Release",
    "deployments": "open the gate of the environment after an approval",
    "issues": "answer and react in issues",
    "members": "see who is in a team that may approve",
    "pull_requests": "read pull requests and open the release pull request",
    "workflows": "tag a commit that changes workflow files",
}
"""What each permission of the App is for, as the sentence goes on."""


def _permission_missing(reason: Because) -> Said:
    fix = "An owner grants it in the settings of the App's installation. A release under way then goes on by itself."
    lacking = [name for name in reason.get("permissions").split() if name in _PERMISSIONS]
    if not lacking:
        return Said(f"GitHub does not let me: {code(reason.get('detail'))}.", fix)
    wanted = "; ".join(
        f"{code(f'{name}: write')} to {purpose}" for name, purpose in _PERMISSIONS.items() if name in lacking
    )
    return Said(f"I was not granted a permission here that I need: {wanted}.", fix)


def _refused_by_github(reason: Because) -> Said:
    return Said(
        f"GitHub did not do it: {code(reason.get('detail'))}.",
        "I look again in a while; mend the cause and it goes on.",
    )


def _role_too_low(reason: Because) -> Said:
    teams = " or ".join(code(team) for team in reason.get("teams").split())
    more = "" if reason.get("needed") == "admin" else " or more"
    member = f", or a member of the team {teams}" if teams else ""
    unseen = (
        " Who is in a team I may not see: an owner grants the App the permission `members: read` for that."
        if reason.get("unseen")
        else ""
    )
    return Said(
        f"This takes the role *{reason.get('needed')}*{more} in this repository{member}; yours is"
        f" *{reason.get('actual')}*.{unseen}",
        "Somebody who has it can do it with the same line.",
        reason.get("line"),
    )


def _own_approval(reason: Because) -> Said:
    what = "You asked for this release, so somebody else has to approve it: another maintainer, with the same line."
    if reason.get("brought"):
        return Said(what, _BROUGHT, details=_SELF_APPROVAL)
    return Said(
        what,
        "If you are the only one, this in `pyproject.toml` on the default branch lets you approve your own:",
        details=_SELF_APPROVAL,
    )


def _pushed_to_branch(reason: Because) -> Said:
    what = (
        "You pushed to the release branch, so somebody else has to approve it: another maintainer, with the same line."
    )
    if reason.get("brought"):
        return Said(what, _BROUGHT, details=_SELF_APPROVAL)
    return Said(
        what,
        "This in `pyproject.toml` on the default branch lifts the rule:",
        details=_SELF_APPROVAL,
    )


def _wrong_version(reason: Because) -> Said:
    return Said(
        f"You named {code(reason.get('given'))}, but {code(reason.get('version'))} is what waits.",
        paste=f"/release {reason.get('command', 'approve')} {reason.get('version')}{_and_why(reason)}",
    )


def _and_why(reason: Because) -> str:
    return " REASON" if reason.get("command") == "reject" else ""


def _wrong_commit(reason: Because) -> Said:
    return Said(
        f"You named the commit {code(reason.get('given'))}, but the one that waits is {code(reason.get('commit'))}.",
        paste=f"/release approve {reason.get('version')} {short(reason.get('commit'))}",
    )


def _nothing_to_approve(_: Because) -> Said:
    return Said("Nothing waits for an approval here.", "To see where the release stands:", "/release status")


def _reviewers_decide(reason: Because) -> Said:
    return Said(
        "This waits for the environment's required reviewers, and only they can let it go on: they review the"
        f" deployment on {link('the page of the run', reason.get('run'))}.",
    )


def _approved_in_review(reason: Because) -> Said:
    return Said(
        "An approval has to be a comment of its own: of a review I cannot tell whether it was edited.",
        paste=f"/release approve {reason.get('version')}",
    )


def _notes_in_review(_: Because) -> Said:
    return Said(
        "Notes have to be set in a comment: of a review I cannot tell whether it was edited.",
        "Write a comment with the text below this line:",
        "/release notes set",
    )


def _edited(reason: Because) -> Said:
    return Said(
        "That comment was edited, so it approves nothing.",
        "Write a new one:",
        f"/release approve {reason.get('version')}",
    )


def _button_stale(_: Because) -> Said:
    return Said(
        "The release branch has moved since that button was shown.",
        "Look at it as it is now, and press again there or write the command. To see where it stands:",
        "/release status",
    )


def _not_an_answer(reason: Because) -> Said:
    why = "was written before I asked" if reason.get("early") else "is hidden, or an App wrote it"
    return Said(
        f"That comment {why}, so it approves nothing.",
        "Write a new one:",
        f"/release approve {reason.get('version')}",
    )


def _not_a_release_pull(reason: Because) -> Said:
    number = reason.get("number")
    return Said(
        "This is not a release pull request, and that command belongs into the thread of one.",
        f"The newest one is #{number}: write it there." if number else "There is none yet; this asks for one:",
        reason.get("line") if number else f"/release {reason.get('version')}",
    )


_WORDS: dict[Reason, Callable[[Because], Said]] = {
    Reason.VERSION_INVALID: _version_invalid,
    Reason.VERSION_NOT_NEWER: _version_not_newer,
    Reason.VERSION_TAKEN: _version_taken,
    Reason.TAG_EXISTS: _tag_exists,
    Reason.RELEASE_OPEN: _release_open,
    Reason.FOREIGN_PULL: _foreign_pull,
    Reason.NOT_A_LINE: _not_a_line,
    Reason.BASE_GONE: _base_gone,
    Reason.BASE_MOVED: _base_moved,
    Reason.NOTHING_TO_WAIT_FOR: _nothing_to_wait_for,
    Reason.WAITS_IN_REVIEW: _waits_in_review,
    Reason.ARCHIVED: _archived,
    Reason.SETTINGS_INVALID: _settings_invalid,
    Reason.PROJECT_UNREADABLE: _project_unreadable,
    Reason.NO_PUBLISH_ROUTE: _no_publish_route,
    Reason.PUBLISHER_UNTRUSTED: _publisher_untrusted,
    Reason.GATE_IMPOSSIBLE: _gate_impossible,
    Reason.TAGS_NOT_ADMITTED: _tags_not_admitted,
    Reason.BRANCH_TAKEN: _branch_taken,
    Reason.TAG_TOO_LONG: _tag_too_long,
    Reason.POINTED_ELSEWHERE: _pointed_elsewhere,
    Reason.FOREIGN_FILES: _foreign_files,
    Reason.PUSHED_BY_UNKNOWN: _pushed_by_unknown,
    Reason.BRANCH_TURNED_BACK: _branch_turned_back,
    Reason.PUSH_NOT_SHOWN: _push_not_shown,
    Reason.BRANCH_MOVED_SINCE: _branch_moved_since,
    Reason.PEOPLE_PUSHED: _people_pushed,
    Reason.HELD: _held,
    Reason.LABELLED: _labelled,
    Reason.FROZEN: _frozen,
    Reason.TOO_LATE: _too_late,
    Reason.NOTHING_UNDER_WAY: _nothing_under_way,
    Reason.NOTHING_TO_REJECT: _nothing_to_reject,
    Reason.NOT_MERGED: _not_merged,
    Reason.NOTES_GONE: _notes_gone,
    Reason.VERSION_MISMATCH: _version_mismatch,
    Reason.GATE_WEAKENED: _gate_weakened,
    Reason.MERGE_TAKEN_OUT: _merge_taken_out,
    Reason.TAG_ELSEWHERE: _tag_elsewhere,
    Reason.RECORD_LOST: _record_lost,
    Reason.UNDONE_PULL: _undone_pull,
    Reason.UNDONE_TAG: _undone_tag,
    Reason.UNDONE_RELEASE: _undone_release,
    Reason.RUN_NOT_STARTED: _run_not_started,
    Reason.PUBLISH_SKIPPED: _publish_skipped,
    Reason.RUN_FAILED: _run_failed,
    Reason.GATE_REJECTED: _gate_rejected,
    Reason.INDEX_UNREACHABLE: _index_unreachable,
    Reason.THREAD_LOCKED: _thread_locked,
    Reason.PERMISSION_MISSING: _permission_missing,
    Reason.REFUSED_BY_GITHUB: _refused_by_github,
    Reason.ROLE_TOO_LOW: _role_too_low,
    Reason.OWN_APPROVAL: _own_approval,
    Reason.PUSHED_TO_BRANCH: _pushed_to_branch,
    Reason.WRONG_VERSION: _wrong_version,
    Reason.WRONG_COMMIT: _wrong_commit,
    Reason.NOTHING_TO_APPROVE: _nothing_to_approve,
    Reason.REVIEWERS_DECIDE: _reviewers_decide,
    Reason.APPROVED_IN_REVIEW: _approved_in_review,
    Reason.EDITED: _edited,
    Reason.NOTES_IN_REVIEW: _notes_in_review,
    Reason.BUTTON_STALE: _button_stale,
    Reason.NOT_AN_ANSWER: _not_an_answer,
    Reason.NOT_A_RELEASE_PULL: _not_a_release_pull,
}
