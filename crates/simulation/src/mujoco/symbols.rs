//! The C functions `mujoco-rs` is linked against: each passes its call on to the loaded library.
//!
//! If a call into `mujoco-rs` needs a function that is not listed here, linking fails with its name: add it.
#![expect(
    unsafe_code,
    non_snake_case,
    reason = "foreign functions, named as MuJoCo names them, with the signatures of mujoco-rs' own bindings"
)]

use super::LoadMujocoError;
use mujoco_rs::mujoco_c::{
    mjData, mjLogMessage, mjModel, mjVFS, mjfLogHandler, mjrContext, mjrRect, mjvCamera, mjvOption, mjvPerturb, mjvScene,
};
use mujoco_rs::wrappers::mj_logging::MjtLogLevel;
use std::ffi::{c_char, c_int, c_void};
use std::path::Path;
use std::sync::OnceLock;

static SYMBOLS: OnceLock<Symbols> = OnceLock::new();

/// Opens the library, finds every function, and checks the version.
pub(super) fn load(path: &Path, version: u32) -> Result<(), LoadMujocoError> {
    if SYMBOLS.get().is_some() {
        return Ok(());
    }
    // SAFETY: MuJoCo's initialisers only set up its own tables.
    let library = unsafe { libloading::Library::new(path) }.map_err(|source| LoadMujocoError::CannotOpen {
        path: path.to_owned(),
        source,
    })?;
    let symbols = Symbols::find(library, path)?;
    // SAFETY: takes nothing, returns a number.
    let found = unsafe { (symbols.mj_version)() } as u32;
    if found != version {
        return Err(LoadMujocoError::WrongVersion {
            path: path.to_owned(),
            found,
            expected: version,
        });
    }
    // SAFETY: no model exists yet, so nobody is logging; the handler lives as long as the program.
    unsafe { (symbols.mju_setLogHandler)(Some(only_errors)) };
    let _ = SYMBOLS.set(symbols); // Another thread may have loaded it meanwhile: then that one stays.
    Ok(())
}

/// MuJoCo's log handler. Its own prints and writes a log file. Warnings are counted in each simulation's data, where we read
/// them; an error means a call that MuJoCo does not return from, so the process ends here, saying which.
unsafe extern "C" fn only_errors(message: *const mjLogMessage) {
    // SAFETY: MuJoCo passes a message that is valid for this call.
    let message = unsafe { &*message };
    if message.level() == MjtLogLevel::mjLOG_ERROR {
        panic!("MuJoCo: {}", message.subject());
    }
}

/// The loaded functions. Models are only built with a [`super::Mujoco`], so this cannot fail.
fn symbols() -> &'static Symbols {
    SYMBOLS.get().expect("MuJoCo is called before it is loaded")
}

macro_rules! symbols {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $(-> $returned:ty)?;)*) => {
        struct Symbols {
            $($name: unsafe extern "C" fn($($type),*) $(-> $returned)?,)*
            /// Keeps the functions valid.
            _library: libloading::Library,
        }

        impl Symbols {
            fn find(library: libloading::Library, path: &Path) -> Result<Symbols, LoadMujocoError> {
                Ok(Symbols {
                    // SAFETY: the types are those of mujoco-rs' bindings, and the version is checked before any use.
                    $($name: *unsafe { library.get(stringify!($name).as_bytes()) }.map_err(|source| {
                        LoadMujocoError::MissingFunction { path: path.to_owned(), name: stringify!($name), source }
                    })?,)*
                    _library: library,
                })
            }
        }

        $(
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name($($argument: $type),*) $(-> $returned)? {
                // SAFETY: whoever calls keeps MuJoCo's contract for this function; the call is passed on unchanged.
                unsafe { (symbols().$name)($($argument),*) }
            }
        )*
    };
}

symbols! {
    fn mj_version() -> c_int;
    fn mju_setLogHandler(handler: mjfLogHandler) -> mjfLogHandler;
    fn mj_defaultVFS(vfs: *mut mjVFS);
    fn mj_addBufferVFS(vfs: *mut mjVFS, name: *const c_char, buffer: *const c_void, nbuffer: c_int) -> c_int;
    fn mj_deleteVFS(vfs: *mut mjVFS);
    fn mj_loadXML(filename: *const c_char, vfs: *const mjVFS, error: *mut c_char, error_sz: c_int) -> *mut mjModel;
    fn mj_deleteModel(m: *mut mjModel);
    fn mj_name2id(m: *const mjModel, kind: c_int, name: *const c_char) -> c_int;
    fn mj_id2name(m: *const mjModel, kind: c_int, id: c_int) -> *const c_char;
    fn mj_makeData(m: *const mjModel) -> *mut mjData;
    fn mj_deleteData(d: *mut mjData);
    fn mj_resetData(m: *const mjModel, d: *mut mjData);
    fn mj_forward(m: *const mjModel, d: *mut mjData);
    fn mj_step(m: *const mjModel, d: *mut mjData);
    fn mj_step1(m: *const mjModel, d: *mut mjData);
    fn mj_step2(m: *const mjModel, d: *mut mjData);
    fn mj_fwdActuation(m: *const mjModel, d: *mut mjData);
    fn mj_inverse(m: *const mjModel, d: *mut mjData);
    fn mj_kinematics(m: *const mjModel, d: *mut mjData);
    fn mj_comPos(m: *const mjModel, d: *mut mjData);
    fn mj_jacSite(m: *const mjModel, d: *const mjData, jacp: *mut f64, jacr: *mut f64, site: c_int);
    fn mjv_defaultFreeCamera(m: *const mjModel, cam: *mut mjvCamera);
    fn mjv_defaultOption(opt: *mut mjvOption);
    fn mjv_defaultScene(scn: *mut mjvScene);
    fn mjv_makeScene(m: *const mjModel, scn: *mut mjvScene, maxgeom: c_int);
    fn mjv_freeScene(scn: *mut mjvScene);
    fn mjv_updateScene(
        m: *const mjModel,
        d: *mut mjData,
        opt: *const mjvOption,
        pert: *const mjvPerturb,
        cam: *mut mjvCamera,
        catmask: c_int,
        scn: *mut mjvScene
    );
    fn mjr_defaultContext(con: *mut mjrContext);
    fn mjr_makeContext(m: *const mjModel, con: *mut mjrContext, fontscale: c_int);
    fn mjr_freeContext(con: *mut mjrContext);
    fn mjr_resizeOffscreen(width: c_int, height: c_int, con: *mut mjrContext);
    fn mjr_setBuffer(framebuffer: c_int, con: *mut mjrContext);
    fn mjr_render(viewport: mjrRect, scn: *mut mjvScene, con: *const mjrContext);
    fn mjr_readPixels(rgb: *mut u8, depth: *mut f32, viewport: mjrRect, con: *const mjrContext);
}
