//! CSS that stays, and CSS that goes.

use super::*;
use crate::Policy;

fn policy<R>(run: impl FnOnce(&Addresses<'_>) -> R) -> R {
    let policy = Policy {
        cid: &|id| Some(format!("/part/{id}")),
        remote_image: &|address| address.contains("good").then(|| "/image/1".into()),
    };
    run(&Addresses::first(&policy))
}

fn style(css: &str) -> String {
    policy(|addresses| declarations(css, addresses, &Cell::default()).unwrap_or_default())
}

fn rules(css: &str) -> String {
    policy(|addresses| sheet("", css, addresses, &Cell::default()))
}

#[test]
fn usual_declarations_stay() {
    let usual = [
        (
            "color: #FFF; Font-Family: 'Segoe UI', Arial , sans-serif",
            "color:#FFF;font-family:'Segoe UI', Arial , sans-serif",
        ),
        ("font-family:\"Calibri (Body)\"", "font-family:'Calibri (Body)'"),
        ("margin:0 auto !important", "margin:0 auto !important"),
        ("width:calc(100% - 20px)", "width:calc(100% - 20px)"),
        (
            "background:#fff url(https://good/x) no-repeat",
            "background:#fff url(\"/image/1\") no-repeat",
        ),
        (
            "background:linear-gradient(90deg, red, rgba(0,0,0,.5))",
            "background:linear-gradient(90deg, red, rgba(0,0,0,0.5))",
        ),
        ("border-top-left-radius:4px", "border-top-left-radius:4px"),
        ("mso-line-height-rule:exactly;line-height:1.5", "line-height:1.5"),
        ("color:red;;  ;width:1px", "color:red;width:1px"),
        (
            "object-fit:cover;padding-inline-start:1px;text-underline-offset:2px",
            "object-fit:cover;padding-inline-start:1px;text-underline-offset:2px",
        ),
    ];
    for (css, wanted) in usual {
        assert_eq!(style(css), wanted, "{css}");
    }
}

#[test]
fn what_could_harm_goes() {
    let harmful = [
        "position:fixed",
        "position:absolute;top:0;left:0;z-index:9",
        "width:expression(alert(1))",
        "behavior:url(x.htc)",
        "font-family:'Tattr(imes'",
        "-moz-binding:url(//good/x)",
        "color:var(--x)",
        "--x:url(https://good/x)",
        "width:attr(data-x px)",
        "content:url(https://good/x)",
        "cursor:url(https://good/x),auto",
        "filter:url(#x)",
        "color:url(https://good/x)",
        "background:image-set('https://good/x' 1x)",
        "background:\\75rl-x(https://good/x)",
        "font-family:'</style><script>'",
        "font-family:\"a\\\"b\"",
        "height:100vh",
        "margin-left:-99999px",
        "color:red}body{color:blue",
        "color:r\\65 d\\3c",
        "background:url(",
        "background:url('unclosed",
        "animation:x 1s",
        "@import 'x'",
        "color",
        ":red",
    ];
    for css in harmful {
        let left = style(css);
        assert!(left.is_empty() || left == "background:none", "{css} left {left}");
    }
}

#[test]
fn escapes_are_read_before_they_are_judged() {
    assert_eq!(style("b\\61 ckground:u\\72l(https://bad/x)"), "background:none");
    assert_eq!(style("p\\6fsition:fixed"), "");
}

#[test]
fn a_blocked_image_leaves_the_colour_beside_it() {
    policy(|addresses| {
        let css = declarations("background:red url(http://bad/x)", addresses, &Cell::default());

        assert_eq!(css.as_deref(), Some("background:red none"));
        assert_eq!(addresses.blocked.get(), 1);
    });
}

#[test]
fn selectors_stay_within_the_message() {
    let cases = [
        ("p{color:red}", ":where(.surat-body) p{color:red}"),
        ("body{margin:0}", "div:where(.surat-body){margin:0}"),
        ("html body p{color:red}", "div:where(.surat-body) p{color:red}"),
        ("html > body.a p{color:red}", "div:where(.surat-body).m-a p{color:red}"),
        (".a > .b, #c:hover{color:red}", ".m-a>.m-b,#m-c:hover{color:red}"),
        ("*{color:red}", ":where(.surat-body) *{color:red}"),
        ("a[href^='x'], p{color:red}", ":where(.surat-body) p{color:red}"),
        ("p::before, script, frame{color:red}", ""),
        (":root{color:red}", "div:where(.surat-body){color:red}"),
        (".a\\:b{color:red}", ""),
        ("{color:red} p{color:red}", ":where(.surat-body) p{color:red}"),
        // What we wrote ourselves, and what only looks like it.
        (
            "div:where(.surat-body)>p{color:red}",
            "div:where(.surat-body)>p{color:red}",
        ),
        (":where(.surat-body) p{color:red}", ":where(.surat-body) p{color:red}"),
        (
            ":where(html),:where(.a),:where(.surat-body,html),:is(p),:not(p){color:red}",
            "",
        ),
        (
            "p :where(.surat-body){color:red}",
            ":where(.surat-body) p :where(.surat-body){color:red}",
        ),
    ];
    for (css, wanted) in cases {
        assert_eq!(rules(css), wanted, "{css}");
    }
}

#[test]
fn classes_and_ids_are_found_by_attribute_too() {
    let cases = [
        (
            "table[class=outer] .a{color:red}",
            ":where(.surat-body) table[class=\"m-outer\"] .m-a{color:red}",
        ),
        (
            "*[class='a b']{color:red}",
            ":where(.surat-body) *[class=\"m-a m-b\"]{color:red}",
        ),
        ("[id=x]{color:red}", ":where(.surat-body) [id=\"m-x\"]{color:red}"),
        (
            "[class~=\"x\"]{color:red}",
            ":where(.surat-body) [class~=\"m-x\"]{color:red}",
        ),
        (
            "td[class=\"m-x\"]{color:red}",
            ":where(.surat-body) td[class=\"m-x\"]{color:red}",
        ),
        ("[class*=a],[class^=a],[class$=a],[class|=a]{color:red}", ""),
        (
            "[href=a],[class],[class=a i],[style='a'],[class=''],[class='a\\22 b']{color:red}",
            "",
        ),
        ("[class=a{color:red}", ""),
    ];
    for (css, wanted) in cases {
        assert_eq!(rules(css), wanted, "{css}");
    }
}

#[test]
fn only_simple_media_queries_stay() {
    let cases = [
        (
            "@media only screen and (max-width:600px){p{color:red}}",
            "@media only screen and (max-width:600px){:where(.surat-body) p{color:red}}",
        ),
        ("@media (prefers-color-scheme:dark){p{color:red}}", ""),
        (
            "@media handheld, only screen and (max-width: 480px), (orientation:landscape){p{color:red}}",
            "@media only screen and (max-width:480px){:where(.surat-body) p{color:red}}",
        ),
        ("@media not all,handheld{p{color:red}}", ""),
        ("@media screen{@media print{p{color:red}}}", ""),
        (
            "@import url(https://good/x);p{color:red}",
            ":where(.surat-body) p{color:red}",
        ),
        (
            "@font-face{src:url(https://good/x)}p{color:red}",
            ":where(.surat-body) p{color:red}",
        ),
        ("@supports(x:y){p{color:red}}", ""),
        ("@media screen;p{color:red}", ":where(.surat-body) p{color:red}"),
        ("@charset 'x';<!-- p{color:red} -->", ":where(.surat-body) p{color:red}"),
    ];
    for (css, wanted) in cases {
        assert_eq!(rules(css), wanted, "{css}");
    }
}

#[test]
fn colours_of_its_own_are_noticed() {
    let notices = |css: &str| {
        let has_colours = Cell::new(false);
        policy(|addresses| declarations(css, addresses, &has_colours));
        has_colours.get()
    };

    assert!(notices("color:#333") && notices("background:white"));
    assert!(
        !notices("color:inherit")
            && !notices("margin:1px")
            && !notices("background:none")
            && !notices("color:windowtext")
    );
}

#[test]
fn bombs_are_bounded() {
    let nested = format!("width:{}1px{}", "calc(".repeat(5000), ")".repeat(5000));

    assert_eq!(style(&nested), "");
    assert!(style(&"color:red;".repeat(2000)).len() < 4000);
    assert!(rules(&"@media screen{".repeat(50_000)).is_empty());
}
