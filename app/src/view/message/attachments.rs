//! The files of a message: a link each to save it, and a button where it can be shown.

use super::preview::PreviewDialog;
use crate::{
    dom::{View, view},
    i18n::{size::size, t, tr},
    net::address,
    signal::RwSignal,
    store::reading::Shown,
    text::find,
    ui::{button::IconButton, icon::Icon},
};
use leptos::prelude::*;
use std::sync::Arc;
use surat_protocol::{Attachment, MessageRef, Preview};

#[component]
pub(super) fn Attachments(shown: Arc<Shown>) -> View {
    let files = shown.message.attachments.clone();
    if files.is_empty() {
        return View::Nothing;
    }
    let count = files.len() as u64;
    let heading = move || t().message.attachment_count(count);
    let items = files
        .into_iter()
        .map(|file| view! { <Item at=shown.at.clone() file /> })
        .collect::<View>();
    view! {
        <section class="attachments">
            <h3>{heading}</h3>
            <ul role="list" aria-label=tr(|t| t.message.attachments)>
                {items}
            </ul>
        </section>
    }
}

#[component]
fn Item(at: MessageRef, file: Attachment) -> View {
    let is_open = RwSignal::new(false);
    let href = address::part(&at, &file.section, false);
    let octets = file.size_octets;
    let Attachment {
        name,
        media_type,
        preview,
        ..
    } = file.clone();
    let label = name.clone();
    let shown_at = address::part(&at, &file.section, true);
    let show = move || {
        if preview == Preview::Pdf {
            // The browser's own viewer, in a tab of its own; a blocked pop-up is the person's choice.
            let _ = window().open_with_url_and_target_and_features(&shown_at, "_blank", "noopener");
        } else {
            is_open.set(true);
        }
    };
    let button = (preview != Preview::None).then(move || {
        view! { <IconButton icon=Icon::Eye name=move || t().message.preview(&label) on_press=show /> }
    });
    let (title, saved_as) = (name.clone(), name.clone());
    view! {
        <li class="attachment">
            <a href=href download=saved_as title=move || t().message.download_named(&title)>
                {icon_of(&media_type).view()}
                <span class="attachment-name" dir="auto">
                    {name}
                </span>
                <span class="hint">{move || size(octets)}</span>
            </a>
            {button}
            {move || {
                let (at, file) = (at.clone(), file.clone());
                is_open.get().then(|| view! { <PreviewDialog at file on_close=move || is_open.set(false) /> })
            }}
        </li>
    }
}

/// The icon of a media type.
pub(crate) fn icon_of(media_type: &str) -> Icon {
    let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
    match kind {
        "image" => Icon::FileImage,
        "audio" => Icon::FileAudio,
        "video" => Icon::FileVideo,
        "message" => Icon::Mail,
        _ if subtype == "calendar" => Icon::Calendar,
        "text" => Icon::FileText,
        _ if ["zip", "gzip", "x-tar", "x-7z-compressed", "vnd.rar", "x-bzip2", "x-xz"].contains(&subtype) => {
            Icon::FileArchive
        }
        _ if ["pdf", "document", "word"]
            .iter()
            .any(|word| find(subtype, word).is_some()) =>
        {
            Icon::FileText
        }
        _ => Icon::File,
    }
}
