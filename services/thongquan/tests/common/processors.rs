//! Processors as processes.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::PROGRAM;
use crate::common::{self, Backend};

/// A processor that can be killed, held and started again, and that ends with this.
pub(crate) struct Processor {
    environment: Vec<(String, String)>,
    log: PathBuf,
    child: Option<Child>,
}

impl Processor {
    /// One that logs into a file of this name, in this folder. It does not run yet.
    pub(crate) fn of(backend: &Backend, folder: &Path, name: &str) -> Self {
        let mut environment: Vec<(String, String)> =
            backend.environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        // Small batches, so that whatever happens falls between many of them.
        environment.push(("THONGQUAN_PROCESSING__BATCH_MESSAGES_MAX".to_owned(), "50".to_owned()));
        environment.push(("THONGQUAN_LOG__LEVEL".to_owned(), "info".to_owned()));
        Self { environment, log: folder.join(format!("{name}.log")), child: None }
    }

    /// The same with a setting.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn start(&mut self) {
        self.start_with(&[]);
    }

    /// Starts it with settings for this run alone.
    pub(crate) fn start_with(&mut self, settings: &[(&str, &str)]) {
        assert!(self.child.is_none(), "it runs");
        let log: File = OpenOptions::new().create(true).append(true).open(&self.log).unwrap();
        let (program, arguments) = PROGRAM;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(common::workspace()).stdout(Stdio::null()).stderr(log).env("NO_COLOR", "1");
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command.envs(settings.iter().copied());
        self.child = Some(command.spawn().unwrap());
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Whether it runs; one that ended by itself counts as stopped from now on.
    pub(crate) fn runs(&mut self) -> bool {
        !self.has_just_ended() && self.child.is_some()
    }

    /// Whether it has ended by itself since this was asked last.
    pub(crate) fn has_just_ended(&mut self) -> bool {
        let ended = self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_some());
        if ended {
            self.child = None;
        }
        ended
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// SIGSTOP, SIGCONT and the like.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Waits until it has stopped, as by SIGSTOP.
    pub(crate) async fn has_stopped(&self, at_most: Duration) {
        let begun = Instant::now();
        let id = self.id().to_string();
        loop {
            let said = Command::new("ps").args(["-o", "stat=", "-p", &id]).output().unwrap();
            if said.stdout.starts_with(b"T") {
                return;
            }
            assert!(begun.elapsed() < at_most, "it does not stop; its log: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(&mut self, at_most: Duration) -> ExitStatus {
        let begun = Instant::now();
        let child = self.child.as_mut().unwrap();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                self.child = None;
                return status;
            }
            assert!(begun.elapsed() < at_most, "it goes on; its log: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it has logged this.
    pub(crate) async fn has_logged(&self, text: &str, at_most: Duration) {
        let begun = Instant::now();
        while !self.log().contains(text) {
            assert!(begun.elapsed() < at_most, "`{text}` is not in its log: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything that it has logged, over all its runs.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Processor {
    fn drop(&mut self) {
        self.kill();
    }
}
