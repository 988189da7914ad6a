//! "Move to": the folders, narrowed down by typing, chosen by Enter or a press.

use crate::{
    action::message,
    app::{App, app},
    dom::{NodeRef, View, live, view},
    i18n::case::lower,
    i18n::{t, tr},
    signal::{Memo, RwSignal, StoredValue, effect},
    store::list::Targets,
    text::find,
    ui::{dialog::Dialog, dom},
};
use leptos::{ev, prelude::*};
use surat_protocol::{MailboxName, NamespaceKind};
use web_sys::HtmlInputElement;

/// The dialog, while a person is choosing.
#[component]
pub(crate) fn Destination() -> View {
    let app = app();
    live(move || app.list.destined.get().map(|targets| view! { <Chooser targets /> }))
}

/// A folder that the messages can go to.
#[derive(Clone, PartialEq)]
struct Choice {
    name: MailboxName,
    label: String,
    /// Where it stands, when its label alone does not say.
    path: String,
}

#[component]
fn Chooser(targets: Targets) -> View {
    let app = app();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let field = NodeRef::<HtmlInputElement>::new();
    let all = choices(app, &targets);
    // Where messages cannot be taken out, they can still be copied.
    let can_move = app.mailboxes.known.with_untracked(|known| {
        known
            .abilities(targets.iter().map(|(place, _)| &place.mailbox))
            .relocate
    });
    let is_copy = RwSignal::new(!can_move);
    let shown = Memo::new(move |_| typed.with(|typed| narrow(&all, typed)));
    let name = move || {
        if is_copy.get() {
            t().acts.copy_to
        } else {
            t().acts.move_to
        }
    };
    let targets = StoredValue::new(targets);
    let choose = move |index: usize| {
        if let Some(choice) = shown.with_untracked(|shown| shown.get(index).cloned()) {
            app.list.destined.set(None);
            if is_copy.get_untracked() {
                message::copy_to(app, &targets.get_value(), &choice.name);
            } else {
                message::move_to(app, targets.get_value(), &choice.name);
            }
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let last = shown.with_untracked(|shown| shown.len().saturating_sub(1));
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" => choose(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let on_input = move |event: ev::Event| {
        at.set(0);
        typed.set(event_target_value(&event));
    };
    effect(move || {
        if let Some(field) = field.get() {
            request_animation_frame(move || dom::focus(&field));
        }
    });
    effect(move || reveal(at.get()));
    let active = move || shown.with(|shown| shown.get(at.get()).map(|_| option_id(at.get())));
    let options = move || {
        let shown = shown.get().into_iter().enumerate();
        shown
            .map(|(index, choice)| option(index, choice, at, Callback::new(choose)))
            .collect::<View>()
    };
    view! {
        <Dialog name=name class="narrow" on_close=move || app.list.destined.set(None)>
            <input
                node_ref=field
                class="field"
                type="text"
                role="combobox"
                autocomplete="off"
                aria-label=t().acts.find
                placeholder=t().acts.find
                aria-expanded="true"
                aria-controls="destinations"
                aria-activedescendant=active
                on:input=on_input
                on:keydown=on_key
            />
            <ul id="destinations" class="choices" role="listbox" aria-label=name>
                {options}
            </ul>
            <label class="choice-copy">
                <input type="checkbox" disabled=!can_move prop:checked=is_copy on:change=move |_| is_copy.update(|is_copy| *is_copy = !*is_copy) />
                <span>{t().acts.keep_copy}</span>
            </label>
            <p class="hint" role="status">
                {move || shown.with(Vec::is_empty).then(tr(|t| t.acts.none_found))}
            </p>
        </Dialog>
    }
}

fn option(index: usize, choice: Choice, at: RwSignal<usize>, choose: Callback<usize>) -> View {
    view! {
        <li
            id=option_id(index)
            class="choice"
            role="option"
            aria-selected=move || (at.get() == index).to_string()
            on:click=move |_| choose.run(index)
        >
            <span>{choice.label}</span>
            {(!choice.path.is_empty()).then(|| view! { <span class="hint">{choice.path}</span> })}
        </li>
    }
}

fn option_id(index: usize) -> String {
    ["destination-", &index.to_string()].concat()
}

fn reveal(index: usize) {
    if let Some(option) = document().get_element_by_id(&option_id(index)) {
        let how = web_sys::ScrollIntoViewOptions::new();
        how.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&how);
    }
}

/// The folders that messages may be put into, but not the one that all of them are in.
fn choices(app: App, targets: &Targets) -> Vec<Choice> {
    app.mailboxes.known.with_untracked(|known| choices_of(known, targets))
}

fn choices_of(known: &crate::store::mailboxes::Known, targets: &Targets) -> Vec<Choice> {
    let is_elsewhere = |name: &MailboxName| targets.iter().any(|(place, _)| place.mailbox != *name);
    known
        .branches_all()
        .into_iter()
        .filter(|branch| branch.is_selectable && known.rights(&branch.name).may_insert() && is_elsewhere(&branch.name))
        .map(|branch| {
            let label = crate::store::mailboxes::label(branch.role, branch.namespace, &branch.label);
            let is_plain = branch.level == 1 && branch.namespace == NamespaceKind::Personal;
            Choice {
                path: if is_plain { String::new() } else { branch.name.0.clone() },
                name: branch.name,
                label,
            }
        })
        .collect()
}

/// The folders whose name holds what was typed; those that begin with it first.
fn narrow(all: &[Choice], typed: &str) -> Vec<Choice> {
    let typed = lower(typed.trim());
    let (first, later): (Vec<(bool, Choice)>, Vec<_>) = all
        .iter()
        .filter_map(|choice| {
            let label = lower(&choice.label);
            let holds = find(&label, &typed)
                .or_else(|| find(&lower(&choice.path), &typed))
                .is_some();
            holds.then(|| (label.starts_with(&typed), choice.clone()))
        })
        .partition(|(is_first, _)| *is_first);
    first.into_iter().chain(later).map(|(_, choice)| choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_begin_with_what_is_typed_come_first() {
        let all = ["Archive", "Kerja", "Rapat kerja"].map(|label| Choice {
            name: MailboxName(label.into()),
            label: label.into(),
            path: String::new(),
        });

        let labels: Vec<String> = narrow(&all, " KER").into_iter().map(|choice| choice.label).collect();

        assert_eq!(labels, ["Kerja", "Rapat kerja"]);
        assert_eq!(narrow(&all, "").len(), 3);
    }
}
