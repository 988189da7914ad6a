//! The `surat` binary.

fn main() {}
