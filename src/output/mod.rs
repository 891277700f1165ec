//! Numbers in, files out.
