# What CI runs.
check:
    bash .ci/run

# The main job.
run scenario="scenarios/vicious_cycle.toml":
    cargo run --release -- run {{scenario}}

doc:
    cargo doc --no-deps
