//! Reads locale files and writes the `Texts` structs; the build script's own module.
//!
//! A file is a tree of objects. A leaf is a text, or a pair of plural forms `{"one", "other"}`
//! chosen by `{count}`. Placeholders are `{name}`; a text with some becomes a method.

use serde_json::{Map, Value};
use std::{collections::BTreeSet, fmt::Write, fs};

type Tree = Map<String, Value>;

/// Names that cannot be fields in Rust, of those that a text might be called by.
const RESERVED: [&str; 14] = [
    "move", "type", "for", "in", "as", "if", "else", "match", "use", "where", "ref", "loop", "self", "super",
];

/// Takes the texts from the lines of a locale's file, in the order that they are written in. One call for each, of a
/// function that is not repeated in each place: that is a fifth of the code.
const READ: &str = "
impl Texts {
    /// Takes the texts from the lines of a locale's file, in the order that they are written in.
    pub(super) fn read(lines: &'static str) -> Self {
        let mut texts = Self::NONE;
        texts.fill(&mut lines.lines());
        texts
    }
}

#[inline(never)]
fn fill(text: &mut &'static str, lines: &mut std::str::Lines<'static>) {
    *text = lines.next().unwrap_or_default();
}
";

/// A leaf: one text, or plural forms of it.
struct Text<'a> {
    one: &'a str,
    other: &'a str,
    is_plural: bool,
}

/// Reads a locale file.
pub(crate) fn read(path: &str) -> Result<Tree, String> {
    let text = fs::read_to_string(path).map_err(|fault| format!("{path}: {fault}"))?;
    serde_json::from_str(&text).map_err(|fault| format!("{path}: {fault}"))
}

/// The code of all structs, or everything that is wrong with the locales.
pub(crate) fn generate(locales: &[(&str, Tree)]) -> Result<String, Vec<String>> {
    let Some(((reference, tree), others)) = locales.split_first() else {
        return Err(vec!["There are no locales".into()]);
    };
    let mut faults = Vec::new();
    for (name, other) in others {
        compare(&mut faults, "", (reference, tree), (name, other));
    }
    let mut code = String::from("// Generated from locales/*.json by build.rs.\n");
    write_struct(&mut code, &mut faults, "", tree);
    code.push_str(READ);
    if faults.is_empty() { Ok(code) } else { Err(faults) }
}

/// The texts of a locale, one to a line, in the order in which [`generate`]'s code reads them.
pub(crate) fn lines(tree: &Tree) -> String {
    let mut lines = String::new();
    for value in tree.values() {
        match (text(value), value) {
            (Some(text), _) if placeholders(&text).is_empty() => lines = lines + text.other + "\n",
            (Some(text), _) => lines = lines + text.one + "\n" + text.other + "\n",
            (None, Value::Object(group)) => lines += &self::lines(group),
            _ => {}
        }
    }
    lines
}

/// Names each key that only one of two locales has, and each text whose placeholders differ.
fn compare(faults: &mut Vec<String>, path: &str, (a_name, a): (&str, &Tree), (b_name, b): (&str, &Tree)) {
    for key in b.keys().filter(|key| !a.contains_key(*key)) {
        faults.push(format!(
            "locales/{a_name}.json lacks \"{}\", which {b_name}.json has",
            join(path, key)
        ));
    }
    for (key, value) in a {
        let path = join(path, key);
        let Some(other) = b.get(key) else {
            faults.push(format!(
                "locales/{b_name}.json lacks \"{path}\", which {a_name}.json has"
            ));
            continue;
        };
        match (text(value), text(other), value, other) {
            (Some(one), Some(two), ..)
                if placeholders(&one) != placeholders(&two) || one.is_plural != two.is_plural =>
            {
                faults.push(format!(
                    "\"{path}\" has other placeholders in {b_name}.json than in {a_name}.json"
                ));
            }
            (Some(_), Some(_), ..) => {}
            (None, None, Value::Object(one), Value::Object(two)) => {
                compare(faults, &path, (a_name, one), (b_name, two));
            }
            _ => faults.push(format!("\"{path}\" is a text in one locale and a group in the other")),
        }
    }
}

fn write_struct(code: &mut String, faults: &mut Vec<String>, path: &str, tree: &Tree) {
    let name = type_name(path);
    let (mut fields, mut methods) = (String::new(), String::new());
    let (mut none, mut fill) = (String::new(), String::new());
    for (key, value) in tree {
        let path = join(path, key);
        let is_name = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !RESERVED.contains(&key.as_str());
        if !is_name {
            faults.push(format!("\"{path}\" cannot be a field's name in Rust"));
        }
        match (text(value), value) {
            (Some(text), _) if text.one.contains('\n') || text.other.contains('\n') => {
                faults.push(format!("\"{path}\" has more than one line"));
            }
            (Some(text), _) => {
                write_text(&mut fields, &mut methods, key, &text);
                if placeholders(&text).is_empty() {
                    let _ = writeln!(none, "        {key}: \"\",");
                    let _ = writeln!(fill, "        fill(&mut self.{key}, lines);");
                } else {
                    let _ = writeln!(none, "        {key}: [\"\", \"\"],");
                    let _ = writeln!(
                        fill,
                        "        fill(&mut self.{key}[0], lines);\n        fill(&mut self.{key}[1], lines);"
                    );
                }
            }
            (None, Value::Object(group)) => {
                let _ = writeln!(
                    fields,
                    "    /// Texts of `{path}`.\n    pub(crate) {key}: {},",
                    type_name(&path)
                );
                let _ = writeln!(none, "        {key}: {}::NONE,", type_name(&path));
                let _ = writeln!(fill, "        self.{key}.fill(lines);");
                write_struct(code, faults, &path, group);
            }
            _ => faults.push(format!("\"{path}\" is neither a text nor a group")),
        }
    }
    let _ = write!(
        code,
        "\n/// Texts of `{path}`.\npub(crate) struct {name} {{\n{fields}}}\n"
    );
    let _ = write!(
        code,
        "\nimpl {name} {{\n{methods}    const NONE: Self = Self {{\n{none}    }};\n\n    \
         fn fill(&mut self, lines: &mut std::str::Lines<'static>) {{\n{fill}    }}\n}}\n"
    );
}

/// A field for a fixed text; a private field and a method of the same name for one with placeholders.
fn write_text(fields: &mut String, methods: &mut String, key: &str, text: &Text) {
    let names = placeholders(text);
    let doc = text.other;
    if names.is_empty() {
        let _ = writeln!(fields, "    /// “{doc}”\n    pub(crate) {key}: &'static str,");
        return;
    }
    let _ = writeln!(fields, "    {key}: [&'static str; 2],");
    let mut parameters = String::from("&self");
    let mut values = String::new();
    for name in &names {
        let kind = if *name == "count" { "u64" } else { "&str" };
        let _ = write!(parameters, ", {name}: {kind}");
        let value = if *name == "count" {
            "&super::size::number(count)"
        } else {
            name
        };
        let _ = write!(values, "(\"{name}\", {value}), ");
    }
    let choice = if text.is_plural { "usize::from(count != 1)" } else { "1" };
    let _ = writeln!(
        methods,
        "    /// “{doc}”\n    pub(crate) fn {key}({parameters}) -> String {{\n        \
         super::fill::fill(self.{key}[{choice}], &[{values}])\n    }}"
    );
}

fn text(value: &Value) -> Option<Text<'_>> {
    match value {
        Value::String(text) => Some(Text {
            one: text,
            other: text,
            is_plural: false,
        }),
        Value::Object(forms) => {
            let other = forms.get("other")?.as_str()?;
            let one = forms.get("one").and_then(Value::as_str).unwrap_or(other);
            Some(Text {
                one,
                other,
                is_plural: true,
            })
        }
        _ => None,
    }
}

fn placeholders<'a>(text: &Text<'a>) -> BTreeSet<&'a str> {
    // "one" may leave the count out ("a message"), so "other" decides.
    let mut names: BTreeSet<&str> = text
        .other
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect();
    if text.is_plural {
        names.insert("count");
    }
    names
}

fn type_name(path: &str) -> String {
    let mut name = String::new();
    for word in path.split(['.', '_']).filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name + "Texts"
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
