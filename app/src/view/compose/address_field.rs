//! A field of addresses: each complete one is a token; suggestions as one types (ARIA combobox).

use crate::{
    app::{App, app},
    dom::{Label, View, view},
    i18n::{t, tr},
    signal::RwSignal,
    store::compose::{
        Recipients,
        address::{is_same, is_valid, parse_list, take_complete},
    },
    ui::icon::Icon,
};
use leptos::{ev, prelude::*};
use surat_protocol::Address;

/// The suggestions of a field, and which of them the arrow keys are at.
#[derive(Clone, Copy)]
struct Suggestions {
    people: RwSignal<Vec<Address>>,
    at: RwSignal<Option<usize>>,
}

/// A field of addresses with its label.
#[component]
pub(super) fn AddressField(
    /// The input's id.
    id: &'static str,
    /// "To".
    #[prop(into)]
    name: Label,
    /// What is in it.
    field: Recipients,
) -> View {
    let app = app();
    let list_id = format!("{id}-list");
    let controls = list_id.clone();
    let suggestions = Suggestions {
        people: RwSignal::new(Vec::new()),
        at: RwSignal::new(None),
    };
    let is_open = move || suggestions.people.with(|people| !people.is_empty());
    let active = move || suggestions.at.get().map(|at| format!("{id}-{at}"));
    let on_input = move |event: web_sys::Event| {
        type_text(app, field, suggestions, &event_target_value(&event));
    };
    let on_blur = move |_| {
        suggestions.close();
        field.complete();
    };
    let tokens = move || {
        let chosen = field.chosen.get();
        let views = chosen
            .into_iter()
            .enumerate()
            .map(|(at, address)| view! { <Token field at address /> });
        views.collect::<View>()
    };
    view! {
        <div class="composer-row">
            <label for=id>{move || name.get()}</label>
            <div class="tokens">
                {tokens}
                <input
                    id=id
                    type="text"
                    role="combobox"
                    inputmode="email"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-autocomplete="list"
                    aria-expanded=move || is_open().to_string()
                    aria-controls=controls
                    aria-activedescendant=active
                    prop:value=move || field.typed.get()
                    on:input=on_input
                    on:keydown=move |event| press(field, suggestions, &event)
                    on:paste=move |event| paste(field, &event)
                    on:blur=on_blur
                />
            </div>
            <ul id=list_id class="suggestions" role="listbox" aria-label=tr(|t| t.compose.suggestions) hidden=move || !is_open()>
                {move || options(id, field, suggestions)}
            </ul>
        </div>
    }
}

#[component]
fn Token(field: Recipients, at: usize, address: Address) -> View {
    let app = app();
    let Address { name, email } = address;
    let shown = if name.is_empty() { email.clone() } else { name };
    let (is_invalid, own) = (!is_valid(&email), email.clone());
    let is_refused = move || {
        app.compose
            .refused
            .with(|refused| refused.iter().any(|refused| is_same(&refused.email, &own)))
    };
    let label = shown.clone();
    let hint = if is_invalid {
        t().compose.invalid.to_owned()
    } else {
        email
    };
    let remove = move |_| {
        field.chosen.update(|chosen| {
            if at < chosen.len() {
                chosen.remove(at);
            }
        });
    };
    view! {
        <span class="chip token" class:is-invalid=move || is_invalid || is_refused() title=hint>
            {is_invalid.then(|| Icon::Alert.view())}
            <span dir="auto">{shown}</span>
            <button
                type="button"
                tabindex="-1"
                aria-label=move || t().compose.remove_address(&label)
                // The focus stays where one writes: this button is gone next.
                on:mousedown=|event: ev::MouseEvent| event.prevent_default()
                on:click=remove
            >
                {Icon::Cross.view()}
            </button>
        </span>
    }
}

fn options(id: &'static str, field: Recipients, suggestions: Suggestions) -> View {
    let people = suggestions.people.get();
    let option = move |(at, person): (usize, Address)| {
        let Address { name, email } = person.clone();
        let is_active = move || suggestions.at.get() == Some(at);
        // Before the input loses the focus, which would complete what is typed.
        let choose = move |event: ev::MouseEvent| {
            event.prevent_default();
            suggestions.choose(field, person.clone());
        };
        view! {
            <li id=format!("{id}-{at}") role="option" aria-selected=move || is_active().to_string() on:mousedown=choose>
                <span dir="auto">{if name.is_empty() { email.clone() } else { name.clone() }}</span>
                {(!name.is_empty()).then(|| view! { <span class="hint">{email}</span> })}
            </li>
        }
    };
    people.into_iter().enumerate().map(option).collect::<View>()
}

impl Suggestions {
    fn close(self) {
        self.people.set(Vec::new());
        self.at.set(None);
    }

    fn choose(self, field: Recipients, person: Address) {
        self.close();
        field.typed.set(String::new());
        field.chosen.update(|chosen| chosen.push(person));
    }

    /// Moves by one, round the end.
    fn step(self, is_down: bool) {
        let count = self.people.with_untracked(Vec::len);
        self.at.update(|at| {
            *at = match (*at, is_down) {
                (None, true) => Some(0),
                (None, false) => count.checked_sub(1),
                (Some(now), true) => Some((now + 1) % count.max(1)),
                (Some(now), false) => now.checked_sub(1).or(count.checked_sub(1)),
            };
        });
    }
}

fn type_text(app: App, field: Recipients, suggestions: Suggestions, text: &str) {
    let (complete, rest) = take_complete(text);
    if complete.is_empty() {
        field.typed.set(text.to_owned());
    } else {
        field.chosen.update(|chosen| chosen.extend(complete));
        field.typed.set(rest);
    }
    let typed = field.typed.get_untracked();
    let people = field
        .chosen
        .with_untracked(|chosen| app.compose.people.suggest(&typed, chosen));
    suggestions.at.set(None);
    suggestions.people.set(people);
}

fn press(field: Recipients, suggestions: Suggestions, event: &ev::KeyboardEvent) {
    let is_open = suggestions.people.with_untracked(|people| !people.is_empty());
    let active = || {
        suggestions
            .people
            .with_untracked(|people| people.get(suggestions.at.get_untracked()?).cloned())
    };
    match event.key().as_str() {
        "ArrowDown" if is_open => suggestions.step(true),
        "ArrowUp" if is_open => suggestions.step(false),
        "Escape" if is_open => suggestions.close(),
        "Enter" if event.ctrl_key() || event.meta_key() => {
            field.complete();
            return;
        }
        "Enter" => match active() {
            Some(person) => suggestions.choose(field, person),
            None => {
                suggestions.close();
                field.complete();
            }
        },
        "Tab" => {
            if let Some(person) = active() {
                suggestions.choose(field, person);
            }
            return;
        }
        "Backspace" if field.typed.with_untracked(String::is_empty) => take_back(field),
        _ => return,
    }
    event.prevent_default();
}

/// The last token becomes text again.
fn take_back(field: Recipients) {
    let last = field.chosen.try_update(Vec::pop).flatten();
    if let Some(last) = last {
        field.typed.set(crate::store::compose::address::write(&last));
    }
}

/// A pasted list becomes tokens; an input would drop its line ends.
fn paste(field: Recipients, event: &ev::ClipboardEvent) {
    let text = event
        .clipboard_data()
        .and_then(|data| data.get_data("text/plain").ok())
        .unwrap_or_default();
    if text.contains([',', ';', '\n']) {
        event.prevent_default();
        field.chosen.update(|chosen| chosen.extend(parse_list(&text)));
    }
}
