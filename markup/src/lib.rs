//! `view!`: elements written as markup, in the grammar of Leptos' macro of that name.
//!
//! Leptos' own gives each view a type that holds the types of all that is in it, and each of them is
//! compiled anew. This one calls the builder in `app/src/dom`, which is one type. See decision 0024.

mod element;

use proc_macro::TokenStream;
use quote::quote;
use rstml::{Parser, ParserConfig};

/// Makes a `View` of markup.
///
/// - `<div class="a" aria-label=name>`: an attribute; a closure or a signal keeps it up to date.
/// - `class:is-open=flag`, `style:--level=text`, `prop:value=text`: a class, a CSS property, a property of the node.
/// - `on:click=handler`: a listener; any name of `leptos::ev`.
/// - `node_ref=reference`: a `NodeRef` that is to hold the element.
/// - `"text"` and `{expression}`: children; a closure is made anew when what it reads changes.
/// - `<Name prop=value />`: a component of Leptos (`#[component]`) that returns a `View`.
/// - `<Show when=condition>`: children that are there while a closure says so.
/// - `<For each=items key=key let:item>`: one element per item, kept for as long as its key is there.
#[proc_macro]
pub fn view(tokens: TokenStream) -> TokenStream {
    let config = ParserConfig::default().recover_block(true);
    let (nodes, errors) = Parser::new(config).parse_recoverable(tokens).split_vec();
    let errors = errors.into_iter().map(|error| error.emit_as_expr_tokens());
    let view = element::all(&nodes);
    quote! {{ #(#errors;)* #view }}.into()
}
