"""Settings of followers: web push and webhooks."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import field_validator

from hallofshame.domain.hosts import host_name
from hallofshame.domain.push_services import PushServices, origin_of
from hallofshame.settings.fields import Group, Listed, check_address, setting

_MAIL = re.compile(r"[^\s@:]+@[\w-]+(\.[\w-]+)+")
_PUBLIC_HOST = re.compile(r"[\w-]+(\.[\w-]+)+")


class FollowingSettings(Group):
    """Who may follow, and where messages may go."""

    push_browsers: int = setting(
        5000,
        "How many browsers may follow rides and parks by web push; 0: the site offers none.",
        "a whole number from 0 to 100000",
        ge=0,
        le=100_000,
    )
    push_contact: str | None = setting(
        None,
        "Mail address that push services may write to about our messages. Unset: they get the public URL, "
        "if it is https; without either Apple's takes no message.",
        "a mail address",
    )
    push_services: Listed = setting(
        (),
        "Further push services, beside those of Chrome, Firefox, Edge and Safari. A host takes https at a "
        "public address; an origin is taken as it is, in a private network, too.",
        "hosts, or origins such as `https://push.example.org:8443`, with commas between them",
    )
    webhook_private: bool = setting(
        False,
        "Whether webhooks may lie in private networks and take http, such as a Home Assistant at home.",
        "`true` or `false`",
    )

    @field_validator("push_contact")
    @classmethod
    def _contact(cls, value: str | None) -> str | None:
        if value is not None and not _MAIL.fullmatch(value):
            raise ValueError("not a mail address")
        return value

    @field_validator("push_services")
    @classmethod
    def _services(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(one) if "://" in one else host_name(one) for one in value)

    @property
    def allowed_push_services(self) -> PushServices:
        """The known push services and :attr:`push_services`."""
        return PushServices.with_further(self.push_services)

    def contact(self, public_url: str | None) -> str | None:
        """Whom push services are told of: a ``mailto:`` or an origin; null where nobody is known."""
        if self.push_contact is not None:
            return f"mailto:{self.push_contact}"
        parts = urlsplit(public_url or "")
        host = parts.hostname or ""
        return f"https://{host}" if parts.scheme == "https" and _PUBLIC_HOST.fullmatch(host) else None


def _origin(value: str) -> str:
    parts = check_address(value)
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("an origin is scheme, host and port")
    return origin_of(value)
