//! How much may be kept, and what goes first. Pure.

/// Octets that a row counts for. They are not weighed one by one: this is more than nearly all of them have.
pub(crate) const ROW_OCTETS: u64 = 512;

/// A message that takes more than this part of the budget is not kept.
const LARGEST_PART: u64 = 8;

/// What is too much is brought down to this part of the limit, so that not every message causes another look.
const DOWN_TO: (u64, u64) = (7, 8);

const MIB: u64 = 1 << 20;

/// What goes: so many of the messages, and rows of so many of the mailboxes, each from the start of its list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Out {
    /// Messages.
    pub(crate) messages: usize,
    /// Mailboxes.
    pub(crate) mailboxes: usize,
}

/// Octets that may be kept: what the person allows, and at most half of what the browser does.
pub(crate) fn limit(budget_mib: u32, quota: Option<f64>) -> u64 {
    let budget = u64::from(budget_mib) * MIB;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float as an integer stops at the integer's own ends"
    )]
    let share = quota.map(|quota| (quota / 2.0) as u64);
    share.map_or(budget, |share| share.min(budget))
}

/// The largest message that is kept.
pub(crate) fn largest_message(limit: u64) -> u64 {
    limit / LARGEST_PART
}

/// After so many octets it is time to look what is kept in all.
pub(crate) fn look_after(limit: u64) -> u64 {
    limit / 16
}

/// Chooses what goes: messages that were not read for longest, then rows of mailboxes that were not opened for longest.
/// Both lists hold octets, and begin with what goes first.
pub(crate) fn choose(limit: u64, messages: &[u64], mailboxes: &[u64]) -> Out {
    let mut out = Out::default();
    let mut kept: u64 = messages.iter().chain(mailboxes).sum();
    if kept <= limit {
        return out;
    }
    let aim = limit / DOWN_TO.1 * DOWN_TO.0;
    for octets in messages {
        if kept <= aim {
            return out;
        }
        kept -= octets;
        out.messages += 1;
    }
    for octets in mailboxes {
        if kept <= aim {
            return out;
        }
        kept -= octets;
        out.mailboxes += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_while_all_fits() {
        assert_eq!(choose(100, &[50], &[50]), Out::default());
    }

    #[test]
    fn the_oldest_messages_go_first_until_some_room_is_left() {
        let out = choose(80, &[10, 10, 10, 10, 10], &[40]);

        assert_eq!(
            out,
            Out {
                messages: 2,
                mailboxes: 0
            }
        );
    }

    #[test]
    fn rows_go_when_no_message_is_left() {
        assert_eq!(
            choose(80, &[20, 20], &[60, 50, 10]),
            Out {
                messages: 2,
                mailboxes: 1
            }
        );
        assert_eq!(
            choose(0, &[1], &[1]),
            Out {
                messages: 1,
                mailboxes: 1
            }
        );
    }

    #[test]
    fn no_more_than_half_of_what_the_browser_allows() {
        assert_eq!(limit(200, None), 200 * MIB);
        assert_eq!(limit(200, Some(1e12)), 200 * MIB);
        assert_eq!(limit(200, Some(1e6)), 500_000);
    }
}
