//! The cost of a proof, before it is made: the same lines for `inspect` and `import`.

use crate::failure::Failure;
use crate::memory;
use crate::output::say;
use zklens_answers::ProofCost;

/// Prints the cost of a proof. `indent` goes between the words of the first column and the others.
pub(crate) fn say_cost(indent: &str, cost: &ProofCost) -> Result<(), Failure> {
    let seconds = match cost.cpu_seconds {
        seconds if seconds < 10.0 => format!("{seconds:.1} s"),
        seconds => format!("{seconds:.0} s"),
    };
    let memory = memory::gigabytes(cost.memory_bytes);
    say!(
        "proving     {indent}about {seconds} of one core and {memory} of memory an image (estimates)"
    );
    say!(
        "            {indent}{} bytes of numbers, {} cells, {} commitments",
        cost.number_bytes,
        cost.cells,
        cost.commitments
    );
    say!("proof       {indent}{} bytes an image", cost.proof_bytes);
    match cost.gas {
        Some(gas) => say!("on chain    {indent}about {gas} gas, with --for-chain"),
        None => say!("on chain    {indent}no contract takes it: the key is too long for one"),
    }
    Ok(())
}
