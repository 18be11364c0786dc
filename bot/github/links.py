"""Addresses of GitHub's pages, for people to click. The web base comes with the repository, so any host works. Pure."""

from __future__ import annotations

from urllib.parse import quote

from bot.github.facts import Repository


def tag_page(repository: Repository, tag: str) -> str:
    """The page of a tag, which is that of its release once there is one."""
    return f"{repository.web_url}/releases/tag/{quote(tag, safe='')}"


def commit_page(repository: Repository, sha: str) -> str:
    """The page of a commit."""
    return f"{repository.web_url}/commit/{sha}"


def file_page(repository: Repository, ref: str, path: str) -> str:
    """A file as it is at a tag or commit."""
    return f"{repository.web_url}/blob/{quote(ref, safe='')}/{quote(path)}"


def compare_page(repository: Repository, base: str, head: str) -> str:
    """What lies between two tags."""
    return f"{repository.web_url}/compare/{quote(base, safe='')}...{quote(head, safe='')}"
