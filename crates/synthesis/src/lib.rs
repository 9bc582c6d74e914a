//! A fingered score as an overhead video with sound, and its exact truth.
