# What people type.  `make help` lists it.  The setting up is in tools/setup.py.

PYTHON ?= python3
# Processes that the tests are spread over.
WORKERS ?= 2
# Further arguments for pytest: make test ARGS="-k related -x"
ARGS ?=

.DEFAULT_GOAL := help
# The targets share one environment and one public/.
.NOTPARALLEL:
.PHONY: help setup setup-tests site test lint format bench bench-incremental bench-peers fuzz screenshots clean distclean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

setup:
	@$(PYTHON) tools/setup.py site

setup-tests:
	@$(PYTHON) tools/setup.py tests

site: setup ## Build the sample site into public/
	@.venv/bin/site-builder build
	@echo
	@echo "The site starts at $(CURDIR)/public/index.html. To look at it as readers will:"
	@echo "  python3 -m http.server --bind 127.0.0.1 --directory public 8000"
	@echo "and open http://127.0.0.1:8000/"

test: setup-tests ## Check formatting, lint and types, then run all tests
	@$(MAKE) --no-print-directory checks
	@.venv/bin/python -m pytest -n $(WORKERS) $(ARGS)

.PHONY: checks
checks:
	.venv/bin/ruff format --check --output-format concise .
	.venv/bin/ruff check --output-format concise .
	.venv/bin/mypy --strict site_builder

lint: setup-tests checks ## Check formatting, lint and types only

format: setup-tests ## Format the code and fix what the linter can fix
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: setup-tests ## Measure speed and memory on generated content
	@.venv/bin/python benchmarks/bench.py $(ARGS)

bench-incremental: setup-tests ## Measure builds that follow a build, 100,000 articles
	@.venv/bin/python benchmarks/incremental.py $(ARGS)

bench-peers: setup-tests ## Install other generators below benchmarks/made/ and build the same content with them
	@.venv/bin/python benchmarks/peers.py $(ARGS)

fuzz: setup-tests ## Run the property tests marked `fuzz` on many more inputs, new ones each time
	@.venv/bin/python -m pytest -n $(WORKERS) -m fuzz --hypothesis-profile=fuzz --timeout=0 $(ARGS)

screenshots: setup-tests site ## Picture every kind of page and the preview, narrow and wide, light and dark, into screenshots/
	@.venv/bin/python tools/screenshots.py public screenshots

clean: ## Remove everything that building and testing wrote; the environments stay
	rm -rf public screenshots dist build .site-builder .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -not -path './.venv/*' -not -path '*/node_modules/*' -prune -exec rm -rf {} +

distclean: clean ## Remove the environments too
	rm -rf .venv tests/tools/node_modules
