//! Opening: what was kept is shown at once, then what the server tells of the mailbox.

use super::{
    Key, Place, PlaceIndex, Source,
    model::{List, Progress},
    order::Order,
    overlay::Moment,
    rows::Rows,
    shelf::Shelved,
};
use surat_protocol::{Contents, Flags, Glance, Known, MailboxName, ModSeq, Opened, Problem, Uid, UidSet};

/// Opening, as it goes on.
impl List {
    /// Opens something else, or the same again. What was kept of it is shown at once.
    ///
    /// Returns the generation that answers must name, and how far the list was scrolled when it was
    /// left; `None` when it is the same list and stays as it is.
    pub(crate) fn open(&mut self, source: Source, scroll: f64) -> (u32, Option<f64>) {
        self.generation = self.generation.wrapping_add(1);
        self.fetching.clear();
        self.sought = UidSet::new();
        self.found_total = 0;
        if self.source.as_ref() == Some(&source) {
            self.rows.make_stale();
            if matches!(self.progress, Progress::Failed(_)) {
                self.progress = Progress::Loading;
            }
            return (self.generation, None);
        }
        self.leave(scroll);
        let kept = match &source {
            Source::Mailbox(mailbox) => self.shelf.take(mailbox),
            Source::Search { .. } => None,
        };
        self.source = Some(source);
        let mut left_at = 0.0;
        if let Some(kept) = kept {
            self.places = [kept.place].into();
            self.told = Order::Mailbox(kept.uids);
            self.highest_modseq = kept.highest_modseq;
            self.rows = kept.rows;
            self.progress = Progress::Partial;
            left_at = kept.scroll;
        }
        self.refresh();
        (self.generation, Some(left_at))
    }

    /// Puts the open mailbox on the shelf and clears the table.
    fn leave(&mut self, scroll: f64) {
        let told = std::mem::replace(&mut self.told, Order::Found(Vec::new()));
        let rows = std::mem::take(&mut self.rows);
        let places = std::mem::take(&mut self.places);
        let is_known = self.older == 0;
        if let (Order::Mailbox(uids), Some(place), true) = (told, places.into_iter().next(), is_known) {
            self.shelf.put(Shelved {
                place,
                uids,
                highest_modseq: self.highest_modseq,
                rows,
                scroll,
            });
        }
        self.older = 0;
        self.highest_modseq = ModSeq(0);
        self.progress = Progress::Loading;
        self.selection.clear();
        self.focus = None;
        self.may_store_keywords = true;
    }

    /// Forgets everything, as at sign-out.
    pub(crate) fn clear(&mut self) {
        let generation = self.generation.wrapping_add(1);
        self.shelf.clear();
        *self = Self {
            generation,
            ..Self::default()
        };
    }

    /// A question about messages goes out; hand the moment in with its answer.
    pub(crate) fn ask(&mut self) -> Moment {
        self.overlay.ask()
    }

    /// The question is answered, or never will be.
    pub(crate) fn settle(&mut self, asked: Moment) {
        self.fetching.retain(|(moment, _)| *moment != asked);
        self.overlay.settle(asked);
    }

    /// What is known of the mailbox, so that only what is new need be told.
    pub(crate) fn known(&self) -> Option<Known> {
        match (&self.told, self.places.first()) {
            (Order::Mailbox(uids), Some(place)) if self.highest_modseq.0 > 0 && self.older == 0 => Some(Known {
                uid_validity: place.uid_validity,
                highest_modseq: self.highest_modseq,
                uids: uids.clone(),
            }),
            _ => None,
        }
    }

    /// The newest messages are known before the order is.
    pub(crate) fn glance(&mut self, generation: u32, glance: Glance, asked: Moment) {
        if self.generation != generation {
            return;
        }
        let place = Place {
            mailbox: glance.mailbox,
            uid_validity: glance.uid_validity,
        };
        let is_kept = self.places.first() == Some(&place);
        if !is_kept {
            self.begin_with(&place);
            let newest: UidSet = glance.rows.iter().map(|row| row.uid).collect();
            let messages = usize::try_from(glance.messages).unwrap_or(usize::MAX);
            self.older = messages.saturating_sub(newest.len());
            self.told = Order::Mailbox(self.overlay.catch_up_order(&place, &newest, asked));
            self.progress = Progress::Partial;
        }
        self.put_rows(&place, glance.rows, asked);
        self.refresh();
    }

    /// Another mailbox than what was kept, if anything was.
    fn begin_with(&mut self, place: &Place) {
        self.rows = Rows::default();
        self.selection.clear();
        self.places = [place.clone()].into();
    }

    /// The mailbox is open: its order is known.
    pub(crate) fn opened(&mut self, generation: u32, opened: Opened, asked: Moment) {
        if self.generation != generation {
            return;
        }
        let place = Place {
            mailbox: opened.mailbox,
            uid_validity: opened.uid_validity,
        };
        let is_kept = self.places.first() == Some(&place);
        if !is_kept {
            self.begin_with(&place);
        }
        let uids = match (opened.contents, &self.told) {
            (Contents::Whole(uids), _) => {
                self.rows.miss_news();
                uids
            }
            (
                Contents::Since {
                    vanished,
                    arrived,
                    flags,
                },
                Order::Mailbox(uids),
            ) if is_kept => {
                let uids = uids.difference(&vanished).union(&arrived);
                self.rows.remove(PlaceIndex(0), &vanished);
                self.rows.make_fresh();
                self.take_flags(&place, flags, asked);
                uids
            }
            // News of what was not kept: the proxy tells none.
            (Contents::Since { .. }, _) => return,
        };
        self.older = 0;
        self.highest_modseq = opened.highest_modseq;
        self.told = Order::Mailbox(self.overlay.catch_up_order(&place, &uids, asked));
        self.may_store_keywords = opened.may_store_keywords;
        self.progress = Progress::Ready;
        self.refresh();
    }

    /// Everything is to be told anew when it is opened again.
    pub(crate) fn forget_modseq(&mut self) {
        self.highest_modseq = ModSeq(0);
    }

    /// What is shown was kept on this device: it may be old, and the server is being asked.
    pub(crate) fn distrust(&mut self) {
        self.rows.make_stale();
        self.progress = Progress::Partial;
    }

    fn take_flags(&mut self, place: &Place, changes: Vec<(Uid, Flags)>, asked: Moment) {
        for (uid, mut flags) in changes {
            let key = Key::of_mailbox(uid);
            let is_sure = self.overlay.catch_up(place, uid, &mut flags, asked);
            if let Some(row) = self.rows.get_mut(key) {
                row.flags = flags;
            }
            if !is_sure {
                self.rows.doubt(key);
            }
        }
    }

    /// It could not be opened, or the search broke off.
    pub(crate) fn failed(&mut self, generation: u32, problem: Problem) {
        if self.generation != generation {
            return;
        }
        if is_closed(&problem) {
            self.told = Order::Found(Vec::new());
            self.rows = Rows::default();
            self.places.clear();
            self.refresh();
        }
        // What is shown already is worth more than the reason why it could not be made newer.
        if self.progress == Progress::Loading || self.len() == 0 {
            self.progress = Progress::Failed(problem);
        }
    }

    /// The mailbox that is wanted and was not there, or not for us, when it was to be opened.
    pub(crate) fn missed(&self) -> Option<&MailboxName> {
        match (&self.source, &self.progress) {
            (Some(Source::Mailbox(mailbox)), Progress::Failed(problem)) if is_closed(problem) => Some(mailbox),
            _ => None,
        }
    }
}

/// Does the server not show the mailbox any more, rather than not at this moment?
fn is_closed(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::NoSuchMailbox(_) | Problem::Refused(_) | Problem::NoPermission
    )
}

#[cfg(test)]
#[path = "opening_tests.rs"]
mod tests;
