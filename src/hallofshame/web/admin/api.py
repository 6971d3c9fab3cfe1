"""The admin API as one blueprint: importing its modules declares their endpoints."""

from hallofshame.web.admin import imports, quality, storage, webhooks
from hallofshame.web.admin.declared import api_admin

MODULES = (imports, storage, quality, webhooks)
"""Where the endpoints stand."""

__all__ = ["MODULES", "api_admin"]
