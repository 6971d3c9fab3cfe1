"""Write the example answers of ``/api/docs`` from a running site, such as ``make demo``.

    python tools/write_api_examples.py http://127.0.0.1:8000

Asks the example of every endpoint that answers JSON, cuts each list to its first entry, and writes
``src/hallofshame/web/reference/examples.json``. ``tests/web/test_docs.py`` holds the answers to the declared
types.
"""

from __future__ import annotations

import argparse
import json

import requests

from hallofshame.web.description import shipped
from hallofshame.web.reference.examples import ANSWERS, example_request, shortened


def main() -> None:
    """Ask, cut, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("site", help="address of a running site, without a slash at its end")
    site = parser.parse_args().site
    answers = {}
    for path, operations in json.loads(shipped())["paths"].items():
        operation = operations.get("get")
        if operation is None or "security" in operation:
            continue
        if "application/json" not in operation["responses"]["200"]["content"]:
            continue
        answer = requests.get(site + example_request(path), timeout=60)
        # A site that fails says so in the answer about its health, with a status of its own.
        if path != "/api/health":
            answer.raise_for_status()
        answers[path] = shortened(answer.json())
    ANSWERS.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(answers)} answers in {ANSWERS}")


if __name__ == "__main__":
    main()
