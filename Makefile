# Two commands set everything up: `make site` and `make test`.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
PIP    := $(RUN) -m pip --disable-pip-version-check --quiet

.PHONY: site test check format clean

site: $(VENV)/.site  ## build the blog into _site/ (no torch)
	$(RUN) -m generator build
	@echo "open file://$(CURDIR)/_site/index.html"

test: $(VENV)/.test  ## install everything, then lint, type-check and run the whole suite
	$(MAKE) check
	OMP_NUM_THREADS=1 $(RUN) -m pytest

check: $(VENV)/.test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

format: $(VENV)/.test
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

clean:
	rm -rf $(VENV) .labpress

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "labpress needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.site: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable .
	@touch $@

# torch goes first and exactly: a looser ask with no torch there pulls gigabytes of GPU packages.
$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(PIP) install torch==2.13.0
	$(PIP) install --editable '.[experiments,dev,oracles]'
	$(PIP) install --no-deps --no-compile --upgrade --target $(VENV)/golden python-liquid==1.13.0  # test cases only
	@touch $@ $(VENV)/.site
