"""The real program under faults: processes, feeds, stores, disks and clocks fail, and nothing may be lost."""
