//! The URL of a node.

use super::error::ChainError;
use secrets::Secrets;
use std::fmt;
use std::net::IpAddr;
use ureq::http::Uri;
use zeroize::Zeroizing;

mod secrets;

/// The URL of a node. It may hold somebody's key to a service, so only its host is ever printed.
#[derive(Clone)]
pub struct Endpoint {
    url: Zeroizing<String>,
    secrets: Secrets,
    shown: String,
    is_local: bool,
}

impl Endpoint {
    /// Reads a URL of HTTP or HTTPS.
    ///
    /// # Errors
    ///
    /// The text is not a URL of HTTP or HTTPS.
    pub fn parse(url: &str) -> Result<Self, ChainError> {
        let url = Zeroizing::new(url.trim().to_owned());
        let uri: Uri = url
            .parse()
            .map_err(|_| ChainError::Url("it cannot be read"))?;
        let scheme = match uri.scheme_str() {
            Some(scheme @ ("http" | "https")) => scheme,
            Some("ws" | "wss") => {
                return Err(ChainError::Url("zklens asks over http:// or https://"));
            }
            _ => {
                return Err(ChainError::Url(
                    "it begins with neither http:// nor https://",
                ));
            }
        };
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or(ChainError::Url("it has no host"))?;
        let port = uri
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
        Ok(Self {
            shown: format!("{scheme}://{host}{port}"),
            is_local: host == "localhost" || address.is_ok_and(|address| address.is_loopback()),
            secrets: Secrets::of(&url),
            url,
        })
    }

    /// The whole URL, for the one who sends requests.
    pub(super) fn secret(&self) -> &str {
        &self.url
    }

    /// Whether the node is on this machine, where no proxy leads.
    pub(super) const fn is_local(&self) -> bool {
        self.is_local
    }

    /// The beginning of a stranger's text, as a terminal may show it, and without the secrets of the URL.
    pub(super) fn scrub(&self, text: &str) -> String {
        const MOST: usize = 300;
        zklens_printable::excerpt(&self.secrets.take_out_of(text), MOST)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_host_and_nothing_else() {
        let endpoint = Endpoint::parse(
            "https://me:topsecret@eth.example:8443/v2/0123456789abcdef?key=abcdefghij",
        )
        .unwrap();
        assert_eq!(endpoint.to_string(), "https://eth.example:8443");
        assert_eq!(
            format!("{endpoint:?}"),
            "Endpoint(https://eth.example:8443)"
        );
    }

    #[test]
    fn takes_keys_out_of_what_others_say() {
        let endpoint =
            Endpoint::parse("https://me:topsecret@eth.example/v2/0123456789abcdef?key=abcdefghij")
                .unwrap();
        let text = "bad key 0123456789abcdef,\nabcdefghij or topsecret at eth.example";
        let expected = "bad … …,\\n… or … at eth.example";
        assert_eq!(endpoint.scrub(text), expected);
        let long = "x".repeat(299) + "abcdefghij";
        assert_eq!(endpoint.scrub(&long), "x".repeat(299) + "…");
        assert_eq!(endpoint.scrub("\u{202e}\u{1b}[2J"), "\\u{202e}\\u{1b}[2J");
    }

    #[test]
    fn knows_this_machine() {
        for url in [
            "http://localhost:8545",
            "http://127.0.0.1",
            "http://[::1]:1/x",
        ] {
            assert!(Endpoint::parse(url).unwrap().is_local(), "{url}");
        }
        assert!(!Endpoint::parse("http://10.0.0.1").unwrap().is_local());
    }

    #[test]
    fn refuses_what_is_no_url() {
        for url in [
            "",
            "eth.example",
            "ws://eth.example",
            "file:///x",
            "http://",
            "http://a b",
        ] {
            assert!(
                matches!(Endpoint::parse(url), Err(ChainError::Url(_))),
                "{url}"
            );
        }
    }
}
