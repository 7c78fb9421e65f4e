# What a newcomer needs is `make run` and `make test`. The rest is for developers;
# targets that need SHARED (recorded data of the original engine, real revisions,
# recipes for real components) fail without it.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
SHARED ?= ../shared
export SHARED := $(abspath $(SHARED))
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
VENV := e2e/.venv
REFERENCE := tools/reference/.venv
GOLDEN ?= $(SHARED)/golden/public
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: run test live build race fuzz bench bench-stream bench-reference record lint parity parity-languages e2e docs clean

run: build ## score a simulated wiki, on the screen and on a web page
	./bin/streamer demo

test: ## all tests that need nothing but Go
	go test -timeout 300s ./...

live: build ## score today's Wikipedia; needs internet
	./bin/streamer demo --live

build:
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/streamer ./cmd/streamer

race:
	go test -race -timeout 600s ./...

FUZZTIME ?= 10s
fuzz: ## every fuzz law for FUZZTIME
	@for pkg in $$(go list ./...); do \
	  for law in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$law" && go test -run '^$$' -fuzz "^$$law$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$pkg || exit 1; \
	  done; \
	done

bench: ## speed of the parts, as ratios within one run
	go test -run '^$$' -bench . -benchmem ./...

bench-stream: build $(VENV)/.done ## speed of the whole with a real Kafka and Redis
	$(VENV)/bin/python e2e/bench_stream.py

bench-reference: ## our revisions per CPU second beside the original's, which it installs
	tools/reference/install.sh $(REFERENCE)
	$(REFERENCE)/bin/python tools/reference/bench.py $(SHARED)/corpus

record: ## values of the original for internal/score/feature/testdata
	tools/reference/install.sh $(REFERENCE)
	$(REFERENCE)/bin/python tools/reference/record.py

lint:
	@test -z "$$(gofmt -l cmd internal models tools | tee /dev/stderr)"
	go vet ./... && go vet -tags parity ./...
	go run $(STATICCHECK) ./...
	go run $(STATICCHECK) -tags parity ./...

parity: ## everything recorded from the original engine and from real wikis; GOLDEN: another folder of the same files
	@test -d $(SHARED)/golden || { echo "$(SHARED)/golden is missing: set SHARED"; exit 1; }
	go test -tags parity -count=1 -timeout 900s -v -run 'Parity|Recorded|Converter' ./... | grep -vE '^(=== |\? |testing: warning)|no tests to run|^PASS'
	python3 tools/convert/convert_test.py
	python3 -m unittest discover -q -s tools/reference -p "*_test.py"
	go run ./tools/parity --shared $(SHARED) --golden $(GOLDEN)

parity-languages: ## every list with the original's word lists and Debian's dictionaries, which it installs
	@test -d $(SHARED)/golden || { echo "$(SHARED)/golden is missing: set SHARED"; exit 1; }
	tools/reference/install.sh $(REFERENCE)
	$(REFERENCE)/bin/python tools/reference/lists.py $(REFERENCE)/lists.json
	go run ./tools/parity --shared $(SHARED) --golden $(GOLDEN) --lists $(REFERENCE)/lists.json

e2e: build $(VENV)/.done ## the service against a real Kafka, Redis and MediaWiki; spelling against hunspell
	python3 tools/spell/compare.py
	$(VENV)/bin/pytest e2e -s -q --durations=5

$(VENV)/.done: e2e/requirements.txt
	python3 -m venv $(VENV) && $(VENV)/bin/pip install -q -r $< && touch $@

docs: ## what is generated from the code
	go run ./cmd/streamer config > streamer.example.yaml
	go run ./cmd/streamer config --markdown > docs/config.md

clean:
	rm -rf bin $(VENV) $(REFERENCE)
