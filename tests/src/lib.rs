//! Stories over the whole, and rules about the repository. No program may know of it.

pub mod harness;
