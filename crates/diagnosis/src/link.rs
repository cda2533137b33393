//! Addresses: zklens fetches nothing.

use crate::{Diagnosis, printable};

/// Length of the longest address that goes into a command line.
const LONGEST: usize = 300;

/// Advice about a path that is really an address; `None` about any other path.
///
/// ```
/// let diagnosis = zklens_diagnosis::remote("https://example.org/1.png").unwrap();
/// assert_eq!(diagnosis.what(), "this is an address, and zklens fetches nothing");
/// assert!(zklens_diagnosis::remote("photos/1.png").is_none());
/// ```
#[must_use]
pub fn remote(path: &str) -> Option<Diagnosis> {
    let address = Address::parse(path)?;
    let what = match address {
        Address::Inline => "this is a data: URI, which holds a file, and not the name of one",
        _ => "this is an address, and zklens fetches nothing",
    };
    Some(Diagnosis::new(what, address.help()))
}

/// Where a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address<'a> {
    /// The part after `ipfs://`: a CID, and perhaps a path.
    Ipfs(&'a str),
    /// An address for other programs, with its scheme.
    Web(&'a str),
    /// A `data:` URI.
    Inline,
}

impl<'a> Address<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let is = |scheme: &str| {
            let start = text.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if is("ipfs://") {
            let path = text.get("ipfs://".len()..)?;
            return Some(Self::Ipfs(path.strip_prefix("ipfs/").unwrap_or(path)));
        }
        if is("data:") {
            return Some(Self::Inline);
        }
        let schemes = ["https://", "http://", "ipns://", "ar://", "ftp://", "s3://"];
        schemes
            .iter()
            .any(|scheme| is(scheme))
            .then_some(Self::Web(text))
    }

    /// How to get the file.
    pub(crate) fn help(self) -> String {
        match self {
            Self::Ipfs(path) => ipfs(path),
            Self::Web(url) => web(url),
            Self::Inline => {
                "decode what follows its comma (`base64 -d`, if it says base64) into a file"
                    .to_owned()
            }
        }
    }
}

fn ipfs(path: &str) -> String {
    let (cid, inner) = path.split_once('/').unwrap_or((path, ""));
    let is_cid = !cid.is_empty() && cid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (path, name) = if is_cid && inner.chars().all(is_plain) && path.len() <= LONGEST {
        (path, "FILE")
    } else {
        ("CID", "FILE")
    };
    let check = if inner.is_empty() {
        format!("`zklens cid {name}` then shows whether it is that file")
    } else {
        "the address is that of a folder, so `zklens cid` prints another one, of the file alone"
            .to_owned()
    };
    format!(
        "get the file first: `ipfs get {path} -o {name}`, or through a gateway, `curl -L -o {name} \
         https://ipfs.io/ipfs/{path}`; {check}"
    )
}

fn web(url: &str) -> String {
    let is_http = url
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("http"));
    if is_http && url.len() <= LONGEST && url.chars().all(|c| is_plain(c) || "?&=#,+@;".contains(c))
    {
        return format!("get the file first: `curl -L -o FILE '{url}'`; then give FILE");
    }
    format!(
        "get the file from {} first, then give its path",
        printable(url)
    )
}

/// Whether a character means nothing to a shell. The address may be a stranger's.
const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | ':' | '.' | '-' | '_' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_not_addresses() {
        for path in [
            "photo.png",
            "ipfs",
            "https",
            "a/https://x",
            "C:\\photo.png",
            "data",
            "",
            "é",
        ] {
            assert_eq!(remote(path), None, "{path}");
        }
    }

    #[test]
    fn an_address_on_ipfs_gives_commands() {
        for path in ["ipfs://QmX", "IPFS://ipfs/QmX", " ipfs://QmX\n"] {
            let help = remote(path).unwrap().help().to_owned();
            assert!(help.contains("`ipfs get QmX -o FILE`"), "{help}");
            assert!(help.contains("https://ipfs.io/ipfs/QmX`"), "{help}");
            assert!(help.contains("`zklens cid FILE` then shows"), "{help}");
        }
        let help = remote("ipfs://QmX/1.png").unwrap().help().to_owned();
        assert!(
            help.contains("ipfs get QmX/1.png") && help.contains("of a folder"),
            "{help}"
        );
    }

    #[test]
    fn nothing_that_a_shell_understands_gets_into_a_command() {
        for address in [
            "ipfs://QmX`reboot`",
            "ipfs://QmX/$(reboot)",
            "ipfs://-o",
            "ipfs://Qm X",
            "https://x/'; reboot #",
            "https://x/\u{202e}",
            "https://x/\u{1b}[2J",
        ] {
            let help = remote(address).unwrap().help().to_owned();
            let commands: Vec<&str> = help.split('`').skip(1).step_by(2).collect();
            for command in commands {
                assert!(
                    !command.contains("reboot") && !command.contains("get -"),
                    "{command}"
                );
            }
            assert!(
                help.chars().all(|c| !c.is_control() && c != '\u{202e}'),
                "{help}"
            );
        }
    }
}
