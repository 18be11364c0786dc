"""``aweigh demo``: a whole release, played in the terminal against the sandbox by the unchanged bot."""
