"""What our check run says about single files: where something should be looked at before the merge."""

from __future__ import annotations

from bot.github.facts import Annotation, AnnotationLevel
from bot.messages.text import plain
from bot.release.reasons import Reason
from bot.release.snapshot import Snapshot
from bot.release.steps import AwaitMerge, Blocked, Step
from bot.settings.repository import RepositorySettings

ANNOTATED = "What is to be looked at in single files stands below."
"""The sentence in the summary of a check run that has annotations: GitHub does not tell of them together with the rest."""

_MOST = 50
"""GitHub takes no more in one request ("Create a check run")."""


def list_annotations(snapshot: Snapshot, step: Step) -> tuple[Annotation, ...]:
    """One for each file with something to look at; texts are plain, since GitHub shows them as they are."""
    found: list[Annotation] = []
    if isinstance(step, Blocked) and step.reason.code is Reason.FOREIGN_FILES:
        words = "Others pushed a change of this file onto the release branch; the release does not need it."
        found += [_about(path, words, "failure") for path in step.reason.get("files").splitlines()]
    if isinstance(step, AwaitMerge):
        found += _about_settings(snapshot)
        found += _about_workflow(step)
    return tuple(found[:_MOST])


def _about_settings(snapshot: Snapshot) -> list[Annotation]:
    settings = snapshot.settings
    if not isinstance(settings, RepositorySettings) or settings.source is None:
        return []
    texts = [
        f"There is no setting {plain(key)}." + (f" Is {plain(meant)} meant?" if meant else "")
        for key, meant in settings.unknown
    ]
    found = [_about(settings.source, text) for text in texts]
    if settings.shadowed is not None:
        found.append(_about(settings.shadowed, f"These settings count for nothing: {plain(settings.source)} has some."))
    return found


def _about_workflow(step: AwaitMerge) -> list[Annotation]:
    route = step.route
    if route is None:
        return []
    texts = [f"It could not be decided whether this publishes: {plain(doubt)}." for doubt in route.uncertain]
    found = [_about(route.workflow, text) for text in texts]
    return found + [_about(twin.workflow, f"This would publish as well: {plain(str(twin))}.") for twin in route.twins]


def _about(path: str, message: str, level: AnnotationLevel = "warning") -> Annotation:
    return Annotation(path, message, level)
