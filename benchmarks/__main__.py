"""All benchmarks, one after the other: ``make bench``."""

from __future__ import annotations

from benchmarks import (
    answers,
    calibration,
    chances,
    collection,
    cycle,
    history_api,
    hourly,
    kernel,
    matching,
    rebuild,
    ride_types,
    signals,
    startup,
)

if __name__ == "__main__":
    kernel.main()
    cycle.main()
    rebuild.main()
    collection.main()
    matching.main()
    answers.main()
    hourly.main()
    startup.main()
    signals.main()
    ride_types.main()
    chances.main()
    calibration.main()
    history_api.main()
