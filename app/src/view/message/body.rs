//! What to read, and the lines above it: blocked images, damage.

use super::{frame::Frame, plain::Plain};
use crate::{
    action::reading,
    app::{App, app},
    dom::{View, live, view},
    i18n::{size::size, t, tr},
    store::preferences::Theme,
    ui::{button::Button, icon::Icon},
};
use leptos::prelude::*;
use surat_protocol::{Body, Damage};

/// The text of the message.
#[component]
pub(super) fn MessageBody() -> View {
    let app = app();
    let plain = live(move || match &app.reading.shown.get()?.message.body {
        Body::Plain(text) => Some(view! { <Plain text=text.clone() /> }),
        Body::Html { .. } => None,
        Body::Empty => Some(view! {
            <section class="body-plain hint" aria-label=tr(|t| t.message.body)>
                <p>{tr(|t| t.message.empty)}</p>
            </section>
        }),
    });
    view! { {plain} <Frame /> }
}

/// What was left out, and what is broken.
#[component]
pub(super) fn Bars() -> View {
    let app = app();
    let counts = move || {
        app.reading
            .shown
            .with(|shown| match shown.as_ref().map(|shown| &shown.message.body) {
                Some(Body::Html {
                    blocked_images,
                    blocked_trackers,
                    removed_active,
                    ..
                }) => [*blocked_images, *blocked_trackers, *removed_active],
                _ => [0; 3],
            })
            .map(u64::from)
    };
    let damage = move || {
        app.reading
            .shown
            .with(|shown| shown.as_ref().map(|shown| shown.message.damage.clone()))
            .unwrap_or_default()
    };
    let left_out = move || {
        let [images, trackers, active] = counts();
        let buttons = (images > 0).then(|| {
            view! {
                <Button look="quiet" name=tr(|t| t.message.show_images) on_press=move || reading::show_images(app) />
                <Button
                    look="quiet"
                    name=tr(|t| t.message.always_from_sender)
                    on_press=move || reading::always_show_images(app)
                />
            }
        });
        let icon = if images + trackers > 0 {
            Icon::FileImage
        } else {
            Icon::Code
        };
        (images + trackers + active > 0).then(|| {
            let words = move || left_out_words(images, trackers, active);
            view! { <div class="bar">{icon.view()} <p>{words}</p> {buttons}</div> }
        })
    };
    let damages = move || {
        damage()
            .iter()
            .map(|damage| {
                view! { <div class="bar is-warning">{Icon::Warning.view()} <p>{damage_words(damage)}</p></div> }
            })
            .collect::<View>()
    };
    view! { <div class="message-bars">{damages} {left_out}</div> }
}

/// A sentence for each kind of which something was left out.
fn left_out_words(images: u64, trackers: u64, active: u64) -> String {
    let text = &t().message;
    let sentences = [
        (images > 0).then(|| text.images_blocked(images)),
        (trackers > 0).then(|| text.trackers_blocked(trackers)),
        (active > 0).then(|| text.active_removed(active)),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Is HTML mail on a dark ground now?
pub(super) fn is_on_dark(app: App) -> bool {
    let has_own_colours = app.reading.shown.with(|shown| {
        shown.as_ref().is_some_and(|shown| {
            matches!(
                &shown.message.body,
                Body::Html {
                    has_own_colours: true,
                    ..
                }
            )
        })
    });
    let is_dark = match app.preferences.theme.get() {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::Auto => prefers_dark(),
    };
    app.reading.is_on_dark.get().unwrap_or(is_dark && !has_own_colours)
}

fn prefers_dark() -> bool {
    let query = window().match_media("(prefers-color-scheme: dark)");
    query.ok().flatten().is_some_and(|query| query.matches())
}

fn damage_words(damage: &Damage) -> String {
    let texts = &t().message;
    match damage {
        Damage::Structure => texts.damage_structure.to_owned(),
        Damage::Charset(label) => texts.damage_charset(label),
        Damage::Text => texts.damage_text.to_owned(),
        Damage::Encoding => texts.damage_encoding.to_owned(),
        Damage::Cut {
            shown_octets,
            total_octets,
        } => texts.damage_cut(&size(*shown_octets), &size(*total_octets)),
    }
}
