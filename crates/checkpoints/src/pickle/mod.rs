//! Python pickles as data. A pickle is a program; ours runs it as bookkeeping only: a class or function is kept as its name, and a call as a
//! record of what would have been called with what. Nothing is ever called, so unknown classes do no harm and can be read past.

mod arrays;
mod machine;
mod view;

pub use arrays::SparseMatrix;
pub(crate) use arrays::{Dtype, in_rows};
pub use view::View;

use crate::CheckpointError;
use std::ops::Range;

/// What a pickle left behind: a root value and what hangs from it.
pub struct Pickle<'a> {
    bytes: &'a [u8],
    nodes: Vec<Node>,
    root: NodeId,
}

/// Place of a value in [`Pickle::nodes`]: values share parts, and may contain themselves.
type NodeId = u32;

/// A value. Text and bytes are places in the pickle.
#[derive(Clone, Debug)]
enum Node {
    None,
    Bool(bool),
    Int(i64),
    /// A whole number beyond 64 bits: never needed.
    LongInt,
    Float(f64),
    Text(Range<usize>),
    Bytes(Range<usize>),
    /// A tuple, list or set.
    Sequence(Vec<NodeId>),
    Dict(Vec<(NodeId, NodeId)>),
    /// A class or function by module and name, each text.
    Global(NodeId, NodeId),
    /// What a call would have made, with what was put into it afterwards.
    Object(Box<Object>),
    /// Something outside the pickle, named by a value.
    Persistent(NodeId),
}

#[derive(Clone, Debug)]
struct Object {
    class: NodeId,
    arguments: NodeId,
    state: Option<NodeId>,
    items: Vec<(NodeId, NodeId)>,
    elements: Vec<NodeId>,
}

impl<'a> Pickle<'a> {
    /// Reads a pickle of protocol 1 to 5.
    pub fn read(bytes: &'a [u8]) -> Result<Pickle<'a>, CheckpointError> {
        let (nodes, root) = machine::run(bytes)?;
        Ok(Pickle { bytes, nodes, root })
    }

    /// The value the pickle is of.
    pub fn root(&self) -> View<'_> {
        View::new(self, self.root)
    }
}
