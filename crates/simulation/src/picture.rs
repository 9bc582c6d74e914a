//! Pictures of hands and piano, drawn off-screen by MuJoCo.

mod opengl;

use crate::environment::Environment;
use crate::model::Model;
use crate::mujoco::scene_graph::SceneGraph;
use opengl::OpenGl;
use piano::Pitch;

/// Where the camera stands. Angles as MuJoCo's free camera has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// What it looks at, meters.
    pub look_at: [f64; 3],
    /// How far it is from there, meters.
    pub distance_meters: f64,
    /// Direction of its view seen from above: 180 looks from the player to the piano.
    pub azimuth_degrees: f64,
    /// Direction of its view seen from the side: -90 looks straight down.
    pub elevation_degrees: f64,
}

impl Camera {
    /// The whole keyboard from above, as in the videos that people are labelled from, but a little from the player's side.
    pub const OVERHEAD: Camera = Camera {
        look_at: [0.07, 0.0, 0.05],
        distance_meters: 0.95,
        azimuth_degrees: 180.0,
        elevation_degrees: -72.0,
    };
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// Nothing to draw with.
    #[error("no OpenGL to draw with: could not {step}: {reason}")]
    NoOpenGl {
        /// What was tried.
        step: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// The scene was built without what is only looked at.
    #[error("the scene was built without the shapes that are drawn: build it with `drawable`")]
    NotDrawable,
    /// No such size.
    #[error("a picture of {width} x {height} pixels cannot be drawn: 16 x 16 to 4096 x 4096 can")]
    BadSize {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
}

/// Sizes that are drawn, pixels.
const SIZES: std::ops::RangeInclusive<usize> = 16..=4096;

/// Draws one model's scene in pictures of one size. It stays on the thread that made it.
pub struct Renderer {
    graph: SceneGraph,
    /// Let go last: the scene graph's memory is freed through it.
    _opengl: OpenGl,
    size: [usize; 2],
    rows: Vec<u8>,
}

impl Renderer {
    /// Sets up drawing.
    pub fn new(model: &Model, width: usize, height: usize, camera: Camera) -> Result<Renderer, DrawError> {
        if !model.settings().drawable {
            return Err(DrawError::NotDrawable);
        }
        if !SIZES.contains(&width) || !SIZES.contains(&height) {
            return Err(DrawError::BadSize { width, height });
        }
        let opengl = OpenGl::open()?;
        Ok(Renderer {
            graph: SceneGraph::new(model.mujoco.clone(), width, height, camera),
            _opengl: opengl,
            size: [width, height],
            rows: vec![0; 3 * width * height],
        })
    }

    /// Draws the moment an environment is at: RGB, rows from the top. The keys named are painted in these colours, red, green and blue
    /// from 0 to 1.
    pub fn draw(&mut self, environment: &mut Environment, painted: &[(Pitch, [f32; 3])]) -> Vec<u8> {
        let keys = environment.model().keys();
        let painted: Vec<(usize, [f32; 3])> = painted
            .iter()
            .filter_map(|(pitch, color)| Some((keys[pitch.key_index()].indices?.1, *color)))
            .collect();
        self.graph.draw(environment.data_mut(), &painted, &mut self.rows);
        let row_bytes = 3 * self.size[0];
        // OpenGL's rows come from the bottom.
        self.rows.chunks_exact(row_bytes).rev().flatten().copied().collect()
    }
}
