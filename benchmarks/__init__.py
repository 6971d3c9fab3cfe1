"""Benchmarks: ``make bench`` prints machine, sizes and ratios; nothing here is a test."""
