"""Aweigh: PyPI releases by conversation."""
