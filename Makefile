# The two commands are `make demo` and `make test`. Both set up what is missing, say what they do, and can be run again.

TARGET := $(or $(CARGO_TARGET_DIR),target)
TOCCATA := $(TARGET)/release/toccata
DEMO := .demo

.PHONY: demo test replay soak cluster setup dashboard build models lint bench-label bench-queue bench-fingering clean

demo: models
	@echo "== rendering the demo clip"
	@mkdir -p $(DEMO)
	$(TOCCATA) synthesize deploy/demo/minuet_in_g.pig.txt --out $(DEMO)/clip.mp4 --seed 1
	@echo "== labelling it"
	$(TOCCATA) label $(DEMO)/clip.mp4 --out $(DEMO)/labels --overlay
	@echo "== comparing the labels with the truth"
	$(TOCCATA) evaluate fingering --predicted $(DEMO)/labels --truth deploy/demo/minuet_in_g.pig.txt
	@echo
	@echo "Look at $(DEMO)/labels: performance.json, fingering.pig.txt, performance.mid, hands.parquet, overlay.mp4"

test: models
	@echo "== testing"
	cargo test --release --workspace
	@./scripts/fuzz-api.sh
	@./scripts/test-dashboard.sh

# The whole cluster under work and faults for half an hour (SOAK_MINUTES): nothing lost, memory flat.
soak: models
	cargo test --release --workspace --no-run
	cargo test --release --workspace --test cluster -- --ignored --nocapture soak

# The service as separate processes, with private servers; Ctrl-C ends it.
cluster: models
	@echo "== building the services"
	cargo build --release -p api -p labeler -p trainer -p tests --bin s3-server --bin api --bin labeler --bin trainer
	@./scripts/cluster.sh

setup:
	@./scripts/setup.sh

# The pages, which the API carries within itself.
dashboard: setup
	@./scripts/build-dashboard.sh

build: dashboard
	@echo "== building"
	cargo build --release -p toccata

models: build
	@echo "== models"
	@$(TOCCATA) models fetch

lint:
	cargo fmt --all --check
	cargo clippy --release --workspace --all-targets -- --deny warnings

# The recordings in results/, in the unmodified Python RoboPianist. FOLDERS="a b" replays others.
replay: setup
	./benches/replay/run.sh $(FOLDERS)

# CLIPS="a.mp4 b.mp4" measures other clips than the rendered one.
bench-label: models
	./benches/label/run.sh $(CLIPS)

bench-queue: setup
	./benches/queue/run.sh

# CORPUS is the folder with Beringer and Dunhill's scales, arpeggios and broken_chords as abcD files.
bench-fingering: setup
	./benches/fingering/run.sh $(CORPUS)

clean:
	rm -rf $(DEMO)
