# The targets are few; each says what it does. What a script does stands in scripts/.

.DEFAULT_GOAL := help
.PHONY: help setup build demo test test-all lint bench check clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## install the Debian packages that are missing (root or sudo)
	@scripts/setup

build: setup ## build the release: .build/release/tongban
	swift build -c release --product tongban

demo: build ## build, start everything and play the sample city
	.build/release/tongban demo

test: setup check-docker check-imports ## install, build and pass the tests against private servers
	scripts/test

test-all: lint check test long differential ## the tests and every check, the long ones too

.PHONY: long fuzz differential
long: setup ## a million damaged bodies a format, and 100,000 schedules of the flows
	scripts/long

differential: setup ## compare schemas with jsonschema-rs and identifiers with python-stdnum
	scripts/differential

fuzz: setup ## fuzz the readers of Records, a minute a format
	scripts/fuzz

lint: ## hold the source to its format
	swift format lint --strict -r Sources Tests Fuzz Package.swift

bench: build ## measure the hub beside a bare relay, and its mapping beside jq, Python and lxml
	.build/release/tongban bench core
	.build/release/tongban bench map

check: setup check-docker check-imports ## hold docker/ and the scripts to the project
	@for script in scripts/setup scripts/install-packages scripts/test scripts/long scripts/fuzz scripts/differential .ci/run; do bash -n $$script || exit 1; done

.PHONY: check-docker check-imports
check-imports:
	@scripts/check-imports

check-docker: setup
	@scripts/check-docker

clean: ## stop the private servers and remove what was built; the demo's and your data stay in .tongban
	@for build in release debug; do \
	  if [ -x .build/$$build/tongban ]; then .build/$$build/tongban down || exit 1; break; fi; done
	rm -rf .build
