//! Small files that ask for much work.

use super::*;

#[test]
fn lists_that_are_too_long_together_are_refused_before_they_are_joined() {
    let concat = node("Concat", &["long"; 32], &["all"], vec![int("axis", 0)]);
    let reshape = node("Reshape", &["x", "all"], &["y"], vec![]);
    let mut model = model(&[1, 1, 2, 2], vec![concat, reshape], vec![], &["y"]);
    let graph = model.graph.as_mut().unwrap();
    graph.sparse_initializer = vec![long_list("long", 1 << 24)];
    let error = importer(&model, 4).unwrap_err();
    assert!(error.contains("`the Concat` (Concat)"), "{error}");
    assert!(error.contains("536870912 elements"), "{error}");
}

/// Calls of a function in a chain from `x` to `y`.
fn calls(count: usize, function: Function, attributes: &[Attribute]) -> Model {
    let names: Vec<String> = (0..=count).map(|i| format!("c{i}")).collect();
    let name = |at: usize| if at == 0 { "x" } else { names[at].as_str() };
    let call = |at| {
        node(
            "local::F",
            &[name(at)],
            &[name(at + 1)],
            attributes.to_vec(),
        )
    };
    let mut nodes: Vec<Node> = (0..count).map(call).collect();
    nodes.push(node("Flatten", &[name(count)], &["y"], vec![]));
    let mut model = model(&[1, 1, 2, 2], nodes, vec![], &["y"]);
    model.functions = vec![function];
    model
}

#[test]
fn a_call_costs_the_names_of_its_function() {
    let unused: Vec<String> = (0..30_000).map(|i| format!("unused {i}")).collect();
    let mut inputs = vec!["a"];
    inputs.extend(unused.iter().map(String::as_str));
    let relu = || vec![node("Relu", &["a"], &["b"], vec![])];
    let wide = || function("F", [&inputs, &["b"]], &[], relu());
    assert!(importer(&calls(2, wide(), &[]), 4).is_ok());
    let error = importer(&calls(3, wide(), &[]), 4).unwrap_err();
    assert!(error.contains("unfold to too many nodes"), "{error}");
    let copy = || function("F", [&["a"], &["a"]], &[], vec![]);
    assert!(importer(&calls(1_000, copy(), &[]), 4).is_ok());
    let error = importer(&calls(22_000, copy(), &[]), 4).unwrap_err();
    assert!(error.contains("unfold to too many nodes"), "{error}");
}

/// One attribute of 2^20 bytes stands for 2^10 others, more bytes than all calls may add.
#[test]
fn attributes_that_stand_for_a_large_one_are_counted() {
    let stands = |i: usize| Attribute {
        ref_attr_name: "large".into(),
        ..int(&format!("a{i}"), 0)
    };
    let relu = node("Relu", &["a"], &["b"], (0..1 << 10).map(stands).collect());
    let function = function("F", [&["a"], &["b"]], &["large"], vec![relu]);
    let large = text("large", &"x".repeat(1 << 20));
    let error = importer(&calls(1, function, &[large]), 4).unwrap_err();
    assert!(error.contains("unfold to too many nodes"), "{error}");
}

#[test]
fn nodes_whose_outputs_nobody_holds_are_counted_too() {
    let import = |operator, count| {
        let copy = node(operator, &["long"], &[""], vec![]);
        let mut nodes = vec![copy; count];
        nodes.push(node("Flatten", &["x"], &["y"], vec![]));
        nodes.push(node("Relu", &["y"], &["z"], vec![]));
        let mut model = model(&[1, 1, 2, 2], nodes, vec![], &["z"]);
        let graph = model.graph.as_mut().unwrap();
        graph.sparse_initializer = vec![long_list("long", 1 << 22)];
        importer(&model, 4).map(|_| ())
    };
    // A copy is read and made, but of a shape only a few numbers are made.
    assert_eq!(import("Shape", 255), Ok(()));
    let error = import("Identity", 129).unwrap_err();
    assert!(error.contains("`the Flatten` (Flatten)"), "{error}");
    assert!(
        error.contains("move more than 1073741824 elements"),
        "{error}"
    );
}
