# Theme Park Hall of Shame. On a fresh machine two commands do all the set-up: make demo, make test.

.POSIX:
.SUFFIXES:
.PHONY: help pages built wheel demo run test fuzz bad-input proof bench bench-serve bench-warehouse cluster screenshots lint audit clean faults bench-rest

# Any Python from 3.11 on will do; this one is tried first.
PYTHON = python3.11
# From the command line or the environment; unset is what the settings say (8000; data, for the demonstration
# demo-data): PORT, DATA, TESTS, and FRESH=1 for a demonstration with a new record.

VENV = .venv
BIN = $(VENV)/bin

help: ## show what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1: \2/p' Makefile

FIND_PYTHON = for python in "$(PYTHON)" python3 python3.12 python3.13 none; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	done; \
	if [ "$$python" = none ]; then \
		echo "Python 3.11 or later is needed; name it: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi

# The environment follows pyproject.toml: what it newly asks for is installed by the next command. There are two:
# what the program needs to run, and beside that the tools to develop it.
$(VENV)/.ready-run: pyproject.toml
	@$(FIND_PYTHON); exec "$$python" tools/set_up.py run

$(VENV)/.ready-dev: pyproject.toml
	@$(FIND_PYTHON); exec "$$python" tools/set_up.py dev

pages: $(VENV)/.ready-run ## build the pages, where something changed, and print what they weigh
	@$(BIN)/python tools/build_pages.py

wheel: $(VENV)/.ready-run ## the program as one file for deploy/manage.py, in dist/
	@rm -rf dist; $(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .; ls dist

built: $(VENV)/.ready-run
	@$(BIN)/python tools/build_pages.py --tidy

demo: built ## the whole system on real recordings (PORT=8000 DATA=demo-data FRESH=1)
	@port="$(PORT)" data="$(DATA)" fresh="$(FRESH)"; [ "$$fresh" != 0 ] || fresh=; \
	exec $(BIN)/hallofshame demo $${port:+--port "$$port"} $${data:+--data "$$data"} $${fresh:+--fresh}

run: built ## the same system on the live feeds (PORT=8000 DATA=data)
	@port="$(PORT)" data="$(DATA)"; \
	exec $(BIN)/hallofshame run $${port:+--port "$$port"} $${data:+--data "$$data"}

test: $(VENV)/.ready-dev ## all tests, those of the pages too (TESTS=path: some of them; COVERAGE=yes: measured)
	@$(BIN)/python tools/build_pages.py --dev
	@if [ -n "$(TESTS)" ]; then exec $(BIN)/python -m pytest $(TESTS); fi; \
	world=$$(mktemp -d) && trap 'rm -rf "$$world"' EXIT && \
	export HALLOFSHAME_TEST_WORLD="$${HALLOFSHAME_TEST_WORLD:-$$world}" && \
	$(BIN)/python tools/build_pages.py --test && \
	$(BIN)/python -m pytest -m "not speed and not cluster" --durations=25 $${COVERAGE:+--cov} && \
	$(BIN)/python -m pytest -m speed -n 0 $$(grep -rl --include='test_*.py' 'mark\.speed' tests)

fuzz: $(VENV)/.ready-dev ## damaged bodies at every door of the feeds (BODIES=100000 SEED=another each time)
	@cd tests && exec ../$(BIN)/python -m fuzz.bodies $${BODIES:+--bodies "$$BODIES"} $${SEED:+--seed "$$SEED"} \
		$${RESULT:+--result "faults/results/$$RESULT.json"}

bad-input: $(VENV)/.ready-dev ## hostile requests and slow clients at the real site
	@cd tests && exec ../$(BIN)/python -m faults.bad_input $${RESULT:+--result "faults/results/$$RESULT.json"}

proof: $(VENV)/.ready-dev ## write docs/proof.md from the results of faults, fuzz, bad-input, bench-rest and bench-serve
	@cd tests && exec ../$(BIN)/python -m faults.proof

faults: $(VENV)/.ready-dev ## the whole system under faults (FAULTS="collector web …" SIZE=how often SEED=…)
	@cd tests && exec ../$(BIN)/python -m faults $(FAULTS) $${SIZE:+--size "$$SIZE"} $${SEED:+--seed "$$SEED"} \
		$${RESULT:+--result "faults/results/$$RESULT.json"}

bench: $(VENV)/.ready-dev ## measure what docs/performance.md speaks of
	@$(BIN)/python -m benchmarks

bench-rest: $(VENV)/.ready-dev ## memory and processor time of the whole system at rest (MINUTES=5)
	@$(BIN)/python -m benchmarks.rest $(MINUTES) $${RESULT:+--result}

bench-serve: $(VENV)/.ready-dev ## measure ready answers under load; needs wrk and h2load
	@$(BIN)/python -m pip install --quiet --editable '.[bench]'
	@$(BIN)/python -m benchmarks.serve $${RESULT:+--result}

bench-warehouse: $(VENV)/.ready-dev ## measure the history files beside the databases
	@$(BIN)/python -m benchmarks.warehouse
	@$(BIN)/python -m benchmarks.loading
	@$(BIN)/python -m benchmarks.archive_import

cluster: $(VENV)/.ready-dev ## several hosts on a Galera cluster of three nodes, stopped in turn (ten minutes; needs galera-4, rsync, lsof)
	@$(BIN)/python -m pytest -m cluster -n 0 -s tests/cluster

screenshots: $(VENV)/.ready-dev ## pictures of every page into screenshots/ (needs Chromium)
	@$(BIN)/python tools/build_pages.py --dev
	@$(BIN)/python tools/screenshots.py

lint: $(VENV)/.ready-dev ## style, templates, types (those of the pages, too) and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet src/hallofshame/web/templates
	$(BIN)/python tools/build_pages.py --check

audit: $(VENV)/.ready-dev ## look the installed packages up among known vulnerabilities
	@$(BIN)/python tools/audit.py

clean: ## remove the environment and caches, never data
	rm -rf frontend/node_modules frontend/.node frontend/.built src/hallofshame/web/static/app
	rm -rf $(VENV) .setup .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
