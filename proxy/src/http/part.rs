//! Attachments and whole messages as files: streamed, with a name, and harmless in a browser.
//!
//! What a message holds was written by a stranger. Only types that run nothing are ever shown in
//! place; everything else is a download, and no type is guessed.

use super::{Site, answer, client::Client, cookie::Session};
use crate::account::{
    Presence,
    part::{self, File},
};
use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use encoding_rs::{Decoder, Encoding, UTF_8};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use std::sync::Arc;
use surat_protocol::{MailboxName, MessageRef, Preview, Problem, Section, Uid, UidValidity};

/// What RFC 5987 wants escaped (all but attr-char).
const EXTENDED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'\'')
    .add(b'(')
    .add(b')')
    .add(b'*')
    .add(b',')
    .add(b'/')
    .add(b':')
    .add(b';')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'{')
    .add(b'}');

/// A message never changes under its UID, so neither do its parts.
const CACHED: HeaderValue = HeaderValue::from_static("private, max-age=3600, immutable");
/// Nothing in it may run, load, or look like us.
const FILE_POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'self'");
/// Older Chromium does not start its PDF viewer in a sandbox. The viewer runs in a process and an
/// origin of its own; the document around it, which this is for, holds one object and its style.
/// Tried in Chromium 156, in a frame and by itself.
const PDF_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
);

/// The query of both addresses; the names are those of `protocol::http::query`.
#[derive(Deserialize)]
pub(super) struct Asked {
    mailbox: String,
    validity: u32,
    uid: u32,
    section: Option<String>,
    inline: Option<String>,
}

impl Asked {
    fn message(&self) -> MessageRef {
        MessageRef {
            mailbox: MailboxName(self.mailbox.clone()),
            uid_validity: UidValidity(self.validity),
            uid: Uid(self.uid),
        }
    }

    fn is_inline(&self) -> bool {
        self.inline.as_deref() == Some("1")
    }
}

/// GET /api/part.
pub(super) async fn part(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Client>,
    session: Option<Extension<Session>>,
    Query(asked): Query<Asked>,
) -> Response {
    let file = async {
        let Extension(session) = session.ok_or(Problem::NotSignedIn)?;
        let section = asked
            .section
            .as_deref()
            .and_then(Section::parse)
            .ok_or(Problem::BadRequest)?;
        let presence = site.accounts.visit(&session.credentials, client.address);
        let file = part::part(Arc::clone(&presence), &asked.message(), &section).await?;
        Ok((presence, file))
    };
    match file.await {
        Ok((presence, file)) => respond(presence, file, asked.is_inline()),
        Err(problem) => answer::to_person(&problem),
    }
}

/// GET /api/source.
pub(super) async fn source(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Client>,
    session: Option<Extension<Session>>,
    Query(asked): Query<Asked>,
) -> Response {
    let file = async {
        let Extension(session) = session.ok_or(Problem::NotSignedIn)?;
        let presence = site.accounts.visit(&session.credentials, client.address);
        let file = part::source(Arc::clone(&presence), &asked.message()).await?;
        Ok((presence, file))
    };
    match file.await {
        // Shown as the octets that they are; what is not UTF-8 shows as such.
        Ok((presence, file)) if asked.is_inline() => respond(
            presence,
            File {
                preview: Preview::Text,
                ..file
            },
            true,
        ),
        Ok((presence, file)) => respond(presence, file, false),
        Err(problem) => answer::to_person(&problem),
    }
}

fn respond(presence: Presence, file: File, is_inline: bool) -> Response {
    let shown = if is_inline {
        shown_type(file.preview, &file.media_type)
    } else {
        None
    };
    let media_type = match shown {
        Some("text/plain") => "text/plain; charset=utf-8",
        Some(shown) => shown,
        // Saved, not opened: the name says what it is.
        None => "application/octet-stream",
    };
    let policy = if shown == Some("application/pdf") {
        PDF_POLICY
    } else {
        FILE_POLICY
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CONTENT_DISPOSITION, disposition(&file.name, shown.is_some())),
        (header::CACHE_CONTROL, CACHED),
        // The address does not say whose message it is.
        (header::VARY, HeaderValue::from_static("cookie")),
    ];
    // The account stays active as long as something is fetched from it.
    let octets = file.octets.into_stream().map(move |piece| {
        let _held = &presence;
        piece
    });
    let body = match shown {
        Some("text/plain") => Body::from_stream(to_utf8(octets, &file.charset).map_err(|problem| broken(&problem))),
        _ => Body::from_stream(octets.map_err(|problem| broken(&problem))),
    };
    (headers, body).into_response()
}

/// The type under which it may be shown in place; `None` = it may not.
fn shown_type(preview: Preview, media_type: &str) -> Option<&'static str> {
    const IMAGES: [&str; 6] = [
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "image/bmp",
    ];
    match preview {
        Preview::Image => IMAGES.into_iter().find(|image| *image == media_type),
        Preview::Pdf => Some("application/pdf"),
        Preview::Text => Some("text/plain"),
        Preview::None => None,
    }
}

/// Content-Disposition (RFC 6266): the name in ASCII for old browsers, and in UTF-8 (RFC 5987).
fn disposition(name: &str, is_shown: bool) -> HeaderValue {
    let kind = if is_shown { "inline" } else { "attachment" };
    let is_plain = |c: char| (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%' | ';');
    let ascii: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let extended = utf8_percent_encode(name, EXTENDED);
    let value = format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{extended}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

/// A text in UTF-8, whatever it was in. Octets that mean nothing are replaced.
fn to_utf8<S: Stream<Item = Result<Bytes, Problem>> + Send>(
    octets: S,
    charset: &str,
) -> impl Stream<Item = Result<Bytes, Problem>> + Send + use<S> {
    let decoder = Encoding::for_label(charset.as_bytes()).unwrap_or(UTF_8).new_decoder();
    let ended = octets.map_ok(Some).chain(stream::once(async { Ok(None) }));
    ended.scan(decoder, |decoder, piece| {
        let text = piece.map(|piece| decode(decoder, piece.as_deref().unwrap_or_default(), piece.is_none()));
        std::future::ready(Some(text))
    })
}

fn decode(decoder: &mut Decoder, octets: &[u8], is_last: bool) -> Bytes {
    // Without a limit (no sane piece reaches it) there is nothing to decode into.
    let room = decoder.max_utf8_buffer_length(octets.len()).unwrap_or(0);
    let mut text = String::with_capacity(room);
    let _ = decoder.decode_to_string(octets, &mut text, is_last);
    text.into()
}

/// The end of a stream that broke: the browser says that the download failed.
fn broken(problem: &Problem) -> std::io::Error {
    tracing::info!(?problem, "A download broke off");
    std::io::Error::other("the mail server was lost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use surat_protocol::http::query;

    #[test]
    fn the_query_has_the_names_of_the_contract() {
        let uri = format!(
            "/x?{}=A%26B&{}=7&{}=9&{}=1.2&{}=1",
            query::MAILBOX,
            query::VALIDITY,
            query::UID,
            query::SECTION,
            query::INLINE
        );

        let asked = Query::<Asked>::try_from_uri(&uri.parse().expect("a URI"))
            .expect("its names")
            .0;

        assert_eq!(
            asked.message(),
            MessageRef {
                mailbox: MailboxName("A&B".into()),
                uid_validity: UidValidity(7),
                uid: Uid(9)
            }
        );
        assert!(asked.is_inline() && asked.section.as_deref() == Some("1.2"));
    }

    #[test]
    fn a_name_is_told_in_both_forms_and_breaks_no_header() {
        let value = |name| disposition(name, false).to_str().expect("ASCII").to_owned();

        assert_eq!(
            value("a b.pdf"),
            "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf"
        );
        assert_eq!(
            value("é\".txt"),
            "attachment; filename=\"__.txt\"; filename*=UTF-8''%C3%A9%22.txt"
        );
        assert_eq!(
            value("a\r\nX: y"),
            "attachment; filename=\"a__X: y\"; filename*=UTF-8''a%0D%0AX%3A%20y"
        );
    }

    #[test]
    fn only_types_that_run_nothing_are_shown() {
        assert_eq!(shown_type(Preview::Image, "image/png"), Some("image/png"));
        assert_eq!(shown_type(Preview::Image, "image/svg+xml"), None);
        assert_eq!(shown_type(Preview::Text, "text/html"), Some("text/plain"));
        assert_eq!(shown_type(Preview::None, "application/pdf"), None);
    }

    #[tokio::test]
    async fn a_text_arrives_as_utf_8_across_pieces() {
        let pieces = ["日".as_bytes(), &"本".as_bytes()[..1], &"本".as_bytes()[1..]]
            .map(|piece| Ok(Bytes::copy_from_slice(piece)));
        let text: Vec<Bytes> = to_utf8(stream::iter(pieces), "utf-8")
            .try_collect()
            .await
            .expect("no problem");
        assert_eq!(text.concat(), "日本".as_bytes());

        let latin = to_utf8(stream::iter([Ok(Bytes::from_static(b"caf\xe9"))]), "iso-8859-1");
        let text: Vec<Bytes> = latin.try_collect().await.expect("no problem");
        assert_eq!(text.concat(), "café".as_bytes());
    }
}
