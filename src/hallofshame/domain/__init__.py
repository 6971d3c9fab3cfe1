"""The words of the project as types: statuses, feeds, readings, park days, periods. No I/O, no frames."""
