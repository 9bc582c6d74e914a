//! Pictures in memory.

/// A colour picture: 8-bit RGB, rows from the top, no padding. Pixel centres lie at whole numbers, x right and y down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `3 * width * height` bytes.
    pub rgb: Vec<u8>,
}

impl Frame {
    /// A picture of one colour.
    pub fn filled(width: usize, height: usize, color: [u8; 3]) -> Frame {
        Frame {
            width,
            height,
            rgb: color.repeat(width * height),
        }
    }

    /// The colour at a pixel. Panics outside the picture.
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = 3 * (y * self.width + x);
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// Sets a pixel; outside the picture nothing happens.
    pub fn set(&mut self, x: i64, y: i64, color: [u8; 3]) {
        if (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y) {
            let at = 3 * (y as usize * self.width + x as usize);
            self.rgb[at..at + 3].copy_from_slice(&color);
        }
    }

    /// Brightness (BT.601 luma).
    pub fn luma(&self) -> Luma {
        let value = |p: &[u8]| ((299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2]) + 500) / 1000) as u8;
        Luma {
            width: self.width,
            height: self.height,
            values: self.rgb.chunks_exact(3).map(value).collect(),
        }
    }
}

/// A grey picture: 8-bit brightness, rows from the top, no padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Luma {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` bytes.
    pub values: Vec<u8>,
}

impl Luma {
    /// The brightness at a pixel. Panics outside the picture.
    pub fn at(&self, x: usize, y: usize) -> u8 {
        self.values[y * self.width + x]
    }

    /// Brightness between pixels (bilinear), the border repeated outwards.
    pub fn sample(&self, x: f64, y: f64) -> f64 {
        let x = x.clamp(0.0, (self.width - 1) as f64);
        let y = y.clamp(0.0, (self.height - 1) as f64);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (fx, fy) = (x - x0 as f64, y - y0 as f64);
        let at = |x, y| f64::from(self.at(x, y));
        (at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx) * (1.0 - fy) + (at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx) * fy
    }
}

impl Luma {
    /// Brightness between pixels; none outside the picture.
    pub fn sample_inside(&self, [x, y]: [f64; 2]) -> Option<f64> {
        let inside = (0.0..=(self.width as f64 - 1.0)).contains(&x) && (0.0..=(self.height as f64 - 1.0)).contains(&y);
        inside.then(|| self.sample(x, y))
    }
}

/// A picture and when it is shown.
#[derive(Clone, Debug)]
pub struct TimedFrame {
    /// Seconds of the video.
    pub secs: f64,
    /// The picture.
    pub frame: Frame,
}

/// Pictures that are read one after another, so that a long video never stands in memory whole.
pub trait FrameSource {
    /// The next picture in order of time; none at the end.
    fn next_frame(&mut self) -> Result<Option<TimedFrame>, FrameReadError>;

    /// When the next picture is shown and, if it is wanted by its time, the picture; none at the end. Readers that can skip
    /// work for pictures nobody wants do so here.
    fn next_frame_if(&mut self, wanted: &mut dyn FnMut(f64) -> bool) -> Result<Option<(f64, Option<Frame>)>, FrameReadError> {
        let next = self.next_frame()?;
        Ok(next.map(|TimedFrame { secs, frame }| (secs, wanted(secs).then_some(frame))))
    }
}

/// The pictures could not be read on.
#[derive(Debug, thiserror::Error)]
#[error("reading pictures failed")]
pub struct FrameReadError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
