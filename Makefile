# The commands of the project. `make book` and `make test` work from a fresh clone: they set up .venv on their own.
.DEFAULT_GOAL := help
# Commands and tests would else compile the same modules again and again, where the environment forbids to keep them.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help book explore lab release test test-long bench lint format lock setup dev clean browser checkers

BIN := .venv/bin
# The first Python in the supported range; PYTHON=... chooses another one.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,14))' 2>/dev/null && { echo $$p; break; }; done)

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv from requirements.lock: what the book runs with (the other targets do it on their own)
	@test -n "$(PYTHON)" || { echo "The Compute Divide needs Python 3.11 to 3.14: none was found on the PATH." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,14))' 2>/dev/null || \
		{ echo "The Compute Divide needs Python 3.11 to 3.14: PYTHON is $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) scripts/set_up.py

dev: setup ## add what the book is checked with to .venv, from requirements-dev.lock (so do test, bench, lint, format, lock)
	@$(PYTHON) scripts/set_up.py dev

book: setup ## build the default edition; open _build/editions/default/html/index.html
	@$(BIN)/compute-divide build

explore: setup ## build it with all states: each choice changed alone, to be turned on the page; ARGS=... adds chapters or options
	@$(BIN)/compute-divide explore --yes $(ARGS)

lab: setup ## open the chapters in JupyterLab, with the book's own kernel; what a chapter says of itself stays when it is saved
	@$(BIN)/python -c 'import jupyterlab' 2>/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python \
		--constraint requirements.lock --no-build-isolation --editable '.[lab]'
	@$(BIN)/jupyter lab $(ARGS)

release: setup browser ## build all formats, pack and tag what is published, lay out the site to deploy (in dist/)
	@others="$$($(BIN)/python -c 'import pathlib; from bookpress.cite.book import load_book; \
		print(*{*load_book(pathlib.Path()).published_editions} - {"default"})')"; \
		[ -z "$$others" ] || $(BIN)/compute-divide build $$others --format html,pdf,epub
	@$(BIN)/compute-divide explore --yes --format html,pdf,epub && $(BIN)/compute-divide release --tag $(ARGS)

browser: ## install what pages are looked at with, from apt (Debian, Ubuntu; does nothing when it is there)
	@scripts/install-parts browser

checkers: dev ## install what the tests check the book with besides: Lighthouse, the Nu HTML checker, epubcheck, biber
	@scripts/install-parts browser checkers

# All tests on all cores, a file of them in one process: what its tests share is made once.
ALL := -n auto --dist loadfile --no-loadscope-reorder

test: dev $(if $(ARGS),,checkers) ## run the suite, an eighth of its heavy tests; ARGS=... runs what they name, as pytest takes it
	@$(BIN)/python -m pytest $(or $(ARGS),$(ALL) --sample)

test-long: dev checkers ## run all tests, the heavy checks in full number, over an hour
	@BOOKPRESS_LONG=1 $(BIN)/python -m pytest --timeout 7200 $(or $(ARGS),$(ALL))

bench: dev browser ## measure and print the ratios that docs/speed.md quotes
	@$(BIN)/python -m tests.benchmarks $(ARGS)

lint: dev ## ruff (chapters too), mypy, import-linter, deptry, the limits of length and number
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(BIN)/deptry src/compute_divide src/compute_divide_evidence
	@$(BIN)/deptry src/bookpress --config src/bookpress/pyproject.toml
	@$(BIN)/deptry src/holdtrue --config src/holdtrue/pyproject.toml
	@failed=0; $(BIN)/python scripts/limits.py || failed=1; $(BIN)/python scripts/chapters.py lint || failed=1; exit $$failed

format: dev ## put the code in shape
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	@$(BIN)/python scripts/chapters.py format

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package bookpress --no-emit-package holdtrue \
	--custom-compile-command 'make lock' pyproject.toml

lock: dev ## renew requirements.lock and requirements-dev.lock from pyproject.toml
	@$(COMPILE) --group setup --output-file requirements.lock
	@$(COMPILE) --group dev --extra cluster --constraint requirements.lock --output-file requirements-dev.lock
	@$(BIN)/python scripts/write_environment.py
	@$(BIN)/python scripts/write_changelog.py
	@$(BIN)/python scripts/list_licences.py

clean: ## remove what was built (the environment stays)
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
