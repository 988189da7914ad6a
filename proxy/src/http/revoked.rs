//! Sessions that were ended before their time: a cookie cannot be called back, so its number is
//! remembered until it would have ended by itself. In memory; several nodes will share it one day.

use super::cookie::Session;
use crate::{account::SessionId, clock::now};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Ended sessions, each with the second (since 1970 UTC) from which it need not be remembered.
#[derive(Default)]
pub struct Revoked {
    ended: Mutex<HashMap<SessionId, u64>>,
}

impl Revoked {
    /// Ends a session. Only holders of a good cookie come here, so the number stays small.
    pub fn end(&self, session: &Session) {
        let now = now();
        let mut ended = self.lock();
        ended.retain(|_, until| *until > now);
        ended.insert(session.id, session.ends_at());
    }

    /// Was it ended?
    pub fn contains(&self, id: SessionId) -> bool {
        self.lock().contains_key(&id)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, u64>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{account::Credentials, secret::Secret};

    #[test]
    fn only_the_ended_session_is_void() {
        let credentials = Credentials {
            email: "ayu@surat.test".into(),
            password: Secret::new("surat"),
        };
        let begin = || Session::begin(credentials.clone(), true);
        let (mine, other) = (begin(), begin());
        let revoked = Revoked::default();

        revoked.end(&mine);

        assert!(revoked.contains(mine.id) && !revoked.contains(other.id));
    }
}
