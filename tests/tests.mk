# SPDX-License-Identifier: Apache-2.0
# What `make check` runs. Included by the Makefile.
SAN_BUILD = build/asan

unit_src  = $(sort $(shell find tests/unit -name 'test_*.c' 2>/dev/null))
fuzz_src  = $(sort $(shell find tests/fuzz -name 'fuzz_*.c' 2>/dev/null))
bench_src = $(sort $(shell find tests/bench -name 'bench_*.c' 2>/dev/null))
UNITS   = $(unit_src:%.c=$(BUILD)/%)
FUZZERS = $(fuzz_src:%.c=$(BUILD)/%)
BENCHES = $(bench_src:%.c=$(BUILD)/%)

check: ## install what the tests need, run all of them, print the sum
	tests/run

check-unit: $(UNITS) $(FUZZERS) ## unit tests and fuzz corpora of one build
	tests/run-unit $(BUILD) $(UNITS) $(FUZZERS)

check-scenarios: all ## play the scenarios of one build
	tests/run-scenarios $(BUILD)

check-system: all ## system tests on this build's daemons: T='-k name'
	VEDETTE_BUILD=$(abspath $(BUILD)) /usr/bin/python3 -m pytest -q tests/system $(T)

fuzz: ## fuzz one target: UNIT=common/msg SECS=60
	tests/run-fuzz $(UNIT) $(SECS)

bench: $(BENCHES) all ## measure every row of the budget beside its peer
	tests/bench/run $(BUILD)

format: ## apply .clang-format to every C file
	git ls-files '*.c' '*.h' | xargs clang-format -i

lint: ## format, static analysis and the rules of the house
	tests/lint

.PHONY: check check-unit check-scenarios check-system fuzz bench format lint
