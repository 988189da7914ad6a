//! TLS for both mail servers: whom to trust, and why a certificate was not trusted.
//!
//! Built once at the start and shared: a trust store is some hundred kilobytes.

mod shown;

pub use shown::Shown;

use rustls::{
    CertificateError, ClientConfig,
    client::danger::ServerCertVerifier,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use shown::Noting;
use std::{error::Error as StdError, io, path::Path, path::PathBuf, sync::Arc};
use surat_protocol::CertificateFault;
use thiserror::Error;

/// Client-side TLS: the platform's trust store, and perhaps a CA of one's own. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TlsSettings {
    config: Arc<ClientConfig>,
}

/// Why TLS could not be set up. Says what to do.
#[derive(Debug, Error)]
pub enum TlsSettingsError {
    /// The CA file cannot be read, or is not PEM.
    #[error("the CA file {path} cannot be read as PEM: {reason}", path = .path.display())]
    CaFile {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The platform has no trust store, or the CA file has a certificate that is none.
    #[error("no trusted certificates: {0}; install the package ca-certificates, or name a CA file")]
    TrustStore(#[from] rustls::Error),
}

impl TlsSettings {
    /// Trusts what the platform trusts and, beside it, every certificate of `ca_file` (PEM).
    pub fn new(ca_file: Option<&Path>) -> Result<Self, TlsSettingsError> {
        Self::with(Arc::new(verifier(ca_file)?))
    }

    /// The same, and keeps the certificate that the server shows, trusted or not. For one server: when another one
    /// resumes the session of the first, it shows none.
    pub fn noting(ca_file: Option<&Path>) -> Result<(Self, Shown), TlsSettingsError> {
        let shown = Shown::default();
        let verifier = Noting::new(verifier(ca_file)?, shown.clone());
        Ok((Self::with(Arc::new(verifier))?, shown))
    }

    fn with(verifier: Arc<dyn ServerCertVerifier>) -> Result<Self, TlsSettingsError> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            // The verifier is the platform's own, with our roots added; it checks chain, name and time.
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// The rustls configuration, shared.
    pub fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }
}

/// Finds out whether a failed handshake failed for the server's certificate, and why. Looks through
/// the whole chain of causes, since TLS errors come wrapped in I/O errors and these in others.
pub fn certificate_fault(error: &(dyn StdError + 'static)) -> Option<CertificateFault> {
    if let Some(rustls::Error::InvalidCertificate(reason)) = error.downcast_ref() {
        return Some(fault_of(reason));
    }
    // `source()` of an I/O error skips the error that it wraps, and goes on to that one's source.
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match inner {
        Some(inner) => certificate_fault(inner),
        None => error.source().and_then(certificate_fault),
    }
}

fn fault_of(reason: &CertificateError) -> CertificateFault {
    use CertificateError as E;
    match reason {
        // A self-signed certificate that is itself an authority is reported as `CaUsedAsEndEntity`
        // inside `Other`; nobody vouches for it either.
        E::UnknownIssuer | E::BadSignature => CertificateFault::UnknownIssuer,
        E::NotValidForName | E::NotValidForNameContext { .. } => CertificateFault::WrongName,
        E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => {
            CertificateFault::Expired
        }
        E::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => CertificateFault::UnknownIssuer,
        _ => CertificateFault::Other,
    }
}

fn verifier(ca_file: Option<&Path>) -> Result<Verifier, TlsSettingsError> {
    let own_roots = ca_file.map_or(Ok(Vec::new()), read_ca_file)?;
    Ok(Verifier::new_with_extra_roots(
        own_roots,
        Arc::new(ring::default_provider()),
    )?)
}

fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsSettingsError> {
    let fault = |reason: String| TlsSettingsError::CaFile {
        path: path.into(),
        reason,
    };
    let roots: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| fault(error.to_string()))?;
    if roots.is_empty() {
        return Err(fault("it holds no certificate".into()));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_fault_is_found_inside_other_errors() {
        let expired = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, expired));

        assert_eq!(certificate_fault(&wrapped), Some(CertificateFault::Expired));
        assert_eq!(certificate_fault(&io::Error::other("reset")), None);
    }

    #[test]
    fn a_ca_file_without_a_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        fs::write(&path, "no certificate").unwrap();

        let error = TlsSettings::new(Some(&path)).unwrap_err();

        assert!(error.to_string().contains("ca.pem"), "{error}");
    }

    #[test]
    fn a_ca_of_ones_own_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let ca = rcgen::generate_simple_self_signed(["ca.test".to_string()]).unwrap();
        fs::write(&path, ca.cert.pem()).unwrap();

        assert!(TlsSettings::new(Some(&path)).is_ok());
    }
}
