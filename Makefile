# make demo and make test do all their own set-up: virtual environment, dependencies, package.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WHEEL_VENV := .venvs/wheel
PACKAGES := policies/payguard_policies linter/payguard pulumi_components/payguard_pulumi

.PHONY: demo test check docs catalog bench wheel-test engine engine-test clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(READY)  ## lint a broken role, prove the documented one, call the lists as it, break it
	$(BIN)/python linter/tools/demo.py

test: $(READY)  ## the whole test suite
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(READY)  ## style, types, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES) linter/tools tests
	$(BIN)/python linter/tools/build_rule_index.py --check
	$(BIN)/python linter/tools/build_rules_page.py --check
	$(BIN)/python linter/tools/build_component_pages.py --check
	$(BIN)/python linter/tools/build_catalog.py --check
	$(BIN)/payguard lint tests/documented/five-role

docs: $(READY)  ## rewrite what is generated from the rule classes and the component
	$(BIN)/python linter/tools/build_rule_index.py
	$(BIN)/python linter/tools/build_rules_page.py
	$(BIN)/python linter/tools/build_component_pages.py

catalog: $(READY)  ## rewrite the AWS facts from botocore and the service authorization reference
	$(BIN)/python linter/tools/build_catalog.py

bench: $(READY)  ## speed and memory, as ratios within one run
	$(BIN)/python linter/tools/bench.py
	$(BIN)/python linter/tools/bench_engine.py
	$(BIN)/python linter/tools/bench_infrastructure.py
	$(BIN)/python linter/tools/bench_emulator.py
	$(BIN)/python linter/tools/bench_smoke.py
	$(BIN)/python linter/tools/bench_component.py
	$(BIN)/python linter/tools/bench_pulumi.py

# The tests once more, against the built wheel, with the source folders out of reach.
wheel-test: $(READY)
	rm -rf dist $(WHEEL_VENV)
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .
	$(PYTHON) -m venv $(WHEEL_VENV)
	$(WHEEL_VENV)/bin/python -m pip install --quiet --constraint constraints.txt "$$(ls dist/payguard-*.whl)[dev]"
	rm -rf .venvs/checkout && mkdir -p .venvs/checkout/linter .venvs/checkout/pulumi_components
	cp -R tests README.md CONTRIBUTING.md pyproject.toml action.yml .pre-commit-hooks.yaml constraints.txt .venvs/checkout/
	cp -R linter/tools linter/examples linter/RULES.md .venvs/checkout/linter/
	cp -R $(filter-out pulumi_components/payguard_pulumi, $(wildcard pulumi_components/*)) .venvs/checkout/pulumi_components/
	cd .venvs/checkout && ../wheel/bin/python -m pytest --numprocesses auto --dist loadfile

engine:  ## what tests with the real Pulumi engine need, built once into the user's cache
	$(PYTHON) tests/engine/build.py

engine-test: $(READY)  ## the tests with the real Pulumi engine
	$(BIN)/python -m pytest -m engine --numprocesses auto tests/engine

clean:
	rm -rf $(VENV) .venvs dist .bench
