"""A package index: Simple API, provenance, uploads with Trusted Publishing, and switches for its bad days."""

from bot.sandbox.index.faults import PROVENANCE_STATES, IndexFaults, Provenance
from bot.sandbox.index.package_index import ConnectionLostError, PackageIndex
from bot.sandbox.index.state import File, IndexState, Project, Publisher

__all__ = [
    "PROVENANCE_STATES",
    "ConnectionLostError",
    "File",
    "IndexFaults",
    "IndexState",
    "PackageIndex",
    "Project",
    "Provenance",
    "Publisher",
]
