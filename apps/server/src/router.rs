//! The routes, and the steps that every request goes through before and after its handler.

use crate::api;
use crate::app::App;
use crate::error::{ApiError, Refusal};
use crate::{headers, page};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

/// All routes, inside the layers that every request goes through.
pub(crate) fn router(app: Arc<App>) -> Router {
    let routes = api::routes().into_iter();
    let router = routes.fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods)
    });
    router
        .fallback(page::page)
        .method_not_allowed_fallback(async || page::not_allowed())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&app), guard))
        .layer(from_fn_with_state(Arc::clone(&app), observe))
        .layer(map_response(headers::add))
        .with_state(app)
}

/// The address from which a request's connection comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The answer after a panic, which is in the logs already.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::internal().into_response()
}

async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    if let Some(Peer(address)) = request.extensions().get().copied() {
        let client = app.client(address, request.headers());
        request.extensions_mut().insert(client);
    }
    match app.check(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Counts and logs a request: its route, never its contents.
async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known(request.method());
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("page", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let (status, time) = (response.status().as_u16(), started.elapsed());
    app.metrics.request(method, &route, status, time);
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        app.metrics.refused(*refusal);
    }
    log(method, &route, status, time);
    response
}

fn log(method: &str, route: &str, status: u16, time: Duration) {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    if status >= 500 {
        tracing::warn!(method, route, status, ms, "request");
    } else {
        tracing::info!(method, route, status, ms, "request");
    }
}

/// The name of a method. All unknown methods share one, so that clients cannot make up new counters.
const fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
