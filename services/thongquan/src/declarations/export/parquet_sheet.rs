//! An export as Apache Parquet: typed columns, compressed, in groups of rows.
//!
//! | Column of | Parquet |
//! | --- | --- |
//! | text | `BYTE_ARRAY`, a string |
//! | whole numbers | `INT64` |
//! | dong | `INT64`, DECIMAL(18, 0) |
//! | exact decimals | 16 bytes, DECIMAL(38, 18): whatever is longer is an error, since nothing is rounded |
//! | days | `INT32`, DATE |
//! | times | `INT64`, TIMESTAMP in milliseconds, in UTC |
//!
//! Every column may be empty (null).

use std::io::Write;
use std::sync::Arc;

use jiff::civil::{Date, date};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use rust_decimal::Decimal;

use super::table::{Cell, Column, Kind, Sheet, SheetError};

/// Rows in a group. A group is held in memory before it is written: some tens of megabytes.
const GROUP_ROWS: usize = 50_000;
/// The digits of dong, all of which an `INT64` holds.
const DONG_PRECISION: i32 = 18;
/// The digits of exact decimals, and how many of them stand behind the point. A tax on a tax on a duty on a value of four
/// decimals has at most 16 or so.
const EXACT_PRECISION: i32 = 38;
const EXACT_SCALE: i32 = 18;
const EXACT_BYTES: i32 = 16;

/// A Parquet file in the making.
pub(super) struct ParquetSheet<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<(Column, Buffer)>,
    rows: usize,
}

/// The values of a column in the group in the making; for each row 1, or 0 where it is empty.
struct Buffer {
    values: Values,
    present: Vec<i16>,
}

enum Values {
    Text(Vec<ByteArray>),
    Long(Vec<i64>),
    Short(Vec<i32>),
    Fixed(Vec<FixedLenByteArray>),
}

impl<W: Write + Send> ParquetSheet<W> {
    pub(super) fn begin(out: W, columns: Vec<Column>) -> Result<Self, SheetError> {
        let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>().map_err(of_parquet)?;
        let schema = Type::group_type_builder("declarations").with_fields(fields).build().map_err(of_parquet)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(format!("thongquan {}", env!("CARGO_PKG_VERSION")))
            .build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(of_parquet)?;
        let columns = columns.into_iter().map(|column| {
            let values = values_of(column.kind);
            (column, Buffer { values, present: Vec::new() })
        });
        Ok(Self { writer, columns: columns.collect(), rows: 0 })
    }

    fn write_group(&mut self) -> Result<(), SheetError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut group = self.writer.next_row_group().map_err(of_parquet)?;
        for (_, buffer) in &mut self.columns {
            write_column(&mut group, buffer).map_err(of_parquet)?;
        }
        group.close().map(|_| ()).map_err(of_parquet)
    }
}

impl<W: Write + Send> Sheet for ParquetSheet<W> {
    fn row(&mut self, cells: Vec<Cell>) -> Result<(), SheetError> {
        for ((column, buffer), cell) in self.columns.iter_mut().zip(cells) {
            buffer.put(column, cell)?;
        }
        self.rows += 1;
        if self.rows == GROUP_ROWS { self.write_group() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<(), SheetError> {
        self.write_group()?;
        self.writer.close().map(|_| ()).map_err(of_parquet)
    }
}

impl Buffer {
    fn put(&mut self, column: &Column, cell: Cell) -> Result<(), SheetError> {
        let unfit = |value: String, why| SheetError::Unfit { column: column.name.clone(), value, why };
        match (&mut self.values, cell) {
            (_, Cell::Empty) => {
                self.present.push(0);
                return Ok(());
            }
            (Values::Text(values), Cell::Text(text)) => values.push(ByteArray::from(text.into_bytes())),
            (Values::Long(values), Cell::Whole(number)) => values.push(number),
            (Values::Long(values), Cell::Decimal(dong)) => {
                let whole =
                    whole_dong(dong).ok_or_else(|| unfit(dong.to_string(), "it takes whole dong of 18 digits"))?;
                values.push(whole);
            }
            (Values::Fixed(values), Cell::Decimal(number)) => {
                let bytes = exact(number)
                    .ok_or_else(|| unfit(number.to_string(), "it takes 20 digits before the point and 18 behind it"))?;
                values.push(FixedLenByteArray::from(bytes.to_vec()));
            }
            (Values::Short(values), Cell::Day(day)) => values.push(day_number(day)),
            (Values::Long(values), Cell::Time(time)) => {
                let at_ms = vocabulary::vietnam_time::milliseconds(time)
                    .ok_or_else(|| unfit(time.to_string(), "it takes times of the years that a clock has"))?;
                values.push(at_ms);
            }
            (_, cell) => return Err(unfit(format!("{cell:?}"), "it is of another kind")),
        }
        self.present.push(1);
        Ok(())
    }
}

fn values_of(kind: Kind) -> Values {
    match kind {
        Kind::Text => Values::Text(Vec::new()),
        Kind::Whole | Kind::Dong | Kind::Time => Values::Long(Vec::new()),
        Kind::Exact => Values::Fixed(Vec::new()),
        Kind::Day => Values::Short(Vec::new()),
    }
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let decimal = |scale, precision| Some(LogicalType::decimal(scale, precision));
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Physical::INT64, None),
        Kind::Dong => (Physical::INT64, decimal(0, DONG_PRECISION)),
        Kind::Exact => (Physical::FIXED_LEN_BYTE_ARRAY, decimal(EXACT_SCALE, EXACT_PRECISION)),
        Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
    };
    let field = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    let field = match column.kind {
        Kind::Dong => field.with_precision(DONG_PRECISION).with_scale(0),
        Kind::Exact => field.with_precision(EXACT_PRECISION).with_scale(EXACT_SCALE).with_length(EXACT_BYTES),
        _ => field,
    };
    field.build().map(Arc::new)
}

/// Writes a column of a group, and empties its buffer for the next group.
fn write_column<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    buffer: &mut Buffer,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("the schema has fewer columns than the export".to_owned()));
    };
    let present = std::mem::take(&mut buffer.present);
    match &mut buffer.values {
        Values::Text(values) => {
            column.typed::<ByteArrayType>().write_batch(&std::mem::take(values), Some(&present), None)?
        }
        Values::Long(values) => {
            column.typed::<Int64Type>().write_batch(&std::mem::take(values), Some(&present), None)?
        }
        Values::Short(values) => {
            column.typed::<Int32Type>().write_batch(&std::mem::take(values), Some(&present), None)?
        }
        Values::Fixed(values) => {
            column.typed::<FixedLenByteArrayType>().write_batch(&std::mem::take(values), Some(&present), None)?
        }
    };
    column.close()
}

/// Whole dong; `None` for what is none, or has too many digits.
fn whole_dong(dong: Decimal) -> Option<i64> {
    let dong = dong.normalize();
    let whole = i64::try_from(dong.mantissa()).ok()?;
    (dong.scale() == 0 && whole.unsigned_abs() < 10_u64.pow(DONG_PRECISION.unsigned_abs())).then_some(whole)
}

/// A decimal as its digits with 18 of them behind the point, the greatest byte first; `None` where that would round.
fn exact(number: Decimal) -> Option<[u8; 16]> {
    let number = number.normalize();
    let missing = EXACT_SCALE.unsigned_abs().checked_sub(number.scale())?;
    let digits = number.mantissa().checked_mul(10_i128.checked_pow(missing)?)?;
    (digits.unsigned_abs() < 10_u128.pow(EXACT_PRECISION.unsigned_abs())).then(|| digits.to_be_bytes())
}

/// Days since 1970.
fn day_number(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}

fn of_parquet(error: ParquetError) -> SheetError {
    match error {
        ParquetError::External(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => SheetError::Io(*error),
            Err(error) => SheetError::Form(error.to_string()),
        },
        error => SheetError::Form(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_kept_whole_or_refused() {
        let number = |text| Decimal::from_str_exact(text).unwrap();
        let scaled = |text| exact(number(text)).map(i128::from_be_bytes);
        assert_eq!(scaled("0"), Some(0));
        assert_eq!(scaled("1.50"), Some(1_500_000_000_000_000_000));
        assert_eq!(scaled("-0.000000000000000001"), Some(-1));
        assert_eq!(scaled("99999999999999999999.1"), Some(99_999_999_999_999_999_999_100_000_000_000_000_000));
        assert_eq!(scaled("100000000000000000000"), None);
        assert_eq!(scaled("0.0000000000000000001"), None);
        assert_eq!(whole_dong(number("26100000.000")), Some(26_100_000));
        assert_eq!(whole_dong(number("999999999999999999")), Some(999_999_999_999_999_999));
        assert_eq!(whole_dong(number("1000000000000000000")), None);
        assert_eq!(whole_dong(number("0.5")), None);
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(day_number(date(1970, 1, 1)), 0);
        assert_eq!(day_number(date(2026, 11, 25)), 20_782);
    }
}
