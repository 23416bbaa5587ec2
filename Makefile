# Kagami: what there is to do. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
LINTER_VERSION := v2.15.0
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kagami/tools
LINTER := $(TOOLS)/golangci-lint-$(LINTER_VERSION)
# of a hundred test programs none is debugged, and the linter has vetted all of them
LEAN := -vet=off -ldflags=-w
# a SCIM server that others have made, from npm
PEERS := $(TOOLS)/peers
SCIM_SERVER := scimmy@1.3.5 scimmy-routers@1.3.2 express@4.22.3
SERVE := bin/kagami serve --demo $(if $(DATA),--data $(DATA))

.PHONY: help run test check peers forms lint build bench generate clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 12

run: ## install what is missing, build, and serve the portal with the sample town on http://localhost:8080
	@scripts/install postgresql
	@$(MAKE) --no-print-directory build
	@exec $(SERVE)

test: ## install what the tests need, then run every test and check there is
	@scripts/install postgresql slapd chromium fonts
	@$(MAKE) --no-print-directory forms lint
	go test $(LEAN) ./internal/... ./migrations/... ./web/... ./cmd/...
	@$(MAKE) --no-print-directory peers
	go test $(LEAN) -timeout 30m -tags browser ./cmd/kagami/browsertest/...

check: ## after each step: formatting, generated files, the tests of every room and screen, of properties a fifth (go test -short)
	@scripts/install postgresql slapd
	@$(MAKE) --no-print-directory forms
	go test -short $(LEAN) ./internal/... ./migrations/... ./web/...

peers: $(PEERS)/node_modules ## what speaks to directories and services, against real ones: slapd, Samba as a domain controller, a SCIM server
	@scripts/install slapd samba
	KAGAMI_PEERS=$(PEERS) go test $(LEAN) -short -tags peers ./internal/rights/connector/peer/...
	KAGAMI_PEERS=$(PEERS) go test $(LEAN) -short -tags peers -run TestTheWholeWayOfARight ./internal/rights/connector

forms: ## formatting and generated files
	@scripts/check-format
	@scripts/check-generated

lint: $(LINTER) ## the linter, with all of go vet, over the stories too
	$(LINTER) run

build: ## bin/kagami, one static binary with everything inside
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/kagami ./cmd/kagami

bench: ## the speed figures, each a ratio taken within one run
	@scripts/install postgresql
	@$(MAKE) --no-print-directory build
	go run ./cmd/bench --binary bin/kagami

generate: ## write the generated files anew
	go tool templ generate -path web
	go test ./internal/authz -run TestTheDocumentIsTheTable -update
	go test ./internal/policy/publish -run TestTheStatesDocument -update
	go test ./internal/asset/life -run TestTheStatesDocument -update
	go test ./internal/asset/disposal -run TestTheStatesDocument -update
	go test ./internal/asset/missing -run TestTheStatesDocument -update
	go test ./internal/exception -run TestTheStatesDocument -update
	go test ./internal/asset/loan -run TestTheStatesDocument -update
	go test ./internal/rights -run TestTheStatesDocument -update
	go test ./internal/rights/review -run TestTheStatesDocument -update
	go test ./internal/asset/stocktaking -run TestTheStatesDocument -update
	go test ./internal/violation/procedure -run TestTheStatesDocument -update
	go test ./internal/violation/referral -run TestTheStatesDocument -update

clean: ## remove what was built
	rm -rf bin test-output

$(PEERS)/node_modules:
	@scripts/install npm
	@mkdir -p $(PEERS)
	npm install --prefix $(PEERS) --silent --no-audit --no-fund --no-package-lock $(SCIM_SERVER)

$(LINTER):
	@echo 'building golangci-lint, once (about a minute)'
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS)/new go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINTER_VERSION)
	mv $(TOOLS)/new/golangci-lint $@
