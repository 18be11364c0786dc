"""Where the sandbox lives: the addresses that stand inside its answers."""

from dataclasses import dataclass


@dataclass(slots=True)
class Links:
    """Base addresses, without a trailing slash; set them before the first request (the port is only known then).

    ``api`` is where the REST API answers (api.github.com, or ``/api/v3`` of an Enterprise host), ``graphql`` where
    GraphQL does, ``web`` is what people open in a browser and what ``git clone`` takes, ``uploads`` takes the assets
    of releases, and ``storage`` serves logs and assets without asking who you are.
    """

    api: str = "http://api.sandbox.invalid"
    graphql: str = "http://api.sandbox.invalid/graphql"
    web: str = "http://sandbox.invalid"
    uploads: str = "http://uploads.sandbox.invalid"
    storage: str = "http://storage.sandbox.invalid"
    enterprise_host: str = ""
    """The host an Enterprise server names in its webhooks; empty for github.com's way."""
