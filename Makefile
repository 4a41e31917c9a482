# One command each. `make demo` and `make test` work on a fresh Debian or Ubuntu machine with Swift on it.
PREFIX ?= /usr/local
DESTDIR ?=
PYTHON := .venv/bin/python3
# Without this flag a terminal's build has other commands than a pipe's: each would compile everything anew after the other.
PLAIN := --no-color-diagnostics
RELEASE := --configuration release --static-swift-stdlib $(PLAIN)
SOURCES := Sources Tests Benchmarks/Sources Benchmarks/Package.swift Package.swift

.DEFAULT_GOAL := build
.PHONY: demo build test bench install uninstall format lint clean

demo: build
	@"$$(swift build $(RELEASE) --show-bin-path)/fleettui" demo

build:
	@scripts/bootstrap
	swift build $(RELEASE) --product fleettui

test:
	@scripts/bootstrap --test
	swift build $(PLAIN) --build-tests
	FLEETTUI_PYTHON="$(CURDIR)/$(PYTHON)" swift test $(PLAIN) --skip-build --no-parallel

bench:
	@scripts/bootstrap
	@Benchmarks/run

install: build
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install "$$(swift build $(RELEASE) --show-bin-path)/fleettui"

uninstall:
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install --remove

format:
	swift format format --in-place --parallel --recursive $(SOURCES)

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)
	@scripts/lint

clean:
	rm -rf .build Benchmarks/.build .venv
