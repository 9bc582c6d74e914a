//! Names of the broker's queues: one for each kind and class.

use jobs::{Class, JobKind};

/// `toccata.label_performance.normal`.
pub fn queue_name(kind: JobKind, class: Class) -> String {
    format!("toccata.{kind}.{class}")
}

/// The queues of a worker that does these kinds, the most urgent first.
pub fn queues_for(kinds: &[JobKind]) -> Vec<String> {
    let of = |class| kinds.iter().map(move |kind| queue_name(*kind, class));
    Class::ALL.into_iter().flat_map(of).collect()
}

/// All of them.
pub fn every_queue() -> Vec<String> {
    queues_for(&JobKind::ALL)
}
