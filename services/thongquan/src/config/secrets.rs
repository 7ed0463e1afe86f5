//! Secrets in files of their own: there, not empty, and not everybody's.

use std::path::{Path, PathBuf};

use super::Config;
use crate::Failure;

/// The shortest secret that a random draw is derived from.
const SELECTIVITY_SECRET_BYTES_MIN: usize = 16;
/// A secret is no longer than this; what is longer is another file.
const SECRET_BYTES_MAX: u64 = 64 << 10;
/// Where containers find their secrets. Nobody else lives in a container.
const OF_CONTAINERS: &str = "/run/secrets";

/// Reads a secret, byte for byte.
fn read(setting: &str, file: &Path) -> Result<Vec<u8>, Failure> {
    let unusable =
        |why: &str| Failure::usage(format!("the configuration cannot be used:\n  {setting}: {} {why}", file.display()));
    let to_read = |error: std::io::Error| Failure::to(&format!("read {} ({setting})", file.display()), &error);
    let length = std::fs::metadata(file).map_err(to_read)?;
    if !length.is_file() {
        return Err(unusable("is no file"));
    }
    if length.len() > SECRET_BYTES_MAX {
        return Err(unusable("is too long for a secret"));
    }
    let secret = std::fs::read(file).map_err(to_read)?;
    if secret.iter().all(u8::is_ascii_whitespace) {
        return Err(unusable("is empty: put the secret into it"));
    }
    Ok(secret)
}

/// The same, where the secret is a text, without the line's end that editors leave behind.
pub(crate) fn read_text(setting: &str, file: &Path) -> Result<String, Failure> {
    let text = String::from_utf8(read(setting, file)?).map_err(|_| {
        Failure::usage(format!("the configuration cannot be used:\n  {setting}: {} is not UTF-8", file.display()))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Reads what selectivity's random draw is derived from, which is long enough not to be tried out.
pub(super) fn read_selectivity(file: &Path) -> Result<Vec<u8>, Failure> {
    let setting = "processing.selectivity_secret_file";
    let secret = read(setting, file)?;
    if secret.len() < SELECTIVITY_SECRET_BYTES_MIN {
        return Err(Failure::usage(format!(
            "the configuration cannot be used:\n  {setting}: {} has less than {SELECTIVITY_SECRET_BYTES_MIN} bytes: put 32 \
             random bytes into it",
            file.display()
        )));
    }
    Ok(secret)
}

impl Config {
    /// Every secret that stands in a file, by its setting.
    fn secret_files(&self) -> [(&'static str, &Option<PathBuf>); 3] {
        [
            ("storage.password_file", &self.storage.password_file),
            ("stream.sasl_password_file", &self.stream.sasl_password_file),
            ("processing.selectivity_secret_file", &self.processing.selectivity_secret_file),
        ]
    }

    /// The settings that hold a secret themselves.
    pub(super) fn settings_with_secrets(&self) -> Vec<&'static str> {
        let server = self.storage.url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?']).next());
        let user = server.and_then(|server| server.rsplit_once('@')).map(|(user, _)| user);
        let in_url = user.is_some_and(|user| user.contains(':')) || self.storage.url.contains("password=");
        let in_client = self.stream.client.keys().any(|name| name.contains("password") || name.ends_with(".pem"));
        let held = [("storage.url", in_url), ("stream.client", in_client)];
        held.into_iter().filter_map(|(setting, holds)| holds.then_some(setting)).collect()
    }

    /// Secrets that every user of the machine may read: the setting and the file.
    pub(crate) fn exposed_secrets(&self) -> Vec<(&'static str, &Path)> {
        let of_their_own =
            self.secret_files().into_iter().filter_map(|(setting, file)| Some((setting, file.as_deref()?)));
        let in_configurations =
            self.files_with_secrets.iter().map(|file| ("a secret in the configuration", file.as_path()));
        of_their_own.chain(in_configurations).filter(|(_, file)| is_everybodys(file)).collect()
    }
}

/// Whether others than its user and group may read a file: its own rights say so, and those of each folder around it.
#[cfg(unix)]
fn is_everybodys(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    if file.starts_with(OF_CONTAINERS) {
        return false;
    }
    let Ok(file) = file.canonicalize() else { return false };
    let has =
        |path: &Path, right: u32| std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & right != 0);
    has(&file, 0o004) && file.ancestors().skip(1).all(|folder| has(folder, 0o001))
}

#[cfg(not(unix))]
fn is_everybodys(_: &Path) -> bool {
    false
}
