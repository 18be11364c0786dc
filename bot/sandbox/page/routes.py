"""Which page shows what. The addresses are GitHub's own, because the bot links to them."""

from collections.abc import Callable

from bot.sandbox.page.views import actions, code, lobby, pulls, releases
from bot.sandbox.page.visit import Sheet, Visit

View = Callable[[Visit], Sheet]

_REPOSITORY = "/{owner}/{repo}"
_PULL = _REPOSITORY + r"/pull/{number:\d{1,9}}"
_RUN = _REPOSITORY + r"/actions/runs/{run:\d{1,12}}"

VIEWS: dict[str, View] = {
    "/": lobby.show_lobby,
    "/_/traffic": lobby.show_traffic,
    _REPOSITORY: code.show_overview,
    _REPOSITORY + "/tree/{rest:.+}": code.show_tree,
    _REPOSITORY + "/blob/{rest:.+}": code.show_blob,
    _REPOSITORY + "/commits": code.show_commits,
    _REPOSITORY + "/commits/{rest:.+}": code.show_commits,
    _REPOSITORY + "/commit/{sha:[0-9a-fA-F]{7,40}}": code.show_commit,
    _REPOSITORY + "/compare/{span:.+}": code.show_comparison,
    _REPOSITORY + "/branches": code.show_branches,
    _REPOSITORY + "/tags": code.show_tags,
    _REPOSITORY + "/pulls": pulls.list_pulls,
    _PULL: pulls.show_conversation,
    _REPOSITORY + r"/issues/{number:\d{1,9}}": pulls.show_conversation,
    _PULL + "/commits": pulls.show_pull_commits,
    _PULL + "/files": pulls.show_pull_files,
    _PULL + "/checks": pulls.show_pull_checks,
    _REPOSITORY + r"/runs/{check:\d{1,12}}": pulls.show_check,
    _REPOSITORY + "/actions": actions.list_runs,
    _RUN: actions.show_run,
    _RUN + r"/job/{job:\d{1,12}}": actions.show_job,
    _REPOSITORY + "/releases": releases.list_releases,
    _REPOSITORY + "/releases/tag/{tag}": releases.show_release,
}
