//! The file of the database, watched: one that is removed or replaced under a running process takes with it whatever is
//! written from then on, and nobody sees it.
//!
//! ```text
//!   serve ──► the same file still? ──► no: no more messages are taken, what the lost file holds is saved beside where it was
//! ```

use std::fs;
use std::io::Seek as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use crate::continuity::RESCUED;
use crate::{Failure, operations};

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A file as it was when the process opened it.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseFile {
    path: PathBuf,
    identity: (u64, u64),
    /// A door to the file and one to its log, which stay open whatever the database does with its own: connections that
    /// failed are closed, and the last one may be closed when the loss is seen. They live as long as the process, since
    /// closing one would take away the locks that the database holds on the file.
    file: Arc<fs::File>,
    log: Arc<Mutex<Option<fs::File>>>,
}

impl DatabaseFile {
    /// The file behind a path; `None` where files have no identity of their own.
    pub(crate) fn opened(path: &Path) -> Option<Self> {
        let path = path.canonicalize().ok()?;
        let file = fs::File::open(&path).ok()?;
        let opened =
            Self { identity: identity_of(&file.metadata().ok()?)?, path, file: Arc::new(file), log: Arc::default() };
        opened.keep_log();
        Some(opened)
    }

    /// Opens the log that the database writes now, which is another one after its last connection was closed.
    fn keep_log(&self) {
        if let (Ok(log), Ok(mut kept)) = (fs::File::open(log_of(&self.path)), self.log.lock()) {
            *kept = Some(log);
        }
    }

    /// Whether the path leads to another file, or to none.
    pub(crate) fn is_lost(&self) -> bool {
        // What cannot be looked at for another reason is not taken for lost.
        match fs::metadata(&self.path) {
            Ok(found) => identity_of(&found).is_some_and(|identity| identity != self.identity),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        }
    }

    /// Looks at the file until the process stops, and stops it when the file is lost.
    pub(super) async fn watch(self, stop: watch::Sender<bool>) {
        let mut stopped = stop.subscribe();
        loop {
            self.keep_log();
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            if self.is_lost() {
                tracing::error!(
                    file = %self.path.display(),
                    "the database's file was removed or replaced: no more messages are taken, and what it holds is saved"
                );
                let _ = stop.send(true);
                return;
            }
        }
    }

    /// What to tell at the end, once nothing is written any more: where the file is lost, its content is saved beside where
    /// it was.
    pub(super) fn end(&self) -> Result<(), Failure> {
        if !self.is_lost() {
            return Ok(());
        }
        let path = self.path.display();
        Err(Failure::failed(match self.rescue() {
            Ok(rescued) => format!(
                "the database's file {path} was removed or replaced while the process ran; what it held is saved in {}: stop \
                 every process that uses it, give that file (and the one beside it whose name ends with -wal) the name of \
                 the database, and start again",
                rescued.display()
            ),
            Err(error) => format!(
                "the database's file {path} was removed or replaced while the process ran, and what it held could not be \
                 saved: {error}"
            ),
        }))
    }

    /// Copies the lost file and its log from what this process still has open.
    fn rescue(&self) -> std::io::Result<PathBuf> {
        let mut name = self.path.clone().into_os_string();
        name.push(format!("{RESCUED}{}", operations::now_ms() / 1_000));
        let rescued = PathBuf::from(name);
        copy(&self.file, &rescued)?;
        if let Ok(log) = self.log.lock()
            && let Some(log) = &*log
        {
            copy(log, &log_of(&rescued))?;
        }
        Ok(rescued)
    }
}

/// The name of a database's log.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// Copies an open file from its beginning, durably.
fn copy(mut from: &fs::File, to: &Path) -> std::io::Result<()> {
    from.rewind()?;
    let mut copied = fs::File::create_new(to)?;
    std::io::copy(&mut from, &mut copied)?;
    copied.sync_all()
}

#[cfg(unix)]
fn identity_of(file: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity_of(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}
