"""Reads for answers: the one query path for dates (R10), chart points, outages, catalogue, the present."""
