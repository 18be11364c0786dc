"""The REST API, one module for each part of it.

`PARTS` are the routes of the API itself, `UPLOADS` those of the host that takes release assets.
"""

from bot.sandbox.rest import (
    apps,
    checks,
    comments,
    commits,
    contents,
    git_data,
    issues,
    pulls,
    reactions,
    refs,
    releases,
    repositories,
    reviews,
    rulesets,
    service,
)

PARTS = [
    apps.routes,
    checks.routes,
    comments.routes,
    commits.routes,
    contents.routes,
    git_data.routes,
    issues.routes,
    pulls.routes,
    reactions.routes,
    refs.routes,
    releases.routes,
    repositories.routes,
    reviews.routes,
    rulesets.routes,
    service.routes,
]
UPLOADS = releases.uploads
