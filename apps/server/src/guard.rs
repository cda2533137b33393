//! Refuses requests that other pages make through a person's browser.
//!
//! The server has no passwords: whoever reaches it may use it. A page of another site that a person has open reaches
//! it too, through their browser. Three headers of browsers keep such pages out:
//!
//! * `Host`, the name that the browser looked up: a name that is not ours means DNS rebinding;
//! * `Origin`, the page that asks;
//! * `Sec-Fetch-Site`, whether that page belongs to the same site.

use crate::error::ApiError;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use std::net::IpAddr;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The names that the server answers to.
#[derive(Debug)]
pub(crate) struct Guard {
    address: IpAddr,
    names: Vec<String>,
}

impl Guard {
    pub(crate) fn new(address: IpAddr, names: &[String]) -> Self {
        let names = names.iter().map(|name| canonical(name));
        Self {
            address,
            names: names.chain(["localhost".to_owned()]).collect(),
        }
    }

    /// Refuses a request that is addressed to another host or made by a page of another site.
    pub(crate) fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), ApiError> {
        let host = host(headers)?;
        let asked = [Some(&host), uri.authority()].into_iter().flatten();
        if !asked
            .into_iter()
            .all(|authority| self.answers_to(authority))
        {
            let error = "the Host of this request is not a name of this server";
            return Err(forbidden(error).with_help(
                "use the address that the server was started with, or start it with --host NAME",
            ));
        }
        if !is_own_origin(headers, &host) || !is_own_site(method, headers) {
            let error = "pages from elsewhere may not use this server";
            return Err(forbidden(error).with_help("use the page that the server itself sends"));
        }
        Ok(())
    }

    /// Whether the host is a name of this server. If the server listens on all addresses, any IP address is: nobody else
    /// can make one of their names look like an IP address.
    fn answers_to(&self, authority: &Authority) -> bool {
        let name = canonical(authority.host());
        let is_address = name
            .parse::<IpAddr>()
            .is_ok_and(|address| address == self.address || self.address.is_unspecified());
        is_address || self.names.contains(&name)
    }
}

/// A host in the form in which hosts are compared: lower case, without a dot at the end, without brackets.
fn canonical(host: &str) -> String {
    let host = host.trim_end_matches('.');
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).to_ascii_lowercase()
}

fn host(headers: &HeaderMap) -> Result<Authority, ApiError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).ok(),
        _ => None,
    };
    host.ok_or_else(|| {
        ApiError::bad_request("the request has no Host, more than one, or a malformed one")
    })
}

/// Whether the page that asks, if there is one, came from the host that it asks.
fn is_own_origin(headers: &HeaderMap, host: &Authority) -> bool {
    headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let authority = ["http://", "https://"]
            .into_iter()
            .find_map(|scheme| origin.strip_prefix(scheme));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host.as_str()))
    })
}

/// Whether the browser says that the page that asks, if there is one, is ours. A link on another site may lead here: the
/// other page does not see the answer.
fn is_own_site(method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: &HeaderName, values: &[&str]| match headers.get(name) {
        Some(value) => values.iter().any(|allowed| value == allowed),
        None => false,
    };
    let is_link = matches!(*method, Method::GET | Method::HEAD) && is(&FETCH_MODE, &["navigate"]);
    !headers.contains_key(&FETCH_SITE) || is(&FETCH_SITE, &["same-origin", "none"]) || is_link
}

fn forbidden(error: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_answered(listen: &str, headers: &[(&str, &str)]) -> bool {
        let guard = Guard::new(listen.parse().unwrap(), &["zklens.example".to_owned()]);
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
            .collect();
        guard
            .check(&Method::POST, &Uri::from_static("/api/prove"), &headers)
            .is_ok()
    }

    #[test]
    fn answers_to_its_address_localhost_and_given_names_at_any_port() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "LOCALHOST:1",
            "localhost.",
            "zklens.example:443",
        ] {
            assert!(is_answered("127.0.0.1", &[("host", host)]), "{host}");
        }
        assert!(is_answered("::1", &[("host", "[::1]:8080")]));
        assert!(is_answered("0.0.0.0", &[("host", "192.0.2.7:8080")]));
    }

    #[test]
    fn answers_to_no_other_name() {
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "192.0.2.7",
            "",
        ] {
            assert!(!is_answered("127.0.0.1", &[("host", host)]), "{host}");
        }
        assert!(!is_answered("0.0.0.0", &[("host", "evil.example")]));
        assert!(!is_answered("127.0.0.1", &[]));
    }

    #[test]
    fn refuses_other_origins() {
        let origin = |origin| {
            is_answered(
                "127.0.0.1",
                &[("host", "localhost:8080"), ("origin", origin)],
            )
        };
        assert!(origin("http://localhost:8080"));
        assert!(origin("https://localhost:8080"));
        for other in [
            "http://localhost:3000",
            "http://localhost",
            "null",
            "http://evil.example",
            "file://",
            "",
        ] {
            assert!(!origin(other), "{other}");
        }
    }

    #[test]
    fn refuses_other_sites() {
        let site = |site| {
            is_answered(
                "127.0.0.1",
                &[("host", "localhost"), ("sec-fetch-site", site)],
            )
        };
        assert!(site("same-origin") && site("none"));
        assert!(!site("cross-site") && !site("same-site") && !site("new-word"));
    }

    #[test]
    fn lets_people_follow_links_but_no_page_post() {
        let guard = Guard::new("127.0.0.1".parse().unwrap(), &[]);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "localhost".parse().unwrap());
        headers.insert(FETCH_SITE, "cross-site".parse().unwrap());
        headers.insert(FETCH_MODE, "navigate".parse().unwrap());
        let uri = Uri::from_static("/");
        assert!(guard.check(&Method::GET, &uri, &headers).is_ok());
        assert!(guard.check(&Method::POST, &uri, &headers).is_err());
    }
}
