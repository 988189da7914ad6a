//! x
mod imap;

fn main() {}
