# One command each. `make demo` and `make test` work on a fresh Debian or Ubuntu machine with Swift on it.
PREFIX ?= /usr/local
DESTDIR ?=
PYTHON := .venv/bin/python3
# Without this flag a terminal's build has other commands than a pipe's: each would compile everything anew after the other.
PLAIN := --no-color-diagnostics
RELEASE := --configuration release --static-swift-stdlib $(PLAIN)
# What is @testable is compiled otherwise than what is installed: in a folder of its own, so that neither is built anew for the other.
OPTIMISED := --configuration release -Xswiftc -enable-testing --scratch-path .build-optimised $(PLAIN)
# `make test TESTS='--filter Dashboard'` runs a part.
TESTS ?=
# As `make build` makes it.
PROGRAM := $(CURDIR)/.build/release/fleettui
SOURCES := Sources Tests Benchmarks/Sources Benchmarks/Package.swift Package.swift

.DEFAULT_GOAL := build
.PHONY: demo build test test-debug golden bench install uninstall format lint clean

demo: build
	@"$(PROGRAM)" demo

build:
	@scripts/bootstrap
	swift build $(RELEASE) --product fleettui

# The tests run optimised, as what is installed is: the optimiser has faults of its own (docs/decisions/0009). Those that start the program start
# the one that `make build` makes. `make test-debug` runs them in the debug build, which is made sooner.
test test-debug: export FLEETTUI_PYTHON := $(CURDIR)/$(PYTHON)
test test-debug: export FLEETTUI_PROGRAM := $(PROGRAM)
test: build
	@scripts/bootstrap --test
	swift build $(OPTIMISED) --build-tests
	scripts/run-tests swift test $(OPTIMISED) --skip-build --no-parallel $(TESTS)

test-debug: build
	@scripts/bootstrap --test
	swift build $(PLAIN) --build-tests
	scripts/run-tests swift test $(PLAIN) --skip-build --no-parallel $(TESTS)

# Takes the screens as they are now for those that they are compared with: what changed is read in the difference.
golden: export FLEETTUI_GOLDEN := write
golden:
	swift build $(PLAIN) --build-tests
	swift test $(PLAIN) --skip-build --no-parallel --filter GoldenScreenTests

bench:
	@scripts/bootstrap
	@Benchmarks/run

install: build
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install "$(PROGRAM)"

uninstall:
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install --remove

format:
	swift format format --in-place --parallel --recursive $(SOURCES)

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)
	@scripts/lint

clean:
	rm -rf .build .build-optimised Benchmarks/.build .venv
