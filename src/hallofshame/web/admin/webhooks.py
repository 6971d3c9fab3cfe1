"""``/api/admin/webhooks``: addresses of integrations that are told when rides go down or reopen."""

from __future__ import annotations

from hallofshame.domain.access import Scope
from hallofshame.domain.following import News
from hallofshame.domain.localtime import to_unix
from hallofshame.hooks import checked_url, shown_url
from hallofshame.store import webhooks
from hallofshame.store.webhooks import Hook
from hallofshame.web.admin.declared import AdminAnswer, Asking, admin_endpoint
from hallofshame.web.answers.envelope import iso
from hallofshame.web.answers.webhooks import WebhookAdded, WebhookAsked, WebhookRow
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.posts import checked

_MISSING = {404: "There is no webhook of that number."}


@admin_endpoint("GET", "/webhooks/list", scope=Scope.WEBHOOKS)
def webhook_list(asking: Asking) -> AdminAnswer[list[WebhookRow]]:
    """Webhooks by name, with how their messages fare. Of their addresses only the host is shown."""
    with asking.site.database.read() as connection:
        return AdminAnswer([webhook_row(hook) for hook in webhooks.every(connection)])


@admin_endpoint(
    "POST",
    "/webhooks/add",
    scope=Scope.WEBHOOKS,
    body=WebhookAsked,
    status=201,
    statuses={
        404: "There is no such park or ride.",
        409: "There is a webhook of that name, or there are too many.",
        413: "The body is too long.",
        415: "The body is no JSON.",
    },
)
def webhook_add(asking: Asking) -> AdminAnswer[WebhookAdded]:
    """Add a webhook. The answer holds its secret, which nobody can see again."""
    asked: WebhookAsked = checked(WebhookAsked, asking.body)
    url = checked_url(asked["url"], private=asking.site.settings.webhook_private)
    with asking.site.answer_context() as context:
        parks = [find_park(context, str(park)).park_id for park in asked.get("parks", ())]
        rides = [find_ride(context, str(ride)).ride_id for ride in asked.get("rides", ())]
    hook = asking.site.database.run(
        lambda connection: webhooks.add(
            connection,
            name=asked["name"],
            url=url,
            events=[News(event) for event in asked["events"]],
            parks=parks,
            rides=rides,
            wait_minutes=asked.get("wait_minutes"),
            created_by=asking.key.name,
            now=to_unix(asking.site.clock.now()),
        )
    )
    return AdminAnswer({**webhook_row(hook), "secret": hook.secret}, 201)


@admin_endpoint("POST", "/webhooks/remove/<int:webhook_id>", scope=Scope.WEBHOOKS, statuses=_MISSING)
def webhook_remove(asking: Asking, webhook_id: int) -> AdminAnswer[WebhookRow]:
    """Remove a webhook; what waited for it is not sent."""
    hook = asking.site.database.run(lambda connection: webhooks.remove(connection, webhook_id))
    return AdminAnswer(webhook_row(hook))


def webhook_row(hook: Hook) -> WebhookRow:
    """A webhook without what is secret of it."""
    return {
        "webhook_id": hook.webhook_id,
        "name": hook.name,
        "url": shown_url(hook.url),
        "events": [event.value for event in hook.events],
        "parks": list(hook.parks),
        "rides": list(hook.rides),
        "wait_minutes": hook.wait_minutes,
        "created_by": hook.created_by,
        "created_at": iso(hook.created_at),
        "delivered_at": iso(hook.delivered_at),
        "failures": hook.failures,
        "error": hook.error,
    }
