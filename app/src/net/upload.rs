//! Uploads by `XMLHttpRequest`, the one interface of browsers that tells how far an upload is.

use super::address;
use futures_channel::oneshot;
use js_sys::{ArrayBuffer, Uint8Array};
use surat_protocol::{
    Problem, Server,
    frame::decode,
    http::{UPLOAD, UploadAnswer, query},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{File, ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType};

/// An upload under way. Dropping it breaks it off.
pub(crate) struct Upload {
    request: XmlHttpRequest,
    answer: oneshot::Receiver<UploadAnswer>,
    _progress: Closure<dyn FnMut(ProgressEvent)>,
    _end: Closure<dyn FnMut()>,
}

/// Begins to upload a file. `on_progress` is told how much is done, in per cent.
pub(crate) fn upload(file: &File, on_progress: impl Fn(u16) + 'static) -> Result<Upload, Problem> {
    begin(file, on_progress).map_err(|_| lost())
}

impl Upload {
    /// Waits for the end.
    pub(crate) async fn finish(mut self) -> UploadAnswer {
        (&mut self.answer).await.unwrap_or(Err(Problem::Cancelled))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.request.set_onloadend(None);
        // Does nothing to a request that has ended.
        let _ = self.request.abort();
    }
}

fn begin(file: &File, on_progress: impl Fn(u16) + 'static) -> Result<Upload, JsValue> {
    let mut path = [UPLOAD, "?"].concat();
    address::put(&mut path, query::NAME, &file.name());
    let request = XmlHttpRequest::new()?;
    request.open("POST", &path)?;
    request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    let media_type = file.type_();
    let media_type = if media_type.is_empty() {
        "application/octet-stream"
    } else {
        &media_type
    };
    request.set_request_header("Content-Type", media_type)?;

    let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and 100"
            )]
            on_progress((100.0 * event.loaded() / event.total()) as u16);
        }
    });
    request
        .upload()?
        .set_onprogress(Some(progress.as_ref().unchecked_ref()));

    let (sender, answer) = oneshot::channel();
    let mut sender = Some(sender);
    let ended = request.clone();
    let end = Closure::<dyn FnMut()>::new(move || {
        if let Some(sender) = sender.take() {
            // Nobody waits any more when the upload was dropped.
            let _ = sender.send(read_answer(&ended));
        }
    });
    request.set_onloadend(Some(end.as_ref().unchecked_ref()));
    request.send_with_opt_blob(Some(file))?;
    Ok(Upload {
        request,
        answer,
        _progress: progress,
        _end: end,
    })
}

fn read_answer(request: &XmlHttpRequest) -> UploadAnswer {
    let octets = request
        .response()
        .ok()
        .and_then(|response| response.dyn_into::<ArrayBuffer>().ok())
        .map(|buffer| Uint8Array::new(&buffer).to_vec());
    octets
        .and_then(|octets| decode::<UploadAnswer>(&octets))
        .unwrap_or_else(|| Err(lost()))
}

fn lost() -> Problem {
    Problem::ConnectionLost(Server::Imap)
}
