//! The camera above the keyboard: an ideal pinhole.

use nalgebra::{Matrix3, Point3, Rotation3, Vector3};
use piano::keyboard::{WHITE_KEY_LENGTH_METERS, WHITE_KEY_WIDTH_METERS};
use vision::Homography;

/// How a camera is set up. The keyboard's axes are meters: x from the bass end of A0 to the treble, y up from the top of the
/// white keys, z from their front edges towards the player.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct CameraSetting {
    /// Picture size, pixels.
    pub size: [usize; 2],
    /// The point in the middle of the picture, meters.
    pub looks_at_meters: [f64; 3],
    /// Distance from it, meters.
    pub distance_meters: f64,
    /// Width of what is seen at that distance, meters.
    pub seen_width_meters: f64,
    /// 0 looks straight down; positive stands on the player's side and looks towards the fallboard, radians.
    pub tilt_rad: f64,
    /// Turn of the camera's place around the vertical, radians.
    pub yaw_rad: f64,
    /// Turn of the picture, radians; half a turn shows the keyboard upside down.
    pub roll_rad: f64,
}

/// A camera that projects points to pixels (centres at whole numbers, x right, y down).
#[derive(Clone, Debug)]
pub struct Camera {
    focal: f64,
    middle: [f64; 2],
    place: Point3<f64>,
    /// Rows: the directions of the picture's x, its y, and away from the camera.
    camera_from_keyboard: Matrix3<f64>,
}

impl CameraSetting {
    /// Focal length, pixels.
    pub fn focal_pixels(&self) -> f64 {
        self.size[0] as f64 * self.distance_meters / self.seen_width_meters
    }
}

impl Camera {
    /// Sets up a camera.
    pub fn new(setting: &CameraSetting) -> Camera {
        let looking_down = Matrix3::new(1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0);
        let turn = Rotation3::from_axis_angle(&Vector3::y_axis(), setting.yaw_rad)
            * Rotation3::from_axis_angle(&Vector3::x_axis(), setting.tilt_rad);
        let roll = Rotation3::from_axis_angle(&Vector3::z_axis(), setting.roll_rad);
        let camera_from_keyboard = roll.matrix() * looking_down * turn.inverse().matrix();
        let away = camera_from_keyboard.row(2).transpose();
        Camera {
            focal: setting.focal_pixels(),
            middle: setting.size.map(|pixels| (pixels as f64 - 1.0) / 2.0),
            place: Point3::from(setting.looks_at_meters) - away * setting.distance_meters,
            camera_from_keyboard,
        }
    }

    /// Where the camera stands.
    pub fn place(&self) -> Point3<f64> {
        self.place
    }

    /// Pixel and distance along the camera's axis (meters) of a point.
    pub fn project(&self, point: &Point3<f64>) -> Projected {
        let seen = self.camera_from_keyboard * (point - self.place);
        let scale = self.focal / seen.z;
        Projected {
            x: self.middle[0] + scale * seen.x,
            y: self.middle[1] + scale * seen.y,
            depth: seen.z,
        }
    }

    /// Pixels to keyboard coordinates (`piano::keyboard`) in the plane of the white keys' tops.
    pub fn keyboard_from_image(&self) -> Homography {
        let axes = self.camera_from_keyboard;
        let origin = axes * (Point3::origin() - self.place);
        // Columns: what one step along x, one step along y, and the origin of the keyboard's coordinates give.
        let x = axes.column(0) * WHITE_KEY_WIDTH_METERS;
        let y = axes.column(2) * -WHITE_KEY_LENGTH_METERS;
        let seen = Matrix3::from_columns(&[x, y, origin]);
        let lens = Matrix3::new(self.focal, 0.0, self.middle[0], 0.0, self.focal, self.middle[1], 0.0, 0.0, 1.0);
        let matrix = lens * seen;
        let image_from_keyboard = Homography(std::array::from_fn(|row| std::array::from_fn(|column| matrix[(row, column)])));
        // The camera stands above the plane, so the map is never singular.
        image_from_keyboard.inverse().unwrap_or(Homography::IDENTITY)
    }

    /// The same camera with this many samples along each pixel's side.
    pub fn supersampled(&self, samples: usize) -> Camera {
        let samples = samples as f64;
        Camera {
            focal: self.focal * samples,
            middle: self.middle.map(|m| (m + 0.5) * samples - 0.5),
            ..self.clone()
        }
    }
}

/// A point as the camera sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projected {
    /// Pixels from the left.
    pub x: f64,
    /// Pixels from the top.
    pub y: f64,
    /// Meters from the camera along its axis.
    pub depth: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tilt_rad: f64, yaw_rad: f64, roll_rad: f64) {
        let camera = Camera::new(&CameraSetting {
            size: [640, 360],
            looks_at_meters: [0.6, 0.0, -0.05],
            distance_meters: 1.1,
            seen_width_meters: 1.4,
            tilt_rad,
            yaw_rad,
            roll_rad,
        });
        for [x, y] in [[0.0, 0.0], [52.0, 0.0], [52.0, 1.0], [0.0, 1.0], [20.0, 0.4]] {
            let seen = camera.project(&Point3::new(x * WHITE_KEY_WIDTH_METERS, 0.0, -y * WHITE_KEY_LENGTH_METERS));
            let [back_x, back_y] = camera.keyboard_from_image().apply([seen.x, seen.y]);
            assert!(
                (back_x - x).abs() < 1e-6 && (back_y - y).abs() < 1e-6,
                "{back_x} {back_y} for {x} {y}"
            );
        }
    }

    #[test]
    fn the_true_homography_agrees_with_projected_key_corners() {
        check(0.0, 0.0, 0.0);
        check(0.2, 0.0, 0.05);
        check(-0.1, 0.1, std::f64::consts::PI);
    }

    #[test]
    fn seen_from_above_treble_is_right_and_the_fallboard_is_up() {
        let camera = Camera::new(&CameraSetting {
            size: [640, 360],
            looks_at_meters: [0.6, 0.0, 0.0],
            distance_meters: 1.0,
            seen_width_meters: 1.3,
            tilt_rad: 0.1,
            yaw_rad: 0.0,
            roll_rad: 0.0,
        });
        let middle = camera.project(&Point3::new(0.6, 0.0, 0.0));
        let treble = camera.project(&Point3::new(0.8, 0.0, 0.0));
        let fallboard = camera.project(&Point3::new(0.6, 0.0, -0.15));
        assert!(treble.x > middle.x + 50.0 && fallboard.y < middle.y - 30.0);
        // From the player's side the far end of a key is farther away.
        assert!(fallboard.depth > middle.depth);
    }
}
