//! The file of ended sessions: a line for each end, written as it happens, and all of it anew when most lines are old.

use super::{End, Tag};
use crate::account::SessionId;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// After so many further lines, and at least as many as there were, the file is written anew.
const FEW_LINES: usize = 1_000;

/// The file, and when it is written anew.
pub(super) struct File {
    path: PathBuf,
    /// Lines that may be added before; none after a line that may have been cut, which would spoil the next one.
    room: usize,
}

impl File {
    /// The ends in the file; none when there is no file. A line that cannot be read, as after a full disk, is left out.
    pub(super) fn read(path: &Path) -> io::Result<Vec<End>> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(text.lines().filter_map(parse).collect()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// A file with these ends and no others.
    pub(super) fn begin(path: &Path, ends: &[End]) -> io::Result<Self> {
        let mut file = Self {
            path: path.into(),
            room: 0,
        };
        file.rewrite(ends)?;
        Ok(file)
    }

    /// Adds one end; `all` gives what the file should hold then.
    pub(super) fn append(&mut self, end: End, all: impl FnOnce() -> Vec<End>) -> io::Result<()> {
        if self.room == 0 {
            return self.rewrite(&all());
        }
        let room = std::mem::take(&mut self.room);
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)?;
        file.write_all(Self::line(end).as_bytes())?;
        file.sync_data()?;
        self.room = room - 1;
        Ok(())
    }

    /// In the place of the old one, once it is whole.
    fn rewrite(&mut self, ends: &[End]) -> io::Result<()> {
        let mut new = self.path.clone().into_os_string();
        new.push(".new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)?;
        let text: String = ends.iter().map(|end| Self::line(*end)).collect();
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        fs::rename(&new, &self.path)?;
        self.room = FEW_LINES.max(ends.len());
        Ok(())
    }

    /// How an end is written.
    pub(super) fn line(end: End) -> String {
        let text = |octets: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(octets);
        match end {
            End::Session { id, until } => format!("session {} {until}\n", text(id.octets())),
            End::Account { tag, at, until } => format!("account {} {at} {until}\n", text(&tag.0)),
        }
    }
}

fn parse(line: &str) -> Option<End> {
    let octets = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["session", id, until] => Some(End::Session {
            id: SessionId::from_octets(octets(id)?.try_into().ok()?),
            until: until.parse().ok()?,
        }),
        ["account", tag, at, until] => Some(End::Account {
            tag: Tag(octets(tag)?.try_into().ok()?),
            at: at.parse().ok()?,
            until: until.parse().ok()?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(until: u64) -> End {
        let id = SessionId::random();
        End::Session { id, until }
    }

    fn read(path: &Path) -> Vec<End> {
        File::read(path).expect("it is there")
    }

    #[test]
    fn lines_are_added_until_all_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ended");
        let (kept, new) = (session(1), session(2));
        let mut file = File::begin(&path, &[kept]).expect("it is made");

        for _ in 0..FEW_LINES {
            file.append(new, || unreachable!("there is room"))
                .expect("it is written");
        }
        assert_eq!(read(&path).len(), 1 + FEW_LINES);
        file.append(new, || vec![kept, new]).expect("it is written");

        assert_eq!(read(&path), [kept, new]);
    }

    #[test]
    fn after_a_line_that_was_not_written_all_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ended");
        let (lost, new) = (session(1), session(2));
        let mut file = File::begin(&path, &[]).expect("it is made");
        fs::remove_file(&path).expect("it was there");
        fs::create_dir(&path).expect("a folder in its place");

        file.append(lost, || unreachable!("there is room"))
            .expect_err("no file to write to");
        fs::remove_dir(&path).expect("it was there");
        file.append(new, || vec![lost, new]).expect("it is written");

        assert_eq!(read(&path), [lost, new]);
    }
}
