"""What answers and pages say: rows made of stored counters by the kernel's ratios."""
