//! One picture: the keyboard with its pressed keys, the hands' shadow, and the hands.

use crate::arm::Surface;
use crate::camera::{Camera, CameraSetting, Projected};
use crate::keyboard_model::{Finish, Quad, black_key_shadow, key, scenery};
use crate::lens::Lens;
use crate::lighting::Lighting;
use crate::raster::{Canvas, Light, Region};
use crate::shadow::Shadow;
use nalgebra::Point3;
use piano::Pitch;
use vision::Frame;

/// Samples along each side of a pixel.
const SAMPLES: usize = 2;
/// Light that a shadow on the white keys leaves.
const KEY_SHADOW: f32 = 0.72;

/// Colours of a player.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Complexion {
    /// Skin, display values 0 to 1.
    pub skin: Light,
    /// The sleeve's colour, where there is one.
    pub sleeve: Option<Light>,
}

/// What does not change within a clip, with the empty keyboard drawn once.
pub struct Painter {
    camera: Camera,
    samples_camera: Camera,
    finish: Finish,
    lighting: Lighting,
    complexion: Complexion,
    lens: Lens,
    at_rest: Canvas,
    at_rest_picture: Vec<Light>,
    work: Canvas,
}

/// How far down each of the 88 keys is, 0 to 1.
pub type KeysDown = [f64; 88];

impl Painter {
    /// Draws the empty keyboard.
    pub fn new(setting: &CameraSetting, finish: Finish, lighting: Lighting, complexion: Complexion, lens: Lens) -> Painter {
        let camera = Camera::new(setting);
        let [width, height] = setting.size.map(|pixels| pixels * SAMPLES);
        let mut painter = Painter {
            samples_camera: camera.supersampled(SAMPLES),
            camera,
            finish,
            lighting,
            complexion,
            lens,
            at_rest: Canvas::filled(width, height, [0.0; 3]),
            at_rest_picture: Vec::new(),
            work: Canvas::filled(width, height, [0.0; 3]),
        };
        let all = painter.work.all();
        for quad in scenery(&finish, &lighting) {
            painter.draw(&quad, all);
        }
        for pitch in Pitch::all() {
            painter.draw_key(pitch, 0.0, all);
        }
        painter.draw_key_shadows(all);
        painter.at_rest = painter.work.clone();
        painter.at_rest_picture = painter.lens.resolve(&painter.work, SAMPLES, painter.work.all());
        painter
    }

    /// The camera, in pixels of the finished picture.
    pub fn camera(&self) -> &Camera {
        &self.camera
    }

    /// Paints the picture with this number: keys as far down as given, and the hands.
    pub fn paint(&mut self, number: usize, keys: &KeysDown, hands: &[Surface]) -> Frame {
        let mut picture = self.at_rest_picture.clone();
        let seen: Vec<Vec<Projected>> = hands.iter().map(|hand| self.seen(&hand.vertices)).collect();
        let shadow = Shadow::of(hands, &self.samples_camera, &self.lighting, self.work.width, self.work.height);
        let changed = self.changed(keys, &seen, shadow.as_ref());
        if let Some(region) = changed {
            self.work.copy_from(&self.at_rest, region);
            self.draw_lowered_keys(keys);
            if let Some(shadow) = &shadow {
                shadow.darken(&mut self.work);
            }
            for (hand, seen) in hands.iter().zip(&seen) {
                self.draw_hand(hand, seen, region);
            }
            let width = self.work.width / SAMPLES;
            let patch = self.lens.resolve(&self.work, SAMPLES, region);
            let [columns, rows] = [region.columns, region.rows].map(|[from, to]| [from / SAMPLES, to.div_ceil(SAMPLES)]);
            for (row, line) in (rows[0]..rows[1]).zip(patch.chunks_exact(columns[1] - columns[0])) {
                picture[row * width + columns[0]..row * width + columns[1]].copy_from_slice(line);
            }
        }
        self.lens
            .expose(&picture, self.work.width / SAMPLES, self.work.height / SAMPLES, number)
    }

    /// What differs from the empty keyboard, with its samples' whole pixels and what the lens spreads.
    fn changed(&self, keys: &KeysDown, seen: &[Vec<Projected>], shadow: Option<&Shadow>) -> Option<Region> {
        let lowered = Pitch::all().filter(|pitch| keys[pitch.key_index()] > 0.0);
        let keys = lowered.filter_map(|pitch| self.region_of(pitch));
        let hands = seen.iter().filter_map(|seen| self.around(seen, 2.0));
        let shadow = shadow.map(Shadow::region);
        let region = keys.chain(hands).chain(shadow).reduce(Region::union)?;
        let widen = |[from, to]: [usize; 2], size: usize| {
            let margin = SAMPLES * (1 + self.lens.reach());
            [
                from.saturating_sub(margin) / SAMPLES * SAMPLES,
                ((to + margin).div_ceil(SAMPLES) * SAMPLES).min(size),
            ]
        };
        Some(Region {
            columns: widen(region.columns, self.work.width),
            rows: widen(region.rows, self.work.height),
        })
    }

    fn around(&self, seen: &[Projected], margin: f64) -> Option<Region> {
        Region::around(seen.iter().map(|p| (p.x, p.y)), margin, self.work.width, self.work.height)
    }

    fn region_of(&self, pitch: Pitch) -> Option<Region> {
        let quads = key(pitch, 0.0, &self.finish, &self.lighting);
        let corners = quads.iter().flat_map(|quad| self.seen(&quad.corners));
        Region::around(corners.map(|p| (p.x, p.y)), 4.0, self.work.width, self.work.height)
    }

    fn seen(&self, points: &[Point3<f64>]) -> Vec<Projected> {
        points.iter().map(|point| self.samples_camera.project(point)).collect()
    }

    /// Draws the keys again wherever one of them is down: a z-buffer can only add what is nearer.
    fn draw_lowered_keys(&mut self, keys: &KeysDown) {
        let regions: Vec<(usize, Region)> = Pitch::all()
            .filter(|pitch| keys[pitch.key_index()] > 0.0)
            .filter_map(|pitch| Some((pitch.key_index(), self.region_of(pitch)?)))
            .collect();
        for (index, region) in regions {
            for row in region.rows[0]..region.rows[1] {
                let start = row * self.work.width;
                self.work.depth[start + region.columns[0]..start + region.columns[1]].fill(f32::INFINITY);
            }
            for quad in scenery(&self.finish, &self.lighting) {
                self.draw(&quad, region);
            }
            /// A key's region touches at most this many neighbours on each side.
            const NEIGHBOURS: usize = 6;
            for pitch in Pitch::all().filter(|pitch| pitch.key_index().abs_diff(index) <= NEIGHBOURS) {
                self.draw_key(pitch, keys[pitch.key_index()], region);
            }
            self.draw_key_shadows(region);
        }
    }

    fn draw_key(&mut self, pitch: Pitch, down: f64, region: Region) {
        for quad in key(pitch, down, &self.finish, &self.lighting) {
            self.draw(&quad, region);
        }
    }

    fn draw_key_shadows(&mut self, region: Region) {
        for pitch in Pitch::all().filter(|pitch| pitch.is_black()) {
            let [a, b, c, d] = black_key_shadow(pitch, &self.lighting).map(|corner| self.samples_camera.project(&corner));
            self.work.shade([a, b, c], KEY_SHADOW, region);
            self.work.shade([a, c, d], KEY_SHADOW, region);
        }
    }

    fn draw(&mut self, quad: &Quad, region: Region) {
        let [a, b, c, d] = quad.corners.map(|corner| self.samples_camera.project(&corner));
        let [la, lb, lc, ld] = quad.lights;
        self.work.triangle([a, b, c], [la, lb, lc], region);
        self.work.triangle([a, c, d], [la, lc, ld], region);
    }

    fn draw_hand(&mut self, hand: &Surface, seen: &[Projected], region: Region) {
        let color = |vertex: usize| match self.complexion.sleeve {
            Some(sleeve) if vertex >= hand.forearm_from + crate::arm::BARE_VERTICES => sleeve,
            _ => self.complexion.skin,
        };
        let lights: Vec<Light> = hand
            .normals
            .iter()
            .enumerate()
            .map(|(vertex, normal)| self.lighting.on_skin(color(vertex), normal))
            .collect();
        for triangle in &hand.triangles {
            let corners = triangle.map(|corner| seen[corner as usize]);
            self.work.triangle(corners, triangle.map(|corner| lights[corner as usize]), region);
        }
    }
}
