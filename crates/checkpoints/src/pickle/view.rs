//! Looking at what a pickle left behind.

use super::{Node, NodeId, Object, Pickle};

/// A value of a pickle. Cheap to copy.
#[derive(Clone, Copy)]
pub struct View<'p> {
    pickle: &'p Pickle<'p>,
    node: NodeId,
}

impl<'p> View<'p> {
    pub(super) fn new(pickle: &'p Pickle<'p>, node: NodeId) -> View<'p> {
        View { pickle, node }
    }

    fn node(self) -> &'p Node {
        &self.pickle.nodes[self.node as usize]
    }

    fn object(self) -> Option<&'p Object> {
        match self.node() {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }

    fn views(self, nodes: &'p [NodeId]) -> impl Iterator<Item = View<'p>> {
        nodes.iter().map(move |node| View::new(self.pickle, *node))
    }

    /// Text; also a string of Python 2 that is plain ASCII.
    pub fn text(self) -> Option<&'p str> {
        match self.node() {
            Node::Text(place) => std::str::from_utf8(&self.pickle.bytes[place.clone()]).ok(),
            Node::Bytes(place) => std::str::from_utf8(&self.pickle.bytes[place.clone()])
                .ok()
                .filter(|text| text.is_ascii()),
            _ => None,
        }
    }

    /// Bytes, or a string of Python 2.
    pub fn bytes(self) -> Option<&'p [u8]> {
        match self.node() {
            Node::Bytes(place) => Some(&self.pickle.bytes[place.clone()]),
            _ => None,
        }
    }

    /// A whole number or a truth value.
    pub fn int(self) -> Option<i64> {
        match self.node() {
            Node::Int(number) => Some(*number),
            Node::Bool(truth) => Some(i64::from(*truth)),
            _ => None,
        }
    }

    /// A whole number that counts something.
    pub fn length(self) -> Option<usize> {
        self.int().and_then(|number| usize::try_from(number).ok())
    }

    /// A number.
    pub fn float(self) -> Option<f64> {
        match self.node() {
            Node::Float(number) => Some(*number),
            Node::Int(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// The elements of a tuple, list or set; none of anything else.
    pub fn elements(self) -> impl ExactSizeIterator<Item = View<'p>> {
        let elements = match self.node() {
            Node::Sequence(elements) => elements.as_slice(),
            Node::Object(object) => object.elements.as_slice(),
            _ => &[],
        };
        elements.iter().map(move |node| View::new(self.pickle, *node))
    }

    /// Whole numbers in a tuple or list, such as a shape; none if it is something else.
    pub fn lengths(self) -> Option<Vec<usize>> {
        match self.node() {
            Node::Sequence(elements) => self.views(elements).map(View::length).collect(),
            _ => None,
        }
    }

    /// Whether it is a dictionary or a class made like one.
    pub fn is_dictionary(self) -> bool {
        match self.node() {
            Node::Dict(_) => true,
            Node::Object(object) => !object.items.is_empty() || self.class().is_some_and(|class| class == "collections.OrderedDict"),
            _ => false,
        }
    }

    /// Keys and values of a dictionary, or of an object that is filled like one (`OrderedDict`); none of anything else.
    pub fn items(self) -> impl ExactSizeIterator<Item = (View<'p>, View<'p>)> {
        let items = match self.node() {
            Node::Dict(items) => items.as_slice(),
            Node::Object(object) => object.items.as_slice(),
            _ => &[],
        };
        items
            .iter()
            .map(move |(key, value)| (View::new(self.pickle, *key), View::new(self.pickle, *value)))
    }

    /// The value of a key that is text. As in Python, what was set last counts.
    pub fn get(self, key: &str) -> Option<View<'p>> {
        let mut found = None;
        for (name, value) in self.items() {
            if name.text() == Some(key) {
                found = Some(value);
            }
        }
        found
    }

    /// Module and name of the class of an object, or of the function that would have made it: `collections.OrderedDict`.
    pub fn class(self) -> Option<String> {
        let object = self.object()?;
        let class = View::new(self.pickle, object.class).global()?;
        // Protocols before 2 make instances by a helper whose first argument is the class.
        if class == "copy_reg._reconstructor" || class == "copyreg._reconstructor" {
            return self.arguments()?.elements().next()?.global();
        }
        Some(class)
    }

    /// Module and name of a class or function itself: `torch.FloatStorage`.
    pub fn global(self) -> Option<String> {
        match self.node() {
            Node::Global(module, name) => {
                let [module, name] = [module, name].map(|node| View::new(self.pickle, *node).text());
                Some(format!("{}.{}", module?, name?))
            }
            _ => None,
        }
    }

    /// What an object would have been made with.
    pub fn arguments(self) -> Option<View<'p>> {
        self.object().map(|object| View::new(self.pickle, object.arguments))
    }

    /// What was put into an object afterwards.
    pub fn state(self) -> Option<View<'p>> {
        self.object()?.state.map(|state| View::new(self.pickle, state))
    }

    /// The name of something outside the pickle.
    pub fn persistent(self) -> Option<View<'p>> {
        match self.node() {
            Node::Persistent(name) => Some(View::new(self.pickle, *name)),
            _ => None,
        }
    }

    /// What the value is, for refusals: `None`, `a number`, `builtins.set`.
    pub fn describe(self) -> String {
        match self.node() {
            Node::None => "None".into(),
            Node::Bool(_) | Node::Int(_) | Node::LongInt | Node::Float(_) => "a number".into(),
            Node::Text(_) | Node::Bytes(_) => "text".into(),
            Node::Sequence(_) => "a sequence".into(),
            Node::Dict(_) => "a dictionary".into(),
            Node::Global(..) => self.global().unwrap_or_else(|| "a name".into()),
            Node::Object(_) => self.class().unwrap_or_else(|| "an object of unknown class".into()),
            Node::Persistent(_) => "something outside the pickle".into(),
        }
    }
}
