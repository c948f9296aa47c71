//! TLS to PostgreSQL, as libpq's `sslmode` means it
//! (<https://www.postgresql.org/docs/current/libpq-ssl.html>).

use crate::config::Tls;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum TlsError {
    /// The file of root certificates.
    #[error("the root certificates {} cannot be read ({reason}); give sslrootcert a PEM file that can", path.display())]
    Root {
        /// The file it names.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The library of TLS refuses.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] Error),
    /// The same, of what verifies.
    #[error("TLS cannot be set up: {0}")]
    Verifier(#[from] rustls::client::VerifierBuilderError),
}

/// What rustls is to do; `None` where there is no TLS.
pub(super) fn client(tls: &Tls) -> Result<Option<ClientConfig>, TlsError> {
    let (root, is_for_host) = match tls {
        Tls::Disable => return Ok(None),
        Tls::Prefer | Tls::Require => (None, false),
        Tls::VerifyCa(root) => (Some(root), false),
        Tls::VerifyFull(root) => (Some(root), true),
    };
    let provider = Arc::new(ring::default_provider());
    let inner = match root {
        Some(root) => {
            let roots = Arc::new(roots(root)?);
            let builder = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
            Some(builder.build()?)
        }
        None => None,
    };
    let verifier = Verifier {
        inner,
        is_for_host,
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions()?.dangerous();
    let config = config.with_custom_certificate_verifier(Arc::new(verifier));
    Ok(Some(config.with_no_client_auth()))
}

fn roots(path: &Path) -> Result<RootCertStore, TlsError> {
    let failed = |reason: String| TlsError::Root {
        path: path.to_owned(),
        reason,
    };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path);
    for certificate in certificates.map_err(|error| failed(error.to_string()))? {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        roots.add(certificate)?;
    }
    match roots.is_empty() {
        true => Err(failed("it has no certificate".to_owned())),
        false => Ok(roots),
    }
}

/// Looks at as much of a certificate as the mode says.
#[derive(Debug)]
struct Verifier {
    /// `None`: any certificate will do.
    inner: Option<Arc<WebPkiServerVerifier>>,
    is_for_host: bool,
    provider: Arc<rustls::crypto::CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(inner) = &self.inner else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified =
            inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.is_for_host => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
