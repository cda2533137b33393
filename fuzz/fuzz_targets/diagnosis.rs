//! Files that every decoder refused. A diagnosis is a few lines of visible text.

#![no_main]

use zklens_diagnosis::{Expected, diagnose};
use zklens_fuzz::{MIB, door};

/// The most bytes of a diagnosis. It repeats at most two texts of a file, each cut at 200
/// characters.
const LONGEST: usize = 2048;

door!(256 * MIB, |file| {
    for expected in [Expected::Image, Expected::Network, Expected::Other] {
        let Some(diagnosis) = diagnose(file, expected) else {
            continue;
        };
        let text = diagnosis.to_string();
        assert!(text.len() <= LONGEST, "{} bytes", text.len());
        let is_visible = |c: char| c.is_ascii_graphic() || matches!(c, ' ' | '…');
        assert!(text.chars().all(is_visible), "{text:?}");
        assert!(!diagnosis.what().is_empty() && !diagnosis.help().is_empty());
    }
});
