//! A broker and a database of our own, started by `deploy/dev/servers` in a folder of their own, on free ports.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::common::{Folder, workspace};

/// Kafka and PostgreSQL, which end with this.
pub(crate) struct Servers {
    folder: Folder,
    /// Kafka, its controller, Kafka's secure port, PostgreSQL.
    ports: [u16; 4],
}

impl Servers {
    /// Starts `kafka`, `postgres` or `all`; `None`, with a word why, where what they need is not installed.
    pub(crate) fn start(which: &str) -> Option<Self> {
        let servers = Self { folder: Folder::new("thongquan-servers."), ports: free_ports() };
        let started = servers.call(&["start", which]);
        if started.status.success() {
            return Some(servers);
        }
        let said = String::from_utf8_lossy(&started.stderr).into_owned();
        assert!(said.contains("is missing") || said.contains("could not fetch"), "the servers do not start: {said}");
        println!("skipped: {}", said.trim_end());
        None
    }

    pub(crate) fn kafka(&self) -> String {
        format!("127.0.0.1:{}", self.ports[0])
    }

    pub(crate) fn postgres(&self) -> String {
        format!("postgres://thongquan@127.0.0.1:{}/thongquan", self.ports[3])
    }

    /// Where Kafka keeps a partition.
    pub(crate) fn partition_folder(&self, topic: &str, partition: i32) -> PathBuf {
        self.folder.path().join(format!("kafka/data/{topic}-{partition}"))
    }

    /// Ends one of them with SIGKILL.
    pub(crate) fn kill(&self, name: &str) {
        self.must(&["kill9", name]);
    }

    /// Starts one of them again on its data.
    pub(crate) fn start_again(&self, name: &str) {
        self.must(&["start", name]);
    }

    fn must(&self, arguments: &[&str]) {
        let output = self.call(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn call(&self, arguments: &[&str]) -> Output {
        let [kafka, controller, secure, postgres] = self.ports.map(|port| port.to_string());
        Command::new(workspace().join("deploy/dev/servers"))
            .args(arguments)
            .env("THONGQUAN_DEV_DIR", self.folder.path())
            .env("THONGQUAN_DEV_KAFKA_PORT", kafka)
            .env("THONGQUAN_DEV_KAFKA_CONTROLLER_PORT", controller)
            .env("THONGQUAN_DEV_KAFKA_SECURE_PORT", secure)
            .env("THONGQUAN_DEV_POSTGRES_PORT", postgres)
            .env("THONGQUAN_DEV_KAFKA_HEAP", "512m")
            .env("THONGQUAN_DEV_START_WAIT_S", "120")
            .output()
            .unwrap()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // Nothing of theirs is needed any more. The script signals what it recorded, and that alone.
        for name in ["kafka", "postgres"] {
            self.call(&["kill9", name]);
        }
    }
}

/// Ports that were free a moment ago; all are held until the last is found, so that they differ.
fn free_ports() -> [u16; 4] {
    let held = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}
