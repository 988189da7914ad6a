//! The allow-lists: elements, and what happens to all others.

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Kept with its washed attributes.
    Keep,
    /// The tags go, the content stays.
    Unwrap,
    /// Goes with all that is in it.
    Drop,
    /// SVG and MathML: as [`Fate::Drop`], but HTML that the standard lets break out of it ends it.
    DropForeign,
    /// Has no content that could be kept.
    DropVoid,
    /// Its content is text to the tokenizer; goes with it, except that of `style`, which is washed.
    Raw,
}

/// The fate of an element, by its name in lower case.
pub(crate) fn fate(name: &str) -> Fate {
    match name {
        _ if is_kept(name) => Fate::Keep,
        _ if is_raw(name.as_bytes()) => Fate::Raw,
        "svg" | "math" => Fate::DropForeign,
        "object" | "applet" | "template" | "noscript" | "select" | "datalist" | "audio" | "video" | "frameset"
        | "portal" | "selectedcontent" => Fate::Drop,
        "base" | "basefont" | "bgsound" | "command" | "embed" | "frame" | "input" | "isindex" | "keygen" | "link"
        | "meta" | "param" | "source" | "track" | "plaintext" => Fate::DropVoid,
        _ => Fate::Unwrap,
    }
}

/// Could the element do something, or hold something that does? Of this kind: scripts but not data in a script, forms,
/// plug-ins and pages in the page.
pub(crate) fn is_active(name: &str, kind: &str) -> bool {
    match name {
        "script" => {
            let kind = kind.trim().to_ascii_lowercase();
            kind.is_empty() || kind == "module" || kind.ends_with("script")
        }
        "form" | "object" | "applet" | "embed" | "iframe" | "frame" | "portal" => true,
        _ => false,
    }
}

/// Elements whose content the tokenizer reads as text.
pub(crate) fn is_raw(name: &[u8]) -> bool {
    matches!(
        name,
        b"style" | b"script" | b"title" | b"textarea" | b"iframe" | b"xmp" | b"noembed" | b"noframes"
    )
}

fn is_kept(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "address"
            | "area"
            | "article"
            | "aside"
            | "b"
            | "bdi"
            | "big"
            | "blockquote"
            | "br"
            | "caption"
            | "center"
            | "cite"
            | "code"
            | "col"
            | "colgroup"
            | "dd"
            | "del"
            | "details"
            | "dfn"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "em"
            | "figcaption"
            | "figure"
            | "font"
            | "footer"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "li"
            | "main"
            | "map"
            | "mark"
            | "nav"
            | "nobr"
            | "ol"
            | "p"
            | "pre"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "section"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "summary"
            | "sup"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "time"
            | "tr"
            | "tt"
            | "u"
            | "ul"
            | "var"
            | "wbr"
    )
}

/// Elements without an end tag, of those that are kept.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(name, "area" | "br" | "col" | "hr" | "img" | "wbr")
}

/// Start tags that end foreign content (HTML standard, "the rules for parsing tokens in foreign
/// content"): an unclosed `<svg>` must not swallow the mail.
pub(crate) fn breaks_out(name: &str) -> bool {
    matches!(
        name,
        "b" | "big"
            | "blockquote"
            | "body"
            | "br"
            | "center"
            | "code"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "em"
            | "embed"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "head"
            | "hr"
            | "i"
            | "img"
            | "li"
            | "listing"
            | "menu"
            | "meta"
            | "nobr"
            | "ol"
            | "p"
            | "pre"
            | "ruby"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "strike"
            | "sub"
            | "sup"
            | "table"
            | "tt"
            | "u"
            | "ul"
            | "var"
    )
}
