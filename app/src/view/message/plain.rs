//! Plain text as DOM nodes: links, quotes, signature. Never as HTML.

use crate::{
    action::compose,
    app::app,
    i18n::{t, tr},
    store::reading::text::{Block, Piece, blocks, pieces},
    ui::dom,
};
use leptos::{ev, prelude::*};

#[component]
pub(super) fn Plain(text: String) -> impl IntoView {
    let blocks = blocks(&text).into_iter().map(block_view).collect_view();
    view! {
        <section class="body-plain" aria-label=tr(|t| t.message.body) dir="auto">
            {blocks}
        </section>
    }
}

fn block_view(block: Block) -> AnyView {
    match block {
        Block::Text(text) => view! { <p class="block" dir="auto">{pieces_view(&text)}</p> }.into_any(),
        Block::Signature(text) => view! { <p class="block signature" dir="auto">{pieces_view(&text)}</p> }.into_any(),
        Block::Quote {
            blocks,
            is_folded: false,
        } => quote_view(blocks).into_any(),
        Block::Quote {
            blocks,
            is_folded: true,
        } => view! { <Fold blocks /> }.into_any(),
    }
}

fn quote_view(blocks: Vec<Block>) -> impl IntoView {
    view! { <blockquote class="quote">{blocks.into_iter().map(block_view).collect_view()}</blockquote> }
}

/// A quote behind a button.
#[component]
fn Fold(blocks: Vec<Block>) -> impl IntoView {
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

fn pieces_view(text: &str) -> impl IntoView + use<> {
    let view = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned().into_any(),
        Piece::Link(link) => link_view(link.to_owned()),
    };
    pieces(text).into_iter().map(view).collect_view()
}

/// A link that leads out, or, for a mail address, into the composer.
fn link_view(link: String) -> AnyView {
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
        <a href=link target="_blank" rel="noopener noreferrer nofollow" on:click=on_click>
            {link.clone()}
        </a>
    }
    .into_any()
}
