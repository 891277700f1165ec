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
    cargo run --release -- validate --out runs/validation

# The description after the ODD protocol, docs/ODD.md.
odd:
    cargo run --example odd

# Mutated inputs for every reader.
fuzz executions="1000000":
    cargo run --release --example fuzz -- --executions {{executions}}

# Licences, bans and sources of dependencies.
deny:
    bash .ci/deny

# Kills a run at random moments and takes it up again.
kill times="20":
    cargo build --release
    tests/kill_and_resume.sh {{times}}

# Do two builds (paths of binaries) compute the same in every shipped scenario, shortened?
compare base new:
    python3 tests/compare_builds.py {{base}} {{new}}

# Speed of whole ticks.
bench:
    cargo bench --bench tick

# This tree against another revision, in one run: whole processes on one thread and on two.
bench-compare rev turns="5":
    benches/compare.sh {{rev}} {{turns}}

# Studies by Dask and by Slurm's daemons (as root), with kills; as long as asked.
engines runs="2000":
    cargo build --release
    tests/engines/dask.sh {{runs}}
    tests/engines/slurm.sh {{runs}} 20

# What a run of a study costs beside its simulation: local, by Dask, against empty processes.
study-overhead runs="1000":
    cargo build --release
    benches/study_overhead.sh {{runs}}

# A thousand runs: speed against ideal, memory, and the table after ten kills.
study-thousand runs="1000":
    cargo build --release
    benches/study_thousand.sh {{runs}}

# Are known parameters of a lesion recovered? Twenty calibrations, under ten minutes of one core.
coverage:
    cargo run --release --example coverage -- --repeats 20 --out runs/coverage

# Every picture of docs/gallery.md and README.md.
gallery:
    cargo build --release
    docs/gallery.sh

# The site of docs/, into target/site (README, docs/site.sh); with the live page where wasm/howship.wasm is built.
site howship="":
    docs/site.sh {{howship}}

# What docs/commands.md, docs/keys.md and docs/columns.md say, anew from the code.
reference:
    cargo run --example commands
    cargo run --example keys
    cargo run --example columns
