//! New rules without a restart: loaded and tested first, then in place of the old ones from the next batch on.
//!
//! ```text
//!   SIGHUP, or the folder changed ──► load, run the rules' own tests ──► sound: swapped between two batches
//!                                                                   └──► wrong: the reason logged, the old ones kept
//! ```

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rulebook::Rulebook;
use tokio::time::MissedTickBehavior;

use crate::{Failure, rules};

/// How often a watched folder is looked at. It has to look the same twice, so that a copy under way is left alone.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A folder of rules is no deeper than this.
const DEPTH_MAX: usize = 6;

/// Asks for new rules: SIGHUP where there are signals.
pub(super) struct Bell {
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl Bell {
    /// Listens from now on. Before this, SIGHUP ends a process.
    pub(super) fn hang() -> Result<Self, Failure> {
        Ok(Self {
            #[cfg(unix)]
            hangup: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
                .map_err(|error| Failure::to("listen to SIGHUP", &error))?,
        })
    }

    #[cfg(unix)]
    async fn rung(&mut self) {
        if self.hangup.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    #[cfg(not(unix))]
    async fn rung(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// Keeps the rules current for as long as the process runs.
pub(super) async fn keep_current(rules: Arc<ArcSwap<Rulebook>>, folder: PathBuf, watch: bool, mut bell: Bell) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut taken = look_of(&folder);
    let mut seen = taken;
    loop {
        tokio::select! {
            () = bell.rung() => {
                tracing::info!("SIGHUP: the rules are loaded again");
                taken = look_of(&folder);
                reload(&rules, &folder).await;
            }
            _ = looks.tick(), if watch => {
                let look = look_of(&folder);
                let settled = look == seen;
                seen = look;
                if settled && look != taken {
                    tracing::info!("the folder of rules has changed: the rules are loaded again");
                    taken = look;
                    reload(&rules, &folder).await;
                }
            }
        }
    }
}

/// Loads, tests and swaps, or keeps what there is.
async fn reload(rules: &ArcSwap<Rulebook>, folder: &Path) {
    let old = rules.load_full();
    let folder = folder.to_owned();
    let loaded = tokio::task::spawn_blocking(move || rules::load_and_test(&folder)).await;
    match loaded {
        Ok(Ok(new)) if new.content_hash() == old.content_hash() => {
            tracing::info!(rulebook = old.content_hash(), "the rules are the same as before");
        }
        Ok(Ok(new)) => {
            tracing::info!(
                rulebook = new.content_hash(),
                before = old.content_hash(),
                "new rules decide from the next batch on: {}",
                new.source_summary()
            );
            rules.store(Arc::new(new));
        }
        Ok(Err(failure)) => {
            tracing::error!(
                rulebook = old.content_hash(),
                reason = failure.message,
                "new rules are refused; the old ones are kept"
            );
        }
        Err(error) => {
            tracing::error!(rulebook = old.content_hash(), %error, "loading new rules failed; the old ones are kept");
        }
    }
}

/// What a folder of rules looks like from outside: names, lengths and times of its files.
fn look_of(folder: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    look_into(folder, 0, &mut hasher);
    hasher.finish()
}

fn look_into(folder: &Path, depth: usize, hasher: &mut DefaultHasher) {
    // What cannot be read looks like nothing; loading says why.
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let Ok(metadata) = fs::metadata(&path) else { continue };
        path.hash(hasher);
        if metadata.is_dir() {
            if depth < DEPTH_MAX {
                look_into(&path, depth + 1, hasher);
            }
        } else {
            (metadata.len(), metadata.modified().ok()).hash(hasher);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_looks_otherwise_when_a_file_of_it_does() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assessment")).unwrap();
        let before = look_of(folder.path());
        let file = folder.path().join("assessment/rates.csv");
        fs::write(&file, "a").unwrap();
        let with_file = look_of(folder.path());
        assert_ne!(before, with_file);
        assert_eq!(with_file, look_of(folder.path()));
        fs::write(&file, "ab").unwrap();
        assert_ne!(with_file, look_of(folder.path()));
    }
}
