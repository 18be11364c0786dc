"""Adapter: what the overview tells of the newest pull request of a line alone, since only that one is worked on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.github.facts import Comment, Person, PullText
from bot.github.read import Json, read_account_node, read_comment_node

_MOST_COMMENTS: Final = 100

NEWEST: Final = f"""
fragment newest on PullRequest {{
  number title body headRefOid
  comments(last: {_MOST_COMMENTS}) {{ ...said }}
  timelineItems(last: 1, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT]) {{
    nodes {{ ... on HeadRefForcePushedEvent {{ actor {{ ...account }} afterCommit {{ oid }} }} }}
  }}
}}"""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest pull request of a line: its text, the whole conversation if that fits, and how it came to its head.

    ``forced_to`` is the commit that its branch was forced to last, and ``forced_by`` whoever did that; both are None of a
    branch that only went forward since the pull request was opened, and ``forced_by`` of a deleted account as well.
    """

    number: int
    text: PullText
    head_sha: str
    conversation: tuple[Comment, ...] | None
    forced: bool
    forced_to: str | None = None
    forced_by: Person | None = None

    def is_put_by(self, account_id: int) -> bool:
        """Whether the head stands where this account put it last, or where the pull request was opened with it."""
        if not self.forced:
            return True
        return self.forced_to == self.head_sha and self.forced_by is not None and self.forced_by.id == account_id


def read_newest_node(data: Json) -> Newest:
    """A pull request as the fragment ``newest`` asks for it."""
    comments, moves = data["comments"], data["timelineItems"]["nodes"]
    whole = not comments["pageInfo"]["hasPreviousPage"]
    move = (moves[-1] or {}) if moves else {}
    return Newest(
        number=int(data["number"]),
        text=PullText(str(data["title"]), str(data["body"])),
        head_sha=str(data["headRefOid"]),
        conversation=tuple(read_comment_node(said) for said in comments["nodes"]) if whole else None,
        forced=bool(moves),
        forced_to=str(move["afterCommit"]["oid"]) if move.get("afterCommit") else None,
        forced_by=read_account_node(move.get("actor")),
    )
