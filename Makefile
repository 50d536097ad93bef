# One word each. Options of run: PORT=8000, FICTION=0 (a house that is not founded), DATA=folder.
# Options of test: ARGS="tests/ground -k roles"; of lock: ARGS=--upgrade; of bench: BENCH="pages log".
PYTHON := $(shell for name in python3 python python3.14 python3.13 python3.12; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null && echo "$$name" && break; done)

.PHONY: run test check fix bench lock clean prepare

run: prepare
	@exec .venv/bin/python -m cellule.ground.serve

# One process more than there are cores: each waits for its database or its browser a third of the time.
TEST_PROCESSES = $$(.venv/bin/python -c "import os; print(min(os.cpu_count(), 4) + 1)")

# Also where Python is told to keep no bytecode: every process of the tests would compile Django anew.
test: export PYTHONDONTWRITEBYTECODE =
test: prepare
	@.venv/bin/python -m cellule.ground.chromium
	@.venv/bin/python -m pytest --numprocesses=$(TEST_PROCESSES) --dist=worksteal $(ARGS)

check: prepare
	@.venv/bin/python -m cellule.ground.check

fix: prepare
	@.venv/bin/python -m cellule.ground.check --fix

bench: prepare
	@.venv/bin/python -m tests.bench $(BENCH)

lock: prepare
	@.venv/bin/python -m cellule.ground.lock $(ARGS)

clean:
	rm -rf .venv node_modules build static/build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

prepare:
	@test -n "$(PYTHON)" || { echo "Python is needed: install python3 with its venv module (python3-venv)."; exit 1; }
	@"$(PYTHON)" cellule/ground/prepare.py
