//! Plain text as DOM nodes: links, quotes, signature. Never as HTML.

use crate::{
    action::compose,
    app::app,
    dom::{IntoView, View, view},
    i18n::{t, tr},
    signal::RwSignal,
    store::reading::text::{Block, Piece, blocks, pieces},
    ui::dom,
};
use leptos::{ev, prelude::*};

#[component]
pub(super) fn Plain(text: String) -> View {
    let blocks = blocks(&text).into_iter().map(block_view).collect::<View>();
    view! {
        <section class="body-plain" aria-label=tr(|t| t.message.body) dir="auto">
            {blocks}
        </section>
    }
}

fn block_view(block: Block) -> View {
    match block {
        Block::Text(text) => view! { <p class="block" dir="auto">{pieces_view(&text)}</p> },
        Block::Signature(text) => view! { <p class="block signature" dir="auto">{pieces_view(&text)}</p> },
        Block::Quote {
            blocks,
            is_folded: false,
        } => quote_view(blocks),
        Block::Quote {
            blocks,
            is_folded: true,
        } => view! { <Fold blocks /> },
    }
}

fn quote_view(blocks: Vec<Block>) -> View {
    view! { <blockquote class="quote">{blocks.into_iter().map(block_view).collect::<View>()}</blockquote> }
}

/// A quote behind a button.
#[component]
fn Fold(blocks: Vec<Block>) -> View {
    let is_open = RwSignal::new(false);
    let name = move || {
        if is_open.get() {
            t().message.hide_quote
        } else {
            t().message.show_quote
        }
    };
    view! {
        <button
            type="button"
            class="fold"
            aria-expanded=dom::truth(is_open.into())
            aria-label=name
            title=name
            on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
        >
            "…"
        </button>
        {move || is_open.get().then(|| quote_view(blocks.clone()))}
    }
}

fn pieces_view(text: &str) -> View {
    let view = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned().into_view(),
        Piece::Link(link) => link_view(link.to_owned()),
    };
    pieces(text).into_iter().map(view).collect::<View>()
}

/// A link that leads out, or, for a mail address, into the composer.
fn link_view(link: String) -> View {
    let app = app();
    let is_mail = link
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    let address = link.clone();
    let on_click = move |event: ev::MouseEvent| {
        if is_mail {
            event.prevent_default();
            compose::write_mailto(app, &address);
        }
    };
    view! {
        <a href=link.clone() target="_blank" rel="noopener noreferrer nofollow" on:click=on_click>
            {link}
        </a>
    }
}
