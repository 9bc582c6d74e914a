//! `hands.parquet`: every hand of every frame.

use arrow::array::{ArrayRef, BooleanArray, FixedSizeListArray, Float32Array, Float64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use piano::Hand;
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

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    #[test]
    fn what_is_written_is_read_by_another_reader() {
        let row = |index: usize| HandRow {
            secs: index as f64 / 30.0,
            hand: if index.is_multiple_of(2) { Hand::Left } else { Hand::Right },
            presence: 0.5,
            interpolated: index == 1,
            landmarks_pixels: [[index as f32, 2.0, -3.0]; LANDMARKS],
            landmarks_keyboard: [[17.5, f32::NAN]; LANDMARKS],
        };
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
