//! Mail to tell stories about.

use std::sync::atomic::{AtomicU32, Ordering};
use surat_protocol::{Address, Draft};

/// A short letter in plain text.
pub fn letter(subject: &str) -> Vec<u8> {
    letter_with(subject, "Halo,\r\n\r\nbagaimana kabarmu?\r\n")
}

/// A short letter with this text.
pub fn letter_with(subject: &str, text: &str) -> Vec<u8> {
    format!(
        "From: Budi Santoso <budi@surat.test>\r\nTo: Ayu <ayu@surat.test>\r\nSubject: {subject}\r\n\
         Date: Mon, 16 Nov 2026 09:00:00 +0700\r\nMessage-ID: <{}@surat.test>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}",
        subject.replace(' ', "-")
    )
    .into_bytes()
}

/// A draft to one person, with a Message-ID of its own.
pub fn draft(subject: &str, to: &str) -> Draft {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    Draft {
        message_id: format!(
            "{}.{}@surat.test",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ),
        from_name: "Ayu Lestari".into(),
        to: vec![Address {
            name: "Budi".into(),
            email: to.into(),
        }],
        subject: subject.into(),
        text: "Halo,\n\nini surat.\n".into(),
        ..Draft::default()
    }
}
