//! Elements and components, as calls of the builder.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement, NodeName};
use syn::{Expr, ExprLit, Lit, Stmt, spanned::Spanned};

/// Tags that are made in SVG's namespace.
const SVG: [&str; 3] = ["svg", "path", "use"];

/// One view of all nodes: itself if there is one, else one after the other.
pub(crate) fn all(nodes: &[Node]) -> TokenStream {
    match nodes {
        [one] => {
            let one = node(one);
            quote! { crate::dom::IntoView::into_view(#one) }
        }
        several => {
            let several = several.iter().map(node);
            quote! { [#(crate::dom::IntoView::into_view(#several)),*].into_iter().collect::<crate::dom::View>() }
        }
    }
}

fn node(node: &Node) -> TokenStream {
    match node {
        Node::Element(element) if is_component(element.name()) => component(element),
        Node::Element(element) => plain(element),
        Node::Block(block) => bare(block),
        Node::Text(text) => quote! { #text },
        Node::Fragment(fragment) => all(fragment.children()),
        other => refuse(
            other,
            "not understood here: elements, components, \"text\" and {expressions}",
        ),
    }
}

/// The expression in the braces, without them where it is the only thing in there.
fn bare(block: &NodeBlock) -> TokenStream {
    match block.try_block().map(|block| block.stmts.as_slice()) {
        Some([Stmt::Expr(expression, None)]) => quote! { #expression },
        _ => quote! { #block },
    }
}

fn refuse(at: &impl Spanned, why: &str) -> TokenStream {
    quote_spanned! { at.span()=> compile_error!(#why) }
}

/// `Button`, `hover::Actions`: components begin with a capital.
fn is_component(name: &NodeName) -> bool {
    let NodeName::Path(path) = name else { return false };
    let last = path.path.segments.last().map(|segment| segment.ident.to_string());
    last.is_some_and(|name| name.starts_with(|first: char| first.is_uppercase()))
}

fn plain(element: &NodeElement<rstml::Infallible>) -> TokenStream {
    let tag = element.name().to_string();
    let make = if SVG.contains(&tag.as_str()) {
        quote! { crate::dom::Element::svg }
    } else {
        quote! { crate::dom::Element::new }
    };
    let (told, others): (Vec<_>, Vec<_>) = element.attributes().iter().partition(|it| fixed(it).is_some());
    // One piece of text takes less room in the app than a call for each attribute.
    let start = told
        .into_iter()
        .filter_map(fixed)
        .fold(tag, |start, pair| start + &pair);
    let attributes = others.into_iter().map(attribute);
    let children = element.children().iter().map(|child| {
        let child = node(child);
        quote! { .child(#child) }
    });
    quote! { #make(#start) #(#attributes)* #(#children)* }
}

/// Name and value of an attribute that is known now, each with NUL before it: `class="row"`.
fn fixed(attribute: &NodeAttribute) -> Option<String> {
    let NodeAttribute::Attribute(attribute) = attribute else {
        return None;
    };
    let name = attribute.key.to_string();
    let Expr::Lit(ExprLit {
        lit: Lit::Str(value), ..
    }) = attribute.value()?
    else {
        return None;
    };
    let value = value.value();
    (!name.contains(':')).then(|| format!("\0{name}\0{value}"))
}

fn attribute(attribute: &NodeAttribute) -> TokenStream {
    let NodeAttribute::Attribute(attribute) = attribute else {
        return refuse(attribute, "an attribute has a name");
    };
    let name = attribute.key.to_string();
    let value = value(attribute);
    match name.split_once(':') {
        None if name == "node_ref" => quote! { .node_ref(#value) },
        None => quote! { .attribute(#name, #value) },
        Some(("class", name)) => quote! { .class(#name, #value) },
        Some(("style", name)) => quote! { .style(#name, #value) },
        Some(("prop", name)) => quote! { .property(#name, #value) },
        // The one event in use that Leptos has no name for.
        Some(("on", "cancel")) => quote! { .on(::leptos::ev::Custom::<::web_sys::Event>::new("cancel"), #value) },
        Some(("on", name)) => {
            let event = Ident::new(name, attribute.key.span());
            quote! { .on(::leptos::ev::#event, #value) }
        }
        Some(_) => refuse(&attribute.key, "there are class:, style:, prop: and on:"),
    }
}

/// What is behind the sign; an attribute that stands alone is set.
fn value(attribute: &KeyedAttribute) -> TokenStream {
    attribute
        .value()
        .map_or_else(|| quote! { true }, |value| quote! { #value })
}

fn component(element: &NodeElement<rstml::Infallible>) -> TokenStream {
    let name = element.name();
    match name.to_string().as_str() {
        "Show" => return show(element),
        "For" => return each(element),
        _ => {}
    }
    let props = element.attributes().iter().map(|attribute| match attribute {
        NodeAttribute::Attribute(attribute) => {
            let name = &attribute.key;
            // `<Row grid />` passes the variable of that name.
            let value = attribute
                .value()
                .map_or_else(|| quote! { #name }, |value| quote! { #value });
            quote! { .#name(#value) }
        }
        NodeAttribute::Block(block) => refuse(block, "a prop has a name"),
    });
    let children = (!element.children().is_empty()).then(|| {
        let children = all(element.children());
        quote! { .children(crate::dom::ToChildren::to_children(move || #children)) }
    });
    quote! {
        {
            let props = ::leptos::component::component_props_builder(&#name) #(#props)* #children;
            #[allow(unreachable_code, reason = "the builder's type tells which props are missing")]
            let props = props.build();
            ::leptos::component::component_view(#name, props)
        }
    }
}

fn show(element: &NodeElement<rstml::Infallible>) -> TokenStream {
    let Some(when) = prop(element, "when") else {
        return refuse(element.name(), "<Show> needs `when`");
    };
    let children = all(element.children());
    quote! { crate::dom::show(#when, move || #children) }
}

fn each(element: &NodeElement<rstml::Infallible>) -> TokenStream {
    let named = element.attributes().iter().find_map(|attribute| match attribute {
        NodeAttribute::Attribute(attribute) => Some(attribute.key.to_string().strip_prefix("let:")?.to_owned()),
        NodeAttribute::Block(_) => None,
    });
    let (Some(items), Some(key), Some(named)) = (prop(element, "each"), prop(element, "key"), named) else {
        return refuse(element.name(), "<For> needs `each`, `key` and `let:`");
    };
    let named = format_ident!("{named}", span = element.name().span());
    let children = all(element.children());
    quote! { crate::dom::keyed(#items, #key, move |#named| #children) }
}

fn prop<'a>(element: &'a NodeElement<rstml::Infallible>, name: &str) -> Option<&'a Expr> {
    element.attributes().iter().find_map(|attribute| match attribute {
        NodeAttribute::Attribute(attribute) if attribute.key.to_string() == name => attribute.value(),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::all;
    use quote::quote;
    use rstml::{Parser, ParserConfig};

    fn calls(markup: proc_macro2::TokenStream) -> String {
        let nodes = Parser::new(ParserConfig::default()).parse_simple(markup);
        all(&nodes.expect("the markup of a test")).to_string().replace(' ', "")
    }

    #[test]
    fn fixed_attributes_are_one_text_and_the_others_are_calls() {
        let calls = calls(quote! { <p class="hint" id=name role="status" class:is-new=flag>"Halo"</p> });

        assert!(
            calls.contains(r#"Element::new("p\0class\0hint\0role\0status")"#),
            "{calls}"
        );
        assert!(
            calls.contains(r#".attribute("id",name).class("is-new",flag).child("Halo")"#),
            "{calls}"
        );
    }

    #[test]
    fn what_is_not_understood_says_so() {
        assert!(calls(quote! { <p use:thing=1 /> }).contains("compile_error!"));
        assert!(calls(quote! { <Show>"a"</Show> }).contains("<Show>needs`when`"));
    }
}
