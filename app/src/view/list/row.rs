//! One row: who, what about, its first words, when. Made of values; what changes is made anew.

use super::Grid;
use crate::{
    app::App,
    dom::{Element, IntoView, View, view},
    i18n::{date, t},
    signal::Memo,
    store::list::{Key, Source, model::Seen},
    ui::icon::Icon,
};
use surat_protocol::{Address, Flag, MailboxName, Role, Row};

/// The row of a message; grey lines until it is fetched.
pub(super) fn row(grid: Grid, key: Key) -> View {
    let app = grid.app;
    let seen = Memo::new(move |_| app.list.list.with(|list| list.seen(key)));
    // Where it is, and whether it is the open one.
    let place = Memo::new(move |_| {
        let index = app.list.list.with(|list| list.index_of(key)).unwrap_or_default();
        (index, is_open(app, key))
    });
    let content = move || {
        seen.with(|seen| match &seen.row {
            Some(row) => content(app, row, key, seen.is_selected),
            None => placeholder(),
        })
    };
    let names = [
        "--index",
        "aria-rowindex",
        "class",
        "aria-selected",
        "aria-current",
        "aria-label",
    ];
    let values = move || {
        let (index, is_open) = place.get();
        seen.with(|seen| {
            let name = seen.row.as_ref().map(|row| name(row, shows_recipients(app, key)));
            [
                Some(index.to_string().into()),
                Some((index + 1).to_string().into()),
                Some(class(seen, is_open).into()),
                Some(if seen.is_selected { "true" } else { "false" }.into()),
                is_open.then(|| "true".into()),
                name.map(Into::into),
            ]
        })
    };
    Element::new("div\0role\0row\0draggable\0true")
        .attribute("id", key.element_id())
        .attributes(names, values)
        .child(content)
        .into_view()
}

fn is_open(app: App, key: Key) -> bool {
    app.route.current().with(|route| {
        route
            .message()
            .is_some_and(|open| app.list.list.with(|list| list.key_of(open)) == Some(key))
    })
}

fn class(seen: &Seen, is_open: bool) -> String {
    let mut class = String::from("row");
    let is_unread = seen.row.as_ref().is_some_and(|row| !row.flags.is_seen());
    for (name, is_set) in [
        (" is-unread", is_unread),
        (" is-selected", seen.is_selected),
        (" is-focused", seen.is_focused),
        (" is-open", is_open),
    ] {
        if is_set {
            class.push_str(name);
        }
    }
    class
}

/// What a screen reader says of a row: sender, subject, date, and what state it is in.
fn name(row: &Row, shows_recipients: bool) -> String {
    let words = &t().list;
    let mut name = words.name(&date::long(row.received), subject(row), &who(row, shows_recipients));
    let has = |flag: &Flag| row.flags.contains(flag);
    for (word, is_so) in [
        (words.unread, !row.flags.is_seen()),
        (words.starred, row.flags.is_flagged()),
        (words.answered, has(&Flag::Answered)),
        (words.forwarded, has(&Flag::forwarded())),
        (words.attachment, row.has_attachment),
    ] {
        if is_so {
            name.push_str(", ");
            name.push_str(word);
        }
    }
    name
}

fn content(app: App, row: &Row, key: Key, is_selected: bool) -> View {
    let is_starred = row.flags.is_flagged();
    let star = if is_starred { "row-star is-starred" } else { "row-star" };
    let mailbox = mailbox_of(app, key).map(|name| view! { <span class="chip">{app.mailboxes.label(&name)}</span> });
    view! {
        <div class="row-cell" role="gridcell">
            <span class="row-select" data-act="select" title=t().list.select>
                {is_selected
                    .then(|| {
                        view! { <span class="row-box">{Icon::Check.view()}</span> }
                    })}
            </span>
            <span class="row-who" dir="auto">{who(row, shows_recipients(app, key))}</span>
            <span class="row-marks">{marks(row)}</span>
            <time class="row-date" title=date::full(row.received)>
                {date::short(row.received)}
            </time>
            <span class="row-text">
                <span class="row-subject" dir="auto">{subject(row).to_owned()}</span>
                <span class="row-preview" dir="auto">{row.preview.clone()}</span>
            </span>
            {mailbox}
            // The star that one could give is drawn by the style sheet: an icon in each row would be half of its work.
            <span class=star data-act="star" title=if is_starred { t().message.unstar } else { t().message.star }>
                {is_starred.then(|| Icon::Star.view())}
            </span>
        </div>
    }
}

/// Small signs: answered, forwarded, attachment.
fn marks(row: &Row) -> View {
    let mark = |icon: Icon, is_shown: bool| is_shown.then(|| icon.view());
    [
        mark(Icon::Reply, row.flags.contains(&Flag::Answered)),
        mark(Icon::Forward, row.flags.contains(&Flag::forwarded())),
        mark(Icon::Paperclip, row.has_attachment),
    ]
    .into_view()
}

fn placeholder() -> View {
    view! {
        <div class="row-cell is-waiting" role="gridcell"></div>
    }
}

fn subject(row: &Row) -> &str {
    if row.subject.is_empty() {
        t().message.no_subject
    } else {
        &row.subject
    }
}

/// The sender; in Sent and Drafts the recipients.
fn who(row: &Row, shows_recipients: bool) -> String {
    let people = if shows_recipients { &row.to } else { &row.from };
    let names: Vec<&str> = people.iter().map(called).filter(|name| !name.is_empty()).collect();
    match (names.is_empty(), shows_recipients) {
        (true, true) => t().list.nobody.to_owned(),
        (true, false) => t().message.nobody.to_owned(),
        (false, true) => t().list.to(&names.join(", ")),
        (false, false) => names.join(", "),
    }
}

fn called(address: &Address) -> &str {
    if address.name.is_empty() {
        &address.email
    } else {
        &address.name
    }
}

fn shows_recipients(app: App, key: Key) -> bool {
    let mailbox = app
        .list
        .list
        .with_untracked(|list| list.message(key))
        .map(|message| message.mailbox);
    let role = mailbox.and_then(|mailbox| app.mailboxes.known.with_untracked(|known| known.role(&mailbox)));
    matches!(role, Some(Role::Sent | Role::Drafts))
}

/// Where a message was found, in a search of all mailboxes.
fn mailbox_of(app: App, key: Key) -> Option<MailboxName> {
    app.list.list.with_untracked(|list| match list.source() {
        Some(Source::Search { mailbox: None, .. }) => list.message(key).map(|message| message.mailbox),
        _ => None,
    })
}
