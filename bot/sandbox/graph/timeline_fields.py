"""What happened on pull requests."""

from datetime import datetime
from typing import Any

from graphql import GraphQLError

from bot.sandbox.clock import iso
from bot.sandbox.graph.fields import field
from bot.sandbox.graph.nodes import GitNode, ThreadNode, connection
from bot.sandbox.http import Call
from bot.sandbox.ids import node_id
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest


@field("PullRequest", "timelineItems")
def timeline_items(
    node: ThreadNode, _call: Call, *, item_types: list[str] | None = None, **page: Any
) -> dict[str, Any]:
    """What happened on a pull request, oldest first: who gave it a label, or who moved its head by force."""
    if not item_types or not {"LABELED_EVENT", "HEAD_REF_FORCE_PUSHED_EVENT"}.issuperset(item_types):
        raise GraphQLError("The sandbox tells of LABELED_EVENT and HEAD_REF_FORCE_PUSHED_EVENT alone.")
    for name in ("since", "skip"):
        page.pop(name, None)
    shown: list[dict[str, Any]] = []
    if "LABELED_EVENT" in item_types:
        shown += [
            _happening("LabeledEvent", one.id, one.actor, one.at) | {"label": one.label}
            for one in node.thread.labellings
        ]
    if "HEAD_REF_FORCE_PUSHED_EVENT" in item_types and isinstance(node.thread, PullRequest):
        shown += [
            _happening("HeadRefForcePushedEvent", one.id, one.actor, one.at)
            | {
                "beforeCommit": GitNode(node.repository, one.before),
                "afterCommit": GitNode(node.repository, one.after),
            }
            for one in node.thread.forced
        ]
    return connection("timelineItems", sorted(shown, key=lambda one: str(one["createdAt"])), **page)


def _happening(kind: str, number: int, actor: User, at: datetime) -> dict[str, Any]:
    return {"__typename": kind, "id": node_id(kind, number), "actor": actor, "createdAt": iso(at)}
