"""A release: observed, decided, carried out.

Pure: ``snapshot`` (what is), ``steps`` (what can be done), ``decide`` (which of them), ``plan`` (what a release changes),
``record`` (what our check run remembers), ``reasons`` (why not). Shell: ``observe``, ``perform``, ``reconcile``.
"""
