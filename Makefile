# Everything here works on a bare machine with Python 3.11 or newer: each target makes its own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup run test lint type proto docs bench fuzz check clean

setup: $(READY)

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,all]'
	touch $@

run: setup  ## LeNet on a digit: every shape, every parameter count, the top classes
	$(BIN)/prototxt-run examples/lenet.prototxt examples/digit.png --scale 0.00390625 --weights examples/lenet.caffemodel

test: setup  ## the whole suite, in parallel
	$(BIN)/pytest -n auto

lint: setup type
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: setup
	$(BIN)/mypy

proto: setup  ## proto/caffe.proto -> src/prototxt/schema/caffe.binpb
	$(BIN)/python tools/compile_schema.py

docs: setup  ## the rooms -> docs/layers.md
	$(BIN)/python tools/make_docs.py

bench: setup  ## times of forward passes, of a folder of images, of opening weights, of reading nets
	$(BIN)/python benchmarks/forward.py
	$(BIN)/python benchmarks/folder.py
	$(BIN)/python benchmarks/open_weights.py
	$(BIN)/python benchmarks/reading.py

FUZZ_SECONDS ?= 60
fuzz: setup  ## every reader of files against made-up ones, FUZZ_SECONDS each (Linux, x86-64)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(BIN)/python tools/fuzz.py --seconds $(FUZZ_SECONDS)

check: setup lint  ## everything, slow tests included
	$(BIN)/pytest -n auto -m ''

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
