//! Files of a message: uploads with progress, breaking off, trying again.

use crate::{
    app::App,
    net::upload::upload,
    store::compose::{File, FileState, chain::FileKey},
};
use futures_util::future::{AbortHandle, abortable};
use leptos::task::spawn_local;
use std::cell::RefCell;
use surat_protocol::{Origin, Problem};

/// A file that was chosen, and its upload under way.
struct Chosen {
    key: FileKey,
    file: web_sys::File,
    running: AbortHandle,
}

thread_local! {
    // Handles of the browser's, so not in the store, which is plain data.
    static CHOSEN: RefCell<Vec<Chosen>> = const { RefCell::new(Vec::new()) };
}

/// Base64 makes four octets of three, and line ends come on top (RFC 2045, section 6.8).
const ENCODED: (u64, u64) = (137, 100);

/// Largest message that may be sent, in octets, if these files make it larger.
pub(crate) fn exceeded_limit(app: App) -> Option<u64> {
    let octets = app
        .compose
        .files
        .with_untracked(|files| files.iter().map(|file| file.size_octets).sum());
    limit_exceeded_by(app, octets)
}

/// The limit, if files of so many octets exceed it.
fn limit_exceeded_by(app: App, octets: u64) -> Option<u64> {
    let limit = app
        .session
        .welcome
        .with_untracked(|welcome| welcome.as_ref().map(|welcome| welcome.message_limit_octets))?;
    (limit > 0 && octets / ENCODED.1 * ENCODED.0 > limit).then_some(limit)
}

/// Attaches files: each is uploaded at once.
pub(crate) fn attach(app: App, files: impl IntoIterator<Item = web_sys::File>) {
    for file in files {
        let key = app.compose.next_number();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a file's size is a whole number"
        )]
        let size_octets = file.size().max(0.0) as u64;
        let media_type = file.type_();
        app.compose.files.update(|files| {
            files.push(File {
                key,
                name: file.name(),
                media_type: if media_type.is_empty() {
                    "application/octet-stream".into()
                } else {
                    media_type
                },
                size_octets,
                state: FileState::Uploading(0),
            });
        });
        begin(app, key, size_octets, file);
    }
}

/// Uploads a file again whose upload failed.
pub(crate) fn retry(app: App, key: FileKey) {
    if let Some(file) = forget(key) {
        app.compose.set_file_state(key, FileState::Uploading(0));
        let size_octets = app.compose.files.with_untracked(|files| {
            files
                .iter()
                .find(|file| file.key == key)
                .map_or(0, |file| file.size_octets)
        });
        begin(app, key, size_octets, file);
    }
}

/// Takes a file out of the message, and breaks off its upload.
pub(crate) fn remove(app: App, key: FileKey) {
    forget(key);
    app.compose.files.update(|files| files.retain(|file| file.key != key));
    app.compose.alert.set(None);
}

/// Breaks off all uploads.
pub(crate) fn cancel_all(app: App) {
    CHOSEN.with_borrow_mut(|chosen| {
        for chosen in chosen.drain(..) {
            chosen.running.abort();
        }
    });
    app.compose.files.set(Vec::new());
}

/// Are files on their way?
pub(crate) fn are_uploading(app: App) -> bool {
    let is_uploading = |file: &File| matches!(file.state, FileState::Uploading(_));
    app.compose.files.with_untracked(|files| files.iter().any(is_uploading))
}

fn begin(app: App, key: FileKey, size_octets: u64, file: web_sys::File) {
    let Some(letter) = app.compose.letter() else { return };
    let exceeded = limit_exceeded_by(app, size_octets);
    let sent = file.clone();
    let (task, running) = abortable(async move {
        if let Some(limit_octets) = exceeded {
            return app
                .compose
                .set_file_state(key, FileState::Failed(Problem::TooLarge { limit_octets }));
        }
        let on_progress = move |percent| app.compose.set_file_state(key, FileState::Uploading(percent));
        let answer = match upload(&sent, on_progress) {
            Ok(upload) => upload.finish().await,
            Err(problem) => Err(problem),
        };
        let state = match answer {
            Ok(id) => {
                letter.chain.borrow_mut().place(key, Origin::Upload(id));
                FileState::Ready
            }
            Err(problem) => FileState::Failed(problem),
        };
        app.compose.set_file_state(key, state);
    });
    CHOSEN.with_borrow_mut(|chosen| chosen.push(Chosen { key, file, running }));
    spawn_local(async move {
        // Broken off when the file is taken out again.
        let _ = task.await;
    });
}

/// Breaks off an upload; returns its file.
fn forget(key: FileKey) -> Option<web_sys::File> {
    CHOSEN.with_borrow_mut(|chosen| {
        let at = chosen.iter().position(|chosen| chosen.key == key)?;
        let Chosen { file, running, .. } = chosen.swap_remove(at);
        running.abort();
        Some(file)
    })
}
