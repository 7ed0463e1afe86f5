//! A long table by commodity code, as few bytes per row as possible.
//!
//! The rulebook holds some 300,000 rows of rates. Few of their values and dates differ, so that a row keeps two small
//! numbers that lead to them.

use std::fmt;

use jiff::civil::Date;

use crate::cited::Provenance;

/// An eight-digit code of the ASEAN Harmonised Tariff Nomenclature (AHTN 2022).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommodityCode(u32);

impl CommodityCode {
    /// Reads a code of exactly eight digits.
    pub fn parse(digits: &str) -> Option<Self> {
        if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Self)
    }

    /// The first and the last code that begin with these 1 to 8 digits.
    pub(crate) fn range_of(prefix: &str) -> Option<(Self, Self)> {
        if prefix.is_empty() || prefix.len() > 8 || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let width = 10_u32.pow(8 - u32::try_from(prefix.len()).ok()?);
        let first = prefix.parse::<u32>().ok()?.checked_mul(width)?;
        Some((Self(first), Self(first + (width - 1))))
    }
}

impl fmt::Display for CommodityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [b'0'; 8];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

/// A line of the nomenclature, and where it stands among all of them: most tables have it at the same place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) code: CommodityCode,
    pub(crate) position: usize,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    code: CommodityCode,
    value: u16,
    provenance: u16,
}

/// What a table says of a code on a day.
#[derive(Debug)]
pub(crate) enum Found<'a, V> {
    /// The value that holds.
    Value(&'a V, &'a Provenance),
    /// The table knows the code, and is silent for this day.
    NotOnDate,
    /// The table does not know the code.
    NotListed,
}

/// Dated values by commodity code, sorted by code and first day.
#[derive(Debug)]
pub(crate) struct HsTable<V> {
    rows: Box<[Row]>,
    values: Box<[V]>,
    provenances: Box<[Provenance]>,
}

impl<V> HsTable<V> {
    /// The rows of a code. `position` is where the code stands in the import tariff: most tables have the same rows.
    fn rows_of(&self, code: CommodityCode, position: usize) -> &[Row] {
        let first = match self.rows.get(position) {
            Some(row) if row.code == code && (position == 0 || self.rows[position - 1].code != code) => position,
            _ => self.rows.partition_point(|row| row.code < code),
        };
        let rest = &self.rows[first..];
        let length = rest.iter().take_while(|row| row.code == code).count();
        &rest[..length]
    }

    /// What holds for a code on a day, in a table that has rows for few of the lines.
    pub(crate) fn find_code(&self, code: CommodityCode, date: Date) -> Found<'_, V> {
        self.find(Line { code, position: usize::MAX }, date)
    }

    /// What holds for a line on a day.
    pub(crate) fn find(&self, line: Line, date: Date) -> Found<'_, V> {
        let rows = self.rows_of(line.code, line.position);
        if rows.is_empty() {
            return Found::NotListed;
        }
        rows.iter()
            .map(|row| (&self.values[usize::from(row.value)], &self.provenances[usize::from(row.provenance)]))
            .find(|(_, provenance)| provenance.holds_on(date))
            .map_or(Found::NotOnDate, |(value, provenance)| Found::Value(value, provenance))
    }

    /// Whether a code is not listed at all up to a day: it never is, or only later.
    pub(crate) fn listed_only_after(&self, code: CommodityCode, date: Date) -> bool {
        self.rows_of(code, usize::MAX).iter().all(|row| self.provenances[usize::from(row.provenance)].from > date)
    }

    /// The value of the first row of a code, whatever the day.
    pub(crate) fn first(&self, code: CommodityCode) -> Option<&V> {
        let row = self.rows_of(code, usize::MAX).first()?;
        self.values.get(usize::from(row.value))
    }

    pub(crate) fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// The different values, which rows share.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter()
    }

    /// The different days and laws, which rows share.
    pub(crate) fn provenances(&self) -> impl Iterator<Item = &Provenance> {
        self.provenances.iter()
    }

    /// Every row: its code, and where its value and its provenance stand among those.
    pub(crate) fn numbered_rows(&self) -> impl Iterator<Item = (CommodityCode, usize, usize)> {
        self.rows.iter().map(|row| (row.code, usize::from(row.value), usize::from(row.provenance)))
    }

    /// Every code once, in order.
    pub(crate) fn codes(&self) -> Vec<CommodityCode> {
        let mut codes: Vec<CommodityCode> = self.rows.iter().map(|row| row.code).collect();
        codes.dedup();
        codes
    }
}

/// A table that leaves out what it says nothing of: absence means that the tax is not borne.
#[derive(Debug)]
pub(crate) struct ListedLines<V> {
    pub(crate) rows: HsTable<V>,
    /// The days on which absence has that meaning, and the law.
    pub(crate) provenance: Provenance,
}

impl<V> ListedLines<V> {
    pub(crate) fn holds_on(&self, date: Date) -> bool {
        self.provenance.holds_on(date)
    }
}

/// A table in the making.
#[derive(Debug)]
pub(crate) struct HsTableBuilder<V> {
    rows: Vec<Row>,
    lines: Vec<u32>,
    values: Vec<V>,
    provenances: Vec<Provenance>,
    overflow: bool,
}

/// Two rows of one code that cannot stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clash {
    /// Both hold on some day.
    Overlap { line: u32, earlier_line: u32 },
    /// No row holds on the days between them.
    Hole { line: u32, earlier_line: u32 },
    /// The table has more than 65,536 different values or periods, which no law has.
    TooMany,
}

impl<V> HsTableBuilder<V> {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), lines: Vec::new(), values: Vec::new(), provenances: Vec::new(), overflow: false }
    }

    /// Keeps a value and says where.
    pub(crate) fn value(&mut self, value: V) -> u16 {
        let Ok(index) = u16::try_from(self.values.len()) else {
            self.overflow = true;
            return 0;
        };
        self.values.push(value);
        index
    }

    /// Keeps a provenance and says where, once for all rows that share it.
    pub(crate) fn provenance(&mut self, provenance: Provenance) -> u16 {
        // Few rows differ from the table's own days.
        let known = self.provenances.iter().position(|known| *known == provenance);
        let Ok(index) = u16::try_from(known.unwrap_or(self.provenances.len())) else {
            self.overflow = true;
            return 0;
        };
        if known.is_none() {
            self.provenances.push(provenance);
        }
        index
    }

    pub(crate) fn row(&mut self, code: CommodityCode, value: u16, provenance: u16, line: u32) {
        self.rows.push(Row { code, value, provenance });
        self.lines.push(line);
    }

    /// The table, and the rows that clash. Codes must have come in order; within a code the days may not.
    pub(crate) fn finish(self, continuous: bool) -> (HsTable<V>, Vec<Clash>) {
        let Self { rows, lines, values, provenances, overflow } = self;
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&i| (rows[i].code, provenances[usize::from(rows[i].provenance)].from));
        let mut clashes = Vec::new();
        if overflow {
            clashes.push(Clash::TooMany);
        }
        for pair in order.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            if rows[a].code != rows[b].code {
                continue;
            }
            let earlier = &provenances[usize::from(rows[a].provenance)];
            let later = &provenances[usize::from(rows[b].provenance)];
            let (line, earlier_line) = (lines[b], lines[a]);
            if earlier.overlaps(later) {
                clashes.push(Clash::Overlap { line, earlier_line });
            } else if continuous && earlier.to.and_then(|to| to.tomorrow().ok()) != Some(later.from) {
                clashes.push(Clash::Hole { line, earlier_line });
            }
        }
        let table = HsTable {
            rows: order.into_iter().map(|i| rows[i]).collect(),
            values: values.into(),
            provenances: provenances.into(),
        };
        (table, clashes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_keep_their_zeros_and_their_range() {
        let code = CommodityCode::parse("01012100").unwrap();
        assert_eq!(code.to_string(), "01012100");
        let (first, last) = CommodityCode::range_of("0101").unwrap();
        assert_eq!((first.to_string(), last.to_string()), ("01010000".into(), "01019999".into()));
        for wrong in ["", "1012100", "0101210O", "+1012100", "010121000", "８4818099"] {
            assert_eq!(CommodityCode::parse(wrong), None, "{wrong}");
        }
        assert_eq!(CommodityCode::range_of("99999999").map(|(a, b)| a == b), Some(true));
    }
}
