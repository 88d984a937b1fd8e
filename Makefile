# The commands of the project. Everything is installed below this folder, from hash-pinned requirements.

PYTHON ?= python3
UV := .tools/bin/uv
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
VENV := .venv
BIN := $(VENV)/bin
DEMO_ARGS ?=
RUN_ARGS ?=
TEST_ARGS ?=

.PHONY: install demo test lint fuzz bench drawings screenshots run pins clean

install: $(VENV)/.runtime

$(UV): requirements/bootstrap.txt
	$(PYTHON) -m pip install --quiet --no-deps --require-hashes --upgrade --target .tools -r requirements/bootstrap.txt
	touch $(UV)

# A sync that met a half-published index is tried once more with a fresh look at it.
define sync
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip sync --quiet --require-hashes $(1) || $(UV) pip sync --quiet --refresh --require-hashes $(1)
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
endef

# dev.txt holds demo.txt, which holds the runtime, at the same versions. The larger environment that stands
# already is kept: it does for the smaller purpose.
standing = $(if $(wildcard $(VENV)/.dev),requirements/dev.txt,$(if $(wildcard $(VENV)/.demo),requirements/demo.txt,$(1)))

$(VENV)/.runtime: $(UV) requirements/runtime.txt pyproject.toml
	$(call sync,$(call standing,requirements/runtime.txt))
	touch $@

# The demo has an MQTT broker besides.
$(VENV)/.demo: $(UV) requirements/demo.txt pyproject.toml
	$(call sync,$(call standing,requirements/demo.txt))
	touch $@ $(VENV)/.runtime

$(VENV)/.dev: $(UV) requirements/dev.txt pyproject.toml
	$(call sync,requirements/dev.txt)
	touch $@ $(VENV)/.demo $(VENV)/.runtime

demo: $(VENV)/.demo
	$(BIN)/bakjour-sim demo $(DEMO_ARGS)

run: install
	$(BIN)/bakjour serve $(RUN_ARGS)

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(TEST_ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

# Bounded in time; an input that breaks a promise is printed, and ends with exit 1.
FUZZ_ARGS ?= --seconds 60
fuzz: $(VENV)/.dev
	$(UV) pip install --quiet --require-hashes --only-binary :all: -r requirements/fuzz.txt
	$(BIN)/python -m fuzz $(FUZZ_ARGS)

bench: $(VENV)/.dev
	$(BIN)/python -m bench $(BENCH_ARGS)

# The transition tables of the code as drawings in docs/machines; a test fails while they differ.
drawings: $(VENV)/.dev
	$(BIN)/python -m tools.drawings

# Every page on a desktop and on a phone, for docs/screenshots; wants the system's Chromium.
screenshots: $(VENV)/.dev
	$(BIN)/python -m pytest tests/browser/take_screenshots.py

# New pins: at most as young as a week, so that a withdrawn release is known before we take it.
PIN := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --exclude-newer '7 days'
pins: $(UV)
	$(PIN) requirements/bootstrap.in -o requirements/bootstrap.txt
	$(PIN) pyproject.toml requirements/build.in -o requirements/runtime.txt
	$(PIN) -c requirements/runtime.txt pyproject.toml requirements/build.in requirements/demo.in -o requirements/demo.txt
	$(PIN) pyproject.toml requirements/build.in requirements/dev.in -o requirements/dev.txt
	$(PIN) requirements/fuzz.in -o requirements/fuzz.txt

clean:
	rm -rf $(VENV) .tools
