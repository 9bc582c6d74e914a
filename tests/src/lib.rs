//! Repository rules and stories.
