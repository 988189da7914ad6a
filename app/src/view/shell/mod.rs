//! The frame of everything: which panes there are, and which one a phone shows.

use leptos::prelude::*;

/// Is there room for one pane only? The same width as in `style/shell.css`.
pub(crate) fn is_phone() -> bool {
    let query = window().match_media("(max-width: 699px)").ok().flatten();
    query.is_some_and(|query| query.matches())
}
