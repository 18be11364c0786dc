"""Names for objects: numeric ids, GraphQL node ids, delivery GUIDs."""

import base64
import binascii
import uuid
from functools import lru_cache

_PREFIXES = {
    "App": "A",
    "Artifact": "AR",
    "Blob": "B",
    "Bot": "BOT",
    "CheckRun": "CR",
    "CheckSuite": "CS",
    "Commit": "C",
    "Deployment": "DE",
    "DeploymentStatus": "DES",
    "Environment": "EN",
    "HeadRefForcePushedEvent": "HRFPE",
    "Installation": "MDIzOkluc3RhbGxhdGlvbg",
    "Issue": "I",
    "IssueComment": "IC",
    "Job": "J",
    "Label": "LA",
    "LabeledEvent": "LE",
    "MergeQueueEntry": "MQE",
    "Organization": "O",
    "ProtectionRule": "GA",
    "PullRequest": "PR",
    "PullRequestReview": "PRR",
    "PullRequestReviewComment": "PRRC",
    "Reaction": "REA",
    "Ref": "REF",
    "Release": "RE",
    "ReleaseAsset": "RA",
    "Repository": "R",
    "RepositoryRule": "RRU",
    "RepositoryRuleset": "RRS",
    "Tag": "TAO",
    "Team": "TE",
    "Tree": "T",
    "User": "U",
    "Workflow": "W",
    "WorkflowRun": "WFR",
}


@lru_cache(maxsize=4096)  # An answer names the same few things over and over.
def node_id(kind: str, key: int | str) -> str:
    """The opaque GraphQL id of the object of type ``kind`` with this key (its number, or ``repository:sha`` in git)."""
    packed = base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("=")
    return f"{_PREFIXES[kind]}_{packed}"


def parse_node_id(text: str) -> tuple[str, str] | None:
    """Undo `node_id`; None for anything it did not make."""
    prefix, _, packed = text.partition("_")
    try:
        kind, _, key = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (kind, key) if _PREFIXES.get(kind) == prefix and key else None


class Counter:
    """Hands out numeric ids and GUIDs in a fixed order, so that the same story gets the same names every time."""

    def __init__(self, start: int = 1000) -> None:
        self._last = start

    def next(self) -> int:
        """A number nobody has yet, larger than every one before."""
        self._last += 1
        return self._last

    def next_guid(self) -> str:
        """A GUID nobody has yet, in the form of ``X-GitHub-Delivery``."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"delivery-{self.next()}"))
