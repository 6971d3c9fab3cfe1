"""Tests of the faces over HTTP, on rows made by hand."""
