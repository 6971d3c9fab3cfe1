"""Everything about one ride in one period: the same row as in the list, its chart and its outages."""

from __future__ import annotations

import dataclasses

from hallofshame.domain.periods import Period
from hallofshame.metrics.reliability import outage_statistics
from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.store.reports.former_names import former_names
from hallofshame.store.reports.outages import ride_outages
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.envelope import Row, coverage_body, iso, ranked_by_body
from hallofshame.web.rows.chart_data import ride_chart
from hallofshame.web.rows.facts import fact_fields
from hallofshame.web.rows.outages import outages_inside
from hallofshame.web.rows.park_details import MAX_OUTAGES_LISTED, park_info
from hallofshame.web.rows.parks import ride_urls
from hallofshame.web.rows.rankings import DOWNTIME, LIVE_RIDE_FIELD, RIDE_FIELDS, all_standings, with_standing
from hallofshame.web.rows.ride_hours import published_rows, usual_rows
from hallofshame.web.wording import TIER_LABELS, TYPE_LABELS


def ride_info(context: AnswerContext, ride: RideProfile) -> Row:
    """The ride as the catalogue knows it."""
    park = context.catalogue.parks[ride.park_id]
    return {
        "ride_id": ride.ride_id,
        "ride_name": ride.name,
        "ride_slug": ride.slug,
        "park_id": ride.park_id,
        "kind": ride.kind.value,
        "land": ride.land,
        "is_active": ride.is_active,
        "tier": ride.tier,
        "tier_label": TIER_LABELS[ride.tier],
        "tier_source": ride.tier_source,
        "weight": ride.weight,
        "type": ride.type.value,
        "type_label": TYPE_LABELS[ride.type],
        "type_source": ride.type_source,
        "first_seen_at": iso(ride.first_seen_at),
        "last_seen_at": iso(ride.last_seen_at),
        **ride_urls(park, ride),
        **fact_fields(ride),
    }


def ride_details(context: AnswerContext, period: Period, ride: RideProfile) -> tuple[Row, Row]:
    """The details and their coverage."""
    park = context.catalogue.parks[ride.park_id]
    days = period.days(context.today(park))
    [line] = with_standing(context, period, [ride], all_standings(context, period))
    chart = ride_chart(context, park, ride.ride_id, days)
    outages = ride_outages(context.connection, ride.ride_id, days)
    totals = context.ride_sums({park.park_id: days}, [ride.ride_id]).get(ride.ride_id)
    counted = [outage for outage in outages if outage.counted]
    reopened = [outage.downtime_seconds for outage in counted if outage.reopened]
    statistics = outage_statistics(reopened, len(counted) - len(reopened), totals.operating if totals else 0)
    details = {
        "ride": ride_info(context, ride),
        "park": park_info(park),
        "former_names": former_names(context.connection, ride.ride_id),
        "former_ride_ids": sorted(
            number for number, into in context.catalogue.merged.items() if into == ride.ride_id
        ),
        "summary": line.row,
        "ranked_by": ranked_by_body(LIVE_RIDE_FIELD if period.is_live else RIDE_FIELDS[DOWNTIME]),
        "chart_grain": chart.grain.value,
        "chart_data": chart.data,
        "outages": outages_inside(context, outages[:MAX_OUTAGES_LISTED]),
        "outages_total": len(outages),
        "published_hours": published_rows(context, park, ride, days),
        "usual_hours": usual_rows(context, park, ride, days),
        # Where nobody looked, it is not known that nothing broke.
        "outage_statistics": dataclasses.asdict(statistics) | {"count": line.row["outages"]},
    }
    return details, coverage_body([line])
