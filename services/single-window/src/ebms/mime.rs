//! SOAP messages with attachments (ebMS 2.0, section 2.1; RFC 2045, 2046, 2387, 2392): `multipart/related` with the SOAP
//! envelope first and each payload in a part of its own, or the envelope alone as `text/xml`.
//!
//! ```text
//! Content-Type, body ─ read ─> Package { soap, parts } ─ write, with a boundary ─> Content-Type, body
//! ```
//!
//! What two readers could split in two ways is refused: a part without identifier or with that of another, a line that
//! begins like the boundary and goes on, a missing end, an encoding that nobody named.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::{EbmsError, ErrorCode};

mod content_type;
mod parts;

pub use content_type::ContentType;

/// The most bytes of a message, all parts and headers together.
pub const MAX_MESSAGE: usize = 10 * 1024 * 1024;

/// The most parts beside the envelope.
pub const MAX_PARTS: usize = 100;

/// The most bytes of the headers of one part.
pub const MAX_HEADERS: usize = 8 * 1024;

/// A payload with its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The `Content-ID` without its angle brackets.
    pub content_id: String,
    /// The `Content-Type` as it was written.
    pub content_type: String,
    /// The content, decoded. Digests are made over these bytes.
    pub bytes: Vec<u8>,
}

/// A message taken out of its packaging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The envelope, byte for byte as it was sent.
    pub soap: Vec<u8>,
    pub parts: Vec<Part>,
}

/// What a packaging that cannot be read still gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub error: EbmsError,
    /// The envelope, when it was whole before the fault: whoever sent it can be told.
    pub soap: Option<Vec<u8>>,
}

impl Package {
    /// Takes a body apart.
    ///
    /// # Errors
    /// `MimeProblem` for everything that the standard forbids or that could be read in two ways.
    pub fn read(content_type: &str, body: &[u8]) -> Result<Self, Unreadable> {
        let refuse = |what: &str| Unreadable { error: problem(what), soap: None };
        if body.len() > MAX_MESSAGE {
            return Err(refuse("the message has more than 10 MiB"));
        }
        let kind = ContentType::parse(content_type).map_err(|what| refuse(&what))?;
        match kind.essence.as_str() {
            "text/xml" => {
                utf8_alone(&kind).map_err(|error| Unreadable { error, soap: None })?;
                Ok(Self { soap: body.to_vec(), parts: Vec::new() })
            }
            "multipart/related" => parts::read(&kind, body),
            _ => Err(refuse("the Content-Type is neither multipart/related nor text/xml")),
        }
    }

    /// The `Content-Type` and the body to post. The same values give the same bytes.
    ///
    /// # Errors
    /// What a boundary may not hold (RFC 2046, section 5.1.1), a boundary that stands in a part, headers with line breaks.
    pub fn write(&self, boundary: &str, start: &str) -> Result<(String, Vec<u8>), EbmsError> {
        if self.parts.is_empty() {
            return Ok(("text/xml; charset=UTF-8".to_owned(), self.soap.clone()));
        }
        let allowed = |sign: u8| sign.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&sign);
        if boundary.is_empty() || boundary.len() > 70 || !boundary.bytes().all(allowed) {
            return Err(problem("a boundary has 1 to 70 letters, digits and signs"));
        }
        let delimiter = format!("--{boundary}");
        let mut body = Vec::new();
        let envelope = ("text/xml; charset=UTF-8", start, self.soap.as_slice());
        let payloads = self.parts.iter().map(|part| (&*part.content_type, &*part.content_id, part.bytes.as_slice()));
        for (content_type, content_id, bytes) in std::iter::once(envelope).chain(payloads) {
            if holds(bytes, delimiter.as_bytes()) {
                return Err(problem("the boundary stands in a part: take another"));
            }
            if !is_content_id(content_id) || content_type.bytes().any(|sign| !(b' '..=b'~').contains(&sign)) {
                return Err(problem("a header of a part cannot be written"));
            }
            let headers = format!(
                "{delimiter}\r\nContent-Type: {content_type}\r\nContent-ID: <{content_id}>\r\n\
                 Content-Transfer-Encoding: binary\r\n\r\n"
            );
            body.extend_from_slice(headers.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("{delimiter}--\r\n").as_bytes());
        let content_type =
            format!("multipart/related; type=\"text/xml\"; boundary=\"{boundary}\"; start=\"<{start}>\"");
        Ok((content_type, body))
    }

    /// The part that a reference such as `cid:formd-1@nsw.vn.example` names.
    pub fn part(&self, reference: &str) -> Option<&Part> {
        let id = content_id_of(reference)?;
        self.parts.iter().find(|part| part.content_id == id)
    }
}

/// What `cid:` refers to: the rest of the URL with its `%xx` resolved (RFC 2392, section 2).
pub fn content_id_of(reference: &str) -> Option<Cow<'_, str>> {
    let rest = reference.strip_prefix("cid:")?;
    if !rest.contains('%') {
        return Some(Cow::Borrowed(rest));
    }
    let mut bytes = Vec::with_capacity(rest.len());
    let mut signs = rest.bytes();
    while let Some(sign) = signs.next() {
        if sign == b'%' {
            let digits = [signs.next()?, signs.next()?];
            let digits = std::str::from_utf8(&digits).ok().filter(|_| digits.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(sign);
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The reference to a part: `cid:` and the identifier, with everything escaped that a URL may not hold.
pub fn reference_to(content_id: &str) -> String {
    let mut reference = String::from("cid:");
    for sign in content_id.bytes() {
        if sign.is_ascii_alphanumeric() || b"-._~@!$&'()*+,;=:".contains(&sign) {
            reference.push(char::from(sign));
        } else {
            reference.push_str(&format!("%{sign:02X}"));
        }
    }
    reference
}

fn is_content_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 255 && id.bytes().all(|sign| (b'!'..=b'~').contains(&sign) && !b"<>".contains(&sign))
}

fn utf8_alone(kind: &ContentType) -> Result<(), EbmsError> {
    let charset = kind.parameter("charset").unwrap_or("utf-8");
    if charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii") {
        return Ok(());
    }
    Err(problem("the envelope is in another charset than UTF-8"))
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn problem(what: impl Into<String>) -> EbmsError {
    EbmsError::nowhere(ErrorCode::MimeProblem, what)
}

/// Undoes a `Content-Transfer-Encoding` (RFC 2045, section 6).
fn decode(encoding: &str, content: &[u8]) -> Result<Vec<u8>, String> {
    match encoding.to_ascii_lowercase().as_str() {
        "binary" | "8bit" | "7bit" => Ok(content.to_vec()),
        "base64" => {
            let packed: Vec<u8> = content.iter().copied().filter(|sign| !b"\r\n\t ".contains(sign)).collect();
            STANDARD.decode(packed).map_err(|error| format!("it is no base64: {error}"))
        }
        "quoted-printable" => quoted_printable(content),
        _ => Err("its Content-Transfer-Encoding is unknown".to_owned()),
    }
}

fn quoted_printable(content: &[u8]) -> Result<Vec<u8>, String> {
    let mut decoded = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some((&sign, after)) = rest.split_first() {
        rest = after;
        if sign != b'=' {
            decoded.push(sign);
            continue;
        }
        if let Some(next) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) {
            rest = next;
            continue;
        }
        let digits = rest.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(value.ok_or("it is no quoted-printable: `=` without two digits")?);
        rest = &rest[2..];
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> Package {
        let part = |id: &str, bytes: &[u8]| Part {
            content_id: id.to_owned(),
            content_type: "application/xml".to_owned(),
            bytes: bytes.to_vec(),
        };
        Package { soap: b"<e/>\n".to_vec(), parts: vec![part("a@x", b"\r\n--\r\n\0"), part("b@x", b"")] }
    }

    #[test]
    fn what_is_written_is_read() {
        let (kind, body) = package().write("=_1", "soap@x").unwrap();
        assert_eq!(Package::read(&kind, &body).unwrap(), package());
        let alone = Package { soap: b"<e/>".to_vec(), parts: Vec::new() };
        let (kind, body) = alone.write("=_1", "soap@x").unwrap();
        assert_eq!((kind.as_str(), Package::read(&kind, &body).unwrap()), ("text/xml; charset=UTF-8", alone));
    }

    #[test]
    fn no_boundary_stands_in_a_part() {
        let mut package = package();
        package.parts[1].bytes = b"x\r\n--=_1".to_vec();
        assert!(package.write("=_1", "soap@x").is_err());
        assert!(package.write("=_1\r\n", "soap@x").is_err());
        package.parts[0].content_type = "text/xml\r\nX: y".to_owned();
        assert!(package.write("=_2", "soap@x").is_err());
    }

    #[test]
    fn a_part_is_found_by_its_reference() {
        let package = package();
        assert_eq!(package.part("cid:a@x"), package.parts.first());
        assert_eq!(package.part("cid:%61%40x"), package.parts.first());
        assert_eq!((package.part("cid:c@x"), package.part("http://a@x"), package.part("cid:%6")), (None, None, None));
        let odd = "a b<ü>%@x";
        assert_eq!(content_id_of(&reference_to(odd)).as_deref(), Some(odd));
    }

    #[test]
    fn encodings_are_undone() {
        assert_eq!(decode("BASE64", b"YWJj\r\nZA==\r\n").unwrap(), b"abcd");
        assert_eq!(decode("quoted-printable", b"a=3D=\r\nb=\nc").unwrap(), b"a=bc");
        assert!(decode("base64", b"YWJ").is_err() && decode("quoted-printable", b"a=3").is_err());
        assert!(decode("x-gzip", b"").is_err());
    }
}
