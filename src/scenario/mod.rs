//! From a TOML file to a ready simulation.
