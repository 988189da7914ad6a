//! Remote images: through the proxy, only when asked for, and only images.

use crate::support::{Browser, Proxy, dovecot};
use std::path::Path;
use surat_protocol::Body;
use surat_testbed::Testbed;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A file of the images that fuzzing begins with.
fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/images");
    std::fs::read(folder.join(name)).unwrap()
}

/// What is in some of them besides pixels.
const SECRET: &[u8] = b"Jakarta";

fn has_secret(octets: &[u8]) -> bool {
    octets.windows(SECRET.len()).any(|some| some == SECRET)
}

/// A GIF of no more octets than a letter, and of more pixels than anybody has memory for.
fn bomb() -> Vec<u8> {
    let frame = b"\x2c\0\0\0\0\0\x10\0\x10\0\x02\x02\x4c\x01\0".repeat(500);
    [b"GIF89a\0\x10\0\x10\x80\0\0\0\0\0\xff\xff\xff", &*frame, b";"].concat()
}

/// A web server that gives out a picture, and things that are none; it notes what it was asked.
async fn web() -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, requests) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let asked = asked.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 4096];
                let read = stream.read(&mut buffer).await.unwrap();
                let request = String::from_utf8_lossy(&buffer[..read]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                asked.send(request).unwrap();
                let (head, body) = match path.as_str() {
                    "/a.png" => ("200 OK\r\nContent-Type: text/html".to_owned(), sample("colours.png")),
                    "/a.svg" => (
                        "200 OK\r\nContent-Type: image/png".to_owned(),
                        b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
                    ),
                    "/large.png" => ("200 OK".to_owned(), [sample("colours.png"), vec![0; 11 << 20]].concat()),
                    "/hides.jpg" => {
                        let polyglot = [sample("colours.jpg"), b"PK\x03\x04".to_vec(), SECRET.to_vec()].concat();
                        ("200 OK\r\nContent-Type: image/png".to_owned(), polyglot)
                    }
                    "/cut.png" => ("200 OK".to_owned(), sample("colours.png")[..90].to_vec()),
                    "/bomb.gif" => ("200 OK".to_owned(), bomb()),
                    path if path.starts_with("/kept/") => ("200 OK".to_owned(), sample(&path["/kept/".len()..])),
                    "/loop.png" => ("302 Found\r\nLocation: /loop.png".to_owned(), Vec::new()),
                    _ => ("302 Found\r\nLocation: /a.png".to_owned(), Vec::new()),
                };
                let head = format!(
                    "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                // The proxy may hang up in the middle.
                let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
            });
        }
    });
    (port, requests)
}

/// The addresses of the images in a message that shows these.
async fn image_addresses(testbed: &Testbed, browser: &Browser, urls: &[String]) -> Vec<String> {
    let images: String = urls.iter().map(|url| format!("<img src=\"{url}\">")).collect();
    let mail = format!(
        "From: budi@surat.test\r\nSubject: Gambar\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>lihat{images}</p>\r\n"
    );
    testbed.deliver("ayu", mail.as_bytes()).unwrap();
    let mut page = browser.live().await;
    let message = page.newest("INBOX").await;
    let Body::Html {
        document,
        blocked_images,
        ..
    } = page.read(&message, false).await.body
    else {
        panic!()
    };
    assert_eq!(blocked_images as usize, urls.len());
    assert!(!document.contains("/api/image"), "{document}");
    let Body::Html { document, .. } = page.read(&message, true).await.body else {
        panic!()
    };
    let addresses = document
        .split("src=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    addresses
        .map(|address| address.replace("&amp;", "&"))
        .filter(|address| address.starts_with("/api/image"))
        .collect()
}

#[tokio::test]
async fn an_image_comes_through_the_proxy_and_tells_nothing() {
    let testbed = dovecot();
    let proxy = Proxy::start_with(&testbed, &["--allow-private-image-hosts"]).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let (port, mut requests) = web().await;
    let urls =
        ["a.png", "moved.png", "a.svg", "large.png", "loop.png"].map(|name| format!("http://127.0.0.1:{port}/{name}"));
    let addresses = image_addresses(&testbed, &browser, &urls).await;
    assert_eq!(addresses.len(), 5, "{addresses:?}");
    assert!(requests.try_recv().is_err(), "nothing is fetched before somebody looks");

    for address in &addresses[..2] {
        let image = browser.get(address).await;
        assert_eq!((image.status, image.header("content-type")), (200, "image/png"));
        assert!(image.body.starts_with(b"\x89PNG\r\n\x1a\n") && !has_secret(&image.body));
    }
    let request = requests.recv().await.unwrap().to_lowercase();
    assert!(
        !request.contains("cookie") && !request.contains("referer") && !request.contains("ayu"),
        "{request}"
    );
    assert_eq!(browser.get(&addresses[2]).await.status, 502);
    assert_eq!(browser.get(&addresses[3]).await.status, 413);
    assert_eq!(browser.get(&addresses[4]).await.status, 403);

    assert_eq!(Browser::new(&proxy).get(&addresses[0]).await.status, 401);
    let budi = Browser::sign_in(&proxy, "budi").await;
    assert_eq!(
        budi.get(&addresses[0]).await.status,
        403,
        "it stands in nobody else's mail"
    );
    let forged = addresses[0].replace("png", "gif");
    assert_eq!(browser.get(&forged).await.status, 403);
}

#[tokio::test]
async fn an_image_is_drawn_anew_or_refused() {
    let testbed = dovecot();
    let proxy = Proxy::start_with(&testbed, &["--allow-private-image-hosts"]).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let (port, _requests) = web().await;
    let cases = [
        ("hides.jpg", 200, "image/jpeg"),
        ("kept/animated.gif", 200, "image/gif"),
        ("kept/tracker.gif", 200, "image/gif"),
        ("kept/lossy.webp", 200, "image/jpeg"),
        ("kept/transparent.webp", 200, "image/png"),
        ("cut.png", 502, ""),
        ("bomb.gif", 413, ""),
    ];
    let urls = cases.map(|(name, ..)| format!("http://127.0.0.1:{port}/{name}"));
    let addresses = image_addresses(&testbed, &browser, &urls).await;
    assert_eq!(addresses.len(), cases.len(), "{addresses:?}");

    for (address, (name, status, media_type)) in addresses.iter().zip(cases) {
        let image = browser.get(address).await;

        assert_eq!(image.status, status, "{name}");
        assert!(!has_secret(&image.body), "{name}");
        if status == 200 {
            assert_eq!(image.header("content-type"), media_type, "{name}");
            assert_eq!(image.header("content-length"), image.body.len().to_string(), "{name}");
        }
    }
}

#[tokio::test]
async fn private_addresses_are_never_asked() {
    let testbed = dovecot();
    let proxy = Proxy::start(&testbed).await;
    let browser = Browser::sign_in(&proxy, "ayu").await;
    let (port, mut requests) = web().await;
    let urls = [
        format!("http://127.0.0.1:{port}/a.png"),
        "http://127.0.0.1/a.png".into(),
        "http://[::1]/a.png".into(),
    ];

    for address in image_addresses(&testbed, &browser, &urls).await {
        assert_eq!(browser.get(&address).await.status, 403, "{address}");
    }
    assert!(requests.try_recv().is_err());
}
