//! The graph's end: finds the output with the scores, and handles the operators that may follow
//! them.

use super::view::View;
use super::{Context, Lowering, Refusal, Value, Wanted};
use crate::curve::Curve;
use crate::error::ImportError;
use crate::network::{Kind, Network};
use crate::proto;

impl Context<'_> {
    /// A softmax over the classes keeps the order of the scores. So it is dropped if it is the last
    /// operator.
    pub(super) fn softmax(&mut self) -> Result<Value, Refusal> {
        let view = self.view(0)?;
        // Before opset 13 a softmax runs over this axis and all that follow it.
        let is_one_axis = self.lowering.opset >= 13;
        let default = if is_one_axis { -1 } else { 1 };
        let given = self.attributes.int("axis").unwrap_or(default);
        let axis = super::relabel::axis(given, view.dims.len())?;
        let count = if is_one_axis { 1 } else { view.dims.len() };
        let classes: usize = view.dims.iter().skip(axis).take(count).product();
        if classes != view.len() {
            return Err("it must run over all classes, as the last operator".into());
        }
        Ok(Value::Probabilities(view))
    }

    /// The logarithm of probabilities keeps their order as well.
    pub(super) fn log(&mut self) -> Result<Value, Refusal> {
        match self.any_value(0)? {
            Value::Probabilities(view) => Ok(Value::Probabilities(view.clone())),
            _ => self.curve(Curve::Log),
        }
    }

    /// The position of the largest score, which is the label.
    pub(super) fn arg_max(&mut self) -> Result<Value, Refusal> {
        self.attributes.ignore("keepdims");
        if self.attributes.int("select_last_index").unwrap_or(0) != 0 {
            return Err(
                "of equal scores it takes the last (select_last_index = 1); zklens takes the first"
                    .into(),
            );
        }
        let view = match self.any_value(0)? {
            Value::Probabilities(view) => view.clone(),
            _ => self.view(0)?,
        };
        let given = self.attributes.int("axis").unwrap_or(0);
        let axis = super::relabel::axis(given, view.dims.len())?;
        if view.dims[axis] != view.len() {
            return Err("it must run over all classes".into());
        }
        Ok(Value::Label(view))
    }
}

/// The meaning of a graph's output.
enum Output<'a> {
    Scores(&'a View),
    Label(&'a View),
}

impl<'a> Output<'a> {
    const fn view(&self) -> &'a View {
        match self {
            Self::Scores(view) | Self::Label(view) => view,
        }
    }
}

impl Lowering {
    /// Makes the output with the scores the last layer, and drops layers that it does not depend
    /// on.
    pub(super) fn finish(
        mut self,
        graph: &proto::Graph,
        wanted: Wanted<'_>,
    ) -> Result<Network, ImportError> {
        let fault = |reason: String| ImportError::Output { reason };
        let (name, view) = self.scores(graph, wanted)?;
        let is_row = view.dims.iter().filter(|dim| **dim != 1).count() <= 1;
        if !is_row {
            return Err(fault(format!("it has dimensions {:?}", view.dims)));
        }
        let flat = self.flat(&name, &view).map_err(fault)?;
        if flat == 0 {
            return Err(fault("it is the image itself".into()));
        }
        let mut network = Network {
            layers: self.layers,
            output: flat,
        };
        crate::fold::drop_unused(&mut network);
        if network
            .layers
            .first()
            .is_none_or(|layer| layer.kind != Kind::Input)
        {
            return Err(fault("it does not depend on the image".into()));
        }
        Ok(network)
    }

    /// The output with the scores: the one that the caller names, or else the only possible one.
    fn scores(
        &self,
        graph: &proto::Graph,
        wanted: Wanted<'_>,
    ) -> Result<(String, View), ImportError> {
        let mut outputs = graph.output.iter().map(|output| output.name.as_str());
        if let Some(wanted) = wanted.output {
            let name = outputs
                .find(|name| *name == wanted)
                .ok_or_else(|| ImportError::Output {
                    reason: format!("no output is called `{wanted}`; there are {}", list(graph)),
                })?;
            return Ok((name.into(), self.output(name)?.view().clone()));
        }
        let names: Vec<&str> = outputs.collect();
        let [only] = names[..] else {
            return self.best(graph, &names, wanted.classes);
        };
        Ok((only.into(), self.output(only)?.view().clone()))
    }

    /// Finds the output with scores among several. If several outputs have scores, takes the one
    /// whose position of the largest is another output, or else the one that has a score for each
    /// class.
    fn best(
        &self,
        graph: &proto::Graph,
        names: &[&str],
        classes: usize,
    ) -> Result<(String, View), ImportError> {
        let mut first_error = None;
        let mut scores: Vec<(&str, &View)> = Vec::new();
        let mut labels: Vec<(&str, &View)> = Vec::new();
        for name in names {
            match self.output(name) {
                Ok(Output::Scores(view)) => scores.push((name, view)),
                Ok(Output::Label(view)) => labels.push((name, view)),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        if scores.is_empty() {
            scores.append(&mut labels);
        }
        if !labels.is_empty() {
            scores.retain(|(_, view)| labels.iter().any(|(_, label)| label.is_same_cells(view)));
        }
        if scores.iter().any(|(_, view)| view.len() == classes) {
            scores.retain(|(_, view)| view.len() == classes);
        }
        let first = scores.first().copied();
        match (first, first_error) {
            (Some((name, view)), _) if scores.iter().all(|(_, v)| v.is_same_cells(view)) => {
                Ok((name.into(), view.clone()))
            }
            (None, Some(error)) => Err(error),
            _ => Err(ImportError::Output {
                reason: format!(
                    "there are several, {}; name the one with the scores",
                    list(graph)
                ),
            }),
        }
    }

    fn output(&self, name: &str) -> Result<Output<'_>, ImportError> {
        let fault = |reason: String| ImportError::Output { reason };
        match self.values.get(name) {
            Some(Value::Activation(view) | Value::Probabilities(view)) => Ok(Output::Scores(view)),
            Some(Value::Label(view)) => Ok(Output::Label(view)),
            Some(Value::Constant(_)) => Err(fault("it does not depend on the image".into())),
            Some(Value::Quantised(..)) => Err(fault(
                "it is quantised; give the network in floating point: zklens quantises by itself"
                    .into(),
            )),
            Some(Value::Failed(error)) => Err(error.clone()),
            None => Err(fault(format!("no node makes `{name}`"))),
        }
    }
}

/// The names of a graph's outputs.
fn list(graph: &proto::Graph) -> String {
    let names: Vec<String> = graph
        .output
        .iter()
        .take(8)
        .map(|o| format!("`{}`", o.name))
        .collect();
    names.join(", ")
}
