"""The OpenAPI description that is shipped, which ``hallofshame openapi`` prints without loading the web."""

from __future__ import annotations

from click.testing import CliRunner

from hallofshame.cli import cli
from hallofshame.web.description import declared_now


def test_the_shipped_description_is_that_of_the_endpoints() -> None:
    printed = CliRunner().invoke(cli, ["openapi"])
    assert printed.exit_code == 0, printed.output
    if printed.stdout != declared_now() + "\n":
        raise AssertionError("src/hallofshame/web/openapi.json is old: python tools/build_pages.py --types")
