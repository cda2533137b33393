//! Functions: operators that the file itself defines. Each call is replaced by the nodes of its
//! function.

use super::{Lowering, is_default};
use crate::error::ImportError;
use crate::proto::{self, Attribute, Function, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The functions of a file, and the budget that is left for their calls.
pub(super) struct Calls<'a> {
    functions: BTreeMap<[&'a str; 3], &'a Function>,
    /// The nodes that calls may still add; then the bytes.
    nodes: usize,
    bytes: usize,
    /// The number of calls so far. It makes the names inside each call distinct.
    count: usize,
}

/// The most nodes that all calls together may add. A name that a function declares counts as one.
const MAX_NODES: usize = 1 << 16;

/// The most bytes of these nodes.
const MAX_BYTES: usize = 1 << 28;

/// The greatest depth of functions that call each other.
const MAX_DEPTH: usize = 32;

impl<'a> Calls<'a> {
    pub(super) fn new(functions: &'a [Function]) -> Self {
        let key = |f: &'a Function| [f.domain.as_str(), f.name.as_str(), f.overload.as_str()];
        Self {
            functions: functions.iter().map(|f| (key(f), f)).collect(),
            nodes: MAX_NODES,
            bytes: MAX_BYTES,
            count: 0,
        }
    }

    /// Adds a node, or the nodes of the function that it calls.
    pub(super) fn add(&mut self, lowering: &mut Lowering, node: &Node) -> Result<(), ImportError> {
        self.add_below(lowering, node, 0)
    }

    fn add_below(
        &mut self,
        lowering: &mut Lowering,
        node: &Node,
        depth: usize,
    ) -> Result<(), ImportError> {
        let key = [&node.domain, &node.op_type, &node.overload].map(String::as_str);
        let Some(function) = self.functions.get(&key).copied() else {
            return lowering.add_node(node);
        };
        let refuse = |reason: String| ImportError::Unsupported {
            node: node.name.clone(),
            operator: node.op_type.clone(),
            reason,
        };
        if depth >= MAX_DEPTH {
            let reason = format!("its function calls others, more than {MAX_DEPTH} deep");
            return Err(refuse(reason));
        }
        let unfolded = || refuse("the functions of this file unfold to too many nodes".into());
        // A call costs its function's names, even if the function has no nodes.
        self.nodes = self
            .nodes
            .checked_sub(names(function))
            .ok_or_else(unfolded)?;
        self.count += 1;
        let call = Call::new(node, function, self.count).map_err(refuse)?;
        let opset = opset(function, lowering.opset).map_err(|got| ImportError::Opset { got })?;
        let outer = core::mem::replace(&mut lowering.opset, opset);
        for inner in &function.node {
            self.nodes = self.nodes.checked_sub(1).ok_or_else(unfolded)?;
            self.bytes = call.charge(inner, self.bytes).ok_or_else(unfolded)?;
            let inner = call.node(inner);
            self.add_below(lowering, &inner, depth + 1)?;
        }
        for copy in call.copies() {
            lowering.add_node(&copy)?;
        }
        lowering.opset = outer;
        Ok(())
    }
}

/// The cost of a call before its nodes: one for itself, and one for each name that its function
/// declares.
const fn names(function: &Function) -> usize {
    let values = function.input.len() + function.output.len();
    1 + values + function.attribute.len() + function.attribute_proto.len()
}

/// The version of ONNX's operator set for a function's nodes: its own, or else that of the file.
/// The error is a version that is not supported.
fn opset(function: &Function, outer: i64) -> Result<i64, i64> {
    let mut sets = function.opset_import.iter();
    let own = sets.find(|set| is_default(&set.domain));
    match own.map_or(outer, |set| set.version) {
        version if crate::OPSETS.contains(&version) => Ok(version),
        version => Err(version),
    }
}

/// A call of a function.
struct Call<'a> {
    node: &'a Node,
    function: &'a Function,
    /// The caller's names for the function's inputs and outputs.
    names: BTreeMap<&'a str, &'a str>,
    /// The attributes of the call, and the function's defaults for attributes that the call leaves
    /// out.
    attributes: BTreeMap<&'a str, &'a Attribute>,
    /// The prefix of all other names inside the function.
    prefix: String,
}

impl<'a> Call<'a> {
    fn new(node: &'a Node, function: &'a Function, number: usize) -> Result<Self, String> {
        if node.input.len() > function.input.len() || node.output.len() > function.output.len() {
            return Err("it has more inputs or outputs than its function".into());
        }
        let mut names = BTreeMap::new();
        for (inner, outer) in function.output.iter().zip(&node.output) {
            if !outer.is_empty() {
                names.insert(inner.as_str(), outer.as_str());
            }
        }
        // If the call leaves out an input, so do the function's nodes.
        let inputs = node
            .input
            .iter()
            .map(String::as_str)
            .chain(core::iter::repeat(""));
        for (inner, outer) in function.input.iter().zip(inputs) {
            names.insert(inner, outer);
        }
        let mut attributes = BTreeMap::new();
        for given in &node.attribute {
            attributes.entry(given.name.as_str()).or_insert(given);
        }
        let mut required = function.attribute.iter();
        if let Some(missing) = required.find(|name| !attributes.contains_key(name.as_str())) {
            return Err(format!("its attribute `{missing}` is missing"));
        }
        for default in &function.attribute_proto {
            attributes.entry(default.name.as_str()).or_insert(default);
        }
        Ok(Self {
            node,
            function,
            names,
            attributes,
            prefix: format!("{}#{number}/", node.op_type),
        })
    }

    /// The rest of the budget `bytes` after a node of the function has become a node of the graph.
    fn charge(&self, inner: &Node, bytes: usize) -> Option<usize> {
        let names = inner.input.iter().chain(&inner.output).map(|name| {
            match self.names.get(name.as_str()) {
                Some(outer) => outer.len(),
                None => self.prefix.len() + name.len(),
            }
        });
        let given = inner
            .attribute
            .iter()
            .filter_map(|inner| self.attributes.get(inner.ref_attr_name.as_str()))
            .map(|given| prost::Message::encoded_len(*given));
        let own = prost::Message::encoded_len(inner) + self.label(inner).len();
        // Stops when the budget is spent, since one attribute may stand for many.
        let mut costs = core::iter::once(own).chain(names).chain(given);
        costs.try_fold(bytes, usize::checked_sub)
    }

    /// Turns a node of the function into a node of the graph.
    fn node(&self, inner: &Node) -> Node {
        let names = |list: &[String]| list.iter().map(|name| self.name(name)).collect();
        let attributes = inner.attribute.iter().filter_map(|a| self.attribute(a));
        Node {
            input: names(&inner.input),
            output: names(&inner.output),
            name: self.label(inner),
            op_type: inner.op_type.clone(),
            attribute: attributes.collect(),
            domain: inner.domain.clone(),
            overload: inner.overload.clone(),
        }
    }

    fn name(&self, inner: &str) -> String {
        match self.names.get(inner) {
            Some(outer) => (*outer).to_owned(),
            None if inner.is_empty() => String::new(),
            None => format!("{}{inner}", self.prefix),
        }
    }

    /// The name of a node of the function, for messages.
    fn label(&self, inner: &Node) -> String {
        let name = |node: &Node| {
            let mut names = core::iter::once(&node.name).chain(&node.output);
            names.find(|name| !name.is_empty()).cloned()
        };
        let (outer, inner) = (name(self.node), name(inner));
        [outer.unwrap_or_default(), inner.unwrap_or_default()].join("/")
    }

    /// An attribute with the value that the call gives it; `None` if the call leaves it out.
    fn attribute(&self, inner: &Attribute) -> Option<Attribute> {
        if inner.ref_attr_name.is_empty() {
            return Some(inner.clone());
        }
        let given = self.attributes.get(inner.ref_attr_name.as_str())?;
        Some(Attribute {
            name: inner.name.clone(),
            ..(*given).clone()
        })
    }

    /// Handles outputs of the function that are also its inputs.
    fn copies(&self) -> Vec<Node> {
        let inputs: BTreeSet<&String> = self.function.input.iter().collect();
        let outputs = self.function.output.iter().zip(&self.node.output);
        let copied = outputs.filter(|(inner, _)| inputs.contains(inner));
        let copy = |(inner, outer): (&String, &String)| proto::Node {
            input: vec![self.name(inner)],
            output: vec![outer.clone()],
            op_type: "Identity".into(),
            ..proto::Node::default()
        };
        copied.map(copy).collect()
    }
}
