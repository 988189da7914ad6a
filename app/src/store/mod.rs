//! What the app knows. Each store is plain logic behind a few signals, made once at the root.
//!
//! Stores never touch the DOM or the net: actions change them, views read them.

pub(crate) mod compose;
pub(crate) mod list;
pub(crate) mod mailboxes;
pub(crate) mod notices;
pub(crate) mod preferences;
pub(crate) mod reading;
pub(crate) mod search_query;
pub(crate) mod session;
pub(crate) mod sheet;

/// Sorts indices by what they stand for. Equals keep their order.
///
/// The one place where the app sorts: the library's code is some 6 kB for each type that is sorted.
fn sort(indices: &mut [usize], compare: &dyn Fn(usize, usize) -> std::cmp::Ordering) {
    indices.sort_by(|&a, &b| compare(a, b));
}
