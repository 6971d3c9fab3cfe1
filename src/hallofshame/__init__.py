"""Theme Park Hall of Shame: how often rides are down and how long people wait, measured honestly."""

__version__ = "0.1.0"
