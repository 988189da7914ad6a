//! A certificate in words: for whom, by whom, until when.

use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Lines about a certificate (DER). It has been verified already; this only tells.
pub(super) fn describe(der: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return vec!["cannot be described".into()];
    };
    let names = certificate.subject_alternative_name().ok().flatten().map(|extension| {
        let names = extension.value.general_names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress([a, b, c, d]) => Some(format!("{a}.{b}.{c}.{d}")),
            _ => None,
        });
        names.collect::<Vec<_>>().join(", ")
    });
    vec![
        format!(
            "for {}",
            names
                .filter(|names| !names.is_empty())
                .unwrap_or_else(|| certificate.subject().to_string())
        ),
        format!("by {}", certificate.issuer()),
        format!(
            "from {} until {}",
            certificate.validity().not_before,
            certificate.validity().not_after
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_for_whom_and_until_when() {
        let made = rcgen::generate_simple_self_signed(["mail.example.org".to_owned()]).expect("it is made");

        let lines = describe(made.cert.der());

        assert_eq!(lines[0], "for mail.example.org");
        assert!(
            lines[2].starts_with("from ") && lines[2].contains(" until "),
            "{lines:?}"
        );
    }

    #[test]
    fn what_is_no_certificate_is_said_to_be_none() {
        assert_eq!(describe(b"nothing"), ["cannot be described"]);
    }
}
