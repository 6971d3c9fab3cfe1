"""The JSON body of a request, read once, with a bound."""

from __future__ import annotations

import json
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from hallofshame.domain.errors import InputError

MOST_BODY_BYTES = 64 * 1024


def read_json() -> dict[str, Any]:
    """The JSON object of the running request; what is too long, of another type or no object is refused."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("send the body as application/json")
    if (request.content_length or 0) > MOST_BODY_BYTES:
        raise RequestEntityTooLarge(f"the body is longer than {MOST_BODY_BYTES} bytes")
    content = request.stream.read(MOST_BODY_BYTES + 1)
    if len(content) > MOST_BODY_BYTES:
        raise RequestEntityTooLarge(f"the body is longer than {MOST_BODY_BYTES} bytes")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError('the body is no JSON; send one object, such as {"kind": "history"}') from error
    if not isinstance(found, dict):
        raise InputError('the body is no JSON object; send one, such as {"kind": "history"}')
    return found
