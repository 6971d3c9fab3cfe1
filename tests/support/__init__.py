"""Helpers of the tests: servers, recordings, oracles."""
