//! The worker that trains policies on labelled performances.
