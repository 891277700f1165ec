//! Spread of signals, laws over their domains, and published models as equations.

#[path = "../common/mod.rs"]
mod common;

#[path = "../mean_field.rs"]
mod mean_field;
#[path = "../properties.rs"]
mod properties;
#[path = "../shared_problems.rs"]
mod shared_problems;
#[path = "../transport.rs"]
mod transport;
#[path = "../transport_exact.rs"]
mod transport_exact;
