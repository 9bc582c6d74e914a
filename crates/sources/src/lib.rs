//! Where videos come from: web addresses, yt-dlp, uploads, buckets; who may be asked, and how politely.
//!
//! Everything here is hostile until proven otherwise: addresses, names that resolve to private machines, bodies that never end,
//! tools that hang. Knows nothing of jobs' states, catalogs or pianos.

pub mod confined;
pub mod fetch;
pub mod guard;
pub mod https;
pub mod identity;
pub mod yt_dlp;

mod egress;
mod fetch_error;
mod remux;
mod yt_dlp_arguments;
mod yt_dlp_errors;
mod yt_dlp_report;

pub use fetch_error::{FetchError, FetchErrorClass};
