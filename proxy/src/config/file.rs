//! `surat.toml`: found, read, and its faults told with file, line and remedy.

use super::{ConfigError, Settings};
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Read by itself when it is in the working folder.
const DEFAULT_FILE: &str = "surat.toml";

/// The file to read: the one that was named, which must be there, or `surat.toml` if there is one.
pub(super) fn find(options: &Settings) -> Result<Option<PathBuf>, ConfigError> {
    match &options.config {
        Some(path) => Ok(Some(path.clone())),
        None => Ok(Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists())),
    }
}

/// Reads a file. Relative paths in it are taken from the file's own folder.
pub(super) fn read(path: &Path) -> Result<Settings, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| match source.kind() {
        ErrorKind::InvalidData => ConfigError::BadFile {
            path: path.into(),
            reason: "is not UTF-8 text.\n  Remedy: save it as UTF-8.".into(),
        },
        _ => ConfigError::Unreadable {
            path: path.into(),
            source,
        },
    })?;
    let mut settings = parse(&text).map_err(|reason| ConfigError::BadFile {
        path: path.into(),
        reason,
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = [
        &mut settings.secret_file,
        &mut settings.previous_secret_file,
        &mut settings.ended_file,
        &mut settings.tls_cert,
        &mut settings.tls_key,
        &mut settings.ca_file,
    ];
    for file in files.into_iter().flatten() {
        *file = folder.join(&*file);
    }
    Ok(settings)
}

/// The parser's message shows the line itself with a mark under the fault; the remedy comes after.
fn parse(text: &str) -> Result<Settings, String> {
    toml::from_str(text).map_err(|error| {
        format!(
            "{}\n  Remedy: correct this line; surat.example.toml shows every setting.",
            error.to_string().trim_end()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        parse(text).expect_err("a fault")
    }

    #[test]
    fn faults_name_the_line_and_the_remedy() {
        let wrong_value = fault("# a comment\nlisten = \"localhost\"\n");
        assert!(
            wrong_value.contains("line 2") && wrong_value.contains("write 127.0.0.1:8080"),
            "{wrong_value}"
        );

        let unknown = fault("\n\nimap = \"imaps://x\"\n");
        assert!(unknown.contains("line 3") && unknown.contains("imap-url"), "{unknown}");

        let syntax = fault("listen = 127.0.0.1:8080\n");
        assert!(syntax.contains("line 1") && syntax.contains("Remedy"), "{syntax}");

        let list = fault("trusted-proxy = [\"10.0.0.0/8\", \"ten\"]\n");
        assert!(
            list.contains("line 1") && list.contains("\"ten\" is not an address"),
            "{list}"
        );
    }

    #[test]
    fn paths_are_taken_from_the_folder_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("surat.toml");
        std::fs::write(
            &path,
            "secret-file = \"key\"\nca-file = \"/etc/ca.pem\"\nmessage-limit = 1048576\n",
        )
        .expect("a file");

        let settings = read(&path).expect("a good file");

        assert_eq!(settings.secret_file, Some(folder.path().join("key")));
        assert_eq!(settings.ca_file, Some("/etc/ca.pem".into()));
        assert_eq!(settings.message_limit.map(|limit| limit.0), Some(1 << 20));
    }

    #[test]
    fn a_named_file_must_be_there() {
        let text = read(Path::new("/nowhere/surat.toml")).expect_err("no file").to_string();

        assert!(
            text.contains("/nowhere/surat.toml") && text.contains("Remedy"),
            "{text}"
        );
    }

    #[test]
    fn the_example_names_every_setting_and_is_good_as_it_stands() {
        let example = include_str!("../../../surat.example.toml");
        parse(example).expect("the example parses");

        // With its settings un-commented it must be good as well: that is how people use it.
        let all: String = example
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if setting.starts_with(char::is_alphabetic) => format!("{setting}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        parse(&all).expect("every setting of the example parses");

        let command = <Settings as clap::Args>::augment_args(clap::Command::new("surat"));
        for option in command.get_arguments().filter(|option| !option.is_hide_set()) {
            let name = option.get_long().expect("each has a long name");
            let is_named = all.lines().any(|line| line.starts_with(&format!("{name} =")));
            assert!(is_named || name == "config", "{name} is missing in surat.example.toml");
        }
    }
}
