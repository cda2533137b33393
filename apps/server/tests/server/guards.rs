//! Which requests are answered, and the headers of every answer.

use crate::support::{Answer, TestServer};

const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                   img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
                   base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn has_headers(answer: &Answer) {
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-security-policy", CSP),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(answer.header(name), value, "{name} of {answer:?}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"));
    assert!(!answer.header("cache-control").is_empty());
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[test]
fn every_answer_has_the_headers() {
    let server = TestServer::new();
    for path in [
        "/",
        "/api/models",
        "/api/openapi.json",
        "/healthz",
        "/metrics",
        "/nowhere",
        "/api/prove",
    ] {
        has_headers(&server.get(path));
    }
    has_headers(&server.send("/api/prove", b"no image"));
    has_headers(&server.send("/api/prove?model=alexnet", b""));
    has_headers(&server.post("/api/verify", "text/plain", b""));
    has_headers(
        &server
            .raw(b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            .answer(),
    );
    assert_eq!(
        server.get("/api/models").header("cache-control"),
        "no-store"
    );
}

#[test]
fn other_hosts_are_refused() {
    let server = TestServer::new();
    let get = |head: &str| {
        let head = format!("GET /api/models HTTP/1.1\r\n{head}Connection: close\r\n\r\n");
        server.raw(head.as_bytes()).answer().status
    };
    let port = server.address.port();
    assert_eq!(get(&format!("Host: 127.0.0.1:{port}\r\n")), 200);
    assert_eq!(get(&format!("Host: localhost:{port}\r\n")), 200);
    assert_eq!(get("Host: zklens.example\r\n"), 200);
    assert_eq!(get("Host: evil.example\r\n"), 403);
    assert_eq!(get(&format!("Host: evil.example:{port}\r\n")), 403);
    assert_eq!(get(""), 400);
    assert_eq!(get("Host: localhost\r\nHost: evil.example\r\n"), 400);
    let absolute =
        b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(server.raw(absolute).answer().status, 403);
}

#[test]
fn other_pages_are_refused() {
    let server = TestServer::new();
    let own = format!(
        "Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n",
        server.address
    );
    assert_eq!(server.head("GET /api/models", &own).answer().status, 200);
    for headers in [
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://127.0.0.1:1\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
    ] {
        let answer = server
            .head(
                "POST /api/prove",
                &format!("{headers}Content-Length: 0\r\n"),
            )
            .answer();
        assert!(
            answer.error(403).contains("pages from elsewhere"),
            "{headers}"
        );
    }
    let link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";
    assert_eq!(server.head("GET /", link).answer().status, 200);
}

#[test]
fn no_page_from_elsewhere_is_given_leave() {
    let server = TestServer::new();
    let preflight = "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n";
    let answer = server.head("OPTIONS /api/prove", preflight).answer();
    assert_eq!(answer.status, 403);
    has_headers(&answer);
}
