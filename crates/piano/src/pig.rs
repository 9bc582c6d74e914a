//! The PIG fingering format.
