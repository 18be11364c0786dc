"""Adapters: the rulesets that say which tags may be created, and whether we get past one.

Which ones there are comes along in a document that is asked for anyway. Whether whoever asks gets past one, only REST says,
of one ruleset at a time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.github.client import Session
from bot.github.errors import Forbidden, Gone, Unavailable
from bot.github.facts import TagRuleset
from bot.github.read import Json

_MOST_RULESETS: Final = 30
_MOST_PATTERNS: Final = 100

RULESETS: Final = f"""
    rulesets(first: {_MOST_RULESETS}, includeParents: true) {{ nodes {{
      databaseId name target enforcement conditions {{ refName {{ include exclude }} }}
      rules(first: 1, type: CREATION) {{ totalCount }}
    }} }}"""
"""Those of the organisation as well. Of more than these the rest is not told: GitHub explains them when they refuse.

An argument for those about tags alone came later than rulesets did: a server that does not know it yet would decline the
whole document.
"""

_REFUSING: Final = {"never", "pull_requests_only"}
"""No pull request creates a tag, so that whoever gets past a ruleset by one alone does not."""


def read_ruleset_nodes(connection: Json | None) -> tuple[TagRuleset, ...]:
    """The rulesets that are in force and restrict who creates tags; one that is not told whole is left out.

    So are all from the one on with which there would be more than a hundred patterns: anybody may write some, and each tag is
    held against all.
    """
    found, left = [], _MOST_PATTERNS
    for node in (connection or {}).get("nodes") or ():
        if not node or node["databaseId"] is None or (node["target"], node["enforcement"]) != ("TAG", "ACTIVE"):
            continue
        names, rules = (node["conditions"] or {}).get("refName"), node["rules"]
        if names and rules and rules["totalCount"]:
            include, exclude = (tuple(str(one) for one in names[key]) for key in ("include", "exclude"))
            left -= len(include) + len(exclude)
            if left < 0:
                break
            found.append(TagRuleset(int(node["databaseId"]), str(node["name"]), include, exclude))
    return tuple(found)


async def find_refusing(session: Session, ruleset: TagRuleset) -> TagRuleset | None:
    """``ruleset`` with its page, where we do not get past it; None: we do, or GitHub does not tell.

    It is only to warn somebody, so nothing waits for an answer that does not come.
    """
    try:
        told = await session.find("/repos/{repository}/rulesets/{id}", id=ruleset.id) or {}
    except (Forbidden, Gone, Unavailable):
        return None
    if told.get("current_user_can_bypass") not in _REFUSING:
        return None
    page = (told.get("_links") or {}).get("html") or {}
    return replace(ruleset, url=str(page.get("href") or ""))
