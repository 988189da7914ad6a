//! docs/security-classes.md names tests; this looks that they exist, so that the table cannot rot.

use std::{collections::BTreeSet, fs, path::Path};

/// The rows of the table: number, and the tests as `path#name`.
fn rows(table: &str) -> Vec<(u32, Vec<&str>)> {
    let cells = table.lines().filter_map(|line| line.strip_prefix("| "));
    let rows = cells.filter_map(|line| {
        let (number, rest) = line.split_once(" |")?;
        let tests = rest.split('`').skip(1).step_by(2).filter(|code| code.contains('#'));
        Some((number.parse().ok()?, tests.collect()))
    });
    rows.collect()
}

#[test]
fn every_class_has_tests_that_exist_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let table = fs::read_to_string(root.join("docs/security-classes.md")).unwrap();
    let rows = rows(&table);

    let numbers: Vec<u32> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=32).collect::<Vec<_>>());
    let mut without = BTreeSet::new();
    for (number, tests) in rows {
        if tests.is_empty() {
            without.insert(number);
        }
        for test in tests {
            let (path, name) = test.split_once('#').unwrap();
            let text = fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
            let is_there = if path.ends_with(".rs") {
                text.contains(&format!("fn {name}("))
            } else {
                text.contains(&format!("test('{name}'"))
            };
            assert!(is_there, "class {number}: {test}");
        }
    }
    // Classes that cannot arise: their rows say why.
    assert_eq!(without, BTreeSet::from([15, 16, 17, 29, 30]));
}

/// All Rust sources below a folder.
fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = entries.map(|path| match path.extension() {
        _ if path.is_dir() => sources(&path),
        Some(kind) if kind == "rs" => vec![fs::read_to_string(&path).unwrap()],
        _ => Vec::new(),
    });
    texts.flatten().collect()
}

#[test]
fn class_20_the_proxy_starts_no_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();

    for folder in ["proxy/src", "protocol/src", "sanitizer/src"] {
        let sources = sources(&root.join(folder));
        assert!(!sources.is_empty());
        for way in ["process::Command", "libc::", "exec(", "posix_spawn"] {
            assert!(!sources.iter().any(|text| text.contains(way)), "{way} in {folder}");
        }
    }
}
