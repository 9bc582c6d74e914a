//! How surfaces look in the light.

use crate::raster::Light;
use nalgebra::Vector3;

/// A lamp far away and the light from everywhere.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Lighting {
    /// Direction towards the lamp, unit length, the keyboard's axes.
    pub towards_lamp: [f64; 3],
    /// What a surface facing the lamp gets from it.
    pub lamp: Light,
    /// What every surface gets; those that face down a third less.
    pub ambient: Light,
}

impl Lighting {
    /// Light from a matt surface of this colour (display values, 0 to 1) facing this way.
    pub fn on(&self, color: Light, normal: &Vector3<f64>) -> Light {
        let facing = normal.dot(&Vector3::from(self.towards_lamp)).max(0.0) as f32;
        let sky = 0.83 + 0.17 * normal.y as f32;
        std::array::from_fn(|k| color[k] * (self.ambient[k] * sky + self.lamp[k] * facing))
    }

    /// Light from skin, which lets some light through: shade is softer and redder than on matt surfaces.
    pub fn on_skin(&self, color: Light, normal: &Vector3<f64>) -> Light {
        /// How far around the edge of the lit side light still reaches.
        const WRAP: f64 = 0.25;
        /// How much redder the shaded side is.
        const REDDENING: f32 = 0.06;
        let facing = ((normal.dot(&Vector3::from(self.towards_lamp)) + WRAP) / (1.0 + WRAP)).max(0.0) as f32;
        // Seen from above, what turns away from the camera is a groove between fingers or the side of one: darker.
        let open = 0.55 + 0.45 * (normal.y.max(0.0) as f32).sqrt();
        let red = [1.0 + REDDENING * (1.0 - facing), 1.0, 1.0 - REDDENING * (1.0 - facing)];
        std::array::from_fn(|k| color[k] * red[k] * open * (self.ambient[k] + self.lamp[k] * facing))
    }

    /// Where the shadow of a point falls on the plane of the white keys' tops.
    pub fn shadow_on_keys(&self, point: &nalgebra::Point3<f64>) -> nalgebra::Point3<f64> {
        let towards = Vector3::from(self.towards_lamp);
        point - towards * (point.y.max(0.0) / towards.y.max(0.2))
    }
}
