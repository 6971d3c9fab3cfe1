"""Tests of the kernel: hand-computed days, an oracle, recorded days."""
