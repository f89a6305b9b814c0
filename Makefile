# Needs make and a python3 of 3.12 or newer; all else is installed into .venv, in the versions of the lock files, as soon as it is needed.
# Another Python: make try PYTHON=python3.13. Options for a command: make compare ARGS="--members 2000 --set platform.limit=3"

PYTHON = python3
ARGS =
RUN = .venv/bin/python
PIP = $(RUN) -m pip install --quiet --disable-pip-version-check --no-input
# with it each of the many processes of the tests would compile all modules anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help try compare app env env-app env-dev test verify attack bench results answers screenshots examples lint format types package lock clean

help:  # this list
	@sed -n 's/^\([a-z-]*\):[^#]*#  *\(.*\)/make \1\t\2/p' Makefile | expand -t 16

try: env  # a first look, in a minute: figures and an answer, into results/try/
	@.venv/bin/invitesim try $(ARGS)

compare: env  # the comparison of the three policies, into results/compare/
	@.venv/bin/invitesim compare $(ARGS)

app: env-app  # the interactive page, in the browser
	@.venv/bin/invitesim page $(ARGS)

# $(call install,LOCK): what a lock file lists and the project itself, where it lies; nothing, if that was done already
install = @cmp -s $(1) .venv/$(1) || { $(check) && echo "make: installing $$(grep -c == $(1)) packages into .venv" && $(PYTHON) -m venv .venv && \
	$(PIP) --require-hashes --only-binary :all: --no-binary solara-assets -r $(1) && $(PIP) --no-deps -e . && cp $(1) .venv/; }
check = $(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.version_info < (3, 12) and sys.exit("make: $(PYTHON) is Python %s; expected 3.12 or newer, as in: make PYTHON=python3.13" % v)'

env:  # what the library needs, and the command .venv/bin/invitesim
	$(call install,requirements.lock)

env-app: env  # the same and what the page needs
	$(call install,requirements-app.lock)

env-dev: env  # the same and what developers need
	$(call install,requirements-dev.lock)

test: env-dev  # the tests
	@$(RUN) -m pytest -n 2 --maxschedchunk 10 $(ARGS)

verify: env-dev  # the model against closed forms, statistically, and 300 new random societies against the reference
	@$(RUN) -m pytest verification $(ARGS)
	@EXAMPLES=100 $(RUN) -m pytest tests/test_reference.py -k any_society

attack: env-dev  # damage, kills, a foreign page and others' bug reports, tried: some five minutes
	@timeout 1800 $(RUN) -m attack $(ARGS)

bench: env-dev  # speed and memory, beside plain Mesa
	@$(RUN) -m benchmarks $(ARGS)

results: env  # the published comparison anew, into results/published/
	@rm -rf results/published/societies
	@.venv/bin/invitesim compare --out results/published $(ARGS)

answers: env-dev  # the other experiments anew: what the pages quote, into docs/images/ and results/answers/
	@$(RUN) docs/answers.py $(ARGS)

screenshots: env-dev  # pictures of the page, into docs/images/; needs Chromium
	@$(RUN) docs/screenshots.py

examples: env-dev  # what the examples of the pages print, into the pages
	@$(RUN) docs/examples.py

lint: env-dev  # style
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check

format: env-dev  # correct the style where ruff can
	@$(RUN) -m ruff check --fix
	@$(RUN) -m ruff format

types: env-dev  # types
	@$(RUN) -m mypy

package: env-dev  # the sdist and the wheel, into dist/; the wheel is tried in a bare environment
	@sh .ci/package

COMPILE = uv pip compile pyproject.toml --universal --python-version 3.12 --generate-hashes --no-annotate --no-header --quiet

lock: env-dev  # the lock files from pyproject.toml, with the newest versions
	@command -v uv >/dev/null || $(PIP) uv
	@PATH="$$PATH:$$PWD/.venv/bin"; $(COMPILE) --extra dev --upgrade -o requirements-dev.lock && \
		$(COMPILE) --extra app -c requirements-dev.lock -o requirements-app.lock && \
		$(COMPILE) -c requirements-dev.lock -o requirements.lock

clean:  # remove caches and what was built; .venv and results/ stay
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .numba_cache
	@find benchmarks docs experiments sim tests verification -name __pycache__ -type d -prune -exec rm -rf {} +
