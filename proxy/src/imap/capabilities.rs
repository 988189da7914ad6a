//! What a server can do, as named booleans. Read after the greeting, after STARTTLS and after sign-in.

/// Capabilities that Surat knows of. `IMAP4rev2` counts as all that it includes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// STARTTLS.
    pub starttls: bool,
    /// LOGINDISABLED: LOGIN must not be tried (RFC 9051, section 6.2.3).
    pub login_disabled: bool,
    /// AUTH=PLAIN.
    pub auth_plain: bool,
    /// ID (RFC 2971).
    pub id: bool,
    /// ENABLE (RFC 5161).
    pub enable: bool,
    /// UTF8=ACCEPT (RFC 6855).
    pub utf8_accept: bool,
    /// CONDSTORE (RFC 7162).
    pub condstore: bool,
    /// QRESYNC (RFC 7162).
    pub qresync: bool,
    /// NAMESPACE (RFC 2342).
    pub namespace: bool,
    /// LIST-EXTENDED (RFC 5258).
    pub list_extended: bool,
    /// LIST-STATUS (RFC 5819).
    pub list_status: bool,
    /// SPECIAL-USE (RFC 6154).
    pub special_use: bool,
    /// CREATE-SPECIAL-USE (RFC 6154).
    pub create_special_use: bool,
    /// CHILDREN (RFC 3348).
    pub children: bool,
    /// ACL (RFC 4314).
    pub acl: bool,
    /// UNSELECT (RFC 3691).
    pub unselect: bool,
    /// UIDPLUS (RFC 4315).
    pub uidplus: bool,
    /// MOVE (RFC 6851).
    pub move_: bool,
    /// ESEARCH (RFC 4731).
    pub esearch: bool,
    /// SORT (RFC 5256).
    pub sort: bool,
    /// THREAD of any kind (RFC 5256).
    pub thread: bool,
    /// PREVIEW (RFC 8970), or the draft of it that Dovecot 2.3 has (PREVIEW=FUZZY).
    pub preview: bool,
    /// BINARY (RFC 3516).
    pub binary: bool,
    /// IDLE (RFC 2177).
    pub idle: bool,
    /// NOTIFY (RFC 5465).
    pub notify: bool,
    /// LITERAL+ (RFC 7888): literals of any size without waiting.
    pub literal_plus: bool,
    /// LITERAL- (RFC 7888): literals of up to 4,096 octets without waiting.
    pub literal_minus: bool,
    /// QUOTA (RFC 9208).
    pub quota: bool,
    /// METADATA (RFC 5464).
    pub metadata: bool,
    /// REPLACE (RFC 8508).
    pub replace: bool,
    /// COMPRESS=DEFLATE (RFC 4978).
    pub compress: bool,
    /// APPENDLIMIT with one limit for all mailboxes, in octets (RFC 7889).
    pub append_limit_octets: Option<u64>,
}

impl Capabilities {
    /// From the words of CAPABILITY, in upper case.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut capabilities = Self::default();
        for word in words {
            capabilities.add(word);
        }
        capabilities
    }

    fn add(&mut self, word: &str) {
        match word {
            "IMAP4REV2" => self.add_revision_2(),
            "STARTTLS" => self.starttls = true,
            "LOGINDISABLED" => self.login_disabled = true,
            "AUTH=PLAIN" => self.auth_plain = true,
            "ID" => self.id = true,
            "ENABLE" => self.enable = true,
            "UTF8=ACCEPT" | "UTF8=ONLY" => self.utf8_accept = true,
            "CONDSTORE" => self.condstore = true,
            "QRESYNC" => (self.condstore, self.qresync) = (true, true),
            "NAMESPACE" => self.namespace = true,
            "LIST-EXTENDED" => self.list_extended = true,
            "LIST-STATUS" => self.list_status = true,
            "SPECIAL-USE" => self.special_use = true,
            "CREATE-SPECIAL-USE" => self.create_special_use = true,
            "CHILDREN" => self.children = true,
            "ACL" => self.acl = true,
            "UNSELECT" => self.unselect = true,
            "UIDPLUS" => self.uidplus = true,
            "MOVE" => self.move_ = true,
            "ESEARCH" => self.esearch = true,
            "SORT" => self.sort = true,
            "PREVIEW" | "PREVIEW=FUZZY" => self.preview = true,
            "BINARY" => self.binary = true,
            "IDLE" => self.idle = true,
            "NOTIFY" => self.notify = true,
            "LITERAL+" => self.literal_plus = true,
            "LITERAL-" => self.literal_minus = true,
            "QUOTA" => self.quota = true,
            "METADATA" => self.metadata = true,
            "REPLACE" => self.replace = true,
            "COMPRESS=DEFLATE" => self.compress = true,
            _ if word.starts_with("THREAD=") => self.thread = true,
            _ => self.add_limit(word),
        }
    }

    fn add_limit(&mut self, word: &str) {
        if let Some(limit) = word.strip_prefix("APPENDLIMIT=") {
            self.append_limit_octets = limit.parse().ok();
        }
    }

    /// What RFC 9051, appendix E, takes in.
    fn add_revision_2(&mut self) {
        for word in [
            "ENABLE",
            "NAMESPACE",
            "LIST-EXTENDED",
            "LIST-STATUS",
            "SPECIAL-USE",
            "CHILDREN",
            "UNSELECT",
            "UIDPLUS",
            "MOVE",
            "ESEARCH",
            "BINARY",
            "IDLE",
            "LITERAL-",
        ] {
            self.add(word);
        }
    }

    /// May a literal of so many octets be sent without waiting for `+`?
    pub fn may_send_at_once(&self, literal_octets: usize) -> bool {
        self.literal_plus || (self.literal_minus && literal_octets <= 4096)
    }

    /// Capabilities that are not offered and that a person will notice, by name.
    pub fn missing(&self) -> Vec<&'static str> {
        let noticed = self.noticed().into_iter();
        noticed
            .filter_map(|(is_offered, name)| (!is_offered).then_some(name))
            .collect()
    }

    /// Capabilities that are offered and that Surat makes use of, by name.
    pub fn offered(&self) -> Vec<&'static str> {
        let others = [
            (self.qresync, "QRESYNC"),
            (self.list_extended, "LIST-EXTENDED"),
            (self.create_special_use, "CREATE-SPECIAL-USE"),
            (self.acl, "ACL"),
            (self.unselect, "UNSELECT"),
            (self.utf8_accept, "UTF8=ACCEPT"),
            (self.literal_plus || self.literal_minus, "LITERAL+"),
            (self.id, "ID"),
        ];
        let all = self.noticed().into_iter().chain(others);
        all.filter_map(|(is_offered, name)| is_offered.then_some(name))
            .collect()
    }

    /// Those whose lack a person will notice.
    fn noticed(&self) -> [(bool, &'static str); 10] {
        [
            (self.special_use, "SPECIAL-USE"),
            (self.list_status, "LIST-STATUS"),
            (self.namespace, "NAMESPACE"),
            (self.uidplus, "UIDPLUS"),
            (self.move_, "MOVE"),
            (self.esearch, "ESEARCH"),
            (self.condstore, "CONDSTORE"),
            (self.preview, "PREVIEW"),
            (self.notify, "NOTIFY"),
            (self.idle, "IDLE"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_claims() {
        let capabilities = Capabilities::from_words([
            "IMAP4REV1",
            "IDLE",
            "APPENDLIMIT=35651584",
            "QRESYNC",
            "LITERAL-",
            "X-NEW",
        ]);

        assert!(capabilities.idle && capabilities.condstore && !capabilities.move_);
        assert_eq!(capabilities.append_limit_octets, Some(35_651_584));
        assert!(capabilities.may_send_at_once(4096) && !capabilities.may_send_at_once(4097));
    }

    #[test]
    fn revision_2_takes_in_what_was_an_extension() {
        let capabilities = Capabilities::from_words(["IMAP4REV2"]);

        assert!(capabilities.move_ && capabilities.uidplus && capabilities.esearch && !capabilities.condstore);
    }

    #[test]
    fn what_a_server_lacks_and_has_is_named() {
        let capabilities = Capabilities::from_words(["IMAP4REV1", "IDLE", "QRESYNC"]);

        assert!(capabilities.missing().contains(&"MOVE"));
        assert_eq!(capabilities.offered(), ["CONDSTORE", "IDLE", "QRESYNC"]);
    }
}
