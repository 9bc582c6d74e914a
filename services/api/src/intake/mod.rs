//! From what people send to what the catalog accepts: what an address means, and what was chosen.

mod address;
mod item;
mod options;

pub use address::{Meaning, Refusal, meaning};
pub use item::{Choices, Notes, Uploaded, playlist_item, upload_item, video_item};
pub use options::Options;
