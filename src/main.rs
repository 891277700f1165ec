//! The `howship` program: arguments in, exit code out.

/// Tissue and pictures are large and follow each other: what one gives back the other takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    howship::cli::main()
}
