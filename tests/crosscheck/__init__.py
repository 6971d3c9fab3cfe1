"""The same figure in two places of the demonstration is the same: lists, charts, files, badges, pages."""
