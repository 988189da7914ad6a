//! Coming and going: the link's happenings, sign-in, sign-out.

use super::{
    compose::{self, carry, save},
    mailbox, search,
};
use crate::{
    app::App,
    i18n::{problem, t},
    net::{Happening, cache, http, worker},
    route::Route,
    store::{
        list::{
            Place, Source,
            model::{List, Progress},
        },
        mailboxes::Known,
        session::Standing,
    },
};
use futures_channel::oneshot;
use futures_util::future::select;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use surat_protocol::{
    Event, MailboxName, Problem,
    http::{LOGOUT, Login},
};
use wasm_bindgen::{JsCast, closure::Closure};

/// What earlier pages have ordered is mostly one or two flags. A long order goes on while the page is brought up to date.
const CATCH_UP_MS: u32 = 3_000;

/// Starts what runs by itself, once, at the start of the page.
pub(crate) fn start(app: App) {
    app.preferences.start();
    app.route.start();
    for (target, event) in [
        (window().unchecked_into::<web_sys::EventTarget>(), "online"),
        (document().unchecked_into(), "visibilitychange"),
    ] {
        let nudge = Closure::<dyn FnMut()>::new(move || {
            if !document().hidden() {
                app.net.nudge();
            }
        });
        // Without it the link comes back a little later, by its own clock.
        let _ = target.add_event_listener_with_callback(event, nudge.as_ref().unchecked_ref());
        nudge.forget();
    }
    let hear = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if event.type_() == worker::LEAVING {
            carry::pack(app);
        } else {
            app.session.has_newer.set(true);
        }
    });
    for word in [worker::RENEWABLE, worker::LEAVING] {
        // Fails for no event of this name; without it the next start brings the newer version.
        let _ = window().add_event_listener_with_callback(word, hear.as_ref().unchecked_ref());
    }
    hear.forget();
    let kept = cache::account();
    if !kept.is_empty() {
        app.preferences.begin_account(&kept);
        app.session.kept.set(kept);
        open_wanted(app);
        app.session.standing.set(Standing::SignedIn);
        spawn_local(mailbox::list_kept(app));
    }
    connect(app);
}

/// Tells of mail that cannot be kept, as soon as there are texts to say it in.
pub(crate) fn tell_faults(app: App) {
    cache::on_fault(move |is_full| {
        let texts = &t().shell;
        app.notices.notify(if is_full {
            texts.not_kept_full
        } else {
            texts.not_kept_denied
        });
    });
}

/// Asks for what a person came for, before the page is built.
fn open_wanted(app: App) {
    let source = mailbox::of_route(app, &app.route.current().get_untracked());
    mailbox::show_source(app, source);
}

/// Dials at once, instead of when it is time for the next try.
pub(crate) fn try_again(app: App) {
    app.net.nudge();
}

/// Changes to the newer version of the app. What is being written is stored first, if there is a link, and taken along.
pub(crate) fn renew(app: App) {
    spawn_local(async move {
        if let Some(letter) = app.compose.letter().filter(|_| !app.session.is_cut_off.get_untracked()) {
            save::save(app);
            save::finish(&letter).await;
        }
        if compose::is_busy(app) {
            app.notices.notify(t().shell.newer_later);
        } else {
            worker::tell(worker::RENEW);
        }
    });
}

/// Signs in. The problem says why not.
pub(crate) async fn sign_in(app: App, login: Login, keeps_mail: bool) -> Result<(), Problem> {
    http::sign_in(&login).await?;
    if keeps_mail {
        cache::start(&login.email);
        app.session.kept.set(login.email);
    }
    app.session.standing.set(Standing::SigningIn);
    connect(app);
    Ok(())
}

/// Keeps mail on this device from now on, or deletes what was kept.
pub(crate) fn keep_mail(app: App, is_wanted: bool) {
    if is_wanted {
        let email = app.session.email();
        cache::start(&email);
        app.session.kept.set(email);
        // What is on screen is told once more, for the cache to hear.
        app.list.list.update_untracked(List::forget_modseq);
        mailbox::list(app);
        resume(app);
    } else {
        app.session.kept.set(String::new());
        spawn_local(cache::wipe());
    }
}

/// Signs out, and wipes what was kept. The problem says that the proxy was not reached.
pub(crate) async fn sign_out(app: App) -> Result<(), Problem> {
    leave_by(app, LOGOUT).await
}

/// Signs out by one of the two paths for it, or says why not.
pub(crate) fn try_leave(app: App, path: &'static str) {
    spawn_local(async move {
        if let Err(problem) = leave_by(app, path).await {
            app.notices.notify(problem::words(&problem));
        }
    });
}

async fn leave_by(app: App, path: &'static str) -> Result<(), Problem> {
    http::sign_out(path).await?;
    leave(app, None);
    // Whoever signs in next begins at the inbox, not at an address out of this account.
    app.route.replace(Route::default());
    Ok(())
}

fn connect(app: App) {
    app.net.start(move |happening| take(app, happening));
}

fn take(app: App, happening: Happening) {
    match happening {
        Happening::Up(welcome) => {
            app.preferences.begin_account(&welcome.email);
            app.session.welcome.set(Some(welcome));
            app.session.is_cut_off.set(false);
            app.session.has_server.set(true);
            carry::unpack(app);
            if app.session.standing.get_untracked() != Standing::SignedIn {
                open_wanted(app);
                mailbox::list(app);
                app.session.standing.set(Standing::SignedIn);
            } else {
                spawn_local(async move {
                    // Before anything is asked, so that the answers have it; but nothing waits for it for ever.
                    let (done, caught_up) = oneshot::channel();
                    spawn_local(async move {
                        app.net.catch_up().await;
                        // Nobody listens any more when it took too long.
                        let _ = done.send(());
                    });
                    select(caught_up, TimeoutFuture::new(CATCH_UP_MS)).await;
                    resume(app);
                    mailbox::list(app);
                });
            }
        }
        Happening::Down => app.session.is_cut_off.set(true),
        Happening::Refused(problem @ (Problem::NotSignedIn | Problem::WrongPassword)) => refuse(app, problem),
        Happening::Refused(problem) => {
            app.session.standing.update(|standing| {
                if let Standing::Unknown(reason) = standing {
                    *reason = Some(problem);
                }
            });
        }
        // The page that it serves now fits it. What is being sent or attached is waited for: this comes again.
        Happening::OtherVersion => {
            if !compose::is_busy(app) {
                worker::tell(worker::OUTDATED);
            }
        }
        Happening::Event(event) => apply(app, event),
    }
}

/// The link is back, or somebody tries again: catch up, without touching what is on screen.
pub(crate) fn resume(app: App) {
    super::reading::resume(app);
    let source = app.list.list.with_untracked(|list| list.source().cloned());
    let is_complete = app.list.list.with_untracked(|list| *list.progress() == Progress::Ready);
    match source {
        Some(Source::Mailbox(mailbox)) => mailbox::open(app, mailbox),
        // A search that was complete stays as it was; one that broke off is begun anew.
        Some(Source::Search { mailbox, text }) if !is_complete => search::search(app, mailbox, text),
        Some(Source::Search { .. }) | None => {}
    }
}

/// The one place where what the proxy tells by itself reaches the stores.
fn apply(app: App, event: Event) {
    let place = |mailbox, uid_validity| Place { mailbox, uid_validity };
    match event {
        Event::Mailboxes(all) => {
            let missed = app.list.list.with_untracked(|list| list.missed().cloned());
            let is_back = |name: &MailboxName| all.iter().any(|mailbox| mailbox.name == *name);
            let back = missed.filter(is_back);
            app.mailboxes.known.update(|known| known.list(all));
            if let Some(back) = back {
                mailbox::open(app, back);
            }
        }
        Event::Counts { mailbox, counts } => app.mailboxes.known.update(|known| known.count(&mailbox, counts)),
        Event::Arrived {
            mailbox,
            uid_validity,
            uids,
            rows,
        } => {
            let place = place(mailbox, uid_validity);
            app.list.list.update(|list| list.arrived(&place, &uids, rows));
        }
        Event::Flags {
            mailbox,
            uid_validity,
            changes,
        } => {
            let place = place(mailbox, uid_validity);
            app.list.list.update(|list| list.flags_changed(&place, changes));
        }
        Event::Vanished {
            mailbox,
            uid_validity,
            uids,
        } => {
            let place = place(mailbox, uid_validity);
            app.list.list.update(|list| list.vanished(&place, &uids));
            app.reading.vanished(&place, &uids);
        }
        Event::Reset { mailbox } => mailbox::reopen_if_shown(app, &mailbox),
        Event::ServerLost => app.session.has_server.set(false),
        Event::ServerBack => {
            app.session.has_server.set(true);
            mailbox::list(app);
            resume(app);
        }
        Event::SignedOut(problem) => leave(app, Some(problem)),
        // The socket closes next, which says the same.
        Event::Stopping => {}
    }
}

/// Nobody is signed in. On the first visit that needs no explanation.
fn refuse(app: App, problem: Problem) {
    let is_first_visit = matches!(app.session.standing.get_untracked(), Standing::Unknown(_));
    leave(app, (!is_first_visit).then_some(problem));
}

/// Ends the session in this tab: hangs up, and empties every store.
fn leave(app: App, reason: Option<Problem>) {
    spawn_local(cache::wipe());
    app.session.kept.set(String::new());
    app.net.stop(&Problem::NotSignedIn);
    app.session.is_cut_off.set(false);
    app.session.welcome.set(None);
    mailbox::stop(app);
    app.notices.clear();
    app.reading.forget_all();
    app.compose.end();
    app.compose.people.clear();
    app.sheet.set(None);
    app.list.destined.set(None);
    app.list.list.update(List::clear);
    app.mailboxes.known.set(Known::default());
    app.preferences.forget_account();
    app.session.standing.set(Standing::SignedOut(reason));
}
