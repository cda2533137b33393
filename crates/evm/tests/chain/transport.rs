//! Servers that do not behave like nodes.

use crate::mock::{Mock, Reply};
use crate::mock_chain::{TIMEOUT, connect};
use serde_json::json;
use zklens_evm::chain::{ChainError, Endpoint, Node};

/// The error of connecting to a server that answers every request in this way.
fn failure(reply: impl Fn() -> Reply + Send + Sync + 'static) -> String {
    let error = connect(&Mock::new(move |_, _| reply())).unwrap_err();
    let text = error.to_string();
    assert!(!text.contains("key-0123456789"), "{text}");
    text
}

#[test]
fn an_unreachable_node_is_named_by_its_host_only() {
    // Nobody listens on a port that was just given back.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/key-0123456789");
    let error = Node::connect(Endpoint::parse(&url).unwrap(), TIMEOUT, None).unwrap_err();
    assert!(matches!(error, ChainError::Unreachable { .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("http://{address}: the node cannot be reached")));
    assert!(!text.contains("key-0123456789"), "{text}");
}

#[test]
fn a_silent_node_is_waited_for_no_longer_than_asked() {
    let text = failure(|| Reply::Silence);
    assert!(
        text.ends_with("no answer to eth_chainId within 1 s"),
        "{text}"
    );
}

#[test]
fn a_server_that_lets_nobody_in_is_quoted_by_its_status() {
    for status in [401, 404, 429, 503] {
        let text = failure(move || Reply::Raw(status, "go away"));
        assert!(
            text.ends_with(&format!("with HTTP status {status}")),
            "{text}"
        );
    }
    let long: &'static str = "x".repeat(100_000).leak();
    let text = failure(move || Reply::Raw(502, long));
    assert!(text.ends_with("with HTTP status 502"), "{text}");
    let text = failure(|| Reply::Raw(307, ""));
    assert!(
        text.ends_with("HTTP status 307"),
        "redirects are not followed: {text}"
    );
}

#[test]
fn a_server_of_another_kind_is_no_node() {
    let text = failure(|| Reply::Raw(200, "<html>welcome</html>"));
    assert!(
        text.ends_with("the answer to eth_chainId is not JSON"),
        "{text}"
    );
    let text = failure(|| Reply::Raw(200, "{\"hello\": 1}"));
    assert!(text.ends_with("is not JSON-RPC"), "{text}");
    let text = failure(|| Reply::Raw(200, "{\"id\": 2, \"result\": \"0x1\"}"));
    assert!(
        text.ends_with("is not JSON-RPC"),
        "the answer to another request: {text}"
    );
    let text = failure(|| Reply::Bytes(b"220 mail.example ESMTP\r\n\r\n"));
    assert!(text.contains("is not HTTP"), "{text}");
    for result in [json!(1), json!("1"), json!("0x"), json!(null), json!("0xg")] {
        let text = failure(move || Reply::Result(result.clone()));
        assert!(text.ends_with("is not the number it should be"), "{text}");
    }
}

#[test]
fn an_answer_longer_than_any_right_one_is_not_read() {
    let answer = |len: usize| {
        let body = r#"{"id":1,"result":"0x1"}"#.to_owned();
        let spaces = " ".repeat(len - body.len());
        let body: &'static str = (body + &spaces).leak();
        Mock::new(move |_, _| Reply::Raw(200, body))
    };
    assert!(connect(&answer(1 << 16)).is_ok());
    let text = connect(&answer((1 << 16) + 1)).unwrap_err().to_string();
    assert!(
        text.ends_with("the answer to eth_chainId is too long"),
        "{text}"
    );
}

#[test]
fn no_part_of_the_url_comes_back_however_short() {
    let refusal =
        json!({ "code": 1, "message": "bad login u:pw (dTpwdw==), path /v2/k, /v2/k?t=1" });
    let mock = Mock::new(move |_, _| Reply::Error(refusal.clone()));
    let url = mock.url.replace("http://", "http://u:pw@");
    let url = url.replace("/key-0123456789", "/v2/k?t=1");
    let error = Node::connect(Endpoint::parse(&url).unwrap(), TIMEOUT, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the node refuses eth_chainId: bad login … (…), path /…/…, … (code 1)"
    );
}

#[test]
fn a_refusal_is_repeated_without_the_key_of_the_url() {
    let text = failure(|| {
        Reply::Error(json!({ "code": -32001, "message": "key-0123456789 has\u{7} expired" }))
    });
    assert_eq!(
        text,
        "the node refuses eth_chainId: … has\\u{7} expired (code -32001)"
    );
}

#[test]
fn a_refusal_counts_whatever_its_http_status() {
    let body = r#"{"id": null, "error": {"code": -32600, "message": "no"}}"#;
    let text = failure(move || Reply::Raw(400, body));
    assert_eq!(text, "the node refuses eth_chainId: no (code -32600)");
}

#[test]
fn another_chain_is_noticed_before_anything_is_asked() {
    let mock = Mock::new(|_, _| Reply::Result(json!("0xaa36a7")));
    let (expected, got) = (1, 11_155_111);
    assert_eq!(
        connect(&mock).unwrap_err(),
        ChainError::WrongChain { expected, got }
    );
}
