# Two commands do all the set-up on a machine with Rust, Go, Python 3.11+ and a C compiler:
#
#   make demo   measure the example shop, cut two services out of it, prove them equal, compose the system
#   make test   install what the tests need (into .venv and .tools), then run all of them
#
# A third, `make example`, generates examples/10-polyglot-microservices again after a change of what pivot writes; a
# fourth, `make corpus`, runs the functions of published packages through both targets and writes docs/corpus.md (hours);
# a fifth, `make mutation`, makes translations wrong on purpose, counts what verification finds and writes
# docs/mutation.md (half an hour); `make coverage` prints which branches of the fixtures generated calls reach.
#
# Nothing is installed outside this folder. Debian's packages of the validators are unpacked into .tools, not installed.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
# Tests and demo find the fixture's interpreter and the validators first.
export PATH := $(CURDIR)/$(VENV)/bin:$(CURDIR)/.tools/bin:$(PATH)
# All generated Rust is compiled into one folder, so that dependencies compile once.
export PIVOT_TARGET_DIR ?= $(CURDIR)/.pivot/cache/target

.PHONY: help demo test example corpus mutation coverage clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.fixture
	cargo build --release
	tools/demo

test: $(VENV)/.fixture
	tools/install-validators.sh
	cd fixtures/monolith && python -m pytest -q tests
	cargo test

example: $(VENV)/.fixture
	tools/example

CORPUS := .pivot/cache/corpus

corpus: $(CORPUS)/units/corpus.json
	cargo build --release
	$(PYTHON) tools/corpus/run.py target/release/pivot $(CORPUS)/units $(CORPUS)/results.jsonl
	$(PYTHON) tools/corpus/report.py $(CORPUS)/results.jsonl $(CORPUS)/units docs/corpus.md

mutation: $(VENV)/.fixture
	PIVOT_MUTATION=all cargo test --test mutation -- --nocapture

coverage:
	cargo test --test verify_inputs nine_in_ten -- --nocapture

$(CORPUS)/units/corpus.json: tools/corpus/prepare.py tools/corpus/requirements.txt
	$(PYTHON) -m venv $(CORPUS)/venv
	$(CORPUS)/venv/bin/python -m pip install --quiet --requirement tools/corpus/requirements.txt
	$(CORPUS)/venv/bin/python tools/corpus/prepare.py $(CORPUS)/venv/lib/python3*/site-packages $(CORPUS)/units

$(VENV)/bin/python:
	@echo "== creating a virtual environment in $(VENV)"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.fixture: fixtures/monolith/requirements.txt | $(VENV)/bin/python
	@echo "== installing what the example shop needs into $(VENV)"
	$(VENV)/bin/python -m pip install --quiet --requirement $<
	touch $@

clean:
	cargo clean
	rm -rf $(VENV) .tools .pivot/cache demo
