"""The site as a WSGI application, for other servers than ours: Apache with mod_wsgi, gunicorn, uWSGI.

``hallofshame.wsgi:application`` answers as ``hallofshame serve`` does. The settings come from the environment
or from a ``.env`` file in the folder that the server starts it in; collecting is the work of another process.

:raises SettingsError: on import, for settings that cannot be used.
:raises StoreError: on import, when the database is of another version; ``hallofshame db upgrade`` helps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hallofshame import logs, settings
from hallofshame.installation import Installation
from hallofshame.store.statement_limits import limit_statements
from hallofshame.web.app import create_app
from hallofshame.web.ready import WORKER_VERSION_SECONDS

if TYPE_CHECKING:
    from flask import Flask


def _made() -> Flask:
    installation = Installation(settings.load())
    given = installation.settings
    logs.configure(given.log_level, given.log_format)
    installation.make_ready(migrate=False)
    # A server may fork what it loaded; no connection is to be shared.
    installation.database.dispose()
    limit_statements(installation.database.engine, given.web_statement_seconds)
    web = replace(installation.web_settings, version_seconds=WORKER_VERSION_SECONDS)
    return create_app(installation.database, installation.clock, web)


application = _made()
