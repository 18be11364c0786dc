"""What GitHub does not let us do."""

from __future__ import annotations

import shlex
from itertools import zip_longest

from bot.messages.reasons.said import Said, Words
from bot.messages.text import block, code, link
from bot.release.reasons import Because, Reason

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


def _tag_refused(reason: Because) -> Said:
    tag, commit = reason.get("tag"), reason.get("commit")
    made = "release of" if reason.get("release") else "tag"
    if reason.get("why") == "workflows":
        sentence = (
            f"GitHub does not let me create the {made} {code(tag)}: its commit has other workflow files than the default"
            f" branch, and I was not granted {code('workflows: write')} here."
        )
        fix = "Whoever runs me can ask for that permission."
    else:
        sentence = f"GitHub does not let me create the tag {code(tag)}: {code(reason.get('detail'))}."
        fix = (
            "Either a ruleset guards the tags: an administrator adds me to those who bypass it. Or an immutable release had"
            f" a tag of this name before, and GitHub never gives it again: {code(reason.get('version'))} cannot be released"
            " then, but the next version can."
        )
    if reason.get("release"):
        name = shlex.quote(tag)
        by_hand = block([f"gh release create {name} --verify-tag --generate-notes"], "sh")
        return Said(sentence, fix, details=f"Or somebody who may publishes the release; I go on with it:\n\n{by_hand}")
    return Said(sentence, fix, details=_push_by_hand(tag, commit))


def _push_by_hand(tag: str, commit: str) -> str:
    name = shlex.quote(tag)
    by_hand = block([f"git tag -a {name} -m {name} {commit}", f"git push origin {name}"], "sh")
    return f"Or somebody who may pushes the tag; on exactly this commit I go on with it:\n\n{by_hand}"


def _tag_guarded(reason: Because) -> Said:
    tag, commit = reason.get("tag"), reason.get("commit")
    names, pages = (reason.get(key).split("\n") for key in ("rulesets", "pages"))
    guards = [link(code(name), page) for name, page in zip_longest(names, pages, fillvalue="")]
    others = f"The rulesets {', '.join(guards[:-1])} and {guards[-1]} do" if len(guards) > 1 else ""
    sentence = f"{others or f'The ruleset {guards[0]} does'} not let me create the tag {code(tag)}."
    to_them = "those who bypass them" if others else "those who bypass it"
    if commit:
        fix = f"An administrator adds me to {to_them}, and I go on by myself."
        return Said(sentence, fix, details=_push_by_hand(tag, commit))
    return Said(
        sentence, f"An administrator adds me to {to_them}, or somebody who may pushes the tag once this is merged."
    )


WORDS: Words = {
    Reason.PERMISSION_MISSING: _permission_missing,
    Reason.REFUSED_BY_GITHUB: _refused_by_github,
    Reason.TAG_GUARDED: _tag_guarded,
    Reason.TAG_REFUSED: _tag_refused,
}
