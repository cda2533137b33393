//! A verifier contract in one Solidity file, for one network.

use crate::key::{ExportError, contract_key};
use std::fmt::Write;
use zklens_commitment::VerifierSetup;
use zklens_layers::circuit::{LinearOp, Path, Table};
use zklens_layers::dims::{AXES, volume};
use zklens_layers::gadgets::Column;
use zklens_layers::layout::array::{Array, Placement};
use zklens_layers::{Circuit, Layout};
use zklens_verifier::VerifyingKey;

/// The sources, each behind those that it needs. `Features` is missing: an export writes it anew.
const SOURCES: [&str; 17] = [
    include_str!("../../../contracts/src/IModelVerifier.sol"),
    include_str!("../../../contracts/src/verifier/Bn254.sol"),
    include_str!("../../../contracts/src/verifier/Vectors.sol"),
    include_str!("../../../contracts/src/verifier/Labels.sol"),
    include_str!("../../../contracts/src/verifier/Axes.sol"),
    include_str!("../../../contracts/src/verifier/Transcript.sol"),
    include_str!("../../../contracts/src/verifier/Sumcheck.sol"),
    include_str!("../../../contracts/src/verifier/Opening.sol"),
    include_str!("../../../contracts/src/verifier/KeyWords.sol"),
    include_str!("../../../contracts/src/verifier/ContractKey.sol"),
    include_str!("../../../contracts/src/verifier/Lookups.sol"),
    include_str!("../../../contracts/src/verifier/Rules.sol"),
    include_str!("../../../contracts/src/verifier/Wiring.sol"),
    include_str!("../../../contracts/src/verifier/ClosingState.sol"),
    include_str!("../../../contracts/src/verifier/Columns.sol"),
    include_str!("../../../contracts/src/verifier/Operands.sol"),
    include_str!("../../../contracts/src/verifier/Closing.sol"),
];

const MODEL_VERIFIER: &str = include_str!("../../../contracts/src/verifier/ModelVerifier.sol");

/// The constants of `Features.sol`.
const FEATURES: [&str; 6] = [
    "LOOKUPS",
    "WINDOWS",
    "CONVOLUTIONS",
    "GROUPS",
    "STEPS",
    "LARGE_ARRAYS",
];

/// Bytes of the key in one line of source.
const KEY_LINE: usize = 48;

/// A Solidity file with a contract that verifies proofs about the model of `key` and `batches` images. It imports
/// nothing, and has no code that the network does not need.
///
/// # Errors
///
/// As [`contract_key`].
pub fn export(
    key: &VerifyingKey,
    setup: &VerifierSetup,
    batches: &[usize],
) -> Result<String, ExportError> {
    let bytes = contract_key(key, setup, batches)?;
    let layouts = batches
        .iter()
        .map(|images| Layout::new(key.circuit(), key.columns(), *images));
    let layouts: Vec<Layout> = layouts.flatten().collect();
    let mut file =
        String::from("// SPDX-License-Identifier: MIT OR Apache-2.0\npragma solidity ^0.8.28;\n");
    let _ = write!(
        file,
        "\n// Written by `zklens evm export`. Compile with the optimizer and via-IR, for Cancun or later.\n"
    );
    for source in SOURCES {
        file.push_str(body(source));
        if source == SOURCES[0] {
            file.push_str(&features(key.circuit(), &layouts));
        }
    }
    file.push_str(body(MODEL_VERIFIER));
    file.push_str(&contract(key, batches, &bytes));
    Ok(file)
}

/// A source without licence, version and imports.
fn body(source: &str) -> &str {
    let mut rest = source;
    while let Some((line, after)) = rest.split_once('\n') {
        let is_head = ["// SPDX", "pragma ", "import "]
            .iter()
            .any(|head| line.starts_with(head));
        if !is_head && !line.is_empty() {
            break;
        }
        rest = after;
    }
    // With the empty line before it.
    &source[source.len() - rest.len() - 1..]
}

/// The library `Features`, with `false` for every part of the verifier that the network does not need. It is written from
/// this list, so a constant that the list lacks is a compiler's error in the export.
fn features(circuit: &Circuit, layouts: &[Layout]) -> String {
    let gadgets = || circuit.tables.iter().map(|table| &table.gadget);
    let paths = || circuit.tables.iter().flat_map(paths);
    let convolutions = || {
        paths().filter_map(|path| match path.weights?.map {
            LinearOp::Conv2d { window, groups } => Some((window, groups)),
            LinearOp::Dense => None,
        })
    };
    let arrays = layouts.iter().flat_map(|layout| {
        let columns = layout
            .tables
            .iter()
            .flat_map(|table| table.placements.iter().flatten());
        layout.arrays.iter().chain(columns)
    });
    let is_inside = |array: &Array| {
        // Bytes of numbers have one axis more, before those of the table.
        let first = array.dims().len().saturating_sub(AXES);
        matches!(array.place(), Placement::Cut { axis, .. } if axis > first)
    };
    let is_of_key = |column: &Column| matches!(column, Column::Fixed { .. });
    let mut tables = layouts.iter().flat_map(|layout| &layout.tables);
    let has_lookups = tables.any(|table| table.rules.columns.iter().any(is_of_key));
    let has = [
        has_lookups,
        gadgets().any(|gadget| gadget.window().is_some()),
        convolutions().next().is_some(),
        convolutions().any(|(_, groups)| groups != 1),
        paths().any(|path| !path.steps.is_empty()),
        { arrays }.any(is_inside),
    ];
    let constants = FEATURES.iter().zip(has);
    let constants = constants.map(|(name, has)| format!("    {}\n", declaration(name, has)));
    let constants: String = constants.collect();
    format!(
        "\n/// @title What this network needs of the verifier\nlibrary Features {{\n{constants}}}\n"
    )
}

/// The constant `name` of the library `Features`.
fn declaration(name: &str, has: bool) -> String {
    format!("bool internal constant {name} = {has};")
}

fn paths(table: &Table) -> &[Path] {
    table.operand.as_ref().map_or(&[], |operand| &operand.paths)
}

/// A name for a comment, without characters beyond ASCII: they could make a reader see a different text.
fn printable(name: &str) -> String {
    let printable = |c: char| {
        if c == ' ' || c.is_ascii_graphic() {
            c
        } else {
            '?'
        }
    };
    name.chars().map(printable).collect()
}

/// The final contract.
fn contract(key: &VerifyingKey, batches: &[usize], bytes: &[u8]) -> String {
    let batches: Vec<String> = batches.iter().map(ToString::to_string).collect();
    let mut source = String::new();
    let lines = [
        format!(
            "/// @title Verifies what the network `{}` sees",
            printable(key.name())
        ),
        "/// @notice The network, as tables, each with its sides (channels, height, width):".into(),
        "///".into(),
    ];
    for line in lines {
        let _ = writeln!(source, "{line}");
    }
    for (index, table) in key.circuit().tables.iter().enumerate() {
        let _ = writeln!(source, "/// {index}. {}", described(table));
    }
    let _ = write!(
        source,
        "///\n/// @dev Model id {}. Images in one proof: {}.\n",
        key.id(),
        batches.join(", ")
    );
    let _ = write!(
        source,
        "contract {} is ModelVerifier {{\n    /// @inheritdoc ModelVerifier\n    function key() public pure override returns (bytes memory) {{\n        return",
        contract_name(key.name())
    );
    for (index, line) in bytes.chunks(KEY_LINE).enumerate() {
        let hex: String = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let before = if index == 0 { " " } else { "\n            " };
        let _ = write!(source, "{before}hex\"{hex}\"");
    }
    source.push_str(";\n    }\n}\n");
    format!("\n{source}")
}

fn described(table: &Table) -> String {
    let [channels, height, width] = table.sides;
    let gadget = table.gadget.description();
    let wired: Vec<String> = paths(table).iter().map(wire).collect();
    let of = match wired.is_empty() {
        true => String::new(),
        false => format!(", of {}", wired.join(" + ")),
    };
    format!("{channels}×{height}×{width}: {gadget}{of}")
}

fn wire(path: &Path) -> String {
    let source = path.source;
    let steps = match path.steps.is_empty() {
        true => "",
        false => ", averaged, shifted or concatenated",
    };
    match path.weights.map(|weighted| weighted.map) {
        None => format!("table {source}{steps}"),
        Some(LinearOp::Dense) => format!("a dense layer of table {source}{steps}"),
        Some(LinearOp::Conv2d { window, groups }) => {
            let kernel = volume(&[window.height.kernel, window.width.kernel]);
            let of_groups = if groups == 1 {
                String::new()
            } else {
                format!(" in {groups} groups")
            };
            format!("a convolution{of_groups} of {kernel} taps of table {source}{steps}")
        }
    }
}

/// The model's name as a Solidity name: `fashion-mlp` is `FashionMlpVerifier`.
#[must_use]
pub fn contract_name(model: &str) -> String {
    let words = model.split(|c: char| !c.is_ascii_alphanumeric());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    };
    let name: String = words.map(capital).collect();
    // A name does not begin with a digit, and one name is taken.
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("Model{name}Verifier"),
        false if name.is_empty() || name == "Model" || name == "IModel" => {
            "ExportedModelVerifier".into()
        }
        false => format!("{name}Verifier"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_models_become_names_of_contracts() {
        assert_eq!(contract_name("fashion-mlp"), "FashionMlpVerifier");
        assert_eq!(contract_name("2nd try"), "Model2ndTryVerifier");
        for taken in ["–", "model", "i-model"] {
            assert_eq!(contract_name(taken), "ExportedModelVerifier");
        }
        assert_eq!(printable("net\u{202e} 2"), "net? 2");
    }

    /// Otherwise an export would not compile, or would have code that its network does not need.
    #[test]
    fn an_export_sets_every_feature_of_the_verifier() {
        let source = include_str!("../../../contracts/src/verifier/Features.sol");
        let lines = source.lines().map(str::trim);
        let declared: Vec<&str> = lines.filter(|line| line.starts_with("bool ")).collect();
        assert_eq!(declared, FEATURES.map(|name| declaration(name, true)));
    }

    #[test]
    fn a_source_begins_behind_its_imports() {
        for source in SOURCES.iter().chain([&MODEL_VERIFIER]) {
            let body = body(source);
            assert!(
                body.starts_with("\n/") || body.starts_with("\ntype"),
                "{}",
                &body[..40]
            );
            assert!(!body.contains("\nimport ") && !body.contains("\npragma "));
        }
    }
}
