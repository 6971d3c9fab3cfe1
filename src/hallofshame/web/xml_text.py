"""Text that may stand in XML: feeds and drawings show names that others gave."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, however it is escaped."""


def xml_text(text: str) -> str:
    """The text without what no XML document may hold. It is yet to be escaped."""
    return _NOT_XML.sub("", text)
