//! XML that can be changed: read, edited, written.

use std::fmt;

/// An element with its attributes in order; text and comments are not kept, MJCF has none that matter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
}

impl Element {
    pub fn new(name: &str) -> Element {
        Element {
            name: name.to_owned(),
            attributes: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Reads a document: its root element.
    pub fn parse(text: &str) -> Result<Element, roxmltree::Error> {
        Ok(Element::from_node(roxmltree::Document::parse(text)?.root_element()))
    }

    fn from_node(node: roxmltree::Node) -> Element {
        let own = |attribute: roxmltree::Attribute| (attribute.name().to_owned(), attribute.value().to_owned());
        Element {
            name: node.tag_name().name().to_owned(),
            attributes: node.attributes().map(own).collect(),
            children: node.children().filter(|child| child.is_element()).map(Element::from_node).collect(),
        }
    }

    /// This element with an attribute set.
    pub fn with(mut self, key: &str, value: impl ToString) -> Element {
        self.set(key, value);
        self
    }

    pub fn set(&mut self, key: &str, value: impl ToString) {
        match self.attributes.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value.to_string(),
            None => self.attributes.push((key.to_owned(), value.to_string())),
        }
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.as_str())
    }

    pub fn push(&mut self, child: Element) {
        self.children.push(child);
    }

    pub fn extend(&mut self, children: impl IntoIterator<Item = Element>) {
        self.children.extend(children);
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Does something to this element and everything below it, parents first.
    pub fn for_each(&mut self, act: &mut impl FnMut(&mut Element)) {
        act(self);
        for child in &mut self.children {
            child.for_each(act);
        }
    }

    /// Drops every descendant that is not wanted.
    pub fn retain(&mut self, wanted: &impl Fn(&Element) -> bool) {
        self.children.retain(wanted);
        for child in &mut self.children {
            child.retain(wanted);
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<{}", self.name)?;
        for (key, value) in &self.attributes {
            write!(formatter, " {key}=\"{}\"", escaped(value))?;
        }
        if self.children.is_empty() {
            return writeln!(formatter, "/>");
        }
        writeln!(formatter, ">")?;
        for child in &self.children {
            child.fmt(formatter)?;
        }
        writeln!(formatter, "</{}>", self.name)
    }
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Numbers as MJCF lists them. Rust prints the shortest text that reads back as the same number.
pub(super) fn list(numbers: &[f64]) -> String {
    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        let text = "<a x=\"1 2\"><!-- gone --><b y=\"&lt;&amp;&quot;\"/><b/></a>";
        let element = Element::parse(text).unwrap();
        assert_eq!(element.child("b").unwrap().get("y"), Some("<&\""));
        assert_eq!(Element::parse(&element.to_string()).unwrap(), element);
    }
}
