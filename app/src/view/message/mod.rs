//! The reading pane: the open message, or what stands in its place.

mod actions;
mod attachments;
mod body;
mod frame;
mod head;
mod headers;
mod plain;
mod preview;

pub(crate) use attachments::icon_of;

use crate::{
    action::reading,
    app::app,
    dom::{IntoView, View, live, view},
    i18n::{problem, tr},
    signal::Memo,
    store::reading::Shown,
    ui::{
        button::Button,
        icon::Icon,
        state::{Empty, Skeleton},
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use surat_protocol::Problem;

/// The reading pane.
#[component]
pub(crate) fn ReadingPane() -> View {
    let app = app();
    // The article stays while its own images come; it is made anew for another message.
    let at = Memo::new(move |_| {
        app.reading
            .shown
            .with(|shown| shown.as_ref().map(|shown| shown.at.clone()))
    });
    live(move || {
        if let Some(problem) = app.reading.trouble.get() {
            return view! { <Trouble problem /> };
        }
        if at.get().is_some() {
            let shown = app.reading.shown.get_untracked();
            return shown.map(|shown| view! { <Article shown /> }).into_view();
        }
        if app.reading.wanted.with(Option::is_some) {
            return view! { <Skeleton name=tr(|t| t.message.loading) lines=9 /> };
        }
        view! { <Empty icon=Icon::MailOpen title=tr(|t| t.message.select) /> }
    })
}

#[component]
fn Article(shown: Arc<Shown>) -> View {
    let label = tr(|t| t.message.landmark);
    let uid = shown.at.uid.0;
    view! {
        <article class="message" aria-label=label data-uid=uid>
            <actions::Toolbar shown=Arc::clone(&shown) />
            <div class="message-scroll" tabindex="0">
                <head::Head shown=Arc::clone(&shown) />
                <body::Bars />
                <body::MessageBody />
                <attachments::Attachments shown=Arc::clone(&shown) />
            </div>
            <actions::ReplyBar shown />
        </article>
    }
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
