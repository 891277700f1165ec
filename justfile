# What CI runs.
check:
    bash .ci/run

# The main job.
run scenario="scenarios/vicious_cycle.toml":
    cargo run --release -- run {{scenario}}

doc:
    cargo doc --no-deps

# Seeds, human tissue and ticks: about half an hour.
validate:
    cargo run --release --example validate

# The description after the ODD protocol, docs/ODD.md.
odd:
    cargo run --example odd

# Speed of whole ticks.
bench:
    cargo bench --bench tick
