//! The allow-list of properties.
//!
//! Missing on purpose: `position` and its offsets, `transform`, `z-index` (nothing may lie over
//! something else), `content`, `filter`, `mask`, `clip-path`, `cursor`, `animation`, `transition`,
//! custom properties, and all that only some browsers know.

/// May its value hold images?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Images {
    /// Yes, rewritten.
    Rewritten,
    /// No.
    Never,
}

/// Whether the property is kept, and whether it may hold images.
pub(super) fn images(name: &str) -> Option<Images> {
    match name {
        "background" | "background-image" | "list-style" | "list-style-image" => Some(Images::Rewritten),
        _ if is_kept(name) => Some(Images::Never),
        _ => None,
    }
}

fn is_kept(name: &str) -> bool {
    is_text(name) || is_box(name) || is_border(name) || is_layout(name)
}

fn is_text(name: &str) -> bool {
    matches!(
        name,
        "color"
            | "direction"
            | "font"
            | "font-family"
            | "font-size"
            | "font-stretch"
            | "font-style"
            | "font-variant"
            | "font-weight"
            | "font-variant-caps"
            | "hyphens"
            | "line-break"
            | "letter-spacing"
            | "line-height"
            | "overflow-wrap"
            | "tab-size"
            | "text-align"
            | "text-align-last"
            | "text-decoration"
            | "text-decoration-color"
            | "text-decoration-line"
            | "text-decoration-style"
            | "text-decoration-thickness"
            | "text-indent"
            | "text-overflow"
            | "text-shadow"
            | "text-transform"
            | "text-underline-offset"
            | "vertical-align"
            | "white-space"
            | "word-break"
            | "word-spacing"
            | "word-wrap"
    )
}

fn is_box(name: &str) -> bool {
    matches!(
        name,
        "aspect-ratio"
            | "background-clip"
            | "background-color"
            | "background-origin"
            | "background-position"
            | "background-repeat"
            | "background-size"
            | "box-shadow"
            | "box-sizing"
            | "height"
            | "margin"
            | "margin-bottom"
            | "margin-block"
            | "margin-block-end"
            | "margin-block-start"
            | "margin-inline"
            | "margin-inline-end"
            | "margin-inline-start"
            | "margin-left"
            | "margin-right"
            | "margin-top"
            | "max-height"
            | "max-width"
            | "min-height"
            | "min-width"
            | "object-fit"
            | "object-position"
            | "opacity"
            | "overflow"
            | "overflow-x"
            | "overflow-y"
            | "padding"
            | "padding-bottom"
            | "padding-block"
            | "padding-block-end"
            | "padding-block-start"
            | "padding-inline"
            | "padding-inline-end"
            | "padding-inline-start"
            | "padding-left"
            | "padding-right"
            | "padding-top"
            | "visibility"
            | "width"
    )
}

fn is_border(name: &str) -> bool {
    if matches!(
        name,
        "border-collapse" | "border-spacing" | "outline" | "outline-color" | "outline-style" | "outline-width"
    ) {
        return true;
    }
    let Some(rest) = name.strip_prefix("border") else {
        return false;
    };
    let rest = ["-top", "-right", "-bottom", "-left"]
        .iter()
        .find_map(|side| rest.strip_prefix(side))
        .unwrap_or(rest);
    matches!(
        rest,
        "" | "-color" | "-style" | "-width" | "-radius" | "-left-radius" | "-right-radius"
    )
}

fn is_layout(name: &str) -> bool {
    matches!(
        name,
        "align-content"
            | "align-items"
            | "align-self"
            | "caption-side"
            | "clear"
            | "column-count"
            | "column-gap"
            | "display"
            | "empty-cells"
            | "flex"
            | "flex-basis"
            | "flex-direction"
            | "flex-flow"
            | "flex-grow"
            | "flex-shrink"
            | "flex-wrap"
            | "float"
            | "gap"
            | "justify-content"
            | "list-style-position"
            | "list-style-type"
            | "order"
            | "row-gap"
            | "table-layout"
    )
}

/// Does this declaration bring a colour of its own? Keywords that follow the surroundings do not.
pub(super) fn paints(name: &str, value: &str) -> bool {
    let value = value.trim_end_matches("!important").trim().to_ascii_lowercase();
    let is_neutral = matches!(
        value.as_str(),
        "inherit"
            | "initial"
            | "unset"
            | "revert"
            | "transparent"
            | "currentcolor"
            | "none"
            | "windowtext"
            | "window"
            | "canvas"
            | "canvastext"
            | "linktext"
    );
    matches!(name, "color" | "background" | "background-color" | "background-image") && !is_neutral
}
