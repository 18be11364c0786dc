"""A release: observed, decided, carried out.

Pure: ``snapshot`` (what is), ``steps`` (what can be done), ``decide`` (which of them), ``plan`` (what a release changes),
``record`` (what our check run remembers), ``orders`` and ``heed`` (what people tell a release under way), ``held`` (what
keeps it back), ``refresh`` (whether its branch is up to date), ``reasons`` (why not), ``tag_only`` and ``propose_tag`` (what
is otherwise without a pull request).
Shell: ``observe``, ``perform`` and their parts, ``reconcile``, and ``workbench`` for one repository, with
``tag_bench`` for what has no pull request there.
"""
