//! Turns `locales/*.json` into the Rust type `Texts`, and into `texts-LOCALE-HASH.txt` for each locale,
//! in `target/texts`: the app loads the one that it needs.
//!
//! A key that one locale lacks, or placeholders that differ, fail the build with the key's path.
//! See `src/i18n/mod.rs` for how texts are used and `build/texts.rs` for how they are generated.

#[path = "build/texts.rs"]
mod texts;

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    process::ExitCode,
};

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
    let mut code = texts::generate(&locales)?;
    for (name, tree) in &locales {
        code += &write_file(name, &texts::lines(tree))?;
    }
    let folder = env::var("OUT_DIR").map_err(|_| vec!["OUT_DIR is not set".to_owned()])?;
    write(&Path::new(&folder).join("texts.rs"), &code)
}

/// Writes a locale's file, and gives the code that names it. What it holds is part of its name: browsers keep it for
/// ever, and an app never gets the file of another one.
fn write_file(locale: &str, lines: &str) -> Result<String, Vec<String>> {
    let mut hasher = DefaultHasher::new();
    lines.hash(&mut hasher);
    let name = format!("texts-{locale}-{:016x}.txt", hasher.finish());
    let folder = Path::new("../target/texts");
    fs::create_dir_all(folder).map_err(|fault| vec![format!("Make {}: {fault}", folder.display())])?;
    for old in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_old = old
            .file_name()
            .to_string_lossy()
            .starts_with(&format!("texts-{locale}-"));
        if is_old && old.file_name() != *name {
            fs::remove_file(old.path()).map_err(|fault| vec![format!("Remove {}: {fault}", old.path().display())])?;
        }
    }
    let path = folder.join(&name);
    write(&path, lines)?;
    let path = env::current_dir().map(|here| here.join(path)).unwrap_or_default();
    let constant = locale.to_uppercase();
    Ok(format!(
        "\n/// Address of the texts of the locale `{locale}`.\npub(super) const {constant}: &str = \"/{name}\";\n\n\
         /// What is at that address.\n#[cfg(test)]\npub(super) const {constant}_LINES: &str = include_str!({path:?});\n"
    ))
}

fn write(path: &Path, text: &str) -> Result<(), Vec<String>> {
    fs::write(path, text).map_err(|fault| vec![format!("Write {}: {fault}", path.display())])
}
