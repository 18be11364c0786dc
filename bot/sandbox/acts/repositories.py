"""What happens to whole repositories."""

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
