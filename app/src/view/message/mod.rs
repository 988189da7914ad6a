//! The reading pane: the open message, or what stands in its place.

mod actions;
mod attachments;
mod body;
mod frame;
mod head;
mod headers;
mod plain;
mod preview;
mod trust;

pub(crate) use attachments::icon_of;

use crate::{
    action::reading,
    app::app,
    dom::{NodeRef, View, live, view},
    i18n::{problem, t, tr},
    signal::{Memo, StoredValue, effect},
    store::reading::Shown,
    ui::{
        button::Button,
        icon::Icon,
        state::{Empty, Skeleton},
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use surat_protocol::{MessageRef, Problem};
use web_sys::HtmlElement;

/// The reading pane.
#[component]
pub(crate) fn ReadingPane() -> View {
    let app = app();
    // What depends on the message alone stays while its own images come.
    let at = Memo::new(move |_| {
        app.reading
            .shown
            .with(|shown| shown.as_ref().map(|shown| shown.at.clone()))
    });
    let has_message = Memo::new(move |_| app.reading.trouble.with(Option::is_none) && at.with(Option::is_some));
    let instead = live(move || {
        if let Some(problem) = app.reading.trouble.get() {
            return view! { <Trouble problem /> };
        }
        if has_message.get() {
            return View::Nothing;
        }
        if app.reading.wanted.with(Option::is_some) {
            return view! { <Skeleton name=tr(|t| t.message.loading) lines=9 /> };
        }
        view! { <Empty icon=Icon::MailOpen title=tr(|t| t.message.select) /> }
    });
    view! { <Article at has_message /> {instead} }
}

/// The message. It stays when another one is opened, and is hidden while none is: what all messages have in common,
/// such as the buttons and the frame, need not be made while somebody waits.
#[component]
fn Article(at: Memo<Option<MessageRef>>, has_message: Memo<bool>) -> View {
    let scroll = NodeRef::<HtmlElement>::new();
    let is_scrolled = StoredValue::new(false);
    effect(move || {
        at.track();
        // To ask where it is would lay out the page once more.
        if is_scrolled.try_update_value(std::mem::take) == Some(true)
            && let Some(scroll) = scroll.get_untracked()
        {
            scroll.set_scroll_top(0);
        }
    });
    let label = move || has_message.get().then(|| t().message.landmark);
    let head = move || shown_at(at).map(|shown| view! { <head::Head shown /> });
    let attachments = move || shown_at(at).map(|shown| view! { <attachments::Attachments shown /> });
    view! {
        <article
            class="message"
            aria-label=label
            data-uid=move || at.with(|at| at.as_ref().map(|at| at.uid.0.to_string()))
            hidden=move || !has_message.get()
        >
            <actions::Toolbar at />
            <div node_ref=scroll class="message-scroll" tabindex="0" on:scroll=move |_| is_scrolled.set_value(true)>
                {head}
                <body::Bars />
                <body::MessageBody />
                {attachments}
            </div>
            <actions::ReplyBar />
        </article>
    }
}

/// The message that is shown, for what is made anew for each.
fn shown_at(at: Memo<Option<MessageRef>>) -> Option<Arc<Shown>> {
    at.track();
    app().reading.shown.get_untracked()
}

#[component]
fn Trouble(problem: Problem) -> View {
    let app = app();
    if problem == Problem::MessageGone {
        return view! {
            <Empty icon=Icon::Mail title=tr(|t| t.message.gone_title) text=tr(|t| t.message.gone_text)>
                <Button name=tr(|t| t.message.back) on_press=move || app.route.close_message() />
            </Empty>
        };
    }
    view! {
        <Empty icon=Icon::Warning title=tr(|t| t.message.failed_title) text=move || problem::words(&problem)>
            <Button name=tr(|t| t.ui.retry) icon=Icon::Again on_press=move || reading::retry(app) />
        </Empty>
    }
}
