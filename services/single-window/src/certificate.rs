//! Certificates as an agreement names them: pinned, with their validity, and the private key to one of our own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// What is wrong with a certificate or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("this is no X.509 certificate")]
    Unreadable,
    #[error("this is no RSA key of 2048 bits or more in PKCS#8")]
    Key,
    #[error("the key does not belong to the certificate")]
    OtherKey,
    #[error("the certificate is valid only from {0}")]
    NotYetValid(Timestamp),
    #[error("the certificate was valid until {0}")]
    Expired(Timestamp),
    #[error("the certificate was not issued by a trust anchor")]
    Untrusted,
    #[error("the signature is not of this certificate's key")]
    Signature,
}

/// An X.509 certificate that was agreed on.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Certificate {
    der: CertificateDer<'static>,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({} bytes)", self.der.len())
    }
}

impl Certificate {
    /// # Errors
    /// [`CertificateError::Unreadable`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let der = CertificateDer::from(der.to_vec());
        EndEntityCert::try_from(&der).map_err(|_| CertificateError::Unreadable)?;
        Ok(Self { der })
    }

    /// # Errors
    /// [`CertificateError::Unreadable`].
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateError::Unreadable)?;
        Self::from_der(&der)
    }

    /// As `ds:X509Certificate` holds it: base64 with any white space.
    ///
    /// # Errors
    /// [`CertificateError::Unreadable`].
    pub fn from_base64(text: &str) -> Result<Self, CertificateError> {
        let packed: String = text.chars().filter(|sign| !sign.is_ascii_whitespace()).collect();
        let der = STANDARD.decode(packed).map_err(|_| CertificateError::Unreadable)?;
        Self::from_der(&der)
    }

    /// The encoded certificate, for TLS and for `ds:X509Certificate`.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it is in force at a moment, and issued by one of the anchors. Without anchors the agreement itself vouches
    /// for it.
    ///
    /// # Errors
    /// What speaks against it.
    pub fn check(&self, now: Timestamp, anchors: &[Self]) -> Result<(), CertificateError> {
        use webpki::Error;
        let certificate = EndEntityCert::try_from(&self.der).map_err(|_| CertificateError::Unreadable)?;
        let trusted: Vec<_> = anchors.iter().filter_map(|anchor| anchor_from_trusted_cert(&anchor.der).ok()).collect();
        let algorithms = [webpki::ring::RSA_PKCS1_2048_8192_SHA256, webpki::ring::ECDSA_P256_SHA256];
        let usage = KeyUsage::client_auth();
        let checked = certificate.verify_for_usage(&algorithms, &trusted, &[], unix(now), usage, None, None);
        match checked.map(|_| ()) {
            Ok(()) => Ok(()),
            Err(Error::CertExpired { not_after, .. }) => Err(CertificateError::Expired(moment(not_after))),
            Err(Error::CertNotValidYet { not_before, .. }) => Err(CertificateError::NotYetValid(moment(not_before))),
            Err(_) if anchors.is_empty() => Ok(()),
            Err(_) => Err(CertificateError::Untrusted),
        }
    }

    /// The last second in which the certificate is in force; `None` when it cannot be told.
    pub fn not_after(&self) -> Option<Timestamp> {
        match self.check(Timestamp::MAX, &[]) {
            Err(CertificateError::Expired(moment)) => Some(moment),
            _ => None,
        }
    }

    /// Whether its key made the signature, by RSA (PKCS#1 1.5) with SHA-256.
    ///
    /// # Errors
    /// [`CertificateError::Signature`]; [`CertificateError::Unreadable`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), CertificateError> {
        let certificate = EndEntityCert::try_from(&self.der).map_err(|_| CertificateError::Unreadable)?;
        let verified = certificate.verify_signature(webpki::ring::RSA_PKCS1_2048_8192_SHA256, message, signature);
        verified.map_err(|_| CertificateError::Signature)
    }
}

/// Before 1970 no certificate is in force.
fn unix(moment: Timestamp) -> UnixTime {
    let seconds = u64::try_from(moment.as_second()).unwrap_or(0);
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
}

fn moment(time: UnixTime) -> Timestamp {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// A certificate of ours with its private key, which is never written anywhere.
pub struct Signer {
    key: RsaKeyPair,
    certificate: Certificate,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({:?})", self.certificate)
    }
}

impl Signer {
    /// Takes a private key in PKCS#8 and the certificate of its public key.
    ///
    /// # Errors
    /// [`CertificateError::Key`], [`CertificateError::OtherKey`], [`CertificateError::Unreadable`].
    pub fn from_pem(key: &str, certificate: &str) -> Result<Self, CertificateError> {
        let key = PrivatePkcs8KeyDer::from_pem_slice(key.as_bytes()).map_err(|_| CertificateError::Key)?;
        let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).map_err(|_| CertificateError::Key)?;
        let signer = Self { key, certificate: Certificate::from_pem(certificate)? };
        let signature = signer.sign(b"one key")?;
        signer.certificate.verify(b"one key", &signature).map_err(|_| CertificateError::OtherKey)?;
        Ok(signer)
    }

    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Signs by RSA (PKCS#1 1.5) with SHA-256. The same bytes have the same signature.
    ///
    /// # Errors
    /// [`CertificateError::Key`].
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CertificateError> {
        let mut signature = vec![0; self.key.public().modulus_len()];
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
        signed.map_err(|_| CertificateError::Key)?;
        Ok(signature)
    }
}
