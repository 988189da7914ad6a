//! A browser without a screen: cookies, Origin, and requests by HTTP.

use super::{Live, Proxy};
use serde::de::DeserializeOwned;
use surat_protocol::{
    Problem, frame,
    http::{LOGIN, Login, LoginAnswer},
};

/// A browser, signed in or not.
#[derive(Clone)]
pub struct Browser {
    /// The proxy's origin.
    pub origin: String,
    /// The Cookie header.
    pub cookie: Option<String>,
    /// What a reverse proxy before it says of its address.
    pub forwarded_for: Option<&'static str>,
    client: reqwest::Client,
}

/// What came back.
pub struct Answered {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answered {
    /// The body as what the contract says.
    pub fn value<T: DeserializeOwned>(&self) -> T {
        frame::decode(&self.body).unwrap_or_else(|| panic!("{}: {}", self.status, self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Browser {
    /// A browser that has never been here.
    pub fn new(proxy: &Proxy) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            origin: proxy.origin.clone(),
            cookie: None,
            forwarded_for: None,
            client,
        }
    }

    /// A browser with somebody signed in.
    pub async fn sign_in(proxy: &Proxy, user: &str) -> Self {
        let mut browser = Self::new(proxy);
        browser
            .try_sign_in(&surat_testbed::address(user), surat_testbed::PASSWORD)
            .await
            .unwrap();
        browser
    }

    /// Tries to sign in, and keeps the cookie.
    pub async fn try_sign_in(&mut self, email: &str, password: &str) -> Result<(), Problem> {
        let login = Login {
            email: email.into(),
            password: password.into(),
            keep: true,
        };
        let answered = self.post(LOGIN, frame::encode(&login)).await;
        if let Some(cookie) = answered.headers.get("set-cookie") {
            self.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        answered.value::<LoginAnswer>()
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answered {
        self.send(self.request(reqwest::Method::GET, path)).await
    }

    /// POST as our own page does.
    pub async fn post(&self, path: &str, body: Vec<u8>) -> Answered {
        let request = self
            .request(reqwest::Method::POST, path)
            .header("origin", &self.origin)
            .body(body);
        self.send(request).await
    }

    /// A request with the cookie, and nothing else that a browser adds.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.headers().into_iter().fold(
            self.client.request(method, format!("{}{path}", self.origin)),
            |request, (name, value)| request.header(name, value),
        )
    }

    /// The headers of each of its requests.
    pub fn headers(&self) -> Vec<(&'static str, &str)> {
        let cookie = self.cookie.as_deref().map(|cookie| ("cookie", cookie));
        let forwarded = self.forwarded_for.map(|address| ("x-forwarded-for", address));
        cookie.into_iter().chain(forwarded).collect()
    }

    /// Sends it and reads all that comes back.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answered {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answered {
            status,
            headers,
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// Opens the socket, and is let in.
    pub async fn live(&self) -> Live {
        Live::open(self).await
    }
}
