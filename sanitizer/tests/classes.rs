//! The classes of holes that washers of mail have had (docs/security-classes.md): each is tried in the forms in which it
//! got through elsewhere, multiplied by case, quoting and namespace.

use surat_sanitizer::{Policy, Washed, document, inspect, plain_to_html, wash};

const SHOWN: &str = "/api/image?u=shown&s=1";

/// Washes with remote images of `good.test` allowed. Nothing that may not be there may be left, and a second washing
/// may find nothing to do.
fn washed(html: &str) -> Washed {
    let policy = Policy {
        cid: &|_| None,
        remote_image: &|address| address.starts_with("https://good.test/").then(|| SHOWN.into()),
    };
    let washed = wash(html, &policy);
    let found = inspect::violations(&document(&washed), &|address| address == SHOWN);
    assert_eq!(found, [], "{html}\n{}", washed.html);
    let nothing = Policy {
        cid: &|_| None,
        remote_image: &|_| None,
    };
    let once = wash(html, &nothing).html;
    assert_eq!(wash(&once, &nothing).html, once, "{html}");
    washed
}

/// Washes it, and looks that none of the words is left, however they are written.
fn without(html: &str, words: &[&str]) {
    let left = washed(html).html.to_lowercase();
    for word in words {
        assert!(!left.contains(word), "{word:?} of {html}\n{left}");
    }
}

/// An element name in several dresses.
fn dresses(name: &str) -> [String; 4] {
    [
        name.into(),
        name.to_uppercase(),
        format!("svg:{name}"),
        format!("{name}\t"),
    ]
}

#[test]
fn class_01_svg_animation_changes_no_attribute_after_washing() {
    for element in ["animate", "set", "animateTransform", "animateMotion", "discard"] {
        for dress in dresses(element) {
            for attribute in ["href", "xlink:href", "style", "onclick", "HREF"] {
                for value in ["from", "to", "by", "values"] {
                    let animated = format!("<{dress} attributeName=\"{attribute}\" {value}=\"javascript:evil()\"/>");
                    let html = format!("<svg><a>{animated}<text>x</text></a></svg>{animated}");
                    without(&html, &["javascript", "attributename", "<svg"]);
                }
            }
        }
    }
}

#[test]
fn class_02_foreign_content_goes_as_a_whole() {
    for root in ["svg", "math", "SVG", "mAth"] {
        for inside in [
            "<use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>evil()</script></svg>#x'/>",
            "<use xlink:href='https://evil.test/a.svg#x'/>",
            "<image href='https://evil.test/a.png'/>",
            "<foreignObject><img src=https://evil.test/a onerror=evil()></foreignObject>",
            "<maction actiontype=statusline xlink:href='javascript:evil()'>x</maction>",
            "<annotation-xml encoding='text/html'><img src=x onerror=evil()></annotation-xml>",
            "<a xlink:href='javascript:evil()'><text>x</text></a>",
            "<filter><feImage href='https://evil.test/f'/></filter>",
        ] {
            let html = format!("<p>before<{root}>{inside}</{root}>after");
            without(&html, &["evil", "<svg", "<math", "<use", "xlink"]);
        }
    }
}

#[test]
fn class_03_what_was_washed_is_not_changed_afterwards() {
    for html in [
        "<a href='&#x6A;avascript&colon;evil()'>x</a>",
        "<a href='java\tscript:evil()'>x</a>",
        "<p title='</p><img src=x onerror=evil()>'>x",
        "<scr<script>ipt>evil()</scr</script>ipt>",
        "<<img src=x onerror=evil()>>",
        "<p>&lt;img src=x onerror=evil()&gt;</p>",
        "<p>&amp;lt;img src=x onerror=evil()&amp;gt;</p>",
    ] {
        // `washed` washes twice and compares; text that only says so stays text.
        let left = washed(html).html;
        assert!(!left.contains("href=\"java") && !left.contains("<script"), "{left}");
        assert!(!left.contains("<img src"), "{left}");
    }
}

#[test]
fn class_04_no_second_parser_reads_it_in_another_way() {
    for wrapper in [
        "noscript",
        "noembed",
        "noframes",
        "template",
        "textarea",
        "title",
        "style",
        "xmp",
        "iframe",
        "plaintext",
    ] {
        for hostile in [
            format!("<{wrapper}><p title=\"</{wrapper}><img src=x onerror=evil()>\"></{wrapper}>"),
            format!("<math><mtext><{wrapper}><!--</{wrapper}><img title=\"--&gt;&lt;img src=1 onerror=evil()&gt;\">"),
            format!("<table><{wrapper}><tr><td></{wrapper}><img src=x onerror=evil()></table>"),
            format!("<svg><{wrapper}><foreignObject></{wrapper}><img src=x onerror=evil()>"),
            format!("<form><{wrapper}><form></{wrapper}></form><img src=x onerror=evil()>"),
            format!("<select><{wrapper}></select><img src=x onerror=evil()></{wrapper}>"),
        ] {
            // `washed` looks at the tree that a browser makes of it.
            without(&hostile, &["<script", "<noscript", "<template", "<textarea", "<math"]);
        }
    }
}

#[test]
fn class_05_plain_text_is_never_html() {
    for text in [
        "<img src=x onerror=evil()>",
        "https://good.test/\"onmouseover=\"evil()",
        "https://good.test/'><script>evil()</script>",
        "mailto:a@b.test\"><svg onload=evil()>",
        "##str_replacement_0## [[link:0]] \u{1}0\u{1}",
        "http://a.test/<b>http://b.test/</b>",
    ] {
        let washed = plain_to_html(text);
        let found = inspect::violations(&document(&washed), &|_| false);
        assert_eq!(found, [], "{text}");
        let inside = washed.html.strip_prefix("<div class=\"surat-body m-plain\">");
        let inside = inside.and_then(|rest| rest.strip_suffix("</div>"));
        assert!(inside.is_some_and(|inside| !inside.contains('<')), "{}", washed.html);
    }
}

#[test]
fn class_08_html_out_of_an_invitation_is_washed_like_any_other() {
    for html in [
        "<svg><animate onrepeat=evil() dur=1s repeatCount=2></svg>",
        "<details open ontoggle=evil()>x</details>",
        "<marquee onstart=evil()>x</marquee>",
    ] {
        without(html, &["evil", "<svg"]);
    }
}

#[test]
fn class_09_css_reaches_nothing_and_tells_nothing() {
    for css in [
        "@import 'https://evil.test/a.css';",
        "@import url(//evil.test/a.css) screen;",
        "@\\69mport 'https://evil.test/a.css';",
        "@font-face{font-family:x;src:url(https://evil.test/f)}p{font-family:x}",
        "input[value^=a]{background:url(https://evil.test/a)}",
        "a[href*=token]{background:url(https://evil.test/a)}",
        "p{background:url(https://evil.test/a)}",
        "p{background:u\\72l(https://evil.test/a)}",
        "p{background-image:image-set('https://evil.test/a' 1x)}",
        "p{background:-webkit-image-set(url(https://evil.test/a) 1x)}",
        "p{--x:url(https://evil.test/a);background:var(--x)}",
        "p{width:expression(evil())}",
        "p{behavior:url(https://evil.test/a.htc)}",
        "p{-moz-binding:url(https://evil.test/a.xml#x)}",
        "p{cursor:url(https://evil.test/a),auto}",
        "p{list-style:url(https://evil.test/a)}",
        "p{content:url(https://evil.test/a)}",
        "p{filter:url(https://evil.test/a#x)}",
        "@namespace x url(https://evil.test/);",
        "p{color:red}</style><img src=x onerror=evil()>",
        "p{background:url(https://evil.test/a",
    ] {
        let words = ["evil", "@import", "@font-face", "var(--x", "expression("];
        without(&format!("<style>{css}</style><p>x</p>"), &words);
        if let Some((_, declarations)) = css.split_once('{') {
            let declarations = declarations.split('}').next().unwrap_or_default();
            without(&format!("<p style=\"{declarations}\">x</p>"), &words);
        }
    }
}

#[test]
fn class_10_nothing_is_laid_over_the_reader() {
    for style in [
        "position:fixed!important;top:0;left:0",
        "position : absolute",
        "p\\6fsition:sticky",
        "POSITION:FIXED",
        "position:fix/**/ed",
        "transform:translate(-1000px)",
        "z-index:2147483647;position:relative",
        "inset:0;position:fixed",
    ] {
        let words = ["position", "sticky", "transform", "z-index"];
        without(&format!("<div style=\"{style}\">x</div>"), &words);
        without(&format!("<style>div{{{style}}}</style><div>x</div>"), &words);
    }
}

#[test]
fn class_11_nothing_remote_gets_past_the_block() {
    let evil = "https://evil.test/a";
    for html in [
        format!("<img src={evil}>"),
        format!("<img srcset='{evil} 1x'>"),
        format!("<picture><source srcset='{evil}'><img></picture>"),
        "<img src='//evil.test/a'><img src='\\\\evil.test/a'>".to_owned(),
        format!("<body background={evil}>"),
        format!("<table background={evil}><tr background={evil}><td background={evil}>x</table>"),
        format!("<video poster={evil} src={evil}><track src={evil}></video><audio src={evil}>"),
        format!("<input type=image src={evil}>"),
        format!("<link rel=stylesheet href={evil}><link rel=dns-prefetch href={evil}>"),
        format!("<meta http-equiv=refresh content='0;url={evil}'>"),
        format!("<base href={evil}><img src=b>"),
        format!("<object data={evil}></object><embed src={evil}><applet code={evil}>"),
        format!("<iframe src={evil}></iframe><frameset><frame src={evil}></frameset>"),
        format!("<svg><image href={evil} /><feImage href={evil} /><rect fill='url({evil}#a)'/></svg>"),
        format!("<p style='fill:url({evil}#a);stroke:url({evil});mask:url({evil});clip-path:url({evil})'>x"),
        format!("<p style='background:url({evil}'>x"),
        format!("<p style=\"background:url('{evil}\">x"),
        format!("<blockquote cite={evil}>x</blockquote><del cite={evil}>y</del>"),
        format!("<img longdesc={evil} lowsrc={evil} dynsrc={evil} usemap={evil}>"),
        format!("<a ping={evil} href=https://good.test/>x</a>"),
        format!("<form action={evil}><button formaction={evil}>x</button></form>"),
    ] {
        without(&html, &["evil.test"]);
    }
    let both = washed(&format!("<img src={evil}><img src=https://good.test/a>"));
    assert_eq!(both.blocked_images, 1);
    assert!(both.html.contains(&SHOWN.replace('&', "&amp;")), "{}", both.html);
}
