//! What was found, as tables for `benches/README.md`, and each aim beside it.

use std::fmt;
use std::time::Duration;

use benches::aims::{Aim, kilobytes, milliseconds, percent, seconds, thousands};
use benches::site::{Backlog, Sizes, Spent, cores};

pub struct Ceilings {
    /// On one core; `None` where it is not installed.
    pub libxml2: Option<u64>,
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

pub struct Paced {
    pub share: u64,
    pub a_second: u64,
    /// p50, p95, p99 and the longest.
    pub quantiles: [Duration; 4],
}

/// What declarations of a part of the run used, one by one.
pub struct Usage {
    name: String,
    /// Microseconds of processor time of processor, broker, database, those three together, and the load itself.
    cpu_us: [Option<u64>; 5],
    /// Bytes of write-ahead log, of tables with their indexes and the decision log.
    write_ahead: u64,
    kept: u64,
    decision_log: u64,
    notice_bytes: u64,
    /// Notices of a thousand declarations.
    notices: u64,
}

impl Usage {
    /// Processor time and what the database grew by come with the declarations that they are for, notices as their number
    /// and bytes.
    pub fn new(
        name: &str,
        (worked, spent): (usize, Spent),
        (stored, grown): (usize, Sizes),
        (notices, notice_bytes): (usize, usize),
    ) -> Self {
        let (worked, stored) = (worked as u64, stored as u64);
        let each = |bytes: i64| u64::try_from(bytes).unwrap_or(0) / stored;
        let parts = [Some(spent.processor), spent.broker, spent.database, spent.of_all_parts(), Some(spent.load)];
        Self {
            name: name.to_owned(),
            cpu_us: parts.map(|ms| ms.map(|ms| ms * 1_000 / worked)),
            write_ahead: each(grown.write_ahead),
            kept: each(grown.tables + grown.decision_log),
            decision_log: each(grown.decision_log),
            notice_bytes: notice_bytes as u64 / stored,
            notices: notices as u64 * 1_000 / stored,
        }
    }

    fn all_parts_us(&self) -> Option<u64> {
        self.cpu_us[3]
    }
}

pub struct Report {
    pub ceilings: Ceilings,
    pub backlog: usize,
    pub worked: Backlog,
    pub document_bytes: usize,
    pub paced: Vec<Paced>,
    pub usage: Vec<Usage>,
    pub memory_after_backlog: u64,
    pub memory: u64,
    pub lodged: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.aims(f)?;
        self.each_alone(f)?;
        self.rates(f)?;
        self.cores(f)?;
        self.latencies(f)?;
        self.costs(f)?;
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

/// libxml2's documents a second on a machine on which one core alone decided 8,000 declarations a second when the aims for
/// the latency were set: there 8,679 and 11,600 were measured in one run. libxml2 stays as it is, so it measures the
/// machine, which our own code, as it gets faster, would not.
const LIBXML2_WHERE_AIMS_HOLD: u64 = 10_700;

impl Report {
    /// Microseconds of all cores that a declaration may take at most, as the rate that the processor time allows.
    fn ceiling_of_the_cores(&self) -> Option<u64> {
        let cost = self.usage.first()?.all_parts_us()?;
        Some(cores() * 1_000_000 / cost.max(1))
    }

    fn aims(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.worked.decided;
        let share = |of: u64| rate * 1_000 / of.max(1);
        let patience = Duration::from_millis(self.backlog as u64 * 5_000 / 40_000);
        let first = self.usage.first();
        let at = |share: u64| self.paced.iter().find(|paced| paced.share == share).map(|paced| paced.quantiles[2]);
        let allowed = |ms: u64| {
            let slower = self.ceilings.libxml2.unwrap_or(LIBXML2_WHERE_AIMS_HOLD).max(1);
            Duration::from_micros(ms * 1_000 * LIBXML2_WHERE_AIMS_HOLD / slower)
        };
        let quarter = self.usage.get(1).and_then(Usage::all_parts_us);
        let dearer = first.and_then(Usage::all_parts_us).zip(quarter).map(|(backlog, quarter)| quarter * 100 / backlog);
        let memory = self.memory_after_backlog;
        let aims = [
            Aim::at_least("decided, of what libxml2 validates", 850, self.ceilings.libxml2.map(share), |p| percent(*p)),
            Aim::at_least("decided, of cores / processor time", 800, self.ceiling_of_the_cores().map(share), |p| {
                percent(*p)
            }),
            Aim::at_most("backlog drained, from the start", patience, Some(self.worked.drained_after), |t| seconds(*t)),
            Aim::at_most("p99 at 50 %", allowed(100), at(50), |t| milliseconds(*t)),
            Aim::at_most("p99 at 75 %", allowed(250), at(75), |t| milliseconds(*t)),
            Aim::at_most("a declaration at 25 %, of one of the backlog", 200, dearer, |p| format!("{p} %")),
            Aim::at_most("write-ahead log of one", 2_500, first.map(|usage| usage.write_ahead), |b| kilobytes(*b)),
            Aim::at_most("tables and indexes of one", 2_000, first.map(|usage| usage.kept), |b| kilobytes(*b)),
            Aim::at_most("memory of the processor", 200, Some(memory), |mib| format!("{mib} MiB")),
        ];
        writeln!(f, "| `load`: aims | wanted | found | |\n| --- | ---: | ---: | --- |")?;
        aims.iter().try_for_each(|aim| writeln!(f, "{aim}"))
    }

    fn each_alone(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ceilings { libxml2, broker_in, broker_out, database, one_core, two_cores } = self.ceilings;
        writeln!(f, "\n| `load`: each part alone | declarations a second |\n| --- | ---: |")?;
        for (name, rate) in [
            ("broker takes documents, idempotent and acknowledged by all", Some(broker_in)),
            ("broker hands documents out", Some(broker_out)),
            ("database takes decisions", Some(database)),
            ("pipeline on one core", Some(one_core)),
            ("pipeline on two cores", Some(two_cores)),
            ("libxml2 with the schema on one core, the documents of the backlog", libxml2),
        ] {
            writeln!(f, "| {name} | {} |", rate.map_or("not installed".to_owned(), thousands))?;
        }
        Ok(())
    }

    fn rates(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ceiling = self.ceiling_of_the_cores();
        writeln!(
            f,
            "\n| `load`: a backlog of {} | declarations a second | of the lowest ceiling | of {} cores / processor time | of \
             libxml2 |\n| --- | ---: | ---: | ---: | ---: |",
            thousands(self.backlog as u64),
            cores()
        )?;
        for (name, rate) in [("decided", self.worked.decided), ("with every notice sent", self.worked.answered)] {
            let of = |all: Option<u64>| all.map_or("-".to_owned(), |all| percent(rate * 1_000 / all.max(1)));
            writeln!(
                f,
                "| {name} | {} | {} | {} | {} |",
                thousands(rate),
                of(Some(self.ceilings.lowest())),
                of(ceiling),
                of(self.ceilings.libxml2)
            )?;
        }
        writeln!(
            f,
            "\nThe backlog was drained {} after the process was started. {} cores / processor time of all parts would be {} \
             a second. While every partition had work, the foremost was ahead of the hindmost by {} of a partition's share \
             of the backlog at most, by {} on average.",
            seconds(self.worked.drained_after),
            cores(),
            ceiling.map_or("unknown".to_owned(), thousands),
            percent(self.worked.lead.0),
            percent(self.worked.lead.1)
        )
    }

    /// Where the time of the cores went; what nobody used is told apart by what was going on.
    fn cores(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Backlog { took, spent, machine, phases, .. } = &self.worked;
        let all_ms = (u64::try_from(took.as_millis()).unwrap_or(u64::MAX) * cores()).max(1);
        let of_time = |ms: u64| percent(ms * 1_000 / all_ms);
        let known = spent.of_all_parts().map(|parts| parts + spent.load);
        // The machine counts in hundredths of a second.
        let others = known.map(|known| (machine.busy * 10).saturating_sub(known));
        let lines = [
            ("processor", Some(spent.processor)),
            ("broker", spent.broker),
            ("database", spent.database),
            ("**all parts**", spent.of_all_parts()),
            ("the load itself", Some(spent.load)),
            ("other programs, and the kernel for nobody", others),
        ];
        writeln!(f, "\n| `load`: the time of {} cores, from first batch to last notice | |\n| --- | ---: |", cores())?;
        for (name, ms) in lines {
            writeln!(f, "| {name} | {} |", ms.map_or("not on this machine".to_owned(), of_time))?;
        }
        for (name, ticks) in [
            ("nobody, while something waited for a disk", machine.waiting),
            ("nobody, with nothing to do", machine.idle),
            ("taken by the host", machine.stolen),
        ] {
            writeln!(f, "| {name} | {} |", percent(machine.permille(ticks)))?;
        }
        writeln!(
            f,
            "\n| `load`: used by nobody while | it took | idle | waiting for a disk |\n| --- | ---: | ---: | ---: |"
        )?;
        for phase in phases {
            let machine = phase.machine;
            let [idle, waiting] = [machine.idle, machine.waiting].map(|ticks| percent(machine.permille(ticks)));
            writeln!(f, "| {} | {} | {idle} | {waiting} |", phase.name, seconds(phase.took))?;
        }
        Ok(())
    }

    fn latencies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n| `load`: lodged to notice | a second | p50 | p95 | p99 | max |\n| --- | ---: | ---: | ---: | ---: | ---: |"
        )?;
        for paced in &self.paced {
            write!(f, "| {} % of the maximum | {} |", paced.share, thousands(paced.a_second))?;
            paced.quantiles.iter().try_for_each(|quantile| write!(f, " {} |", milliseconds(*quantile)))?;
            writeln!(f)?;
        }
        Ok(())
    }

    fn costs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n| `load`: a declaration costs |")?;
        self.usage.iter().try_for_each(|usage| write!(f, " {} |", usage.name))?;
        write!(f, "\n| --- |")?;
        self.usage.iter().try_for_each(|_| write!(f, " ---: |"))?;
        writeln!(f)?;
        let cpu = ["processor, CPU", "broker, CPU", "database, CPU", "**all parts, CPU**", "the load itself, CPU"];
        for (at, name) in cpu.into_iter().enumerate() {
            let shown = |usage: &Usage| {
                usage.cpu_us[at].map_or("not on this machine".to_owned(), |us| format!("{} µs", thousands(us)))
            };
            self.line(f, name, shown)?;
        }
        self.line(f, "write-ahead log", |usage| kilobytes(usage.write_ahead))?;
        self.line(f, "tables and indexes", |usage| kilobytes(usage.kept))?;
        self.line(f, "of which decision log", |usage| kilobytes(usage.decision_log))?;
        self.line(f, "notices", |usage| kilobytes(usage.notice_bytes))?;
        self.line(f, "number of notices", |usage| format!("{}.{:03}", usage.notices / 1_000, usage.notices % 1_000))
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, name: &str, shown: impl Fn(&Usage) -> String) -> fmt::Result {
        write!(f, "| {name} |")?;
        self.usage.iter().try_for_each(|usage| write!(f, " {} |", shown(usage)))?;
        writeln!(f)
    }
}
