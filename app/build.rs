//! Turns `locales/*.json` into the Rust type `Texts`, and writes the files that the app loads by itself to
//! `target/named`: the texts of each locale and the icons, each with a hash of what it holds in its name.
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

/// Where `Trunk.toml` takes the files from.
const NAMED: &str = "../target/named";

const ICONS: &str = "../public/icons.svg";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=build/texts.rs");
    println!("cargo::rerun-if-changed={ICONS}");
    println!("cargo::rerun-if-changed={NAMED}");
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
    for (locale, tree) in &locales {
        let lines = texts::lines(tree);
        let name = write_named(&format!("texts-{locale}"), "txt", &lines)?;
        let locale = locale.to_uppercase();
        code +=
            &format!("\n/// Address of the texts of this locale.\npub(super) const {locale}: &str = \"/{name}\";\n");
        code += &format!(
            "\n/// What is at that address.\n#[cfg(test)]\npub(super) const {locale}_LINES: &str = {lines:?};\n"
        );
    }
    let icons = fs::read_to_string(ICONS).map_err(|fault| vec![format!("Read {ICONS}: {fault}")])?;
    let name = write_named("icons", "svg", &icons)?;
    let icons = format!("/// Address of the sprite.\nconst SPRITE: &str = \"/{name}\";\n");
    let folder = env::var("OUT_DIR").map_err(|_| vec!["OUT_DIR is not set".to_owned()])?;
    write(&Path::new(&folder).join("texts.rs"), &code)?;
    write(&Path::new(&folder).join("icons.rs"), &icons)
}

/// Writes a file for the app to load, and gives its name. What it holds is part of its name: browsers keep it for ever,
/// and an app never gets the file of another one.
fn write_named(stem: &str, kind: &str, text: &str) -> Result<String, Vec<String>> {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let name = format!("{stem}-{:016x}.{kind}", hasher.finish());
    let folder = Path::new(NAMED);
    fs::create_dir_all(folder).map_err(|fault| vec![format!("Make {NAMED}: {fault}")])?;
    for old in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_old = old.file_name().to_string_lossy().starts_with(&format!("{stem}-"));
        if is_old && old.file_name() != *name {
            fs::remove_file(old.path()).map_err(|fault| vec![format!("Remove {}: {fault}", old.path().display())])?;
        }
    }
    let path = folder.join(&name);
    // Left alone where it is there, or the builds for two targets would each make the other one anew.
    if fs::read_to_string(&path).ok().as_deref() != Some(text) {
        write(&path, text)?;
    }
    Ok(name)
}

fn write(path: &Path, text: &str) -> Result<(), Vec<String>> {
    fs::write(path, text).map_err(|fault| vec![format!("Write {}: {fault}", path.display())])
}
