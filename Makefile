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
ONNX := tools/onnx/.venv
TRAIN := tools/train/.venv
MODELS ?= $(SHARED)/models
GOLDEN ?= $(SHARED)/golden/public
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: run test live build race fuzz bench bench-stream bench-backfill soak bench-reference bench-onnx record train lint parity parity-languages parity-models e2e docs clean

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

bench-stream: build $(VENV)/.done ## speed of the whole beside a bare loop's, with a real Kafka and Redis; 4 minutes
	$(VENV)/bin/python e2e/bench_stream.py

SECONDS ?= 900
RATE ?= 1000
DELIVERY ?= at_least_once
soak: build $(VENV)/.done ## SECONDS of RATE events/s: memory, goroutines and files must not grow
	$(VENV)/bin/python e2e/soak.py --seconds $(SECONDS) --rate $(RATE) --delivery $(DELIVERY)

bench-backfill: build $(VENV)/.done ## latency of live traffic with a backfill at full speed beside it; 2 minutes
	$(VENV)/bin/python e2e/bench_backfill.py

bench-reference: ## our revisions per CPU second beside the original's, which it installs
	tools/reference/install.sh $(REFERENCE)
	$(REFERENCE)/bin/python tools/reference/bench.py $(SHARED)/corpus

bench-onnx: $(ONNX)/.done ## our microseconds a row beside ONNX Runtime's, of the same ensembles
	$(ONNX)/bin/python tools/onnx/bench.py

record: ## values of the original for internal/score/feature/testdata
	tools/reference/install.sh $(REFERENCE)
	$(REFERENCE)/bin/python tools/reference/record.py

train: build $(TRAIN)/.done ## the shipped model, of the labelled edits in SHARED
	@test -d $(SHARED)/models/training || { echo "$(SHARED)/models/training is missing: set SHARED"; exit 1; }
	for part in training testing; do \
	  $(TRAIN)/bin/python tools/train/demo.py $(SHARED)/models/training/enwiki.features_reverted.$$part.20k_2015.tsv.bz2 \
	    tools/train/enwiki.reverted.yaml $(TRAIN)/$$part || exit 1; \
	done
	$(TRAIN)/bin/python tools/train/train.py --card tools/train/enwiki.reverted.yaml --label reverted \
	  --features $(TRAIN)/training/features.jsonl --labels $(TRAIN)/training/labels.jsonl \
	  --test-features $(TRAIN)/testing/features.jsonl --test-labels $(TRAIN)/testing/labels.jsonl \
	  --set n_estimators=700 --set learning_rate=0.01 --set max_depth=4 --set subsample=0.5 \
	  --set min_samples_leaf=10 --set max_features=log2 --out models/enwiki.reverted --replace

lint:
	@test -z "$$(gofmt -l cmd internal models tools | tee -a /dev/stderr)"
	go vet ./... && go vet -tags parity,languages,reference ./...
	go run $(STATICCHECK) ./...
	go run $(STATICCHECK) -tags parity,languages,reference ./...

parity: ## everything recorded from the original engine and from real wikis; GOLDEN: another folder of the same files
	@test -d $(SHARED)/golden || { echo "$(SHARED)/golden is missing: set SHARED"; exit 1; }
	go test -tags parity -count=1 -timeout 900s -v -run 'Parity|Recorded' ./... | grep -vE '^(=== |\? |testing: warning)|no tests to run|^PASS'
	python3 -m unittest discover -q -s tools/reference -p "*_test.py"
	go run ./tools/parity --shared $(SHARED) --golden $(GOLDEN)

parity-languages: ## every list with the original's word lists and Debian's dictionaries, which it installs
	@test -d $(SHARED)/golden || { echo "$(SHARED)/golden is missing: set SHARED"; exit 1; }
	tools/reference/install.sh $(REFERENCE)
	$(REFERENCE)/bin/python tools/reference/lists.py $(REFERENCE)/lists.json
	go run ./tools/parity --shared $(SHARED) --golden $(GOLDEN) --lists $(REFERENCE)/lists.json

parity-models: build $(ONNX)/.done $(TRAIN)/.done ## model files of the original, and ONNX files: scores, information, thresholds; MODELS: another folder
	@test -d $(MODELS) || { echo "$(MODELS) is missing: set SHARED or MODELS"; exit 1; }
	tools/reference/install.sh $(REFERENCE)
	$(REFERENCE)/bin/python tools/reference/pickles.py $(REFERENCE)/lists
	$(REFERENCE)/bin/python tools/reference/lists.py $(REFERENCE)/lists/lists.json
	LISTS=$(abspath $(REFERENCE))/lists go test -tags languages -count=1 -run TestEveryList -v ./internal/revscoring/translate
	REFERENCE=$(abspath $(REFERENCE)) MODELS=$(MODELS) go test -tags reference -count=1 -timeout 900s -v -run Parity ./internal/revscoring/info
	rm -rf $(ONNX)/recorded && OMP_NUM_THREADS=1 $(ONNX)/bin/python tools/onnx/record.py $(ONNX)/recorded --full
	ONNX=$(abspath $(ONNX))/recorded go test -tags parity -count=1 -timeout 300s -v -run TestONNXFolder ./internal/onnx
	cd tools/train && $(abspath $(TRAIN))/bin/python -m unittest -q train_test
	go run ./tools/modelparity --models $(MODELS) --golden $(GOLDEN)

e2e: build $(VENV)/.done ## the service against a real Kafka, Redis and MediaWiki, under faults; SEED: other moments; spelling against hunspell
	python3 tools/spell/compare.py
	$(VENV)/bin/pytest e2e -s -q --durations=5

$(VENV)/.done: e2e/requirements.txt
	python3 -m venv $(VENV) && $(VENV)/bin/pip install -q -r $< && touch $@

$(ONNX)/.done: tools/onnx/requirements.txt
	python3.11 -m venv $(ONNX) && $(ONNX)/bin/pip install -q --only-binary=:all: -r $< && touch $@

$(TRAIN)/.done: tools/train/requirements.txt
	python3.11 -m venv $(TRAIN) && $(TRAIN)/bin/pip install -q --only-binary=:all: -r $< && touch $@

docs: ## what is generated from the code
	go run ./cmd/streamer config > streamer.example.yaml
	go run ./cmd/streamer config --markdown > docs/config.md

clean:
	rm -rf bin $(VENV) $(REFERENCE) $(ONNX) $(TRAIN)
