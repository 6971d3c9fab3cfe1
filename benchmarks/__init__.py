"""Benchmarks: ``make bench`` prints machine, sizes and ratios; nothing here is a test."""

import hallofshame  # noqa: F401 - before Polars, as the program does: it sets how the allocator gives memory back
