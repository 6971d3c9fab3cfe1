"""The faces over HTTP: JSON under ``/api`` and server-rendered pages. No statistic is computed here."""
