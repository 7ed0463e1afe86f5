//! `thongquan serve` as a process of its own, as it is run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::processes::Process;
use crate::workspace;

/// Between which servers processors of one group stand.
pub struct Surroundings<'a> {
    pub brokers: &'a str,
    /// The URL of the database.
    pub database: &'a str,
    pub group: &'a str,
    /// What the names of all topics begin with.
    pub prefix: &'a str,
    /// Where their logs go.
    pub folder: &'a Path,
}

/// A processor that ends with this.
pub struct Serve {
    child: Child,
    log: PathBuf,
}

impl Serve {
    /// Builds the executable where it is not built yet, in the profile of the bench. A test is built with it so that the
    /// features of all libraries are those of `cargo test --workspace`, and nothing is built twice.
    pub fn build() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--workspace", "--bin", "thongquan", "--test", "instructions"]).current_dir(workspace());
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        // What cargo tells a bench of its package; build scripts that look at it would all run anew.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of| name.as_encoded_bytes().starts_with(of.as_bytes())) {
                build.env_remove(name);
            }
        }
        let built = build.status().unwrap();
        assert!(built.success(), "the executable cannot be built");
    }

    /// Starts one, whose log bears the name.
    pub fn start(surroundings: &Surroundings<'_>, name: &str) -> Self {
        let mut command = Command::new(executable());
        command
            .arg("serve")
            .current_dir(workspace())
            .env("THONGQUAN_STORAGE__URL", surroundings.database)
            .env("THONGQUAN_STREAM__KIND", "kafka")
            .env("THONGQUAN_STREAM__BROKERS", surroundings.brokers)
            .env("THONGQUAN_STREAM__GROUP", surroundings.group)
            .env("THONGQUAN_STREAM__TOPIC_PREFIX", surroundings.prefix)
            .env("THONGQUAN_LOG__LEVEL", "warn")
            .env("NO_COLOR", "1");
        Self::of(command, surroundings.folder.join(format!("{name}.log")))
    }

    /// Starts another program that does the same job.
    pub fn of(mut command: Command, log: PathBuf) -> Self {
        let child = command.stdout(Stdio::null()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        Self { child, log }
    }

    pub fn process(&self) -> Process {
        Process::of(self.child.id())
    }

    /// Stops the run, with what it wrote, where it has ended by itself.
    pub fn assert_runs(&mut self) {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "the processor ended: {}", std::fs::read_to_string(&self.log).unwrap_or_default());
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
