# Everything runs from here; README says which of these you need. Needs Python 3.11 or 3.12 and make, nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# Servers for `make test-servers` and `make test-browser`; `make check` starts some of its own where none answer.
TEST_DATABASE_URL ?= $(or $(DATABASE_URL),postgres://postgres@127.0.0.1:5432/postgres)
TEST_REDIS_URL ?= $(or $(REDIS_URL),redis://127.0.0.1:6379/0)
WORKERS ?= 2

.PHONY: run test check suites lint audit types migrations test-servers test-browser handbook bench requirements clean

run: $(VENV)/installed
	$(BIN)/python manage.py run --port $(PORT)

test: $(VENV)/installed-dev
	env -u DATABASE_URL -u REDIS_URL $(BIN)/python -m pytest -n $(WORKERS) -m "not servers and not browser"

# The browser waits more than it works, and has servers of its own: it shares the two cores with the suite on SQLite.
check: $(VENV)/installed-dev
	$(MAKE) -j2 lint types migrations
	$(BIN)/python -m tests.with_servers $(MAKE) suites

suites:
	$(MAKE) -j2 test test-browser
	$(MAKE) test-servers

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/djade --check $$(git ls-files 'templates/*.html')
	$(BIN)/lint-imports

# Are holes known in what is pinned? Asks the advisory service; where there is no way out, that is said and fails (tests/auditing.py).
audit: $(VENV)/installed-dev
	$(BIN)/python -m tests.auditing

types: $(VENV)/installed-dev
	$(BIN)/mypy

migrations: $(VENV)/installed-dev
	env -u DATABASE_URL $(BIN)/python manage.py makemigrations --check --dry-run

test-servers: $(VENV)/installed-dev
	env DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) \
		$(BIN)/python -m pytest -n $(WORKERS) -m "not browser and not once" --dist loadgroup

test-browser: $(VENV)/installed-dev
	env DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) $(BIN)/python -m pytest -m browser

# The handbook's pictures anew, where a page has changed: look at each before it is committed.
handbook: $(VENV)/installed-dev
	env -u DATABASE_URL -u REDIS_URL HANDBOOK_PICTURES=new $(BIN)/python -m pytest -q tests/browser -k handbook

# Tables, shown, not judged (one that misses its aim stops none of the others): hours, on a machine that does nothing else. First ours
# beside django-helpdesk, then planning a county's month, a sweep, the ledger of its year on both databases, its boards beside two other
# engines, pages of tickets at 10,000 and 1,000,000, a county's and a province's monthly reports, villagers opening branch pages, a Sunday
# evening, a fresh machine; last a province of 170 counties (25 GB). docs/performance.md says what came out of the first, of pages of
# tickets, the evening, the fresh machine and the province. One of them alone: its line here.
bench: $(VENV)/installed-dev
	-env DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) PYTHONPATH=. $(BIN)/python tests/bench/helpdesk/compare.py
	-env -u DATABASE_URL PYTHONPATH=. $(BIN)/python tests/bench/roster.py
	-env -u DATABASE_URL PYTHONPATH=. $(BIN)/python tests/bench/sweep.py
	-env -u DATABASE_URL PYTHONPATH=. $(BIN)/python tests/bench/points.py
	-env -u DATABASE_URL PYTHONPATH=. $(BIN)/python tests/bench/boards.py
	-env DATABASE_URL=$(TEST_DATABASE_URL) PYTHONPATH=. $(BIN)/python tests/bench/points.py
	-env DATABASE_URL=$(TEST_DATABASE_URL) PYTHONPATH=. $(BIN)/python tests/bench/point_lists.py
	-env DATABASE_URL=$(TEST_DATABASE_URL) PYTHONPATH=. $(BIN)/python tests/bench/tickets.py
	-env DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) PYTHONPATH=. $(BIN)/python tests/bench/months.py
	-env DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) PYTHONPATH=. $(BIN)/python tests/bench/public.py
	-env DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) PYTHONPATH=. $(BIN)/python tests/bench/evening.py
	-env DATABASE_URL=$(TEST_DATABASE_URL) PYTHONPATH=. $(BIN)/python tests/bench/recovery.py
	-env DATABASE_URL=$(TEST_DATABASE_URL) PYTHONPATH=. $(BIN)/python tests/bench/province_size.py

# Pinned with hashes and without any address: pip asks whatever index the machine is set up for.
requirements: $(VENV)/installed-dev
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --no-header --generate-hashes --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --no-header --generate-hashes --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' \
		|| (echo "Python 3.11 or 3.12 is needed; set PYTHON=/path/to/python3.11" && exit 1)
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python requirements.txt
	$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	touch $@

$(VENV)/installed-dev: $(BIN)/python requirements.txt requirements-dev.txt
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.txt
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) data
