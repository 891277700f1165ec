//! State in, numbers out.
