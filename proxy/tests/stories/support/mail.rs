//! Mail to tell stories about.

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
