//! Turns `locales/*.json` into the Rust type `Texts` with one static value per locale.
//!
//! A key that one locale lacks, or placeholders that differ, fail the build with the key's path.
//! See `src/i18n/mod.rs` for how texts are used and `build/texts.rs` for how they are generated.

#[path = "build/texts.rs"]
mod texts;

use std::{env, fs, path::Path, process::ExitCode};

/// The first is the reference that the others are compared with.
const LOCALES: [&str; 2] = ["en", "id"];

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=build/texts.rs");
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            for fault in faults {
                println!("cargo::error={fault}");
            }
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), Vec<String>> {
    let mut locales = Vec::new();
    for name in LOCALES {
        locales.push((
            name,
            texts::read(&format!("locales/{name}.json")).map_err(|fault| vec![fault])?,
        ));
    }
    let code = texts::generate(&locales)?;
    let folder = env::var("OUT_DIR").map_err(|_| vec!["OUT_DIR is not set".to_owned()])?;
    fs::write(Path::new(&folder).join("texts.rs"), code).map_err(|fault| vec![format!("Write texts.rs: {fault}")])
}
