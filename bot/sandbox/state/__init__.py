"""What GitHub remembers, as plain mutable data: no behaviour, no I/O, no webhooks.

Objects refer to each other directly. A whole world can be copied with `copy.deepcopy`; that is how a stale read is
served.
"""
