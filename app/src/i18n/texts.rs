//! The generated texts: see `build/texts.rs`.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
