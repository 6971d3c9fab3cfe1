"""Atom feeds: the document, and what it says of outages."""
