//! Clients, as far as an address can tell them apart. The limits of one client are limits of one address.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The bits of an IPv6 address that name its network. Whoever has one address of a network has them all.
const IPV6_BITS: u32 = 64;

/// A client: an IPv4 address, or the network of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Client(IpAddr);

impl Client {
    pub(crate) const fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let mask = prefix_mask(IPV6_BITS, 128);
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
            }
            address => address,
        })
    }
}

/// Addresses that begin with the same bits: `192.0.2.7`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// The text is not a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an address or a network, as 192.0.2.7, 10.0.0.0/8 or fd00::/8")]
pub struct NoNetwork;

impl Network {
    /// Whether an address belongs to it.
    #[must_use]
    pub const fn contains(&self, address: IpAddr) -> bool {
        let (own, own_length) = bits(self.address);
        let (other, length) = bits(address.to_canonical());
        length == own_length && (own ^ other) & prefix_mask(self.bits, length) == 0
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let (_, length) = bits(address);
        let prefix = prefix.map_or(Ok(length), str::parse);
        match prefix {
            Ok(bits) if bits <= length => Ok(Self { address, bits }),
            _ => Err(NoNetwork),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// An address as a number, and how many bits it has.
const fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits() as u128, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

/// A mask of the first `bits` of `length` bits, or of all of them if `bits` is larger.
const fn prefix_mask(bits: u32, length: u32) -> u128 {
    let all = u128::MAX >> (128 - length);
    match all.checked_shr(bits) {
        Some(rest) => all ^ rest,
        None => all,
    }
}

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<Network>);

impl Proxies {
    pub(crate) fn new(networks: &[Network]) -> Self {
        Self(networks.to_vec())
    }

    pub(crate) fn include(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The client that asks. If the peer is one of the proxies, this is the last address in its list that does not belong
    /// to a proxy: the client may have made up everything before that one. Otherwise it is the peer itself.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = peer;
        let lists = headers.get_all(FORWARDED_FOR).into_iter();
        let lists: Vec<&[u8]> = lists.map(HeaderValue::as_bytes).collect();
        // Each address by itself: a client may have put anything before the last one.
        let lists = lists.iter().rev();
        let mut forwarded = lists.flat_map(|list| list.rsplit(|byte| *byte == b','));
        while self.include(client) {
            let text = forwarded
                .next()
                .map(|text| str::from_utf8(text).unwrap_or_default());
            match text.map(|text| address(text.trim())) {
                Some(Some(address)) => client = address,
                _ => break,
            }
        }
        Client::of(client)
    }
}

/// An address in the list of a proxy. Some proxies write a port after it.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse().map(|address: SocketAddr| address.ip()).ok();
    text.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, lists: &[&str]) -> Client {
        let proxies: Vec<_> = proxies.iter().map(|text| text.parse().unwrap()).collect();
        let headers = lists
            .iter()
            .map(|list| (FORWARDED_FOR, list.parse().unwrap()));
        Proxies::new(&proxies).client(peer.parse().unwrap(), &headers.collect())
    }

    fn of(address: &str) -> Client {
        Client::of(address.parse().unwrap())
    }

    #[test]
    fn a_client_is_an_ipv4_address_or_64_bits() {
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }

    #[test]
    fn nobody_but_a_proxy_is_believed() {
        let lists = ["198.51.100.9"];
        assert_eq!(client(&[], "192.0.2.1", &lists), of("192.0.2.1"));
        assert_eq!(
            client(&["10.0.0.0/8"], "192.0.2.1", &lists),
            of("192.0.2.1")
        );
        assert_eq!(
            client(&["192.0.2.1"], "192.0.2.1", &lists),
            of("198.51.100.9")
        );
    }

    #[test]
    fn what_a_client_adds_to_the_list_counts_for_nothing() {
        let proxies = ["10.0.0.0/8", "192.0.2.1"];
        let lists = ["203.0.113.1, 198.51.100.9", "10.1.1.1:4711"];
        assert_eq!(client(&proxies, "192.0.2.1", &lists), of("198.51.100.9"));
        assert_eq!(
            client(&proxies, "192.0.2.1", &["198.51.100.9, unknown"]),
            of("192.0.2.1")
        );
        let odd = HeaderValue::from_bytes(b"\xff, 198.51.100.9").unwrap();
        let headers = HeaderMap::from_iter([(FORWARDED_FOR, odd)]);
        let believed = Proxies::new(&proxies.map(|text| text.parse().unwrap()));
        let peer = "192.0.2.1".parse().unwrap();
        assert_eq!(believed.client(peer, &headers), of("198.51.100.9"));
        assert_eq!(client(&proxies, "192.0.2.1", &[]), of("192.0.2.1"));
        assert_eq!(client(&proxies, "192.0.2.1", &["10.0.0.7"]), of("10.0.0.7"));
    }

    #[test]
    fn a_network_has_the_addresses_that_begin_like_it() {
        let contains = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            network.contains(address.parse().unwrap())
        };
        assert!(contains("10.0.0.0/8", "10.255.0.1") && !contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("10.0.0.0/8", "::ffff:10.0.0.1"));
        assert!(contains("192.0.2.7", "192.0.2.7") && !contains("192.0.2.7", "192.0.2.6"));
        assert!(contains("0.0.0.0/0", "203.0.113.1") && !contains("0.0.0.0/0", "::1"));
        assert!(contains("fd00::/8", "fd12::1") && !contains("fd00::/8", "fe80::1"));
        assert!(contains("::/0", "2001:db8::1") && contains("::1/128", "::1"));
        assert!(!contains("::1", "::2"));
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "host",
            "1.2.3.4:80",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NoNetwork), "{text}");
        }
        assert_eq!(
            "10.0.0.0/8".parse::<Network>().unwrap().to_string(),
            "10.0.0.0/8"
        );
    }
}
