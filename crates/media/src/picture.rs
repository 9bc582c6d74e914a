//! Still pictures in files.

use crate::MediaError;
use crate::probe::unreadable;
use std::path::Path;
use vision::Frame;

/// Whether a file's first bytes are those of a PNG or JPEG picture.
pub fn is_picture(path: &Path) -> bool {
    let mut head = [0; 8];
    let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read(&mut file, &mut head));
    read.is_ok_and(|count| {
        image::guess_format(&head[..count]).is_ok_and(|format| matches!(format, image::ImageFormat::Png | image::ImageFormat::Jpeg))
    })
}

/// Reads a PNG or JPEG picture.
pub fn read_picture(path: &Path) -> Result<Frame, MediaError> {
    let reader = image::ImageReader::open(path)
        .and_then(image::ImageReader::with_guessed_format)
        .map_err(|error| unreadable(path, error))?;
    let rgb = reader.decode().map_err(|error| unreadable(path, error))?.into_rgb8();
    Ok(Frame {
        width: rgb.width() as usize,
        height: rgb.height() as usize,
        rgb: rgb.into_raw(),
    })
}

/// Writes a PNG picture.
pub fn write_png(path: &Path, frame: &Frame) -> Result<(), MediaError> {
    image::save_buffer_with_format(
        path,
        &frame.rgb,
        frame.width as u32,
        frame.height as u32,
        image::ColorType::Rgb8,
        image::ImageFormat::Png,
    )
    .map_err(|error| MediaError::Unwritable {
        path: path.to_owned(),
        source: Box::new(error),
    })
}
