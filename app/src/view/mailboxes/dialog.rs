//! What is asked before a folder is created, renamed, emptied or deleted.

use crate::{
    action::manage,
    app::{App, app},
    dom::{NodeRef, View, live, view},
    i18n::{problem, t, tr},
    signal::{RwSignal, effect},
    ui::{button::Button, dialog::Dialog, dom},
};
use leptos::{ev, prelude::*, task::spawn_local};
use surat_protocol::{MailboxName, Problem};
use web_sys::HtmlInputElement;

/// What a person is about to do with a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Create one, under another or at the top.
    Create(Option<MailboxName>),
    /// Give it another name.
    Rename(MailboxName),
    /// Delete all messages in it.
    Empty(MailboxName),
    /// Delete it.
    Delete(MailboxName),
}

impl Edit {
    fn needs_name(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Rename(_))
    }

    fn title(&self, app: App) -> String {
        let words = &t().folders;
        match self {
            Self::Create(None) => words.new_title.to_owned(),
            Self::Create(Some(parent)) => words.new_inside_title(&app.mailboxes.label(parent)),
            Self::Rename(name) => words.rename_title(&app.mailboxes.label(name)),
            Self::Empty(name) => words.empty_title(&app.mailboxes.label(name)),
            Self::Delete(name) => words.delete_title(&app.mailboxes.label(name)),
        }
    }

    fn button(&self) -> &'static str {
        let words = &t().folders;
        match self {
            Self::Create(_) => words.create,
            Self::Rename(_) => words.rename,
            Self::Empty(_) => words.empty,
            Self::Delete(_) => words.delete,
        }
    }

    /// What the field holds at first.
    fn first_name(&self, app: App) -> String {
        match self {
            Self::Rename(name) => app.mailboxes.label(name),
            _ => String::new(),
        }
    }

    async fn run(self, app: App, name: String) -> Result<(), Problem> {
        match self {
            Self::Create(parent) => manage::create(app, parent, name).await,
            Self::Rename(mailbox) => manage::rename(app, mailbox, name).await,
            Self::Empty(mailbox) => manage::empty(app, mailbox).await,
            Self::Delete(mailbox) => manage::delete(app, mailbox).await,
        }
    }
}

/// The dialog, while something is edited.
#[component]
pub(crate) fn EditDialog(edit: RwSignal<Option<Edit>>) -> View {
    live(move || edit.get().map(|what| view! { <EditForm edit what /> }))
}

#[component]
fn EditForm(edit: RwSignal<Option<Edit>>, what: Edit) -> View {
    let app = app();
    let field = NodeRef::<HtmlInputElement>::new();
    let fault = RwSignal::new(None::<Problem>);
    let is_busy = RwSignal::new(false);
    let look = if what.needs_name() {
        "button primary"
    } else {
        "button danger"
    };
    let (title, button) = (what.title(app), what.button());
    let body = if what.needs_name() {
        name_field(field, what.first_name(app))
    } else {
        let text = match what {
            Edit::Empty(_) => t().folders.empty_text,
            _ => t().folders.delete_text,
        };
        view! { <p>{text}</p> }
    };
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let name = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let name = name.trim().to_owned();
        if is_busy.get_untracked() {
            return;
        }
        if what.needs_name() && name.is_empty() {
            return fault.set(Some(Problem::BadMailboxName));
        }
        let what = what.clone();
        is_busy.set(true);
        spawn_local(async move {
            let result = what.run(app, name).await;
            is_busy.set(false);
            match result {
                Ok(()) => edit.set(None),
                Err(problem) => fault.set(Some(problem)),
            }
        });
    };
    view! {
        <Dialog name=title class="narrow" on_close=move || edit.set(None)>
            <form on:submit=on_submit>
                {body}
                <p class="fault" role="alert">
                    {move || fault.get().as_ref().map(problem::words)}
                </p>
                <div class="dialog-actions">
                    <Button name=tr(|t| t.ui.cancel) on_press=move || edit.set(None) />
                    <button type="submit" class=look disabled=is_busy>
                        {button}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

fn name_field(field: NodeRef<HtmlInputElement>, first: String) -> View {
    // The dialog takes the focus when it opens; the field takes it from there.
    effect(move || {
        if let Some(field) = field.get() {
            request_animation_frame(move || {
                dom::focus(&field);
                field.select();
            });
        }
    });
    view! {
        <label>
            <span class="field-label">{t().folders.name}</span>
            <input node_ref=field class="field" type="text" autocomplete="off" maxlength="200" value=first />
        </label>
    }
}
