# Everything sets itself up on a machine with Python 3.11 or newer: `make demo`, `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BEGAN  := $(shell date +%s)
# Images of containers often set it: each worker would then compile all modules anew, and so would each program it starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo dist test test-fast lint golden bench idioms fuzz roots tools packages clean

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pincompiler needs Python 3.11 or newer")'
	@$(PYTHON) -m tests.real.environment $(VENV)

# Compiles the sample project, and pins of public CAs from certifi's bundle, into build/demo/.
demo: $(READY)
	$(BIN)/python samples/demo.py build/demo

# The wheel, for pipx, uv and pipelines.
dist: $(READY)
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

# Everything; parts that cannot be had are named at the end, and fail CI.  What was built before is kept in .cache/:
# PINCOMPILER_BUILD_ANEW=1 builds it anew.
test: lint tools
	$(BIN)/python -m pytest -n 2 --dist loadfile -m proves --cov --cov-report=
	$(BIN)/coverage report
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not proves'
	@echo "make test: done in $$(($$(date +%s) - $(BEGAN))) s"

# Half a minute, without a JVM: apps are those of tests/golden/builds.
test-fast: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile -q -m 'not real and not slow' --hypothesis-profile fast

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Rewrites the committed golden files after a deliberate change, those that are built with a JVM, the picture of the
# report with Chromium; read the diff.
golden: $(READY)
	$(BIN)/python -m pytest -m builds -q --update-golden
	$(BIN)/python -m pytest tests/audit/test_snapshots.py -q --update-golden
	$(BIN)/python -m pytest tests/test_golden.py tests/test_schemas.py tests/test_readme.py --update-golden --deselect \
		tests/test_readme.py::test_the_picture_is_of_the_sample_report
	$(BIN)/python -m pytest tests/idioms -q --update-golden
	$(BIN)/python -m tests.real.make_report_picture

# The real parts, into .tools/: Kotlin, OkHttp, Android, R8, Swift, ...; root on a Debian gets the packages too.
tools: $(READY)
	@$(BIN)/python -m tests.real.fetch_all

# The Debian packages alone, for root; writes nothing here.
packages:
	@$(PYTHON) -B -m tests.real.packages

bench: $(READY)
	$(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_audit.py
	$(BIN)/python tests/bench_hostile.py
	$(BIN)/python tests/bench_verify.py
	$(BIN)/python tests/bench_impact.py
	$(BIN)/python tests/bench_report.py

# Three thousand small apps whose pins the generator knows: what an audit finds of them, in tables.  Half an hour on two
# free cores; what was built is kept.
idioms: $(READY)
	nice -n 10 $(BIN)/python -m tests.idioms

# Damaged inputs for every reader, 20,000 each, fewer where one takes long; what fails is kept in tests/fuzz/past/, which make test reads.  More:
# .venv/bin/python -m tests.fuzz --cases 1000000 dex
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz

# Writes pincompiler/roots/roots.json anew, from local copies of what the stores' makers publish; tests/roots/make_roots.py
# says which.  What of it was published elsewhere, tests/test_root_stores.py compares.
roots: $(READY)
	$(BIN)/python -m tests.roots.make_roots $(SOURCES)

clean:
	rm -rf build dist $(VENV) .cache .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
