//! A place to draw without a screen: an OpenGL context through EGL, with Mesa's software or a graphics card's driver behind it.

use super::DrawError;
use khronos_egl as egl;

/// From the extension EGL_MESA_platform_surfaceless.
const PLATFORM_SURFACELESS: egl::Enum = 0x31DD;

type Egl = egl::DynamicInstance<egl::EGL1_5>;

/// An OpenGL context, current on the thread that made it.
pub(super) struct OpenGl {
    egl: Egl,
    display: egl::Display,
    context: egl::Context,
}

impl OpenGl {
    /// Makes a context and makes it this thread's current one.
    pub fn open() -> Result<OpenGl, DrawError> {
        // SAFETY: libEGL's initialisers only set up its own tables.
        #[expect(unsafe_code, reason = "a library is loaded and its functions are called")]
        let egl = unsafe { Egl::load_required() }.map_err(|error| DrawError::NoOpenGl {
            step: "load libEGL.so.1",
            reason: error.to_string(),
        })?;
        let failed = |step: &'static str| {
            move |error: egl::Error| DrawError::NoOpenGl {
                step,
                reason: error.to_string(),
            }
        };
        let display = open_display(&egl)?;
        egl.bind_api(egl::OPENGL_API).map_err(failed("choose OpenGL"))?;
        let wanted = [
            egl::RENDERABLE_TYPE,
            egl::OPENGL_BIT,
            egl::SURFACE_TYPE,
            0,
            egl::DEPTH_SIZE,
            24,
            egl::NONE,
        ];
        let config = egl
            .choose_first_config(display, &wanted)
            .map_err(failed("choose a configuration"))?
            .ok_or_else(|| DrawError::NoOpenGl {
                step: "choose a configuration",
                reason: "none draws OpenGL".to_owned(),
            })?;
        let context = egl
            .create_context(display, config, None, &[egl::NONE])
            .map_err(failed("make a context"))?;
        // MuJoCo draws into a buffer of its own, so no surface is needed.
        egl.make_current(display, None, None, Some(context))
            .map_err(failed("make the context current"))?;
        Ok(OpenGl { egl, display, context })
    }
}

/// Mesa's display without a screen, or else the default one, which graphics cards' drivers have.
fn open_display(egl: &Egl) -> Result<egl::Display, DrawError> {
    // SAFETY: the default display is a constant, and the attributes end as they must.
    #[expect(unsafe_code, reason = "displays are named by pointers")]
    let displays = unsafe {
        [
            egl.get_platform_display(PLATFORM_SURFACELESS, egl::DEFAULT_DISPLAY, &[egl::ATTRIB_NONE])
                .ok(),
            egl.get_display(egl::DEFAULT_DISPLAY),
        ]
    };
    let opened = |display: &egl::Display| egl.initialize(*display).is_ok();
    displays.into_iter().flatten().find(opened).ok_or_else(|| DrawError::NoOpenGl {
        step: "open a display without a screen",
        reason: "neither Mesa nor a graphics card's driver offers one".to_owned(),
    })
}

impl Drop for OpenGl {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and nothing depends on it.
        let _ = self.egl.make_current(self.display, None, None, None);
        let _ = self.egl.destroy_context(self.display, self.context);
    }
}
