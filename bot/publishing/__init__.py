"""The publish run: which event starts it, why it failed, and what its attestations prove."""
