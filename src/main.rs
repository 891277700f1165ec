//! The `howship` program: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    howship::cli::main()
}
