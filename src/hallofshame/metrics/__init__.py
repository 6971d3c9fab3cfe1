"""The metrics kernel: rules R2–R9 as pure functions, frames in and frames out. No I/O, no clock."""

METRICS_VERSION = 2
"""Version of every formula here; a change of formula raises it and asks for a rebuild (R8)."""
