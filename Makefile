# Needs git, make and a python3 of 3.12 or newer; all else is installed into .venv, in the versions of requirements.lock.
# Another Python: make env PYTHON=python3.13. Options for a command: make compare ARGS="--members 2000 --set platform.limit=3"

PYTHON = python3
ARGS =
RUN = .venv/bin/python

.PHONY: help env compare app test verify attack bench screenshots lint types lock

help:  # this list
	@sed -n 's/^\([a-z]*\):[^#]*#  *\(.*\)/make \1\t\2/p' Makefile | expand -t 16

env:  # the environment, made anew if requirements.lock has changed
	@cmp -s requirements.lock .venv/installed.lock || PYTHON='$(PYTHON)' sh .ci/environment

compare: env  # the comparison of the three policies, into results/compare/
	@$(RUN) -m experiments.compare $(ARGS)

app: env  # the interactive page, in the browser
	@$(RUN) -m sim page $(ARGS)

test: env  # the tests
	@$(RUN) -m pytest -n 2 --maxschedchunk 10 $(ARGS)

verify: env  # the model against closed forms, statistically
	@$(RUN) -m pytest verification $(ARGS)

attack: env  # damage, kills, a foreign page and others' bug reports, tried: some ten minutes
	@timeout 1800 $(RUN) -m attack $(ARGS)

bench: env  # speed and memory, beside plain Mesa
	@$(RUN) -m benchmarks $(ARGS)

screenshots: env  # pictures of the page, into docs/images/; needs Chromium
	@$(RUN) docs/screenshots.py

lint: env  # style
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check

types: env  # types
	@$(RUN) -m mypy

lock: env  # requirements.lock from pyproject.toml, with the newest versions
	@command -v uv >/dev/null || $(RUN) -m pip install --quiet uv
	@PATH="$$PATH:$$PWD/.venv/bin" uv pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.12 --upgrade \
		--generate-hashes --no-annotate --quiet -o requirements.lock
