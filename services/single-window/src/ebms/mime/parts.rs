//! Splits the body of a `multipart/related` at its boundary (RFC 2046, section 5.1), line by line.

use super::{
    ContentType, EbmsError, MAX_HEADERS, MAX_PARTS, Package, Part, Unreadable, decode, is_content_id, problem,
    reference_to, utf8_alone,
};
use crate::ebms::error::ErrorCode;

pub(super) fn read(kind: &ContentType, body: &[u8]) -> Result<Package, Unreadable> {
    let early = |error: EbmsError| Unreadable { error, soap: None };
    if kind.parameter("type").is_some_and(|root| !root.eq_ignore_ascii_case("text/xml")) {
        return Err(early(problem("the type of the multipart is not text/xml")));
    }
    let boundary = kind.parameter("boundary").ok_or_else(|| early(problem("the Content-Type names no boundary")))?;
    if boundary.is_empty() || boundary.len() > 70 || boundary.ends_with(' ') {
        return Err(early(problem("the boundary has not 1 to 70 characters")));
    }
    let mut sections = Sections { rest: body, delimiter: format!("--{boundary}").into_bytes() };
    sections.preamble().map_err(early)?;

    let (section, mut ended) = sections.next().map_err(early)?;
    let root = Section::read(section).map_err(early)?;
    let soap = envelope(root, kind.parameter("start")).map_err(early)?;

    let late = |error: EbmsError| Unreadable { error, soap: Some(soap.clone()) };
    let mut parts: Vec<Part> = Vec::new();
    while !ended {
        if parts.len() == MAX_PARTS {
            return Err(late(problem("the message has more than 100 parts")));
        }
        let (section, last) = sections.next().map_err(late)?;
        ended = last;
        let part = Section::read(section).and_then(payload).map_err(late)?;
        let start = kind.parameter("start").map(|start| bare(start).to_owned());
        if parts.iter().any(|known| known.content_id == part.content_id) || start.as_ref() == Some(&part.content_id) {
            return Err(late(at(&part.content_id, "two parts have the same Content-ID")));
        }
        parts.push(part);
    }
    Ok(Package { soap, parts })
}

/// The root part. It comes first, whatever `start` names (ebMS 2.0, section 2.1.2).
fn envelope(root: Section<'_>, start: Option<&str>) -> Result<Vec<u8>, EbmsError> {
    if let (Some(start), Some(id)) = (start, &root.content_id)
        && bare(start) != id
    {
        return Err(problem("the part that the Content-Type names as its start does not come first"));
    }
    let kind = ContentType::parse(root.content_type.as_deref().unwrap_or("")).map_err(problem)?;
    if kind.essence != "text/xml" {
        return Err(problem("the first part is not text/xml"));
    }
    utf8_alone(&kind)?;
    decode(root.encoding.as_deref().unwrap_or("binary"), root.content)
        .map_err(|what| problem(format!("the envelope: {what}")))
}

fn payload(section: Section<'_>) -> Result<Part, EbmsError> {
    let content_id = section.content_id.ok_or_else(|| problem("a part has no Content-ID"))?;
    // Without a Content-Type a part is plain text (RFC 2045, section 5.2).
    let content_type = section.content_type.unwrap_or_else(|| "text/plain".to_owned());
    ContentType::parse(&content_type).map_err(|what| at(&content_id, &what))?;
    let bytes = decode(section.encoding.as_deref().unwrap_or("binary"), section.content)
        .map_err(|what| at(&content_id, &what))?;
    Ok(Part { content_id, content_type, bytes })
}

fn at(content_id: &str, what: &str) -> EbmsError {
    EbmsError::new(ErrorCode::MimeProblem, reference_to(content_id), what)
}

/// An identifier with or without its angle brackets.
fn bare(id: &str) -> &str {
    id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id)
}

struct Sections<'a> {
    /// What comes after the last delimiter line.
    rest: &'a [u8],
    delimiter: Vec<u8>,
}

/// What a line is that begins with the boundary.
enum Line {
    Delimiter,
    End,
    Neither,
}

impl<'a> Sections<'a> {
    fn preamble(&mut self) -> Result<(), EbmsError> {
        let (_, ended) = self.next()?;
        if ended { Err(problem("the message ends before its first part")) } else { Ok(()) }
    }

    /// The bytes up to the next delimiter line, without the line break before it, and whether that line is the last.
    fn next(&mut self) -> Result<(&'a [u8], bool), EbmsError> {
        let mut start = 0;
        while start < self.rest.len() {
            let length = self.rest[start..].iter().position(|sign| *sign == b'\n').map(|at| at + 1);
            let end = length.map_or(self.rest.len(), |length| start + length);
            let ended = match self.kind_of(&self.rest[start..end], length.is_some()) {
                Line::Neither => {
                    if self.rest[start..].starts_with(&self.delimiter) {
                        return Err(problem("a line begins like the boundary and goes on"));
                    }
                    start = end;
                    continue;
                }
                Line::Delimiter => false,
                Line::End => true,
            };
            let content = &self.rest[..start];
            let content = content.strip_suffix(b"\r\n").or_else(|| content.strip_suffix(b"\n")).unwrap_or(content);
            self.rest = &self.rest[end..];
            return Ok((content, ended));
        }
        Err(problem("the message ends without its last boundary"))
    }

    fn kind_of(&self, line: &[u8], broken: bool) -> Line {
        let Some(after) = line.strip_prefix(self.delimiter.as_slice()) else { return Line::Neither };
        let (end, after) = after.strip_prefix(b"--").map_or((false, after), |after| (true, after));
        let after = after.strip_suffix(b"\n").unwrap_or(after);
        let after = after.strip_suffix(b"\r").unwrap_or(after);
        let padding = after.iter().all(|sign| b" \t".contains(sign));
        match (end, padding) {
            (true, true) => Line::End,
            (false, true) if broken => Line::Delimiter,
            _ => Line::Neither,
        }
    }
}

/// A part with those of its headers that matter.
#[derive(Default)]
struct Section<'a> {
    content_id: Option<String>,
    content_type: Option<String>,
    encoding: Option<String>,
    content: &'a [u8],
}

impl<'a> Section<'a> {
    fn read(section: &'a [u8]) -> Result<Self, EbmsError> {
        let mut read = Self::default();
        let mut rest = section;
        loop {
            let end = rest.iter().position(|sign| *sign == b'\n');
            let Some(end) = end else { return Err(problem("a part has no empty line after its headers")) };
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            if line.is_empty() {
                read.content = &rest[end + 1..];
                return Ok(read);
            }
            let (header, after) = unfolded(rest)?;
            rest = after;
            if section.len() - rest.len() > MAX_HEADERS {
                return Err(problem("a part has more than 8 KiB of headers"));
            }
            read.take(&header)?;
        }
    }

    fn take(&mut self, header: &str) -> Result<(), EbmsError> {
        let (name, value) = header.split_once(':').ok_or_else(|| problem("a header of a part has no colon"))?;
        let value = value.trim();
        let twice = if name.eq_ignore_ascii_case("Content-Type") {
            self.content_type.replace(value.to_owned()).is_some()
        } else if name.eq_ignore_ascii_case("Content-Transfer-Encoding") {
            self.encoding.replace(value.to_owned()).is_some()
        } else if name.eq_ignore_ascii_case("Content-ID") {
            let id = bare(value);
            if !is_content_id(id) {
                return Err(problem("a Content-ID is empty, too long or holds spaces"));
            }
            self.content_id.replace(id.to_owned()).is_some()
        } else {
            false
        };
        if twice { Err(problem(format!("a part has two headers {name}"))) } else { Ok(()) }
    }
}

/// One header with the lines that continue it, which are joined by the spaces they begin with, and what comes after.
fn unfolded(rest: &[u8]) -> Result<(String, &[u8]), EbmsError> {
    let mut header = String::new();
    let mut at = 0;
    loop {
        let length = rest[at..].iter().position(|sign| *sign == b'\n').map_or(rest.len() - at, |length| length + 1);
        let line = &rest[at..at + length];
        let line = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line);
        let plain = line.iter().all(|sign| (b' '..=b'~').contains(sign) || *sign == b'\t');
        let line = std::str::from_utf8(line).ok().filter(|_| plain);
        header.push_str(line.ok_or_else(|| problem("a header of a part is not ASCII"))?);
        at += length;
        if !rest.get(at).is_some_and(|sign| b" \t".contains(sign)) {
            return Ok((header, &rest[at..]));
        }
    }
}
