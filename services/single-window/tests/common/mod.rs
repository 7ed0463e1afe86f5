//! What the tests of the wire share: captured messages, certificates, keys made for tests, and tools that give a second
//! opinion.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use single_window::agreement::{Agreement, read_cpa, read_toml};
use single_window::certificate::{Certificate, Signer};
use single_window::ebms::envelope::PartyId;

pub(crate) mod talk;

pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// One HTTP message as it went over the wire.
pub(crate) struct Capture {
    pub(crate) name: String,
    /// The request line or the status line.
    pub(crate) start: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Capture {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let start = lines.next().unwrap().to_owned();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut capture = Self { name, start, headers, body: bytes[end + 4..].to_vec() };
        let chunked =
            capture.header("Transfer-Encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("chunked"));
        // Some were put together again when they were captured.
        if chunked && !capture.body.starts_with(b"--") {
            capture.body = unchunked(&capture.body);
        }
        capture
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap().trim(), 16).unwrap();
        rest = &rest[end + 2..];
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&rest[..length]);
        rest = &rest[length + 2..];
    }
}

/// The captured messages of a folder that have a body, by name.
pub(crate) fn captures(folder: &str) -> Vec<Capture> {
    let folder = tests().join("captures").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "http"));
    paths.sort();
    let captures = paths.iter().map(|path| Capture::read(path));
    captures.filter(|capture| !capture.body.is_empty()).collect()
}

pub(crate) fn capture(folder: &str, name: &str) -> Capture {
    Capture::read(&tests().join("captures").join(folder).join(format!("{name}.http")))
}

/// A certificate of the captured exchange, such as `th-sign`.
pub(crate) fn certificate(name: &str) -> Certificate {
    let path = tests().join("captures/certificates").join(format!("{name}.pem"));
    Certificate::from_pem(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A key made for tests, `vn` or `th`.
pub(crate) fn signer(who: &str) -> Signer {
    let read = |kind: &str| fs::read_to_string(tests().join(format!("keys/{who}-for-tests-only.{kind}.pem"))).unwrap();
    Signer::from_pem(&read("key"), &read("cert")).unwrap()
}

/// The published schemas, which are no part of the product: beside the clone, or where `THONGQUAN_EBMS_STANDARD` says.
pub(crate) fn published_schema() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let beside = ["../shared/ebms/standard", "../../shared/ebms/standard"].map(|folder| root.join(folder));
    let beside = beside.iter().find(|folder| folder.exists()).unwrap_or(&beside[0]).clone();
    let folder = std::env::var_os("THONGQUAN_EBMS_STANDARD").map_or(beside, PathBuf::from);
    let schema = folder.join("all.xsd");
    let lint = Command::new("xmllint").arg("--version").output().is_ok();
    if schema.exists() && lint {
        return Some(schema);
    }
    eprintln!("passed over: neither {} nor xmllint may be missing", schema.display());
    None
}

/// Asserts that libxml2 finds documents valid against the published schemas of ebMS 2.0.
pub(crate) fn assert_valid(schema: &Path, documents: &[(String, Vec<u8>)]) {
    let folder = tempfile::tempdir().unwrap();
    let mut lint = Command::new("xmllint");
    lint.args(["--noout", "--nonet", "--schema"]).arg(schema);
    for (name, document) in documents {
        let file = folder.path().join(format!("{name}.xml"));
        fs::write(&file, document).unwrap();
        lint.arg(file);
    }
    let output = lint.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The name of a state as parties are called in the captured exchange.
pub(crate) fn name_of(state: &str) -> PartyId {
    PartyId { kind: Some("urn:x-asw:iso3166-1".to_owned()), value: state.to_owned() }
}

/// A captured agreement as one of its parties sees it.
pub(crate) fn cpa(id: &str, us: &str) -> Agreement {
    let path = tests().join(format!("captures/cpa/asw-{id}.xml"));
    read_cpa(&fs::read(path).unwrap(), &name_of(us)).unwrap()
}

/// An agreement of ours with the keys that are made for tests, as `us` sees it. VN submits, TH answers.
pub(crate) fn agreement_between(us: &str, partner: &str, sync: bool) -> Agreement {
    read_toml(&agreement_text(us, partner, sync)).unwrap()
}

pub(crate) fn agreement_text(us: &str, partner: &str, sync: bool) -> String {
    let side = |table: &str, state: &str| {
        let small = state.to_lowercase();
        let pem = fs::read_to_string(tests().join(format!("keys/{small}-for-tests-only.cert.pem"))).unwrap();
        let role = if state == "VN" { "ExportingNSW" } else { "ImportingNSW" };
        format!(
            "[{table}]\nparty_ids = [{{ type = \"urn:x-asw:iso3166-1\", id = \"{state}\" }}]\nrole = \"{role}\"\n\
             endpoint = \"http://{small}.example/ebms\"\nsigning = [\"\"\"\n{pem}\"\"\"]\n\n"
        )
    };
    let (send, receive) = if us == "VN" { ("send", "receive") } else { ("receive", "send") };
    let service = "service = { type = \"urn:x-asw:service\", name = \"formd:1\" }";
    format!(
        "cpa_id = \"asw-VN-TH-1\"\nstart = \"2026-01-01T00:00:00Z\"\nend = \"2200-01-01T00:00:00Z\"\nsync = {sync}\n\
         acknowledgment = \"always\"\nsigned_acknowledgment = \"always\"\nduplicate_elimination = \"always\"\n\
         signed = true\nretries = 3\nretry_interval = \"PT10S\"\npersist_duration = \"PT1M\"\n\n{}{}\
         [[{send}]]\n{service}\nactions = [\"SubmitFormD\"]\n\n[[{receive}]]\n{service}\nactions = [\"FormDReceipt\"]\n",
        side("us", us),
        side("partner", partner)
    )
}
