//! What the cores of the machine did, whoever it was for, from `/proc/stat`.

use std::fs;
use std::ops::Sub;

/// How many cores there are to work on.
pub fn cores() -> u64 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64)
}

/// Hundredths of a second of all cores so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Machine {
    /// Spent at work.
    pub busy: u64,
    /// Left alone with nothing to do.
    pub idle: u64,
    /// Left alone while something waited for a disk.
    pub waiting: u64,
    /// Taken by the host for other machines.
    pub stolen: u64,
}

impl Machine {
    /// As the kernel counts it at this moment; all zero where it does not say.
    pub fn now() -> Self {
        Self::of(&fs::read_to_string("/proc/stat").unwrap_or_default())
    }

    fn of(text: &str) -> Self {
        let first = text.lines().next().unwrap_or_default();
        let ticks: Vec<u64> = first.split_whitespace().skip(1).filter_map(|ticks| ticks.parse().ok()).collect();
        match ticks[..] {
            // The times of guests, which follow, are part of `user` and `nice`.
            [user, nice, system, idle, waiting, interrupts, soft_interrupts, stolen, ..] => {
                Self { busy: user + nice + system + interrupts + soft_interrupts, idle, waiting, stolen }
            }
            _ => Self::default(),
        }
    }

    /// What part of all of it, in tenths of a percent.
    pub fn permille(self, ticks: u64) -> u64 {
        ticks * 1_000 / (self.busy + self.idle + self.waiting + self.stolen).max(1)
    }
}

impl Sub for Machine {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            busy: self.busy.saturating_sub(before.busy),
            idle: self.idle.saturating_sub(before.idle),
            waiting: self.waiting.saturating_sub(before.waiting),
            stolen: self.stolen.saturating_sub(before.stolen),
        }
    }
}
