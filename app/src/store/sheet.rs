//! Which sheet lies over the mail.

/// A dialog that belongs to no message and no folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// The settings.
    Settings,
    /// The keys.
    Help,
}
