//! Processor time and memory of the processes under load, from `/proc`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The clock ticks of a second in `/proc/*/stat`, which Linux has fixed for programs to see.
const TICKS_A_SECOND: u64 = 100;

/// The processes whose processor time is told apart, beside our own.
#[derive(Debug, Clone)]
pub struct Parts {
    pub processors: Vec<Process>,
    /// `None` where it is not on this machine, or we may not look.
    pub broker: Option<Process>,
    /// `None` where it is not on this machine, or we may not look.
    pub database: Option<Process>,
}

impl Parts {
    /// Finds the servers by the addresses at which they listen.
    pub fn of(processors: Vec<Process>, kafka: &str, postgres: &str) -> Self {
        Self { processors, broker: Process::listening_at(kafka), database: Process::listening_at(postgres) }
    }

    /// What they have used so far.
    pub fn spent(&self) -> Spent {
        Spent {
            processor: self.processors.iter().map(|process| process.cpu_ms()).sum(),
            broker: self.broker.map(Process::cpu_ms),
            database: self.database.map(Process::cpu_ms),
            load: Process::of(std::process::id()).own_cpu_ms(),
        }
    }
}

/// Milliseconds of processor time.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    pub processor: u64,
    pub broker: Option<u64>,
    pub database: Option<u64>,
    /// Of the process that lodges and measures.
    pub load: u64,
}

impl Spent {
    /// What was spent since an earlier reading.
    pub fn since(self, before: Self) -> Self {
        let difference = |now: Option<u64>, before: Option<u64>| Some(now?.saturating_sub(before?));
        Self {
            processor: self.processor.saturating_sub(before.processor),
            broker: difference(self.broker, before.broker),
            database: difference(self.database, before.database),
            load: self.load.saturating_sub(before.load),
        }
    }

    /// What a site spends: processor, broker and database together; `None` where one of them is out of sight.
    pub fn of_all_parts(self) -> Option<u64> {
        Some(self.processor + self.broker? + self.database?)
    }
}

/// A process and, where it has children, those too.
#[derive(Debug, Clone, Copy)]
pub struct Process(u32);

impl Process {
    pub fn of(id: u32) -> Self {
        Self(id)
    }

    /// The process on this machine that listens on the port of an address such as `host:1234` or
    /// `scheme://user@host:1234/name`; `None` where there is none, or we may not look.
    pub fn listening_at(address: &str) -> Option<Self> {
        let address = address.rsplit_once("://").map_or(address, |(_, rest)| rest);
        let host = address.split(['/', '?', ',']).next()?;
        let port: u16 = host.rsplit_once(':')?.1.parse().ok()?;
        let sockets = listening_sockets(port);
        let mut holders: BTreeMap<u64, u32> = BTreeMap::new();
        for id in all() {
            let Ok(handles) = fs::read_dir(format!("/proc/{id}/fd")) else { continue };
            let holds = |handle: fs::DirEntry| {
                fs::read_link(handle.path()).is_ok_and(|link| sockets.contains(&*link.to_string_lossy()))
            };
            if handles.filter_map(Result::ok).any(holds) {
                // Children may have inherited the socket; the eldest listens.
                holders.insert(stat(id).map_or(u64::MAX, |stat| stat.began), id);
            }
        }
        holders.into_values().next().map(Self)
    }

    /// Milliseconds of processor time so far: of the process, of its children, and of children that have ended.
    pub fn cpu_ms(self) -> u64 {
        let own = stat(self.0).map_or(0, |stat| stat.ticks + stat.ticks_of_ended_children);
        let children = all().into_iter().filter_map(stat).filter(|stat| stat.parent == self.0);
        (own + children.map(|stat| stat.ticks).sum::<u64>()) * 1_000 / TICKS_A_SECOND
    }

    /// Milliseconds of its own processor time so far, without that of its children.
    pub fn own_cpu_ms(self) -> u64 {
        stat(self.0).map_or(0, |stat| stat.ticks) * 1_000 / TICKS_A_SECOND
    }

    /// The most memory that it has held at once, in MiB.
    pub fn memory_peak_mib(self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1_024
    }
}

/// The inodes of the sockets that listen on a port, as links in `/proc/*/fd` name them.
fn listening_sockets(port: u16) -> BTreeSet<String> {
    let mut sockets = BTreeSet::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in fs::read_to_string(table).unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if let [_, local, _, "0A", _, _, _, _, _, inode, ..] = fields[..]
                && local.ends_with(&format!(":{port:04X}"))
            {
                sockets.insert(format!("socket:[{inode}]"));
            }
        }
    }
    sockets
}

fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

struct Stat {
    parent: u32,
    ticks: u64,
    ticks_of_ended_children: u64,
    began: u64,
}

fn stat(id: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The command's name may hold blanks, so everything up to its closing parenthesis goes first.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    Some(Stat {
        parent: u32::try_from(field(1)?).ok()?,
        ticks: field(11)? + field(12)?,
        ticks_of_ended_children: field(13)? + field(14)?,
        began: field(19)?,
    })
}
