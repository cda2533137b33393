//! The IPFS content identifier of a file, as `ipfs add` computes it.
//!
//! A file is cut into chunks of [`CHUNK_BYTES`]. Each chunk is a leaf; every [`NODE_LINKS`] leaves
//! get a parent, every [`NODE_LINKS`] parents a grandparent, until one root is left (the balanced
//! layout of UnixFS, all leaves at the same depth). The root's SHA-256 is the identifier. Reading
//! needs one chunk and at most [`NODE_LINKS`] links per level of the tree in memory.
//!
//! [`of`] and [`of_reader`] equal Kubo with its default settings: see the vectors in `tests/`.

use core::fmt;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// The number of bytes in each chunk of a file; the last chunk may have fewer.
pub const CHUNK_BYTES: usize = 262_144;

/// The most links that a node of the tree has.
pub const NODE_LINKS: usize = 174;

/// The two versions of identifiers that IPFS tools print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CidVersion {
    /// `Qm…`: `ipfs add`. Leaves are UnixFS protobuf messages around a chunk.
    #[default]
    V0,
    /// `bafkrei…` and `bafybei…`: `ipfs add --cid-version=1`. Leaves are the chunks themselves.
    V1RawLeaves,
}

/// An IPFS content identifier of a file.
///
/// Its [`Display`](fmt::Display) form is the text that IPFS tools print: base58 for version 0,
/// base32 for version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cid {
    codec: Codec,
    digest: [u8; 32],
}

/// The kind of block that the digest is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Codec {
    /// A DAG-PB node in an identifier of version 0, which has no field for the codec.
    V0,
    /// A DAG-PB node.
    V1Node,
    /// Raw bytes.
    V1Raw,
}

impl Cid {
    /// SHA-256 of the root block.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The binary form: 34 bytes in version 0, 36 in version 1.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        const SHA2_256_OF_32_BYTES: [u8; 2] = [0x12, 0x20];
        let prefix: &[u8] = match self.codec {
            Codec::V0 => &[],
            Codec::V1Node => &[0x01, 0x70],
            Codec::V1Raw => &[0x01, 0x55],
        };
        [prefix, &SHA2_256_OF_32_BYTES, &self.digest].concat()
    }

    /// `ipfs://` and the identifier: the link that an NFT's metadata holds.
    #[must_use]
    pub fn ipfs_uri(&self) -> String {
        format!("ipfs://{self}")
    }
}

impl fmt::Display for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.to_bytes();
        match self.codec {
            Codec::V0 => f.write_str(&bs58::encode(bytes).into_string()),
            Codec::V1Node | Codec::V1Raw => {
                let base32 = data_encoding::BASE32_NOPAD.encode(&bytes);
                write!(f, "b{}", base32.to_ascii_lowercase())
            }
        }
    }
}

/// The identifier of a file that is in memory.
///
/// ```
/// use zklens_image::{CidVersion, cid};
///
/// let cid = cid::of(b"hello world", CidVersion::V1RawLeaves);
/// assert_eq!(cid.to_string(), "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
/// ```
#[must_use]
pub fn of(bytes: &[u8], version: CidVersion) -> Cid {
    let mut tree = Tree::new(version);
    for chunk in bytes.chunks(CHUNK_BYTES) {
        tree.push(chunk);
    }
    tree.finish()
}

/// The identifier of a file that is read to its end, in bounded memory.
///
/// # Errors
///
/// The first error of `reader` other than an interruption.
pub fn of_reader(mut reader: impl Read, version: CidVersion) -> io::Result<Cid> {
    let mut tree = Tree::new(version);
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    loop {
        chunk.clear();
        reader
            .by_ref()
            .take(CHUNK_BYTES as u64)
            .read_to_end(&mut chunk)?;
        if chunk.is_empty() {
            return Ok(tree.finish());
        }
        tree.push(&chunk);
    }
}

/// A tree that grows to the right. It keeps, for each level from the leaves up, the links that wait
/// for a parent; [`NODE_LINKS`] of them get their parent at once.
struct Tree {
    version: CidVersion,
    levels: Vec<Vec<Link>>,
}

/// A finished subtree, as its parent links to it.
struct Link {
    cid: Cid,
    /// The number of the file's bytes in the subtree.
    file_bytes: u64,
    /// The number of bytes of all blocks in the subtree.
    block_bytes: u64,
}

impl Tree {
    const fn new(version: CidVersion) -> Self {
        Self {
            version,
            levels: Vec::new(),
        }
    }

    fn push(&mut self, chunk: &[u8]) {
        let mut link = leaf(self.version, chunk);
        for level in &mut self.levels {
            level.push(link);
            if level.len() < NODE_LINKS {
                return;
            }
            link = node(self.version, level);
            level.clear();
        }
        self.levels.push(vec![link]);
    }

    fn finish(self) -> Cid {
        let version = self.version;
        let mut levels = self.levels.into_iter();
        let mut links = levels.next().unwrap_or_else(|| vec![leaf(version, &[])]);
        for mut level in levels {
            if !links.is_empty() {
                level.push(node(version, &links));
            }
            links = level;
        }
        match links.as_slice() {
            [root] => root.cid,
            links => node(version, links).cid,
        }
    }
}

/// A chunk as a block: UnixFS in DAG-PB for version 0, bare for version 1.
fn leaf(version: CidVersion, chunk: &[u8]) -> Link {
    let file_bytes = chunk.len() as u64;
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    if version == CidVersion::V0 {
        let mut file = FILE.to_vec();
        if !chunk.is_empty() {
            put_varint(&mut file, unixfs::DATA);
            put_varint(&mut file, file_bytes);
        }
        put_varint(&mut tail, unixfs::FILE_BYTES);
        put_varint(&mut tail, file_bytes);
        put_varint(&mut head, dag_pb::DATA);
        put_varint(&mut head, (file.len() + chunk.len() + tail.len()) as u64);
        head.extend_from_slice(&file);
    }
    let codec = match version {
        CidVersion::V0 => Codec::V0,
        CidVersion::V1RawLeaves => Codec::V1Raw,
    };
    let digest = Sha256::new()
        .chain_update(&head)
        .chain_update(chunk)
        .chain_update(&tail)
        .finalize()
        .into();
    Link {
        cid: Cid { codec, digest },
        file_bytes,
        block_bytes: (head.len() + chunk.len() + tail.len()) as u64,
    }
}

/// The parent of some subtrees: their links, then a UnixFS file without data of its own.
fn node(version: CidVersion, links: &[Link]) -> Link {
    let mut block = Vec::new();
    let mut file = FILE.to_vec();
    let file_bytes = links.iter().map(|link| link.file_bytes).sum();
    put_varint(&mut file, unixfs::FILE_BYTES);
    put_varint(&mut file, file_bytes);
    for link in links {
        let mut entry = Vec::new();
        put_bytes(&mut entry, dag_pb::LINK_CID, &link.cid.to_bytes());
        put_bytes(&mut entry, dag_pb::LINK_NAME, &[]);
        put_varint(&mut entry, dag_pb::LINK_BLOCK_BYTES);
        put_varint(&mut entry, link.block_bytes);
        put_bytes(&mut block, dag_pb::LINK, &entry);
        put_varint(&mut file, unixfs::CHILD_FILE_BYTES);
        put_varint(&mut file, link.file_bytes);
    }
    put_bytes(&mut block, dag_pb::DATA, &file);
    let codec = match version {
        CidVersion::V0 => Codec::V0,
        CidVersion::V1RawLeaves => Codec::V1Node,
    };
    let below: u64 = links.iter().map(|link| link.block_bytes).sum();
    Link {
        cid: Cid {
            codec,
            digest: Sha256::digest(&block).into(),
        },
        file_bytes,
        block_bytes: block.len() as u64 + below,
    }
}

/// Protobuf tags (`field << 3 | wire type`) of a DAG-PB node and its links.
mod dag_pb {
    pub(super) const DATA: u64 = 1 << 3 | 2;
    pub(super) const LINK: u64 = 2 << 3 | 2;
    pub(super) const LINK_CID: u64 = 1 << 3 | 2;
    pub(super) const LINK_NAME: u64 = 2 << 3 | 2;
    pub(super) const LINK_BLOCK_BYTES: u64 = 3 << 3;
}

/// Protobuf tags of a UnixFS message.
mod unixfs {
    pub(super) const DATA: u64 = 2 << 3 | 2;
    pub(super) const FILE_BYTES: u64 = 3 << 3;
    pub(super) const CHILD_FILE_BYTES: u64 = 4 << 3;
}

/// The first bytes of a UnixFS message of a file: field 1, the type, is 2.
const FILE: [u8; 2] = [1 << 3, 2];

fn put_bytes(out: &mut Vec<u8>, tag: u64, bytes: &[u8]) {
    put_varint(out, tag);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use ipld_core::cid::Version;
    use proptest::prelude::*;
    use rust_unixfs::file::adder::{Chunker, FileAdder};

    use super::*;

    /// Against a second implementation, with chunks of one byte, so that small files make deep
    /// trees.
    fn reference(bytes: &[u8], version: CidVersion) -> String {
        let mut adder = FileAdder::builder()
            .with_chunker(Chunker::Size(1))
            .with_cid_version(match version {
                CidVersion::V0 => Version::V0,
                CidVersion::V1RawLeaves => Version::V1,
            })
            .build();
        let mut root = None;
        for byte in bytes.chunks(1) {
            root = adder.push(byte).0.last().or(root);
        }
        root = adder.finish().last().or(root);
        root.expect("there is a block").0.to_string()
    }

    fn ours(bytes: &[u8], version: CidVersion) -> String {
        let mut tree = Tree::new(version);
        for byte in bytes.chunks(1) {
            tree.push(byte);
        }
        tree.finish().to_string()
    }

    #[test]
    fn three_levels_equal_rust_unixfs_at_every_border() {
        let square = NODE_LINKS * NODE_LINKS;
        for chunks in [
            1,
            2,
            173,
            174,
            175,
            348,
            349,
            square - 1,
            square,
            square + 1,
            square + 175,
        ] {
            let bytes: Vec<u8> = (0..chunks).map(|i| (i % 251) as u8).collect();
            for version in [CidVersion::V0, CidVersion::V1RawLeaves] {
                assert_eq!(
                    ours(&bytes, version),
                    reference(&bytes, version),
                    "{chunks} chunks"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn trees_of_any_size_equal_rust_unixfs(
            bytes in prop::collection::vec(any::<u8>(), 1..3 * NODE_LINKS),
            raw in any::<bool>(),
        ) {
            let version = if raw { CidVersion::V1RawLeaves } else { CidVersion::V0 };
            prop_assert_eq!(ours(&bytes, version), reference(&bytes, version));
        }
    }
}
