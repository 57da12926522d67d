# Everything here works on a bare machine with Python 3.11 or newer: each target makes its own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
FULL := $(VENV)/.full
INSTALL := pip install --quiet --disable-pip-version-check

.PHONY: help setup setup-all run test test-all crosscheck lint type proto docs web bench fuzz check check-tests clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## .venv with the package and what the quick tests need
setup-all: $(FULL)  ## .venv with every extra, the linters and the browser's driver

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/$(INSTALL) --editable '.[test]'
	touch $@

$(FULL): $(READY)
	$(BIN)/$(INSTALL) --editable '.[dev,all]'
	touch $@

run: setup  ## LeNet on a digit: every shape, every parameter count, the top classes
	$(BIN)/prototxt-run examples/lenet.prototxt examples/digit.png --scale 0.00390625 --weights examples/lenet.caffemodel

test: setup  ## the quick tests, in parallel; those of an extra that is not installed are skipped
	$(BIN)/python -m pytest -n auto

test-all: setup-all  ## the quick tests and the sweeps over public, random and damaged files
	$(BIN)/python -m pytest -n auto -m 'not slow'

CROSSCHECK := .crosscheck-venv
crosscheck: $(CROSSCHECK)/.ready  ## the calls of PyTorch and Keras, run by these on the golden cases
	KERAS_BACKEND=torch $(CROSSCHECK)/bin/python -m pytest tests/export

$(CROSSCHECK)/.ready: pyproject.toml
	$(PYTHON) -m venv $(CROSSCHECK)
	$(CROSSCHECK)/bin/$(INSTALL) torch==2.13.0
	$(CROSSCHECK)/bin/$(INSTALL) --editable '.[crosscheck]'
	touch $@

lint: setup-all type  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: setup-all  ## mypy --strict
	$(BIN)/mypy

proto: setup-all  ## proto/caffe.proto -> src/prototxt/schema/caffe.binpb and its types, caffe_pb2.pyi
	$(BIN)/python tools/compile_schema.py

docs: setup  ## the layer types' docstrings -> docs/layers.md
	$(BIN)/python tools/make_docs.py

web:  ## web/ -> src/prototxt/page/page.html (Node 20 or newer)
	cd web && npm ci --silent --no-audit --no-fund && npm run --silent build

BENCH := .bench-venv
PEERS := 'opencv-python-headless<5' onnx onnxruntime openvino
BENCH_ARGS ?=
bench: $(BENCH)/.ready $(if $(TORCH),$(BENCH)/.torch)  ## times beside other engines, of a folder of images, of opening weights, of reading nets
	$(BENCH)/bin/python benchmarks/peers.py $(BENCH_ARGS)
	$(BENCH)/bin/python benchmarks/forward.py
	$(BENCH)/bin/python benchmarks/folder.py
	$(BENCH)/bin/python benchmarks/open_weights.py
	$(BENCH)/bin/python benchmarks/reading.py

# One by one: a peer that has no package for this machine is left out, and the others run.
$(BENCH)/.ready: pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/$(INSTALL) --editable .
	for peer in $(PEERS); do \
	  $(BENCH)/bin/$(INSTALL) "$$peer" || echo "$$peer cannot be installed and is left out"; \
	done
	touch $@

$(BENCH)/.torch: $(BENCH)/.ready  ## make bench TORCH=1
	$(BENCH)/bin/$(INSTALL) torch==2.13.0
	touch $@

FUZZ_SECONDS ?= 60
fuzz: setup-all  ## every reader of files against made-up ones, FUZZ_SECONDS each (Linux, x86-64)
	$(BIN)/$(INSTALL) --editable '.[fuzz]'
	$(BIN)/python tools/fuzz.py --seconds $(FUZZ_SECONDS)

check: lint check-tests crosscheck  ## everything: linters, every test, PyTorch and Keras

check-tests: setup-all  ## every test, slow ones included
	$(BIN)/python -m pytest -n auto -m ''

clean:  ## remove what these targets made
	rm -rf $(VENV) $(BENCH) $(CROSSCHECK) .bench-cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
