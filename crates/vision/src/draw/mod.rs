//! Drawing what was found over the picture it was found in.

pub mod canvas;
pub mod fingertips;
pub mod hands;
pub mod key_names;
pub mod palette;
pub mod pressed_keys;
