//! The file of the database, watched: one that is removed or replaced under a running process takes with it whatever is
//! written from then on, and nobody sees it.
//!
//! ```text
//!   serve ──► the same file still? ──► no: no more messages are taken, what the lost file holds is saved beside where it was
//! ```

use std::fs;
use std::path::{Path, PathBuf};
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
}

impl DatabaseFile {
    /// The file behind a path; `None` where files have no identity of their own.
    pub(crate) fn opened(path: &Path) -> Option<Self> {
        Some(Self { path: path.canonicalize().ok()?, identity: identity_of(path)? })
    }

    /// Whether the path leads to another file, or to none.
    pub(crate) fn is_lost(&self) -> bool {
        // What cannot be looked at for another reason is not taken for lost.
        match fs::metadata(&self.path) {
            Ok(_) => identity_of(&self.path).is_some_and(|identity| identity != self.identity),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        }
    }

    /// Looks at the file until the process stops, and stops it when the file is lost.
    pub(super) async fn watch(self, stop: watch::Sender<bool>) {
        let mut stopped = stop.subscribe();
        loop {
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

    /// Copies the lost file and its log from the descriptors that this process still has.
    #[cfg(target_os = "linux")]
    fn rescue(&self) -> std::io::Result<PathBuf> {
        use std::os::unix::fs::MetadataExt as _;
        let mut name = self.path.clone().into_os_string();
        name.push(format!("{RESCUED}{}", operations::now_ms() / 1_000));
        let rescued = PathBuf::from(name);
        let log_of = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push("-wal");
            PathBuf::from(name)
        };
        let (mut file, mut log) = (None, None);
        for entry in fs::read_dir("/proc/self/fd")? {
            let descriptor = entry?.path();
            // Between the list and the look a descriptor may be closed.
            let (Ok(found), Ok(target)) = (fs::metadata(&descriptor), fs::read_link(&descriptor)) else { continue };
            let target = target.to_string_lossy().trim_end_matches(" (deleted)").to_owned();
            if (found.dev(), found.ino()) == self.identity {
                file = Some(descriptor);
            } else if Path::new(&target) == log_of(&self.path) {
                log = Some(descriptor);
            }
        }
        let file = file.ok_or_else(|| std::io::Error::other("the process has it open no more"))?;
        fs::copy(file, &rescued)?;
        if let Some(log) = log {
            fs::copy(log, log_of(&rescued))?;
        }
        for saved in [&rescued, &log_of(&rescued)] {
            if let Ok(saved) = fs::File::open(saved) {
                saved.sync_all()?;
            }
        }
        Ok(rescued)
    }

    #[cfg(not(target_os = "linux"))]
    fn rescue(&self) -> std::io::Result<PathBuf> {
        Err(std::io::Error::other("this system keeps no door to a file without a name"))
    }
}

#[cfg(unix)]
fn identity_of(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity_of(_: &Path) -> Option<(u64, u64)> {
    None
}
