"""Talking with people: what is a command, who may give it, and what becomes of it.

Pure: ``grammar`` (where commands stand), ``registry`` (which there are), ``understanding`` (what a line means),
``authority`` (who may), ``possible`` (what ``help`` lists now). Shell: ``carry_out`` answers one comment through the
modules that do what the commands say (``proposing``, ``approving``, ``steering``, ``telling``), ``remembered`` those
that wait for a merge; ``strangers`` and ``minutes`` see to it that nobody costs much and that nothing goes unrecorded.
"""
