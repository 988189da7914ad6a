//! The steps that are measured, by the names that they have on the command line and in the report.

use clap::ValueEnum;
use serde::Serialize;

/// Something that a person does and waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[value(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// From pressing "Sign in" to the first rows
    SignIn,
    /// From reloading a signed-in page to the first rows
    Reload,
    /// From pressing a row to the body of its message
    Open,
    /// From pressing a folder to its rows
    SwitchFolder,
    /// From a jump to a far place to its rows
    Scroll,
    /// From the key to the server's answer
    Flag,
    /// From the key to the server's answer
    Delete,
    /// From choosing the folder to the server's answer
    Move,
    /// From pressing "Send", with 1 MB attached, to the notice
    Send,
    /// From the delivery of a message to its row
    NewMail,
    /// From Enter to the first rows found by their subjects
    SearchSubject,
    /// From Enter to the first rows found by their texts
    SearchText,
}

/// What the page has before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nothing of what is asked for.
    Cold,
    /// It has shown the same before, or shows it now.
    Kept,
}

impl Step {
    /// The states that differ for a step.
    pub(super) fn states(self) -> &'static [State] {
        match self {
            Self::SignIn | Self::Send | Self::SearchSubject | Self::SearchText => &[State::Cold],
            Self::Flag | Self::Delete | Self::Move | Self::NewMail => &[State::Kept],
            Self::Reload => &[State::Kept, State::Cold],
            Self::Open | Self::SwitchFolder | Self::Scroll => &[State::Cold, State::Kept],
        }
    }

    /// What is typed into the search box, and what a bare session searches for.
    pub(super) fn search(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::SearchSubject => Some(("subject:garden", "SUBJECT garden")),
            Self::SearchText => Some(("body:lighthouse", "BODY lighthouse")),
            _ => None,
        }
    }

    /// Whether it ends with the server's answer. What is seen then was seen before, and is taken back should the server refuse.
    pub(super) fn ends_with_answer(self) -> bool {
        matches!(self, Self::Flag | Self::Delete | Self::Move)
    }

    /// Runs of a step that takes seconds are fewer.
    pub(super) fn runs(self, wanted: u32) -> u32 {
        match self {
            Self::SearchText => wanted.min(5),
            Self::NewMail | Self::Send => wanted.min(10),
            _ => wanted,
        }
    }

    /// The name in reports.
    pub(super) fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

impl State {
    /// The name in reports.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Kept => "kept",
        }
    }
}
