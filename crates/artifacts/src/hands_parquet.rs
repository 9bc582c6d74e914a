//! `hands.parquet`: every hand of every frame.

use arrow::array::{ArrayRef, BooleanArray, FixedSizeListArray, Float32Array, Float64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use piano::Hand;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

/// Landmarks of a hand, MediaPipe order.
const LANDMARKS: usize = 21;
/// Rows held in memory before they are written.
const ROWS_PER_BATCH: usize = 4096;

/// One hand in one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct HandRow {
    /// When the frame is shown, seconds of the video.
    pub secs: f64,
    /// Whose hand.
    pub hand: Hand,
    /// How sure the network was, 0 to 1.
    pub presence: f32,
    /// Filled in between frames rather than seen in one.
    pub interpolated: bool,
    /// Pixels of the video; z in the same scale, relative to the wrist, smaller is nearer to the camera.
    pub landmarks_pixels: [[f32; 3]; LANDMARKS],
    /// White-key widths along (0 to 52) and key lengths across (0 front, 1 far end); NaN while no keyboard is known.
    pub landmarks_keyboard: [[f32; 2]; LANDMARKS],
}

/// Writes a Parquet table: one row a hand a frame; columns `secs`, `hand`, `presence`, `interpolated`, and the 21 landmarks as
/// fixed-size lists `x_pixels`, `y_pixels`, `z_pixels`, `x_keyboard`, `y_keyboard`.
pub fn write_hands(rows: impl IntoIterator<Item = HandRow>, to: impl Write + Send) -> Result<(), ParquetError> {
    let list = || DataType::FixedSizeList(Arc::new(Field::new("item", DataType::Float32, false)), LANDMARKS as i32);
    let mut fields = vec![
        Field::new("secs", DataType::Float64, false),
        Field::new("hand", DataType::Utf8, false),
        Field::new("presence", DataType::Float32, false),
        Field::new("interpolated", DataType::Boolean, false),
    ];
    fields.extend(["x_pixels", "y_pixels", "z_pixels", "x_keyboard", "y_keyboard"].map(|name| Field::new(name, list(), false)));
    let schema = Arc::new(Schema::new(fields));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = ArrowWriter::try_new(to, Arc::clone(&schema), Some(properties))?;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let batch: Vec<HandRow> = rows.by_ref().take(ROWS_PER_BATCH).collect();
        writer.write(&record_batch(&schema, &batch)?)?;
    }
    writer.close()?;
    Ok(())
}

fn record_batch(schema: &Arc<Schema>, rows: &[HandRow]) -> Result<RecordBatch, ParquetError> {
    let coordinate = |value: &dyn Fn(&HandRow, usize) -> f32| -> ArrayRef {
        let values: Float32Array = rows
            .iter()
            .flat_map(|row| (0..LANDMARKS).map(move |landmark| value(row, landmark)))
            .collect();
        let item = Arc::new(Field::new("item", DataType::Float32, false));
        Arc::new(FixedSizeListArray::new(item, LANDMARKS as i32, Arc::new(values), None))
    };
    let name = |hand| if hand == Hand::Left { "left" } else { "right" };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(|row| Some(row.secs)).collect::<Float64Array>()),
        Arc::new(rows.iter().map(|row| Some(name(row.hand))).collect::<StringArray>()),
        Arc::new(rows.iter().map(|row| Some(row.presence)).collect::<Float32Array>()),
        Arc::new(rows.iter().map(|row| Some(row.interpolated)).collect::<BooleanArray>()),
        coordinate(&|row, landmark| row.landmarks_pixels[landmark][0]),
        coordinate(&|row, landmark| row.landmarks_pixels[landmark][1]),
        coordinate(&|row, landmark| row.landmarks_pixels[landmark][2]),
        coordinate(&|row, landmark| row.landmarks_keyboard[landmark][0]),
        coordinate(&|row, landmark| row.landmarks_keyboard[landmark][1]),
    ];
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadHandsError {
    /// No Parquet file, or a damaged one.
    #[error("this is no readable Parquet file")]
    Parquet(#[from] ParquetError),
    /// A damaged batch of rows.
    #[error("its rows cannot be read")]
    Rows(#[from] arrow::error::ArrowError),
    /// Another table.
    #[error("it has no column {column} of hands")]
    OtherTable {
        /// What is missing, or of another type.
        column: &'static str,
    },
    /// More hands than a performance can have.
    #[error("it has more than {rows_max} rows")]
    TooLong {
        /// The limit.
        rows_max: usize,
    },
}

/// Both hands at 60 frames a second for six hours.
const ROWS_MAX: usize = 2 * 60 * 6 * 3600;

/// Reads the table that [`write_hands`] writes.
pub fn read_hands(from: File) -> Result<Vec<HandRow>, ReadHandsError> {
    let mut rows = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(from)?.build()? {
        read_batch(&batch?, &mut rows)?;
        if rows.len() > ROWS_MAX {
            return Err(ReadHandsError::TooLong { rows_max: ROWS_MAX });
        }
    }
    Ok(rows)
}

fn read_batch(batch: &RecordBatch, rows: &mut Vec<HandRow>) -> Result<(), ReadHandsError> {
    let secs: &Float64Array = column(batch, "secs")?;
    let hand: &StringArray = column(batch, "hand")?;
    let presence: &Float32Array = column(batch, "presence")?;
    let interpolated: &BooleanArray = column(batch, "interpolated")?;
    let [x_pixels, y_pixels, z_pixels, x_keyboard, y_keyboard] = [
        landmarks(batch, "x_pixels")?,
        landmarks(batch, "y_pixels")?,
        landmarks(batch, "z_pixels")?,
        landmarks(batch, "x_keyboard")?,
        landmarks(batch, "y_keyboard")?,
    ];
    for row in 0..batch.num_rows() {
        let at = |column: &[f32], landmark: usize| column[row * LANDMARKS + landmark];
        let each = std::array::from_fn::<usize, LANDMARKS, _>(|landmark| landmark);
        rows.push(HandRow {
            secs: secs.value(row),
            hand: match hand.value(row) {
                "left" => Hand::Left,
                "right" => Hand::Right,
                _ => return Err(ReadHandsError::OtherTable { column: "hand" }),
            },
            presence: presence.value(row),
            interpolated: interpolated.value(row),
            landmarks_pixels: each.map(|landmark| [at(x_pixels, landmark), at(y_pixels, landmark), at(z_pixels, landmark)]),
            landmarks_keyboard: each.map(|landmark| [at(x_keyboard, landmark), at(y_keyboard, landmark)]),
        });
    }
    Ok(())
}

fn column<'a, T: 'static>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a T, ReadHandsError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    column.ok_or(ReadHandsError::OtherTable { column: name })
}

/// All rows' numbers of a column, one row after another.
fn landmarks<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a [f32], ReadHandsError> {
    let other = ReadHandsError::OtherTable { column: name };
    let lists: &FixedSizeListArray = column(batch, name)?;
    let Some(values) = lists.values().as_any().downcast_ref::<Float32Array>() else {
        return Err(other);
    };
    match values.values().get(..batch.num_rows() * LANDMARKS) {
        Some(numbers) if lists.value_length() == LANDMARKS as i32 => Ok(numbers),
        _ => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(index: usize) -> HandRow {
        HandRow {
            secs: index as f64 / 30.0,
            hand: if index.is_multiple_of(2) { Hand::Left } else { Hand::Right },
            presence: 0.5,
            interpolated: index == 1,
            landmarks_pixels: std::array::from_fn(|landmark| [index as f32, landmark as f32, -3.0]),
            landmarks_keyboard: [[17.5, 0.25]; LANDMARKS],
        }
    }

    fn as_file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn what_is_written_is_read() {
        let mut file = Vec::new();
        write_hands((0..5000).map(row), &mut file).unwrap();
        assert_eq!(read_hands(as_file(&file)).unwrap(), (0..5000).map(row).collect::<Vec<_>>());
        let mut empty = Vec::new();
        write_hands([], &mut empty).unwrap();
        assert_eq!(read_hands(as_file(&empty)).unwrap(), []);
    }

    #[test]
    fn other_and_damaged_files_are_refused() {
        assert!(matches!(
            read_hands(as_file(b"PAR1 not quite PAR1")),
            Err(ReadHandsError::Parquet(_))
        ));
        let schema = Arc::new(Schema::new(vec![Field::new("secs", DataType::Float64, false)]));
        let mut file = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut file, Arc::clone(&schema), None).unwrap();
        let column: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
        writer.write(&RecordBatch::try_new(schema, vec![column]).unwrap()).unwrap();
        writer.close().unwrap();
        assert!(matches!(
            read_hands(as_file(&file)),
            Err(ReadHandsError::OtherTable { column: "hand" })
        ));
    }

    #[test]
    fn what_is_written_is_read_by_another_reader() {
        let mut file = Vec::new();
        write_hands((0..5000).map(row), &mut file).unwrap();
        let batches = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(file))
            .unwrap()
            .build()
            .unwrap();
        let batches: Vec<RecordBatch> = batches.map(Result::unwrap).collect();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 5000);
        let x = batches[0]
            .column_by_name("x_pixels")
            .unwrap()
            .as_any()
            .downcast_ref::<FixedSizeListArray>()
            .unwrap();
        let third = x.value(3);
        assert_eq!(third.as_any().downcast_ref::<Float32Array>().unwrap().value(20), 3.0);
    }
}
