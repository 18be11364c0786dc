"""The release pull request: its text says what merging does, so that nobody has to know the bot to merge it."""

from __future__ import annotations

import hashlib
import re

from bot.changelog import Listed
from bot.github.facts import Environment
from bot.messages.markers import marker
from bot.messages.merged_since import render_since
from bot.messages.text import code, finish, harmless, in_cell, in_words
from bot.publishing.route import Order
from bot.release.gate import GateKind
from bot.release.plan import Plan

PULL = "release-pull"

_MOST_LOOKALIKES = 8
_MOST_UNMENTIONED = 20
_MOST_FILES = 40
_MOST_TOGETHER = 10
_SETTING = 'version-files = ["%s"]'
_PLAIN_PATH = re.compile(r"[\w./*-]{1,100}")

_COMMANDS = """\
- `/release VERSION` here changes the version of this pull request, and `/release auto` lets it follow what is merged.
- `/release recreate` makes it anew from the base.
- `/release merge` merges it, `/release hold` keeps it from being released, and `/release cancel` closes it.
- `/release status` says where the release stands; `/release help` lists what is possible."""


def render_pull_body(plan: Plan, environment: Environment | None, needed: int) -> str:
    """The body of the pull request for ``plan``; ``needed`` is how many approvals are asked for."""
    change = code(plan.version)
    if plan.previous != plan.version:
        change = f"{code(plan.previous)} → {change}"
    parts = [
        _begin(plan, change),
        *_others(plan),
        "## What merging does",
        *render_plan(plan, environment, needed),
        *render_since(plan),
        "## Commands",
        _COMMANDS,
    ]
    text = finish("\n\n".join(parts))
    return f"{marker(PULL, _digest(text))}\n\n{text}"


def _begin(plan: Plan, change: str) -> str:
    if plan.is_unasked:
        return (
            f"**{code(plan.project)} {change}**, which follows from what was merged. This pull request stays up to date with"
            " every merge, and merging it is what releases."
        )
    asked = f"**{code(plan.project)} {change}**, asked for by {code('@' + plan.requester_login)}."
    return f"{asked} The version follows what is merged." if plan.follows else asked


def _others(plan: Plan) -> list[str]:
    """What else is released, where packages go on together. Only the files of the leading one are looked for on the index."""
    if not plan.together:
        return []
    names = ", ".join(map(code, plan.together[:_MOST_TOGETHER]))
    more = len(plan.together) - _MOST_TOGETHER
    others = f"{names} and {more} more go" if more > 0 else f"{names} {'goes' if len(plan.together) == 1 else 'go'}"
    return [
        f"{others} on with it, under the same version and tag. On the index I look for the files of {code(plan.project)} alone."
    ]


def is_as_rendered(body: str) -> bool:
    """Whether the text of a release pull request is as we wrote it: nobody has changed a word since."""
    first, _, text = body.replace("\r\n", "\n").partition("\n\n")
    return first == marker(PULL, _digest(text))


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12]


def render_plan(plan: Plan, environment: Environment | None, needed: int) -> list[str]:
    """What merging does, the changelog and the files, as parts of a message; without a pull request the notes alone."""
    parts = ["\n".join(f"{number}. {line}" for number, line in enumerate(_acts(plan, environment, needed), 1))]
    if plan.origin is not None:
        return [*parts, *(["## Notes", harmless(plan.entries)] if plan.entries else [])]
    return [*parts, *_changelog(plan), "## Files changed", _files(plan), *_lookalikes(plan)]


def _acts(plan: Plan, environment: Environment | None, needed: int) -> list[str]:
    tag, workflow = code(plan.tag), code(plan.route.workflow)
    publish = _publication(plan, environment, needed)
    verify = "I wait for the files on the index, verify their attestations and report here."
    release = "I publish the GitHub Release"
    commit = "the merge commit" if plan.origin is None else "that commit"
    match plan.route.order:
        case Order.RELEASE_PUBLISHED:
            return [
                f"I put the tag {tag} on {commit}.",
                f"{release}, which starts {workflow}. {publish}",
                verify,
            ]
        case Order.TAG_PUSH:
            return [
                f"I put the tag {tag} on {commit}, which starts {workflow}. {publish}",
                verify,
                f"{release}, with the digests and attestations of the files.",
            ]
        case Order.DISPATCH:
            return [
                f"I put the tag {tag} on {commit}.",
                f"I start {workflow} at the tag. {publish}",
                verify,
                f"{release}, with the digests and attestations of the files.",
            ]


def _publication(plan: Plan, environment: Environment | None, needed: int) -> str:
    name = code(environment.name) if environment else ""
    approvals = "one approval" if needed == 1 else f"{needed} approvals"
    act = "Merging" if plan.origin is None else "That"
    match plan.gate:
        case GateKind.NONE if not needed and not plan.route.environment_known:
            return (
                f"**{act} may publish at once: only the run knows its environment.** If it waits at one that my rule"
                " guards, I ask here first; to know it before, name it with `environment` in the settings."
            )
        case GateKind.RULE | GateKind.NONE if not needed:
            return f"**{act} publishes: nothing asks again before the upload.**"
        case GateKind.RULE:
            return f"It waits at the environment {name} for {approvals} in this thread."
        case GateKind.REVIEWERS if needed:
            return (
                f"Before that I ask for {approvals} in this thread; then it waits at {name} for its required reviewers."
            )
        case GateKind.REVIEWERS:
            return f"It waits at the environment {name} for its required reviewers."
        case GateKind.BOTH if not needed:
            return f"It waits at the environment {name} for its required reviewers."
        case GateKind.BOTH:
            return f"It waits at the environment {name} for {approvals} in this thread and for its required reviewers."
        case GateKind.NONE if not plan.route.environment_known:
            return f"Only the run knows its environment, so {approvals} in this thread come before that."
        case GateKind.NONE:
            return f"No environment guards the upload, so {approvals} in this thread come before that."


def _changelog(plan: Plan) -> list[str]:
    """What the section of the version says, and what whoever merges should know of it."""
    parts = [harmless(plan.entries)] if plan.entries else []
    if plan.left.path is not None:
        parts.append(f"{code(plan.left.path)} stays as it is, since it {in_words(plan.left.reason)}.")
    if plan.unmentioned:
        shown = ", ".join(_name(entry) for entry in plan.unmentioned[:_MOST_UNMENTIONED])
        more = len(plan.unmentioned) - _MOST_UNMENTIONED
        rest = f" and {more} more" if more > 0 else ""
        parts.append(f"Merged since the last release, and not mentioned there: {shown}{rest}.")
    return ["## Changelog", *parts] if parts else []


def _name(entry: Listed) -> str:
    return f"#{entry.number}" if entry.number is not None else code(entry.text, 60)


def _files(plan: Plan) -> str:
    rows = [f"| {in_cell(code(edit.path))} | {in_cell(code(edit.description))} |" for edit in plan.edits]
    if not rows:
        return "None: the files say this version already."
    table = "\n".join(["| file | change |", "| --- | --- |", *rows[:_MOST_FILES]])
    return table if len(rows) <= _MOST_FILES else f"{table}\n\n… and {len(rows) - _MOST_FILES} more."


def _lookalikes(plan: Plan) -> list[str]:
    """What looks like the version and stays, so that whoever merges sees what was not thought of."""
    found = plan.lookalikes
    if not found:
        return []
    rows = [
        f"| {in_cell(code(f'{item.path}:{item.line}'))} | {in_cell(code(item.text, 60))} | {in_cell(item.reason)} |"
        for item in found[:_MOST_LOOKALIKES]
    ]
    words = "These look like the version, and I leave them as they are."
    setting = next((item.setting for item in found if item.setting and _PLAIN_PATH.fullmatch(item.setting)), None)
    if setting is not None:
        words += f" A line such as {code(_SETTING % setting)} in the settings includes one."
    more = len(found) - len(rows)
    rest = [f"… and {more} more; `aweigh plan` lists them in a checkout."] if more > 0 else []
    table = ["| place | what stands there | why it stays |", "| --- | --- | --- |", *rows]
    return ["## Not changed", words, "\n".join(table), *rest]
