//! A picture to draw on with embedded-graphics.

use crate::Frame;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};

/// Lets shapes and text be drawn into a picture; what lies outside is left out.
pub struct Canvas<'a>(pub &'a mut Frame);

impl OriginDimensions for Canvas<'_> {
    fn size(&self) -> Size {
        Size::new(self.0.width as u32, self.0.height as u32)
    }
}

impl DrawTarget for Canvas<'_> {
    type Color = Rgb888;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        for Pixel(point, color) in pixels {
            self.0.set(point.x.into(), point.y.into(), [color.r(), color.g(), color.b()]);
        }
        Ok(())
    }
}

/// The pixel nearest to a place in the picture; far places stay far, but finite.
pub fn nearest_pixel([x, y]: [f64; 2]) -> Point {
    /// Beyond any picture, and small enough that lines to it do not overflow.
    const FAR: f64 = 20_000.0;
    let near = |value: f64| {
        if value.is_finite() {
            value.clamp(-FAR, FAR).round() as i32
        } else {
            FAR as i32
        }
    };
    Point::new(near(x), near(y))
}
