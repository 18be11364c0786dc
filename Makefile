# Two commands do everything: `make demo` and `make test`. Each sets itself up in .venv on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-$(shell cat requirements/dev.txt requirements/bootstrap.txt pyproject.toml | cksum | cut -d' ' -f1)

# A bot starts three times as fast where Python may keep what it has compiled, and the tests start many.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test unit lint format bench soak requirements clean

demo: $(READY)  ## Play a whole release in the sandbox; ARGS=--exit ends with the story.
	@$(BIN)/aweigh demo $(ARGS)

# Types take one processor for half a minute, which the tests leave over now and then.
test: $(READY)  ## Linters, types, import contracts and every test.
	@said=$$(mktemp); trap 'rm -f "$$said"' EXIT; $(MAKE) --no-print-directory lint >"$$said" 2>&1 & linting=$$!; \
		$(BIN)/python -m pytest -n auto $(ARGS); tested=$$?; wait $$linting; linted=$$?; \
		test $$linted = 0 || cat "$$said"; \
		exit $$((tested ? tested : linted))

unit: $(READY)  ## The quick tests alone.
	@$(BIN)/python -m pytest -m 'not slow' $(ARGS)

soak: $(READY)  ## Random schedules from fresh seeds, RUNS= of them, a failing one replays with SEED=; SIGKILLS= of the real process; every command at every request.
	@RUNS=$(or $(RUNS),2000) FIRST=$(or $(FIRST),$(shell date +%s)) SIGKILLS=$(or $(SIGKILLS),20) TURNS=1 \
		$(BIN)/python -m pytest -n auto tests/crash/test_schedules.py tests/crash/test_sigkill.py tests/crash/test_orders.py -m slow

bench: $(READY)  ## What a plan costs, requests of a release, a burst over many repositories (ARGS="--estate 1000"), the wait for eyes, and the webhook and the engine beside a bare server; ARGS="--seconds 5 --rounds 3" for better ones.
	@$(BIN)/python -m tests.bench $(ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

requirements: $(READY)  ## Renew the pinned requirements from pyproject.toml.
	@PATH="$(CURDIR)/$(BIN):$$PATH" requirements/compile.sh

# uv installs the rest several times faster than pip; where it cannot be had, pip does the same from the same hashes.
$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Aweigh needs Python 3.11 or newer")'
	@echo "Setting up $(VENV) ..."
	@rm -f $(VENV)/.ready-*
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt \
		&& VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.txt \
		&& VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable . \
		|| { $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt \
		&& $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; }
	@touch $@

clean:
	rm -rf $(VENV) build dist
