//! The page: files of `apps/web/dist` that were there when this crate was built with the feature `page`.

use crate::error::ApiError;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::LazyLock;

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The answer at `/` of a server that was built without the page.
const NO_PAGE: &str = "\
This zklens was built without its page. Its API works: see /api/openapi.json.

To have the page too, build it as apps/web/README.md says, and then zklens with it:

    cargo install --path apps/cli --features page
";

/// The encodings in which the page's build may have written a file, with the ending of its name. The best is first.
const ENCODINGS: [(&str, &str); 2] = [(".br", "br"), (".gz", "gzip")];

static PAGE: LazyLock<Page> = LazyLock::new(|| Page::new(FILES));

type Files = BTreeMap<&'static str, File>;

#[derive(Debug)]
struct Page {
    files: Files,
}

#[derive(Debug)]
struct File {
    bytes: &'static [u8],
    etag: String,
}

impl Page {
    fn new(files: &[(&'static str, &'static [u8])]) -> Self {
        let file = |bytes| File {
            bytes,
            etag: etag(bytes),
        };
        let files = files.iter().map(|(path, bytes)| (*path, file(*bytes)));
        Self {
            files: files.collect(),
        }
    }

    fn answer(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
    ) -> Result<Response, ApiError> {
        let has_no_page = self.files.is_empty() && path == "/";
        let name = if path == "/" { "/index.html" } else { path };
        let name = name.strip_prefix('/').unwrap_or(name);
        if !has_no_page && (!self.files.contains_key(name) || is_encoded(name)) {
            return Err(not_found());
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Err(not_allowed());
        }
        if has_no_page {
            return Ok(NO_PAGE.into_response());
        }
        Ok(self.file(name, headers))
    }

    /// A file of the page, in the best encoding that the client accepts.
    fn file(&self, name: &str, headers: &HeaderMap) -> Response {
        let accepted = |(end, encoding): &(&str, &'static str)| {
            let file = self.files.get(format!("{name}{end}").as_str())?;
            accepts(headers, encoding).then_some((file, Some(*encoding)))
        };
        let encoded = ENCODINGS.iter().find_map(accepted);
        let (file, encoding) = encoded.unwrap_or_else(|| (&self.files[name], None));
        let mut response = if is_known(headers, &file.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            file.bytes.into_response()
        };
        let answer = response.headers_mut();
        let mut set = |name, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                answer.insert(name, value);
            }
        };
        set(header::CONTENT_TYPE, content_type(name));
        set(header::CACHE_CONTROL, cache_control(name));
        set(header::ETAG, &file.etag);
        set(header::VARY, "accept-encoding");
        if let Some(encoding) = encoding {
            set(header::CONTENT_ENCODING, encoding);
        }
        response
    }
}

/// Answers every path outside the API.
pub(crate) async fn page(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    PAGE.answer(&method, uri.path(), &headers)
}

pub(crate) fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "there is nothing at this path")
        .with_help("/api/openapi.json lists what there is")
}

pub(crate) fn not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path does not take this method",
    )
    .with_help("/api/openapi.json lists what there is")
}

fn etag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex = digest.iter().take(12).map(|byte| format!("{byte:02x}"));
    format!("\"{}\"", hex.collect::<String>())
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    known.any(|known| known.trim().trim_start_matches("W/") == etag)
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut accepted = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    accepted.any(|accepted| {
        let (name, parameters) = accepted.split_once(';').unwrap_or((accepted, ""));
        let is_refused = matches!(parameters.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case(encoding) && !is_refused
    })
}

fn is_encoded(name: &str) -> bool {
    ENCODINGS.iter().any(|(end, _)| name.ends_with(end))
}

/// The names of files in these folders contain a digest of their contents.
fn cache_control(name: &str) -> &'static str {
    let folder = name.split_once('/').map_or("", |(folder, _)| folder);
    if folder == "assets" || folder.starts_with("wasm-") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "md" | "txt" => "text/plain; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page::new(&[
            ("index.html", b"<!doctype html>"),
            ("assets/main-1a2b.js", b"let long = 'script';"),
            ("assets/main-1a2b.js.br", b"brotli"),
            ("assets/main-1a2b.js.gz", b"gzip"),
            ("wasm-1a2b/zklens_bg.wasm", b"\0asm"),
        ])
    }

    fn get(path: &str, headers: &[(header::HeaderName, &str)]) -> Response {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()));
        let answer = page().answer(&Method::GET, path, &headers.collect());
        answer.unwrap_or_else(IntoResponse::into_response)
    }

    fn header(response: &Response, name: header::HeaderName) -> &str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn the_index_is_asked_for_again_and_hashed_files_are_kept() {
        let index = get("/", &[]);
        assert_eq!(
            header(&index, header::CONTENT_TYPE),
            "text/html; charset=utf-8"
        );
        assert_eq!(header(&index, header::CACHE_CONTROL), "no-cache");
        let wasm = get("/wasm-1a2b/zklens_bg.wasm", &[]);
        assert_eq!(header(&wasm, header::CONTENT_TYPE), "application/wasm");
        assert!(header(&wasm, header::CACHE_CONTROL).contains("immutable"));
    }

    #[test]
    fn the_best_accepted_encoding_is_sent() {
        let encoding = |accepted: &str| {
            let script = get(
                "/assets/main-1a2b.js",
                &[(header::ACCEPT_ENCODING, accepted)],
            );
            assert_eq!(
                header(&script, header::CONTENT_TYPE),
                "text/javascript; charset=utf-8"
            );
            assert_eq!(header(&script, header::VARY), "accept-encoding");
            header(&script, header::CONTENT_ENCODING).to_owned()
        };
        assert_eq!(encoding("gzip, deflate, br"), "br");
        assert_eq!(encoding("br;q=0, GZIP;q=0.5"), "gzip");
        assert_eq!(encoding("identity"), "");
    }

    #[test]
    fn encoded_files_have_no_address_of_their_own() {
        assert_eq!(
            get("/assets/main-1a2b.js.br", &[]).status(),
            StatusCode::NOT_FOUND
        );
        assert_eq!(get("/../Cargo.toml", &[]).status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let etag = header(&get("/", &[]), header::ETAG).to_owned();
        let again = get("/", &[(header::IF_NONE_MATCH, &format!("\"x\", W/{etag}"))]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header(&again, header::ETAG), etag);
        assert_eq!(
            get("/", &[(header::IF_NONE_MATCH, "\"x\"")]).status(),
            StatusCode::OK
        );
    }

    #[test]
    fn without_a_page_the_root_says_how_to_build_it() {
        let empty = Page::new(&[]);
        let answer = empty.answer(&Method::GET, "/", &HeaderMap::new()).unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(
            empty
                .answer(&Method::GET, "/index.html", &HeaderMap::new())
                .is_err()
        );
    }
}
