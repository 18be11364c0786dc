"""``aweigh plan`` and ``aweigh next``: what a release would change, in a checkout on this machine and without any network.

* ``folder`` reads and writes the checkout; ``local`` makes the plan; ``show`` renders it; ``commands`` are the commands.
"""
