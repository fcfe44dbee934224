# The whole workflow. Everything is installed into .venv, in the versions of requirements.lock.
#
#   make play     set up what playing needs, and play sixteen bars (ARGS="--key D --tempo 96")
#   make test     set up everything, and run all tests (ARGS="-k key")
#   make check    style, types and layers
#   make bench    every benchmark, half an hour, as a table in runs/bench.md (ARGS="stepping rules"; ARGS=--long as the docs quote them)
#   make docs     the documentation, into site/
#   make screenshots  the pictures of the screen in the documentation
#   make results  the models that come along evaluated anew, and the page that tells it
#   make walk     the commands of every page, those too that take minutes
#   make coverage  which lines no test runs; tests that fill a disk or time a rule fail under it, for measuring writes and takes time
#   make mutation  which changes of rules, music, clocks and losses no test notices (about half an hour)
#   make release-check  wheel and sdist built, looked into, installed and used on every Python here; some minutes
#   make licences  the page of what an installation brings, and under which licences
#   make lock     look for newer versions of everything
#   make clean    take away all that was made here
#
# PYTHON=... names the Python to use.

ARGS =
RUN = .venv/bin/python
install = $(RUN) -m pip install -qq --disable-pip-version-check --constraint requirements.lock

help:
	@sed -n 's/^#   //p' Makefile

play:
	@sh scripts/setup.sh play
	@sh scripts/play.sh $(ARGS)

setup:
	@sh scripts/setup.sh all

test: setup
	@sh scripts/test.sh $(ARGS)

check: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m pyright
	.venv/bin/lint-imports --no-logo

format: setup
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

bench: setup
	@$(install) --group peers || echo "What is measured beside ours cannot be installed here; it is left out."
	@[ -e corpora/default ] || $(RUN) -m live_composer corpus build default >/dev/null
	$(RUN) scripts/bench.py $(ARGS)

docs: setup
	$(RUN) scripts/options_page.py
	$(RUN) scripts/parameters_page.py
	$(RUN) scripts/keys_page.py
	$(RUN) scripts/rules_page.py
	$(RUN) scripts/wire_page.py
	$(RUN) -m zensical build --clean --strict

screenshots: setup
	$(RUN) scripts/screenshots.py

results: setup
	$(RUN) scripts/results_page.py --measure $(ARGS)

walk: setup
	EVERY_COMMAND=1 $(RUN) -m pytest tests/end_to_end/test_pages.py $(ARGS)

coverage: setup
	@$(install) --group hunt
	-$(RUN) -m coverage run -m pytest -q -n auto -m "not real" $(ARGS)
	-$(RUN) -m coverage run -m pytest -q -n 2 -m real $(ARGS)
	-$(RUN) -m coverage combine --quiet
	$(RUN) -m coverage report

mutation: setup
	@$(install) --group hunt
	OMP_NUM_THREADS=1 $(RUN) -m mutmut run $(ARGS)
	$(RUN) -m mutmut results
	$(RUN) scripts/mutation_table.py

release-check: setup
	$(RUN) scripts/release_check.py $(ARGS)

licences: setup
	$(install) --editable ".[fleet,sweep]"
	$(RUN) scripts/licences_page.py

lock:
	@sh scripts/lock.sh

clean:
	rm -rf .venv build dist site .cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find live_composer tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help play setup test check format bench docs screenshots results walk coverage mutation release-check licences lock clean
