"""What is declared of a parameter is what it takes: of every endpoint, from its own schema."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from hallofshame.domain.errors import InputError
from hallofshame.web.admin.declared import declared_admin
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import ParameterOf, flag, integer, text

from .paths import ENDPOINTS, undescribed_app

PARAMETERS = sorted(
    {
        (parameter.name, str(parameter.schema)): parameter
        for found in (*ENDPOINTS.values(), *(found for _rule, found in declared_admin(undescribed_app())))
        for parameter in found.parameters
        if isinstance(parameter, ParameterOf)
    }.items()
)


def read(parameter: ParameterOf[Any], value: str | None) -> Any:
    """What the parameter makes of a query with that value, or without it."""
    query = MultiDict({} if value is None else {parameter.name: value})
    return parameter.read(Parameters(query, [parameter.name]))


def as_sent(value: Any) -> str:
    """A value as a query has it."""
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def test_many_parameters_are_held_to_their_schema() -> None:
    assert len(PARAMETERS) > 20
    assert {"limit", "sort", "lat", "non_rides", "mode"} <= {name for (name, _schema), _found in PARAMETERS}


@pytest.mark.parametrize("parameter", [found for _key, found in PARAMETERS], ids=lambda found: found.name)
def test_a_parameter_takes_what_its_schema_says_and_nothing_beyond(parameter: ParameterOf[Any]) -> None:
    schema = parameter.schema
    if "default" in schema:
        assert as_sent(read(parameter, None)) == as_sent(schema["default"])
        assert read(parameter, "") == read(parameter, None)
    elif not parameter.required:
        assert not read(parameter, None)
    if "enum" in schema:
        assert [as_sent(read(parameter, value)) for value in schema["enum"]] == schema["enum"]
        beyond = ["another", schema["enum"][0].upper()]
    elif "minimum" in schema:
        lowest, highest = schema["minimum"], schema["maximum"]
        assert [read(parameter, str(edge)) for edge in (lowest, highest)] == [lowest, highest]
        beyond = [str(lowest - 1), str(highest + 1), "many", "1_0", "３", "0x10", " 7"]
    else:
        beyond = []
    if parameter.example is not None:
        assert read(parameter, parameter.example)
    for value in beyond:
        with pytest.raises(
            InputError, match=rf"{parameter.name}.*{re.escape(value.strip())}.* takes "
        ) as told:
            read(parameter, value)
        assert told.value.parameter == parameter.name


def test_a_parameter_that_is_read_has_to_be_declared() -> None:
    limit = integer("limit", 5, 1, 50, "How many.")
    with pytest.raises(LookupError, match="limit is read but not declared"):
        limit.read(Parameters(MultiDict(), ["offset"]))


def test_a_flag_may_stand_for_yes_unless_asked_otherwise() -> None:
    shown = flag("shows", "Whether.", default="yes")
    assert [read(shown, value) for value in (None, "yes", "no")] == [True, True, False]
    assert shown.schema == {"type": "string", "enum": ["yes", "no"], "default": "yes"}


def test_a_text_is_handed_on_as_it_was_sent() -> None:
    assert [read(text("ids"), value) for value in (None, "", "1, 2")] == [None, None, "1, 2"]
