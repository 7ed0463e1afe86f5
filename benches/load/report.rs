//! What was found, as tables for `benches/README.md`.

use std::fmt;
use std::time::Duration;

use crate::Gauge;

pub struct Ceilings {
    pub broker_in: u64,
    pub broker_out: u64,
    pub database: u64,
    pub one_core: u64,
    pub two_cores: u64,
}

impl Ceilings {
    fn lowest(&self) -> u64 {
        [self.broker_in, self.broker_out, self.database, self.two_cores].into_iter().min().unwrap_or(0)
    }
}

pub struct Maximum {
    pub decided: u64,
    pub answered: u64,
}

pub struct Paced {
    pub share: u64,
    pub a_second: u64,
    pub quantiles: [Duration; 4],
}

/// What a thousand declarations of a part of the run used.
pub struct Usage {
    name: String,
    cpu: Vec<String>,
    bytes: Vec<String>,
}

impl Usage {
    pub fn of(name: &str, declarations: usize, used: Gauge, notices: usize, notice_bytes: usize) -> Self {
        let declarations = declarations as u64;
        let cpu = used.cpu_ms.map(|ms| match ms.map(|ms| ms * 1_000 / declarations) {
            Some(ms) => format!("{}.{:03} s", ms / 1_000, ms % 1_000),
            None => "not on this machine".to_owned(),
        });
        // Bytes of one are kilobytes of a thousand.
        let size = |bytes: u64| {
            let kilobytes = bytes / declarations;
            format!("{}.{} MB", kilobytes / 1_000, kilobytes % 1_000 / 100)
        };
        let sizes = used.sizes;
        let bytes = [sizes.write_ahead, sizes.tables, sizes.decision_log]
            .map(|bytes| size(u64::try_from(bytes).unwrap_or(0)))
            .into_iter()
            .chain([size(notice_bytes as u64), (notices as u64 * 1_000 / declarations).to_string()]);
        Self { name: name.to_owned(), cpu: cpu.to_vec(), bytes: bytes.collect() }
    }
}

pub struct Report {
    pub ceilings: Ceilings,
    pub maximum: Maximum,
    pub backlog: usize,
    pub document_bytes: usize,
    pub paced: Vec<Paced>,
    pub usage: Vec<Usage>,
    pub memory_after_backlog: u64,
    pub memory: u64,
    pub lodged: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ceilings { broker_in, broker_out, database, one_core, two_cores } = self.ceilings;
        writeln!(f, "| `load`: each part alone | declarations a second |\n| --- | ---: |")?;
        for (name, rate) in [
            ("broker takes documents, idempotent and acknowledged by all", broker_in),
            ("broker hands documents out", broker_out),
            ("database takes decisions", database),
            ("pipeline on one core", one_core),
            ("pipeline on two cores", two_cores),
        ] {
            writeln!(f, "| {name} | {} |", thousands(rate))?;
        }
        let lowest = self.ceilings.lowest().max(1);
        writeln!(
            f,
            "\n| `load`: a backlog of {} | declarations a second | of the lowest ceiling |\n| --- | ---: | ---: |",
            thousands(self.backlog as u64)
        )?;
        for (name, rate) in [("decided", self.maximum.decided), ("with every notice sent", self.maximum.answered)] {
            writeln!(f, "| {name} | {} | {} % |", thousands(rate), rate * 100 / lowest)?;
        }
        writeln!(
            f,
            "\n| `load`: lodged to notice | a second | p50 | p95 | p99 | max |\n| --- | ---: | ---: | ---: | ---: | ---: |"
        )?;
        for paced in &self.paced {
            write!(f, "| {} % of the maximum | {} |", paced.share, thousands(paced.a_second))?;
            for quantile in paced.quantiles {
                write!(f, " {} |", milliseconds(quantile))?;
            }
            writeln!(f)?;
        }
        write!(f, "\n| `load`: a thousand declarations cost |")?;
        self.usage.iter().try_for_each(|usage| write!(f, " {} |", usage.name))?;
        write!(f, "\n| --- |")?;
        self.usage.iter().try_for_each(|_| write!(f, " ---: |"))?;
        writeln!(f)?;
        let cpu = ["processor, CPU", "broker, CPU", "database, CPU", "the load itself, CPU"];
        for (at, name) in cpu.into_iter().enumerate() {
            write!(f, "| {name} |")?;
            self.usage.iter().try_for_each(|usage| write!(f, " {} |", usage.cpu[at]))?;
            writeln!(f)?;
        }
        let bytes = ["write-ahead log", "tables", "decision log", "notices", "number of notices"];
        for (at, name) in bytes.into_iter().enumerate() {
            write!(f, "| {name} |")?;
            self.usage.iter().try_for_each(|usage| write!(f, " {} |", usage.bytes[at]))?;
            writeln!(f)?;
        }
        writeln!(
            f,
            "\nA document has {} bytes on average. Each of {} declarations was decided once and answered; no notice came \
             twice. The processor held {} MiB at most while it worked off the backlog, {} MiB in the whole run.",
            thousands(self.document_bytes as u64),
            thousands(self.lodged as u64),
            self.memory_after_backlog,
            self.memory
        )
    }
}

fn milliseconds(duration: Duration) -> String {
    let tenths = duration.as_micros() / 100;
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
