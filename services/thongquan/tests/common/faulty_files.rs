//! Files that fail on purpose under a process: `services/faults/src/faulty_files.c`, compiled here and put before the C
//! library of the process.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use crate::common::workspace;
use crate::processors::Processor;

/// How many of a million calls fail.
pub(crate) const ALL: u32 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Reads, with EIO.
    Reads,
    /// Writes, with EIO.
    Writes,
    /// Syncs, with EIO.
    Syncs,
    /// Writes, for want of room.
    Room,
}

/// What the files below a folder are told to do.
pub(crate) struct FaultyFiles {
    library: String,
    orders: String,
    folder: String,
    file: File,
}

impl FaultyFiles {
    /// The files of processes below a folder; their orders stand in another one.
    pub(crate) fn below(folder: &Path, beside: &Path) -> Self {
        let library = beside.join("faulty_files.so");
        let source = workspace().join("services/faults/src/faulty_files.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&library).arg(source);
        let compiled = compiler.arg("-ldl").output().unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        let orders = beside.join("orders");
        let file = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(&orders).unwrap();
        file.set_len(32).unwrap();
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        Self { library: text(&library), orders: text(&orders), folder: text(folder), file }
    }

    /// A processor whose files these are.
    pub(crate) fn under(&self, processor: Processor) -> Processor {
        processor
            .with("LD_PRELOAD", &self.library)
            .with("FAULTY_FILES", &self.orders)
            .with("FAULTY_FILES_BELOW", &self.folder)
    }

    /// Lets so many of a million calls of a kind fail from now on.
    pub(crate) fn fail(&self, fault: Fault, of_a_million: u32) {
        self.file.write_all_at(&of_a_million.to_ne_bytes(), fault as u64 * 4).unwrap();
    }

    /// Lets everything succeed from now on.
    pub(crate) fn mend(&self) {
        self.file.write_all_at(&[0; 16], 0).unwrap();
    }

    /// How many calls of a kind have failed.
    pub(crate) fn failed(&self, fault: Fault) -> u32 {
        let mut word = [0; 4];
        self.file.read_exact_at(&mut word, 16 + fault as u64 * 4).unwrap();
        u32::from_ne_bytes(word)
    }
}
