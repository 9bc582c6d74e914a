//! Where videos come from: web addresses, yt-dlp, uploads, buckets; who may be asked, and how politely.
//!
//! Everything here is hostile until proven otherwise: addresses, names that resolve to private machines, bodies that never end,
//! tools that hang. Knows nothing of jobs' states, catalogs or pianos.

pub mod confined;
pub mod fetch;
pub mod guard;
pub mod https;
pub mod identity;

mod fetch_error;

pub use fetch_error::{FetchError, FetchErrorClass};
