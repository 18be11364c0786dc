"""The sandbox never starts beside real credentials: nothing of a demo may reach, or be mistaken for, the real GitHub."""

from collections.abc import Mapping

_TELLING = (
    "AWEIGH_APP_ID",
    "AWEIGH_PRIVATE_KEY",
    "AWEIGH_WEBHOOK_SECRET",
    "AWEIGH_GITHUB_API",
    "DATABASE_URL",
)


class RealCredentialsError(Exception):
    """The environment holds settings of a real bot."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"the sandbox does not start beside the settings of a real bot; unset {', '.join(names)} first"
        )


def refuse_real_credentials(environment: Mapping[str, str]) -> None:
    """Raises RealCredentialsError when a real bot is set up in ``environment``."""
    found = [name for name in _TELLING if environment.get(name)]
    if found:
        raise RealCredentialsError(found)
