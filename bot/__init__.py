"""Aweigh: PyPI releases by conversation."""

from bot import deferred as deferred
