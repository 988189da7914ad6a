//! Short names for what a wasm imports from its script. wasm-bindgen's hold a hash each, in both files, and hashes do
//! not compress.

use anyhow::{Context, Result, bail};
use std::{
    collections::{HashMap, HashSet},
    io,
};
use wasm_encoder::{
    EntityType, ImportSection, Module,
    reencode::{Error, Reencode},
};
use wasmparser::{Imports, Parser};

/// The wasm and its script, as wasm-bindgen made them, with a short name for each import, the same in both.
pub(super) fn shorten(wasm: &[u8], script: &str) -> Result<(Vec<u8>, String)> {
    let mut names = Names::default();
    let mut module = Module::new();
    names
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .context("Read the wasm")?;
    Ok((module.finish(), names.replace(script)?))
}

/// The short name of each long one.
#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    fn short(&mut self, long: &str) -> &str {
        let next = self.0.len();
        self.0.entry(long.into()).or_insert_with(|| format!("i{next:x}"))
    }

    /// The script with all long names replaced; each must be there.
    fn replace(&self, script: &str) -> Result<String> {
        let mut missing: HashSet<&str> = self.0.keys().map(String::as_str).collect();
        let mut output = String::with_capacity(script.len());
        for piece in script.split_inclusive(|c| !is_word(c)) {
            let word = piece.trim_end_matches(|c| !is_word(c));
            missing.remove(word);
            output.push_str(self.0.get(word).map_or(word, String::as_str));
            output.push_str(&piece[word.len()..]);
        }
        if let Some(name) = missing.iter().next() {
            bail!("the wasm imports {name}, which its script does not name");
        }
        Ok(output)
    }
}

impl Reencode for Names {
    type Error = io::Error;

    fn parse_imports(&mut self, section: &mut ImportSection, imports: Imports<'_>) -> Result<(), Error<Self::Error>> {
        let Imports::Single(_, import) = imports else {
            return Err(Error::UserError(io::Error::other(
                "imports in groups are not known here",
            )));
        };
        let kind: EntityType = self.entity_type(import.ty)?;
        section.import(import.module, self.short(import.name), kind);
        Ok(())
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A module that imports functions of these names.
    pub(in super::super) fn importing(names: &[&str]) -> Vec<u8> {
        let mut types = wasm_encoder::TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for name in names {
            imports.import("./app.js", name, EntityType::Function(0));
        }
        let mut module = Module::new();
        module.section(&types).section(&imports);
        module.finish()
    }

    #[test]
    fn an_import_has_the_same_short_name_in_both_files() {
        let wasm = importing(&["__wbg_open_1f", "__wbg_open_2e", "__wbg_open_1f"]);
        let script = "{__wbg_open_1f:a=>a,__wbg_open_2e(){__wbg_open()}}";

        let (wasm, script) = shorten(&wasm, script).unwrap();

        assert_eq!(wasm, importing(&["i0", "i1", "i0"]));
        assert_eq!(script, "{i0:a=>a,i1(){__wbg_open()}}");
    }

    #[test]
    fn an_import_that_the_script_lacks_is_an_error() {
        let outcome = shorten(&importing(&["__wbg_open_1f"]), "{__wbg_open_1f2:a=>a}");

        assert!(outcome.unwrap_err().to_string().contains("__wbg_open_1f"));
    }
}
