# The commands people use. Each one sets up what it needs first and skips what is there already;
# the steps themselves are the scripts in .ci/.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev setup test test-fast long fmt lint supply build budget budget-record costs costs-record bench bench-quick chaos chaos-short fuzz fuzz-keep end2end end2end-postgres engines engines-short postgres postgres-short desktop-too touched-long left-out format toolchain tools

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: build ## Serve Parlour on http://127.0.0.1:3000
	@.ci/serve

dev: tools ## Serve on http://127.0.0.1:3010 while working on it: builds again on every change
	@.ci/dev

setup: tools ## Install everything that building and checking needs
	@.ci/setup cargo-deny packages browser engines counters postgres

test: left-out format lint test-fast postgres-short supply budget costs chaos-short end2end engines-short ## Every check a change must pass (ends with a line for each runner)
	@.ci/check left-out

long: left-out postgres end2end-postgres chaos desktop-too touched-long engines ## What takes too long for every change: an hour
	@.ci/check left-out

test-fast: toolchain ## The Rust tests alone: rules, server, pages, the house's own rules
	@.ci/setup postgres
	@.ci/check tests

fmt: toolchain ## Format the Rust code
	@.ci/with cargo fmt --all
	@.ci/with cargo fmt --manifest-path benches/Cargo.toml

lint: toolchain ## Clippy for server, WASM and benchmark, and the documentation: warnings are errors
	@.ci/check lint

supply: toolchain ## Licences, sources and known holes of everything that is linked in
	@.ci/setup cargo-deny
	@.ci/supply

build: tools ## The release build
	@.ci/build

budget: build ## Weigh a first visit against .ci/budget.json
	@.ci/setup packages browser
	@.ci/check budget

budget-record: build ## Weigh a first visit and write .ci/budget.json
	@.ci/setup packages browser
	@PARLOUR_RECORD=1 .ci/check budget

costs: build ## Count what a message costs in system calls and instructions, beside .ci/costs.json
	@.ci/setup counters
	@.ci/check costs

costs-record: build ## Count that and add it to .ci/costs.json
	@.ci/setup counters
	@PARLOUR_RECORD=$$(date -u +%F) .ci/check costs

chaos: build ## Break the release and its database in every way for an hour, and check what clients saw
	@.ci/setup postgres
	@.ci/check chaos-full

fuzz: toolchain ## Ten minutes of bytes that nobody thought of (FUZZ_SECONDS=600)
	@.ci/setup cargo-fuzz
	@.ci/fuzz

fuzz-keep: toolchain ## Write the fewest inputs that get as far to src/server/fuzz/corpus
	@.ci/setup cargo-fuzz
	@.ci/fuzz keep

bench: build ## Measure Parlour beside its peers and floors: benches/RESULTS.md (ROWS=, ROUNDS=, PEERS=, EARLIER=)
	@.ci/bench full

bench-quick: build ## The same in less than five minutes, roughly
	@.ci/bench quick

end2end: build ## The journeys in a real browser
	@.ci/setup packages browser
	@.ci/check end2end

engines: build ## A dozen journeys in Firefox and WebKit
	@.ci/setup engines
	@.ci/check engines

postgres: toolchain ## The tests of the server that can do with either database, on PostgreSQL
	@.ci/setup postgres
	@.ci/check postgres

# Steps of the above.

end2end-postgres: build
	@.ci/setup packages browser postgres
	@.ci/check end2end-postgres

postgres-short: toolchain
	@.ci/setup postgres
	@.ci/check postgres-short

engines-short: build
	@.ci/setup engines
	@.ci/check engines-short

desktop-too: build
	@.ci/setup packages browser
	@cargo build --locked --bin chaos
	@.ci/check desktop-too

touched-long: build
	@.ci/setup packages browser
	@cargo build --locked --bin chaos
	@.ci/check touched-long

left-out:
	@.ci/check left-out

chaos-short: build
	@.ci/setup postgres
	@.ci/check chaos

format: toolchain
	@.ci/check format

toolchain:
	@.ci/setup toolchain

tools: toolchain
	@.ci/setup wasm-bindgen cargo-leptos wasm-opt
