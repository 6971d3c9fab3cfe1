"""``/api/operators``: operators compared as parks are."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Answer, ranking_body
from hallofshame.web.answers.operators import OPERATOR_SORTS, OperatorRow, operator_ranking
from hallofshame.web.answers.rankings import BY, DOWNTIME, PARK_FIELDS, ranked_by
from hallofshame.web.csv_answers import WHOLE
from hallofshame.web.endpoints import PAGING, endpoint
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.shared import FILTERS, PAGE, PERIOD, by, sort

api_operators = Blueprint("api_operators", __name__, url_prefix="/api")

SORT = sort(OPERATOR_SORTS)
_BY = by(BY)


@endpoint(
    api_operators,
    "/operators",
    parameters=(PERIOD, FILTERS, PAGE, SORT, _BY),
    tables=(WHOLE, f"{WHOLE}.park_names"),
    says=("period", "coverage", *PAGING, "ranked_by"),
)
def operators(context: AnswerContext, asked: Parameters) -> Answer[list[OperatorRow]]:
    """Operators by the breakdowns of all rides of their ranked parks, the worst first."""
    chosen = ranked_by(DOWNTIME, _BY.read(asked))
    period, parks, page = (
        PERIOD.read(asked, context.now.date()),
        FILTERS.read(asked, context),
        PAGE.read(asked),
    )
    lines = operator_ranking(context, period, parks, chosen, SORT.read(asked))
    of_parks = parks.choose(context.catalogue.parks.values())
    ranges = context.ranges(period, of_parks).values()
    return ranking_body(context, lines, page, period, ranges, PARK_FIELDS[chosen])
