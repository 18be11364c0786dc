"""The things we do that start workflows, and what GitHub tells a workflow about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.github.facts import Repository
from bot.publishing.evaluation import Record, Unknown, Value


class Occasion(StrEnum):
    """Something we cause in the course of a release."""

    MERGE = "merge"
    TAG_PUSH = "tag push"
    RELEASE_PUBLISHED = "release published"
    DISPATCH = "dispatch"


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event as a workflow sees it: ``event`` is ``github.event_name``, ``activity`` its ``action`` if it has one."""

    occasion: Occasion
    event: str
    activity: str | None = None

    def __str__(self) -> str:
        return f"{self.event}: {self.activity}" if self.activity else self.event


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What is known, before anything is tagged, about the events this release will cause.

    ``actor`` is our own login (``<slug>[bot]``), ``base_branch`` the branch whose merge is released, ``tag`` the tag's
    short name and ``sha`` the commit to be tagged, where it is known already.
    """

    repository: Repository
    tag: str
    base_branch: str
    prerelease: bool = False
    actor: str | None = None
    sha: str | None = None

    @property
    def ref(self) -> str:
        """Full name of the tag."""
        return f"refs/tags/{self.tag}"


def triggers_of(occasion: Occasion, facts: ReleaseFacts, *, drafted: bool = False) -> tuple[Trigger, ...]:
    """The events one occasion fires, in the order GitHub fires them.

    A release that is published at once fires ``created``, ``published`` and ``released`` (or ``prereleased``). One
    that was a draft first does not fire ``created``, nor ``prereleased``.
    https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#release
    """
    if occasion is Occasion.RELEASE_PUBLISHED:
        activities = ["published"] if drafted else ["created", "published"]
        if not facts.prerelease:
            activities.append("released")
        elif not drafted:
            activities.append("prereleased")
        return tuple(Trigger(occasion, "release", activity) for activity in activities)
    if occasion is Occasion.DISPATCH:
        return (Trigger(occasion, "workflow_dispatch"),)
    if occasion is Occasion.TAG_PUSH:
        return (Trigger(occasion, "push"), Trigger(occasion, "create"))
    return (Trigger(occasion, "push"),)


def github_context(trigger: Trigger, facts: ReleaseFacts, inputs: Mapping[str, str]) -> Record:
    """The ``github`` context of a run that ``trigger`` starts; what only the run will know is left open.

    ``inputs`` are those of a dispatch, as text.
    """
    repository = facts.repository
    tagged = trigger.occasion is not Occasion.MERGE
    name = facts.tag if tagged else facts.base_branch
    actor = facts.actor if tagged and facts.actor else Unknown(("github.actor",))
    return Record(
        {
            "repository": repository.full_name,
            "repository_owner": repository.owner,
            "repository_id": str(repository.id),
            "repository_owner_id": str(repository.owner_id),
            "server_url": repository.web_url.removesuffix(f"/{repository.full_name}"),
            "event_name": trigger.event,
            "ref": f"refs/tags/{name}" if tagged else f"refs/heads/{name}",
            "ref_name": name,
            "ref_type": "tag" if tagged else "branch",
            "base_ref": "",
            "head_ref": "",
            "actor": actor,
            "triggering_actor": actor,
            "event": Record(_payload(trigger, facts, inputs)),
            **({"sha": facts.sha} if facts.sha and tagged else {}),
        },
        complete=False,
    )


def _payload(trigger: Trigger, facts: ReleaseFacts, inputs: Mapping[str, str]) -> dict[str, Value]:
    """``github.event``: complete in the names of its members, so that one the event lacks is known to be null."""
    common: dict[str, Value] = {
        "repository": _repository(facts.repository),
        "sender": Record({"login": facts.actor, "type": "Bot"} if facts.actor else {}, complete=False),
        "organization": Unknown(("github.event.organization",)),
        "enterprise": Unknown(("github.event.enterprise",)),
        "installation": Unknown(("github.event.installation",)),
    }
    match trigger.event:
        case "push":
            return common | _push(trigger, facts)
        case "create":
            return common | {
                "ref": facts.tag,
                "ref_type": "tag",
                "master_branch": facts.repository.default_branch,
                "description": Unknown(("github.event.description",)),
                "pusher_type": Unknown(("github.event.pusher_type",)),
            }
        case "release":
            return common | {"action": trigger.activity, "release": _release(facts)}
        case _:
            return common | {
                "ref": facts.ref,
                "inputs": Record(dict(inputs)),
                "workflow": Unknown(("github.event.workflow",)),
            }


def _repository(repository: Repository) -> Record:
    return Record(
        {
            "id": float(repository.id),
            "name": repository.full_name.split("/", 1)[-1],
            "full_name": repository.full_name,
            "private": repository.private,
            "fork": repository.fork,
            "archived": repository.archived,
            "default_branch": repository.default_branch,
            "html_url": repository.web_url,
            "owner": Record({"login": repository.owner, "id": float(repository.owner_id)}, complete=False),
        },
        complete=False,
    )


def _push(trigger: Trigger, facts: ReleaseFacts) -> dict[str, Value]:
    tagged = trigger.occasion is Occasion.TAG_PUSH
    hidden = ("before", "after", "compare", "commits", "head_commit", "pusher", "forced")
    return {
        "ref": facts.ref if tagged else f"refs/heads/{facts.base_branch}",
        "created": tagged,
        "deleted": False,
        "base_ref": Unknown(("github.event.base_ref",)),
        **{name: Unknown((f"github.event.{name}",)) for name in hidden},
    }


def _release(facts: ReleaseFacts) -> Record:
    return Record({"tag_name": facts.tag, "draft": False, "prerelease": facts.prerelease}, complete=False)
