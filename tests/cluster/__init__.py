"""Several hosts on a Galera cluster of three nodes, all on loopback (docs/cluster.md): ``make cluster``."""
