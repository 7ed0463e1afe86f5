//! `thongquan serve` as a process of its own, as it is run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use benches::workspace;

use crate::processes::Process;

/// A processor that ends with this.
pub struct Serve {
    child: Child,
}

impl Serve {
    /// Builds the executable where it is not built yet.
    pub fn build() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--release", "--package", "thongquan"]).current_dir(workspace());
        // What cargo tells a bench of its package; build scripts that look at it would all run anew.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of| name.as_encoded_bytes().starts_with(of.as_bytes())) {
                build.env_remove(name);
            }
        }
        let built = build.status().unwrap();
        assert!(built.success(), "the executable cannot be built");
    }

    pub fn start(brokers: &str, database: &str, group: &str, prefix: &str, folder: &Path) -> Self {
        let log = std::fs::File::create(folder.join("serve.log")).unwrap();
        let child = Command::new(executable())
            .arg("serve")
            .current_dir(workspace())
            .env("THONGQUAN_STORAGE__URL", database)
            .env("THONGQUAN_STREAM__KIND", "kafka")
            .env("THONGQUAN_STREAM__BROKERS", brokers)
            .env("THONGQUAN_STREAM__GROUP", group)
            .env("THONGQUAN_STREAM__TOPIC_PREFIX", prefix)
            .env("THONGQUAN_LOG__LEVEL", "warn")
            .env("NO_COLOR", "1")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child }
    }

    pub fn process(&self) -> Process {
        Process::of(self.child.id())
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The bench lies in `target/release/deps`, the executable beside that folder.
fn executable() -> PathBuf {
    let bench = std::env::current_exe().unwrap();
    bench.ancestors().nth(2).unwrap().join("thongquan")
}
