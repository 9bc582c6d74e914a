//! NumPy's file format, version 1.0: arrays of float32 in two dimensions.

/// The bytes before a file's header.
const BEFORE_HEADER: usize = 10;
/// Header and what stands before it fill a multiple of this.
const ALIGNMENT: usize = 64;
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";

/// Why bytes are not such an array.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadNpyError {
    /// No NumPy file of version 1.0.
    #[error("this is no NumPy file of version 1.0")]
    NotNpy,
    /// Another kind of array.
    #[error("the array is {found}; a C-ordered two-dimensional array of float32 is read")]
    OtherArray {
        /// The file's header.
        found: String,
    },
    /// More or fewer numbers than its shape says.
    #[error("the array should hold {expected} bytes of numbers and holds {found}")]
    WrongLength {
        /// As the shape says.
        expected: usize,
        /// As there are.
        found: usize,
    },
}

/// Writes rows of `columns` numbers.
pub fn write(numbers: &[f32], columns: usize) -> Vec<u8> {
    let rows = numbers.len() / columns.max(1);
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let padded = (BEFORE_HEADER + header.len() + 1).next_multiple_of(ALIGNMENT) - BEFORE_HEADER;
    header.extend(std::iter::repeat_n(' ', padded - 1 - header.len()));
    header.push('\n');
    let mut file = MAGIC.to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    file
}

/// Reads the numbers and how many are in a row.
pub fn read(file: &[u8]) -> Result<(Vec<f32>, usize), ReadNpyError> {
    let rest = file.strip_prefix(MAGIC).ok_or(ReadNpyError::NotNpy)?;
    let (length, rest) = rest.split_first_chunk().ok_or(ReadNpyError::NotNpy)?;
    let (header, numbers) = rest
        .split_at_checked(usize::from(u16::from_le_bytes(*length)))
        .ok_or(ReadNpyError::NotNpy)?;
    let header = String::from_utf8_lossy(header);
    let other = || ReadNpyError::OtherArray {
        found: header.trim().to_owned(),
    };
    if !header.contains("'descr': '<f4'") || !header.contains("'fortran_order': False") {
        return Err(other());
    }
    let shape = header
        .split_once("'shape': (")
        .and_then(|(_, rest)| rest.split_once(')'))
        .ok_or_else(other)?
        .0;
    let sizes: Option<Vec<usize>> = shape.split(',').map(|size| size.trim().parse().ok()).collect();
    let [rows, columns] = sizes.ok_or_else(other)?[..] else {
        return Err(other());
    };
    let expected = rows.checked_mul(columns).and_then(|count| count.checked_mul(4)).ok_or_else(other)?;
    if numbers.len() != expected {
        return Err(ReadNpyError::WrongLength {
            expected,
            found: numbers.len(),
        });
    }
    let (numbers, _) = numbers.as_chunks();
    Ok((numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(), columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_its_numbers_begin_at_a_multiple_of_64() {
        let numbers = [0.5, -1.0, f32::MIN_POSITIVE, 1.0, 0.0, -0.25];
        let file = write(&numbers, 3);
        assert_eq!((file.len() - 24) % 64, 0);
        assert_eq!(read(&file), Ok((numbers.to_vec(), 3)));
        assert_eq!(read(&write(&[], 39)), Ok((vec![], 39)));
    }

    #[test]
    fn other_files_are_refused_by_name() {
        assert_eq!(read(b"PK\x03\x04"), Err(ReadNpyError::NotNpy));
        let file = write(&[1.0; 6], 3);
        assert_eq!(
            read(&file[..file.len() - 4]),
            Err(ReadNpyError::WrongLength { expected: 24, found: 20 })
        );
        for (what, other) in [
            ("<f4", "<f8"),
            ("False", "True "),
            ("(2, 3)", "(2,3,)"),
            ("(2, 3)", "(two)"),
            ("2, 3)", "2, 3 "),
        ] {
            let text: Vec<u8> = String::from_utf8_lossy(&file[10..]).replace(what, other).into_bytes();
            let changed = [&file[..10], &text].concat();
            assert!(matches!(read(&changed), Err(ReadNpyError::OtherArray { .. })), "{other}");
        }
    }
}
