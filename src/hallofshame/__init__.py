"""Theme Park Hall of Shame: how often rides are down and how long people wait, measured honestly."""

import os

# Read by the allocator of Polars when Polars is imported, which no module does before this one. What a cycle
# has freed then goes back to the system at once (about 40 MB of a process that collects 150 parks).
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:500,muzzy_decay_ms:0")

__version__ = "0.1.0"
