//! A private certificate authority, and server certificates that are right or wrong in one way each.

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use time::{Duration, OffsetDateTime};

/// Which certificate the servers show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateKind {
    /// For `localhost` and 127.0.0.1, signed by the CA of [`crate::Testbed::ca_pem`].
    Good,
    /// Signed by a CA that nobody was told of.
    UnknownCa,
    /// For another host name.
    WrongHost,
    /// Its time is over.
    Expired,
}

/// PEM texts for the servers, and the CA for whoever shall trust them.
pub(crate) struct Identity {
    pub(crate) ca_pem: String,
    pub(crate) chain_pem: String,
    pub(crate) key_pem: String,
}

/// Makes a new CA and a server certificate of the kind.
pub(crate) fn identity(kind: CertificateKind) -> Result<Identity> {
    let trusted = authority("Surat test CA")?;
    let unknown = authority("CA that nobody knows")?;
    let issuer = if kind == CertificateKind::UnknownCa {
        &unknown
    } else {
        &trusted
    };
    let key = KeyPair::generate().context("Make server key")?;
    let certificate = server_params(kind)?
        .signed_by(&key, &issuer.issuer)
        .context("Sign server certificate")?;
    let chain_pem = format!("{}{}", certificate.pem(), issuer.pem);
    Ok(Identity {
        ca_pem: trusted.pem,
        chain_pem,
        key_pem: key.serialize_pem(),
    })
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

fn authority(name: &str) -> Result<Authority> {
    let mut params = CertificateParams::new(Vec::new()).context("Prepare CA")?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    let key = KeyPair::generate().context("Make CA key")?;
    let pem = params.self_signed(&key).context("Sign CA")?.pem();
    Ok(Authority {
        issuer: Issuer::new(params, key),
        pem,
    })
}

fn server_params(kind: CertificateKind) -> Result<CertificateParams> {
    let names = match kind {
        CertificateKind::WrongHost => vec!["elsewhere.surat.test".to_owned()],
        _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
    };
    let mut params = CertificateParams::new(names).context("Prepare server certificate")?;
    params.distinguished_name.push(DnType::CommonName, "Surat test server");
    let now = OffsetDateTime::now_utc();
    (params.not_before, params.not_after) = match kind {
        CertificateKind::Expired => (now - Duration::days(60), now - Duration::days(30)),
        _ => (now - Duration::days(1), now + Duration::days(60)),
    };
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}
