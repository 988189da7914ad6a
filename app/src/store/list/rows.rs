//! The rows that were fetched, as many as are worth keeping.

use super::{Key, PlaceIndex};
use crate::store::sort;
use surat_protocol::{Row, UidSet};

/// More rows than this are not kept: some 2 MB.
const LIMIT: usize = 4_000;

/// After there were too many, so many are left.
const KEPT: usize = 3_000;

/// Rows by message.
#[derive(Default)]
pub(super) struct Rows {
    /// In the order of their keys.
    kept: Vec<(Key, Box<Kept>)>,
    clock: u32,
}

struct Kept {
    row: Row,
    /// It was learned before the link broke or the mailbox was left: shown, and fetched again.
    is_stale: bool,
    /// While it was stale its news were not told, and never will be: only fetching it makes it fresh.
    is_missed: bool,
    used: u32,
}

impl Rows {
    /// The row as the server told it, however old.
    pub(super) fn get(&self, key: Key) -> Option<&Row> {
        self.find(key).map(|kept| &kept.row)
    }

    /// The row, to be changed.
    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Row> {
        self.find_mut(key).map(|kept| &mut kept.row)
    }

    /// Is the row here, and up to date?
    pub(super) fn is_fresh(&self, key: Key) -> bool {
        self.find(key).is_some_and(|kept| !kept.is_stale)
    }

    fn place(&self, key: Key) -> Result<usize, usize> {
        self.kept.binary_search_by(|(own, _)| own.cmp(&key))
    }

    fn find(&self, key: Key) -> Option<&Kept> {
        self.place(key).ok().map(|at| &*self.kept[at].1)
    }

    fn find_mut(&mut self, key: Key) -> Option<&mut Kept> {
        self.place(key).ok().map(|at| &mut *self.kept[at].1)
    }

    /// Keeps a row that was just told.
    pub(super) fn put(&mut self, key: Key, row: Row) {
        self.clock += 1;
        let kept = Box::new(Kept {
            row,
            is_stale: false,
            is_missed: false,
            used: self.clock,
        });
        match self.place(key) {
            Ok(at) => self.kept[at].1 = kept,
            Err(at) => self.kept.insert(at, (key, kept)),
        }
    }

    /// Forgets the rows of messages that left.
    pub(super) fn remove(&mut self, place: PlaceIndex, gone: &UidSet) {
        self.kept
            .retain(|(key, _)| key.place != place || !gone.contains(key.uid));
    }

    /// All rows may have changed meanwhile.
    pub(super) fn make_stale(&mut self) {
        for (_, kept) in &mut self.kept {
            kept.is_stale = true;
        }
    }

    /// The row may be wrong, and nobody will tell.
    pub(super) fn doubt(&mut self, key: Key) {
        if let Some(kept) = self.find_mut(key) {
            kept.is_stale = true;
            kept.is_missed = true;
        }
    }

    /// What changed meanwhile is not told: rows that are stale now are so until they are fetched.
    pub(super) fn miss_news(&mut self) {
        for (_, kept) in &mut self.kept {
            kept.is_missed = kept.is_stale;
        }
    }

    /// Whatever changed since the rows became stale was told.
    pub(super) fn make_fresh(&mut self) {
        for (_, kept) in &mut self.kept {
            kept.is_stale = kept.is_missed;
        }
    }

    /// Every row, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Key, &mut Row)> {
        self.kept.iter_mut().map(|(key, kept)| (*key, &mut kept.row))
    }

    /// Marks rows as looked at, and forgets those that nobody looked at for longest when there are too many.
    pub(super) fn touch(&mut self, keys: impl Iterator<Item = Key>) {
        self.clock += 1;
        let now = self.clock;
        for key in keys {
            if let Some(kept) = self.find_mut(key) {
                kept.used = now;
            }
        }
        if self.kept.len() > LIMIT {
            let used: Vec<u32> = self.kept.iter().map(|(_, kept)| kept.used).collect();
            let mut order: Vec<usize> = (0..used.len()).collect();
            sort(&mut order, &|a, b| used[b].cmp(&used[a]));
            let oldest = order.get(KEPT).map(|&index| used[index]).unwrap_or_default();
            self.kept.retain(|(_, kept)| kept.used > oldest);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use surat_protocol::{Flags, Uid};

    /// A row of which only the UID matters.
    pub(in super::super) fn row(uid: u32) -> Row {
        Row {
            uid: Uid(uid),
            flags: Flags::default(),
            received: i64::from(uid),
            from: Vec::new(),
            to: Vec::new(),
            subject: format!("Subject {uid}"),
            preview: String::new(),
            has_attachment: false,
        }
    }

    #[test]
    fn rows_that_nobody_looks_at_are_forgotten_first() {
        let mut rows = Rows::default();
        let key = |uid| Key::of_mailbox(Uid(uid));
        for uid in 1..=4_001 {
            rows.put(key(uid), row(uid));
        }

        rows.touch([key(1)].into_iter());

        assert!(rows.get(key(1)).is_some(), "just looked at");
        assert!(rows.get(key(2)).is_none());
        assert!(rows.kept.len() <= KEPT);
    }
}
