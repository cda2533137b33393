//! A node's attributes. Each must be read: an attribute nobody reads could change the meaning.

use crate::constant::Constant;
use crate::proto;
use std::cell::RefCell;

pub(super) struct Attributes<'a> {
    node: &'a proto::Node,
    read: RefCell<Vec<&'a str>>,
}

impl<'a> Attributes<'a> {
    pub(super) const fn new(node: &'a proto::Node) -> Self {
        Self {
            node,
            read: RefCell::new(Vec::new()),
        }
    }

    fn find(&self, name: &str) -> Option<&'a proto::Attribute> {
        let attribute = self.node.attribute.iter().find(|a| a.name == name)?;
        self.read.borrow_mut().push(&attribute.name);
        Some(attribute)
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.find(name).map(|attribute| attribute.i)
    }

    pub(super) fn float(&self, name: &str) -> Option<f32> {
        self.find(name).map(|attribute| attribute.f)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&'a [i64]> {
        self.find(name).map(|attribute| attribute.ints.as_slice())
    }

    pub(super) fn floats(&self, name: &str) -> Option<&'a [f32]> {
        self.find(name).map(|attribute| attribute.floats.as_slice())
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        let attribute = self.find(name)?;
        Some(core::str::from_utf8(&attribute.s).unwrap_or("(not text)"))
    }

    pub(super) fn tensor(&self, name: &str) -> Option<Result<Constant, String>> {
        let tensor = self.find(name)?.t.as_ref()?;
        Some(Constant::try_from(tensor).map_err(|error| error.to_string()))
    }

    /// Reads an attribute that makes no difference here.
    pub(super) fn ignore(&self, name: &str) {
        self.find(name);
    }

    /// An attribute that was not read.
    pub(super) fn unread(&self) -> Option<&'a str> {
        let read = self.read.borrow();
        let mut names = self.node.attribute.iter().map(|a| a.name.as_str());
        names.find(|name| !read.contains(name))
    }
}
