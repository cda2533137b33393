//! A node's attributes. Each must be read, since an attribute that nobody reads could change the
//! meaning.

use crate::constant::Constant;
use crate::proto::{self, attribute_type};
use std::cell::RefCell;
use std::collections::BTreeSet;

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

    /// The attribute `name`, if it is of this type. Otherwise it stays unread.
    fn find(&self, name: &str, r#type: i32) -> Option<&'a proto::Attribute> {
        let mut attributes = self.node.attribute.iter();
        let attribute = attributes.find(|a| a.name == name && a.r#type == r#type)?;
        self.read.borrow_mut().push(&attribute.name);
        Some(attribute)
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.find(name, attribute_type::INT)
            .map(|attribute| attribute.i)
    }

    pub(super) fn float(&self, name: &str) -> Option<f32> {
        self.find(name, attribute_type::FLOAT)
            .map(|attribute| attribute.f)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&'a [i64]> {
        self.find(name, attribute_type::INTS)
            .map(|attribute| attribute.ints.as_slice())
    }

    pub(super) fn floats(&self, name: &str) -> Option<&'a [f32]> {
        self.find(name, attribute_type::FLOATS)
            .map(|attribute| attribute.floats.as_slice())
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        let attribute = self.find(name, attribute_type::STRING)?;
        Some(core::str::from_utf8(&attribute.s).unwrap_or("(not text)"))
    }

    pub(super) fn tensor(&self, name: &str) -> Option<Result<Constant, String>> {
        let tensor = self.find(name, attribute_type::TENSOR)?.t.as_ref()?;
        Some(Constant::try_from(tensor).map_err(|error| error.to_string()))
    }

    /// The element type of the tensor `name`.
    pub(super) fn tensor_type(&self, name: &str) -> Option<i32> {
        let attribute = self.find(name, attribute_type::TENSOR)?;
        Some(attribute.t.as_ref()?.data_type)
    }

    pub(super) fn sparse(&self, name: &str) -> Option<Result<Constant, String>> {
        let attribute = self.find(name, attribute_type::SPARSE_TENSOR)?;
        let tensor = attribute.sparse_tensor.as_ref()?;
        Some(Constant::try_from(tensor).map_err(|error| error.to_string()))
    }

    /// Marks as read an attribute that makes no difference here.
    pub(super) fn ignore(&self, name: &str) {
        let mut attributes = self.node.attribute.iter();
        if let Some(attribute) = attributes.find(|a| a.name == name) {
            self.read.borrow_mut().push(&attribute.name);
        }
    }

    /// Marks as read all attributes of a node that makes no difference here.
    pub(super) fn ignore_all(&self) {
        let names = self.node.attribute.iter().map(|a| a.name.as_str());
        self.read.borrow_mut().extend(names);
    }

    /// The name of an attribute that was not read, or that occurs twice.
    pub(super) fn unread(&self) -> Option<&'a str> {
        let read = self.read.borrow();
        let names = self.node.attribute.iter().map(|a| a.name.as_str());
        let mut seen = BTreeSet::new();
        names
            .into_iter()
            .find(|name| !read.contains(name) || !seen.insert(*name))
    }
}
