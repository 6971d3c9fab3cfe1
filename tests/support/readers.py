"""Readers of pages, who see of their white space what a browser shows."""

from __future__ import annotations

from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from support.html import as_read


class _Answer(TestResponse, Response):
    @property
    def text(self) -> str:
        """The text; of a page without the white space that is not seen."""
        return as_read(super().text) if self.mimetype == "text/html" else super().text


def reader_of(app: Flask) -> FlaskClient:
    """A client whose pages read alike however their templates are broken into lines."""
    return FlaskClient(app, _Answer)
