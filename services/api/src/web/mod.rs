//! What every endpoint does the same way: reading bodies, ids, parameters and cursors, and following a request's trace.

mod body;
mod id;
mod page;
mod params;
mod trace;

pub use body::{JsonBody, media_type, read_json, read_whole};
pub use id::Id;
pub use page::{Page, PageRequest, checked_limit, read_cursor};
pub use params::{Params, parse_names, parse_param};
pub use trace::{Trace, follow};
