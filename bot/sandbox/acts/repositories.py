"""What happens to whole repositories, and to what an App is installed on."""

from typing import Any

from bot.sandbox.shapes.accounts import organization, simple_user
from bot.sandbox.state.accounts import Installation, User
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World


def delete_repository(world: World, repository: Repository) -> None:
    """Take a repository away.

    No App of the repository is told: with it goes what its installation was allowed to hear of.
    """
    del world.repositories[repository.id]
    for installation in world.installations.values():
        if installation.repository_ids is not None:
            installation.repository_ids.discard(repository.id)


def rename_repository(world: World, repository: Repository, name: str, actor: User) -> None:
    """Give it another name; under the old one it is found for as long as nobody else takes that."""
    before = repository.name
    repository.former_names.add(repository.full_name.lower())
    repository.name = name
    _tell(world, repository, "renamed", actor, changes={"repository": {"name": {"from": before}}})


def transfer_repository(world: World, repository: Repository, owner: User, actor: User) -> None:
    """Give it another owner; the Apps that are installed there are told, those of the old owner are not."""
    before = repository.owner
    repository.former_names.add(repository.full_name.lower())
    repository.owner = owner
    kind = "organization" if before.type == "Organization" else "user"
    shape = organization(world.links, before) if kind == "organization" else simple_user(world.links, before)
    _tell(world, repository, "transferred", actor, changes={"owner": {"from": {kind: shape}}})


def archive_repository(world: World, repository: Repository, actor: User, *, archived: bool = True) -> None:
    """Make it read-only, or take that back."""
    if repository.archived != archived:
        repository.archived = archived
        _tell(world, repository, "archived" if archived else "unarchived", actor)


def suspend(world: World, installation: Installation, actor: User) -> None:
    """Let an App do and hear nothing any more, for now; of that alone it is told."""
    installation.suspended_at, installation.suspended_by = world.now(), actor
    world.emit_installation(installation, "suspend", actor)


def unsuspend(world: World, installation: Installation, actor: User) -> None:
    """Let it act again."""
    installation.suspended_at = installation.suspended_by = None
    world.emit_installation(installation, "unsuspend", actor)


def uninstall(world: World, installation: Installation, actor: User) -> None:
    """Take an App off an account; its tokens are worth nothing any more."""
    world.emit_installation(installation, "deleted", actor)
    del world.installations[installation.id]


def select_repositories(world: World, installation: Installation, repositories: list[Repository], actor: User) -> None:
    """Let an App act in these repositories of the account alone."""
    before = {one.id for one in world.repositories.values() if installation.covers(one.id, one.owner.id)}
    after = {one.id for one in repositories}
    installation.repository_ids = after
    for action, ids in (("removed", before - after), ("added", after - before)):
        changed = [one for one in world.repositories.values() if one.id in ids]
        if changed:
            world.emit_selection(installation, action, changed, actor)


def _tell(world: World, repository: Repository, action: str, actor: User, **more: Any) -> None:
    world.emit(repository, "repository", {"action": action, **more}, actor)
