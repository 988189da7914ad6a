//! All header fields of a message.

use crate::{
    app::app,
    dom::{View, view},
    i18n::{problem, tr},
    signal::RwSignal,
    ui::{
        dialog::Dialog,
        icon::Icon,
        state::{Empty, Skeleton},
    },
};
use leptos::{prelude::*, task::spawn_local};
use surat_protocol::MessageRef;

#[component]
pub(super) fn Headers(at: MessageRef, #[prop(into)] on_close: Callback<()>) -> View {
    let app = app();
    let answer = RwSignal::new(None);
    spawn_local(async move {
        let headers = crate::action::reading::headers(app, at).await;
        // The dialog may have been closed meanwhile.
        answer.set(Some(headers));
    });
    let content = move || match answer.get() {
        None => view! { <Skeleton name=tr(|t| t.message.loading) lines=9 /> },
        Some(Err(problem)) => view! { <Empty icon=Icon::Warning title=move || problem::words(&problem) /> },
        Some(Ok(headers)) => {
            let rows = headers.into_iter().map(|(name, value)| {
                view! {
                    <dt>{name}</dt>
                    <dd dir="auto">{value}</dd>
                }
            });
            view! { <dl class="headers" tabindex="0">{rows.collect::<View>()}</dl> }
        }
    };
    view! {
        <Dialog name=tr(|t| t.message.headers) class="wide" on_close>
            {content}
        </Dialog>
    }
}
