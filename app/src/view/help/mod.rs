//! The keyboard sheet.

use crate::{
    dom::{View, view},
    i18n::{t, tr},
    ui::dialog::Dialog,
};
use leptos::prelude::*;

/// Keys, and what they do. Keys in one line are joined by "or".
type Line = (&'static [&'static str], &'static str);

/// The keyboard sheet, in a dialog.
#[component]
pub(crate) fn HelpSheet(
    /// Asked to close.
    #[prop(into)]
    on_close: Callback<()>,
) -> View {
    let groups = move || {
        let texts = &t().help;
        let moving: [Line; 7] = [
            (&["j", "↓"], texts.next),
            (&["k", "↑"], texts.previous),
            (&["Enter", "o"], texts.open),
            (&["u", "Esc"], texts.back),
            (&["g i", "g t"], texts.go),
            (&["/"], texts.search),
            (&["?"], texts.help),
        ];
        let acting: [Line; 9] = [
            (&["x"], texts.select),
            (&["e"], texts.archive),
            (&["#"], texts.delete),
            (&["!"], texts.junk),
            (&["v"], texts.move_to),
            (&["s"], texts.star),
            (&["Shift+I"], texts.read),
            (&["Shift+U"], texts.unread),
            (&["z"], texts.undo),
        ];
        let writing: [Line; 6] = [
            (&["c"], texts.compose),
            (&["r"], texts.reply),
            (&["a"], texts.reply_all),
            (&["f"], texts.forward),
            (&["Ctrl+Enter"], texts.send),
            (&["Esc"], texts.close_draft),
        ];
        [
            (texts.moving, moving.to_vec()),
            (texts.acting, acting.to_vec()),
            (texts.writing, writing.to_vec()),
        ]
        .into_iter()
        .map(|(name, lines)| group(name, lines))
        .collect::<View>()
    };
    view! {
        <Dialog name=tr(|t| t.help.title) class="wide" on_close>
            <div class="help">{groups}</div>
        </Dialog>
    }
}

fn group(name: &'static str, lines: Vec<Line>) -> View {
    let line = |(keys, text): Line| {
        let keys = keys.iter().enumerate().map(|(at, key)| {
            view! {
                {(at > 0).then(|| [" ", t().help.or, " "].concat())}
                <kbd>{*key}</kbd>
            }
        });
        view! {
            <dt>{text}</dt>
            <dd>{keys.collect::<View>()}</dd>
        }
    };
    view! {
        <section>
            <h3>{name}</h3>
            <dl>{lines.into_iter().map(line).collect::<View>()}</dl>
        </section>
    }
}
