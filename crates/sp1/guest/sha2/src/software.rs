//! The hasher on the machine that builds, which has no precompile: the next version of the `sha2`
//! crate, which this crate does not replace.

use software::Digest;

#[derive(Clone, Default)]
pub(crate) struct Hasher(software::Sha256);

impl Hasher {
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    pub(crate) fn finalize(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
