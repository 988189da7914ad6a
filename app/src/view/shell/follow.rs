//! What follows the address and the counts: the list that is open, the message that is read, the title.

use crate::{
    action::{mailbox, message},
    app::App,
    i18n::t,
    signal::{Memo, effect},
};
use leptos::prelude::*;
use surat_protocol::{MessageRef, Role};

/// Keeps list, focus, read marks and title in step with the address.
pub(super) fn follow(app: App) {
    let route = app.route.current();
    let wanted = Memo::new(move |_| mailbox::of_route(app, &route.get()));
    effect(move || mailbox::show_source(app, wanted.get()));

    let open = Memo::new(move |_| route.with(|route| route.message().cloned()));
    follow_focus(app, open);
    follow_reading(app, open);

    effect(move || document().set_title(&title(app)));
}

/// The message that is opened has the focus of the list: once, so that the focus can go on from there.
fn follow_focus(app: App, open: Memo<Option<MessageRef>>) {
    let key = Memo::new(move |_| {
        let open = open.get()?;
        // Also once the list is there, when the address named the message first.
        app.list
            .list
            .with(|list| list.key_of(&open).filter(|&key| list.index_of(key).is_some()))
    });
    effect(move || {
        if let Some(key) = key.get() {
            app.list.list.update(|list| list.set_focus(Some(key)));
        }
    });
}

/// The message that is opened is not unread any more: once, when its flags are known.
fn follow_reading(app: App, open: Memo<Option<MessageRef>>) {
    let flags = Memo::new(move |_| {
        let open = open.get()?;
        app.list.list.with(|list| list.flags_of(&open))
    });
    let mut marked = None;
    effect(move || {
        let open = open.get();
        match (&open, flags.get()) {
            (Some(message), Some(flags)) if marked != open => {
                message::mark_opened(app, message, &flags);
                marked = open;
            }
            // Not known yet: look again when it is.
            _ => marked = marked.take().filter(|marked| open.as_ref() == Some(marked)),
        }
    });
}

/// "(3) Inbox – Surat": the unread messages of the inbox, wherever one is.
pub(super) fn title(app: App) -> String {
    let mailbox = app.list.mailbox.get();
    let folder = app.mailboxes.label(&mailbox);
    let unseen = app.mailboxes.known.with(|known| {
        let inbox = known.all().iter().find(|mailbox| mailbox.role == Some(Role::Inbox));
        inbox
            .and_then(|inbox| known.counts(&inbox.name))
            .map_or(0, |counts| counts.unseen)
    });
    match unseen {
        0 => t().shell.title(&folder),
        count => t().shell.title_unread(u64::from(count), &folder),
    }
}
