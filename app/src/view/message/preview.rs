//! An image or a text, shown in a dialog.

use crate::{
    dom::{View, live, view},
    i18n::{t, tr},
    net::{address, file},
    signal::RwSignal,
    ui::{
        dialog::Dialog,
        icon::Icon,
        state::{Empty, Skeleton},
    },
};
use leptos::{prelude::*, task::spawn_local};
use surat_protocol::{Attachment, MessageRef, Preview, Problem};

#[component]
pub(super) fn PreviewDialog(at: MessageRef, file: Attachment, #[prop(into)] on_close: Callback<()>) -> View {
    let source = address::part(&at, &file.section, true);
    let name = file.name.clone();
    let content = match file.preview {
        Preview::Image => view! { <Image source name=name.clone() /> },
        _ => view! { <Text source /> },
    };
    let link = address::part(&at, &file.section, false);
    let saved_as = name.clone();
    let label = name.clone();
    view! {
        <Dialog name class="wide" on_close>
            <div class="preview">{content}</div>
            <div class="dialog-actions">
                <a class="button" href=link download=saved_as>
                    {Icon::Download.view()}
                    {move || t().message.download_named(&label)}
                </a>
            </div>
        </Dialog>
    }
}

#[component]
fn Image(source: String, name: String) -> View {
    let has_failed = RwSignal::new(false);
    live(move || {
        if has_failed.get() {
            return view! { <Empty icon=Icon::Warning title=tr(|t| t.message.preview_failed) /> };
        }
        let (source, name) = (source.clone(), name.clone());
        view! { <img src=source alt=name on:error=move |_| has_failed.set(true) /> }
    })
}

#[component]
fn Text(source: String) -> View {
    let answer = RwSignal::new(None::<Result<file::TextFile, Problem>>);
    spawn_local(async move {
        let text = file::read_text(&source).await;
        // The dialog may have been closed meanwhile.
        answer.set(Some(text));
    });
    live(move || match answer.get() {
        None => view! { <Skeleton name=tr(|t| t.message.preview_loading) lines=6 /> },
        Some(Err(_)) => view! { <Empty icon=Icon::Warning title=tr(|t| t.message.preview_failed) /> },
        Some(Ok(file::TextFile { text, is_cut })) => view! {
            {is_cut.then(|| view! { <p class="hint">{t().message.preview_cut}</p> })}
            <pre tabindex="0" dir="auto">{text}</pre>
        },
    })
}
