//! A quantity measured at several sizes, the exponent at which it grows, and the one at which it may.

use std::fmt;

use benches::aims::thousands;

/// By how much an exponent may be above what is allowed before the difference is more than noise; the square
/// root of n would be further off.
const NOISE: f64 = 0.2;

/// How a quantity may grow with a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// As n log n: the work or the memory for all n.
    Whole,
    /// As log n: one operation among n, or one of n.
    Each,
}

impl Allowed {
    pub fn words(self) -> &'static str {
        match self {
            Self::Whole => "n log n",
            Self::Each => "log n",
        }
    }

    fn at(self, size: f64) -> f64 {
        match self {
            Self::Whole => size * logarithm(size),
            Self::Each => logarithm(size),
        }
    }
}

/// The logarithm, begun at n + 15: the bare one is nothing for a single item and grows steeply from there, so that n log n
/// over few items would let nearly n² pass.
pub fn logarithm(size: f64) -> f64 {
    (size + 15.0).log2()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Microseconds,
    Bytes,
}

impl Unit {
    pub fn shown(self, value: f64) -> String {
        let (units, step) = match self {
            Self::Microseconds => (["µs", "ms", "s"], 1_000.0),
            Self::Bytes => (["B", "kB", "MB"], 1_000.0),
        };
        let (mut value, mut at) = (value, 0);
        while value >= step && at + 1 < units.len() {
            (value, at) = (value / step, at + 1);
        }
        let digits = if value >= 100.0 { 0 } else { 1 };
        format!("{value:.digits$} {}", units[at])
    }
}

pub struct Curve {
    pub name: &'static str,
    pub allowed: Allowed,
    pub unit: Unit,
    /// Sizes with what was measured, smallest first.
    pub points: Vec<(u64, f64)>,
}

impl Curve {
    pub fn new(name: &'static str, allowed: Allowed, unit: Unit) -> Self {
        Self { name, allowed, unit, points: Vec::new() }
    }

    pub fn add(&mut self, size: u64, value: f64) {
        self.points.push((size, value));
    }

    /// The exponent of the power of n that comes nearest to what was measured.
    pub fn exponent(&self) -> f64 {
        exponent(self.points.iter().map(|(size, value)| (*size as f64, *value)))
    }

    /// That of what is allowed, over the same sizes.
    pub fn allowed_exponent(&self) -> f64 {
        exponent(self.points.iter().map(|(size, _)| (*size as f64, self.allowed.at(*size as f64))))
    }

    fn is_worse(&self) -> bool {
        self.exponent() > self.allowed_exponent() + NOISE
    }
}

/// The slope of the straight line through the logarithms, by least squares.
fn exponent(points: impl Iterator<Item = (f64, f64)>) -> f64 {
    let points: Vec<(f64, f64)> = points.map(|(size, value)| (size.ln(), value.max(f64::MIN_POSITIVE).ln())).collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let over = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>();
    let under = points.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>();
    if under == 0.0 { 0.0 } else { over / under }
}

/// Curves against one size.
pub struct Panel {
    /// What grows, such as `goods items`.
    pub against: &'static str,
    pub curves: Vec<Curve>,
}

impl Panel {
    /// The curves that grow worse than they may.
    pub fn worse(&self) -> Vec<String> {
        let worse = self.curves.iter().filter(|curve| curve.is_worse());
        let told = |curve: &Curve| {
            let (found, allowed) = (curve.exponent(), curve.allowed_exponent());
            format!(
                "{} against {}: n^{found:.2}, where {} is n^{allowed:.2}",
                curve.name,
                self.against,
                curve.allowed.words()
            )
        };
        worse.map(told).collect()
    }
}

impl fmt::Display for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| `growth`: {} |", self.against)?;
        let sizes = self.curves.first().map(|curve| curve.points.as_slice()).unwrap_or_default();
        sizes.iter().try_for_each(|(size, _)| write!(f, " {} |", thousands(*size)))?;
        write!(f, " grows as | may grow as |\n| --- |")?;
        sizes.iter().try_for_each(|_| write!(f, " ---: |"))?;
        writeln!(f, " ---: | ---: |")?;
        for curve in &self.curves {
            write!(f, "| {} |", curve.name)?;
            curve.points.iter().try_for_each(|(_, value)| write!(f, " {} |", curve.unit.shown(*value)))?;
            let (found, allowed) = (curve.exponent(), curve.allowed_exponent());
            writeln!(f, " n^{found:.2} | {}, n^{allowed:.2} |", curve.allowed.words())?;
        }
        Ok(())
    }
}
