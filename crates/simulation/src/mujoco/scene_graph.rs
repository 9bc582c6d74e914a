//! MuJoCo's own drawing: the shapes of a moment, and OpenGL's view of the model.
#![expect(
    unsafe_code,
    reason = "foreign functions; every structure is MuJoCo's own, made and freed by its functions"
)]

use crate::picture::Camera;
use mujoco_rs::mujoco_c::{
    self as c, mjrContext, mjrRect, mjtCatBit, mjtFontScale, mjtFramebuffer, mjtObj, mjvCamera, mjvGeom, mjvOption, mjvScene,
};
use mujoco_rs::wrappers::mj_data::MjData;
use mujoco_rs::wrappers::mj_model::MjModel;
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Shapes a moment may have: the model has a few hundred.
const SHAPES_MAX: c_int = 2000;

/// What is drawn, how, and from where.
pub(crate) struct SceneGraph {
    model: Arc<MjModel>,
    scene: Box<mjvScene>,
    context: Box<mjrContext>,
    options: Box<mjvOption>,
    camera: mjvCamera,
    viewport: mjrRect,
}

impl SceneGraph {
    /// An OpenGL context must be current on this thread, now and whenever this is used.
    pub fn new(model: Arc<MjModel>, width: usize, height: usize, view: Camera) -> SceneGraph {
        let mut scene = Box::new(MaybeUninit::uninit());
        let mut context = Box::new(MaybeUninit::uninit());
        let mut options = Box::new(MaybeUninit::uninit());
        let mut camera = MaybeUninit::uninit();
        let (width, height) = (width as c_int, height as c_int);
        // SAFETY: the default functions fill their structures whole before anything reads them; the context is current.
        unsafe {
            c::mjv_defaultScene(scene.as_mut_ptr());
            c::mjv_makeScene(model.ffi(), scene.as_mut_ptr(), SHAPES_MAX);
            c::mjr_defaultContext(context.as_mut_ptr());
            c::mjr_makeContext(model.ffi(), context.as_mut_ptr(), mjtFontScale::mjFONTSCALE_100 as c_int);
            c::mjr_resizeOffscreen(width, height, context.as_mut_ptr());
            c::mjr_setBuffer(mjtFramebuffer::mjFB_OFFSCREEN as c_int, context.as_mut_ptr());
            c::mjv_defaultOption(options.as_mut_ptr());
            c::mjv_defaultFreeCamera(model.ffi(), camera.as_mut_ptr());
        }
        // SAFETY: filled above.
        let (scene, context, options, mut camera): (Box<mjvScene>, Box<mjrContext>, Box<mjvOption>, mjvCamera) = unsafe {
            (
                scene.assume_init(),
                context.assume_init(),
                options.assume_init(),
                camera.assume_init(),
            )
        };
        camera.lookat = view.look_at;
        camera.distance = view.distance_meters;
        camera.azimuth = view.azimuth_degrees;
        camera.elevation = view.elevation_degrees;
        let viewport = mjrRect {
            left: 0,
            bottom: 0,
            width,
            height,
        };
        SceneGraph {
            model,
            scene,
            context,
            options,
            camera,
            viewport,
        }
    }

    /// Draws into `rgb`, rows from the bottom; paints shapes (by number) in other colours.
    pub fn draw(&mut self, data: &mut MjData<Arc<MjModel>>, painted: &[(usize, [f32; 3])], rgb: &mut [u8]) {
        assert_eq!(
            rgb.len(),
            3 * (self.viewport.width * self.viewport.height) as usize,
            "the picture's size"
        );
        // SAFETY: the structures live in self, the context is current, and the buffer has the viewport's size.
        unsafe {
            let data: *mut _ = data.ffi_mut();
            let every = mjtCatBit::mjCAT_ALL as c_int;
            c::mjv_updateScene(
                self.model.ffi(),
                data,
                &*self.options,
                std::ptr::null(),
                &mut self.camera,
                every,
                &mut *self.scene,
            );
            paint(self.shapes(), painted);
            c::mjr_render(self.viewport, &mut *self.scene, &*self.context);
            c::mjr_readPixels(rgb.as_mut_ptr(), std::ptr::null_mut(), self.viewport, &*self.context);
        }
    }

    fn shapes(&mut self) -> &mut [mjvGeom] {
        // SAFETY: MuJoCo keeps `ngeom` initialised shapes there, and they are borrowed with self.
        unsafe { std::slice::from_raw_parts_mut(self.scene.geoms, self.scene.ngeom as usize) }
    }
}

fn paint(shapes: &mut [mjvGeom], painted: &[(usize, [f32; 3])]) {
    for shape in shapes.iter_mut().filter(|shape| shape.objtype == mjtObj::mjOBJ_GEOM as c_int) {
        if let Some((_, color)) = painted.iter().find(|(geom, _)| *geom as c_int == shape.objid) {
            shape.rgba[..3].copy_from_slice(color);
        }
    }
}

impl Drop for SceneGraph {
    fn drop(&mut self) {
        // SAFETY: both were made by their functions and are freed once.
        unsafe {
            c::mjr_freeContext(&mut *self.context);
            c::mjv_freeScene(&mut *self.scene);
        }
    }
}
