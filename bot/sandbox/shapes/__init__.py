"""How GitHub words an object in JSON, in REST answers and in webhooks alike.

Pure functions from state to dictionaries, held against GitHub's official descriptions by the tests. Each takes the
world's `Links` first, because every object names its own addresses.
"""

from typing import Any

Json = dict[str, Any]
