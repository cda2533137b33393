//! The header `Prefer` (RFC 7240).

use axum::http::{HeaderMap, HeaderName};
use std::time::Duration;

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Tells the client which preference was honoured.
pub(crate) const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The longest time that a request may wait for a job.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// `respond-async`: whether the client wants the address of a job.
pub(crate) const RESPOND_ASYNC: &str = "respond-async";

/// Whether the client wants the address of a job, not the result.
pub(crate) fn is_async(headers: &HeaderMap) -> bool {
    let mut preferences = preferences(headers);
    preferences.any(|(name, _)| name.eq_ignore_ascii_case(RESPOND_ASYNC))
}

/// `wait=SECONDS`: how long the client wants to wait for a job, at most 30 seconds; zero if it does not say.
pub(crate) fn wait(headers: &HeaderMap) -> Duration {
    let mut preferences = preferences(headers);
    let wait = preferences.find(|(name, _)| name.eq_ignore_ascii_case("wait"));
    let seconds = wait.and_then(|(_, value)| value.trim_matches('"').parse().ok());
    Duration::from_secs(seconds.unwrap_or_default()).min(LONGEST_WAIT)
}

/// The names and values of all preferences.
fn preferences(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let values = headers.get_all(PREFER).into_iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let preferences = values.flat_map(|value| value.split(','));
    preferences.map(|preference| {
        let bare = preference.split(';').next().unwrap_or_default();
        let (name, value) = bare.split_once('=').unwrap_or((bare, ""));
        (name.trim(), value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefer(values: &[&str]) -> HeaderMap {
        let headers = values.iter().map(|value| (PREFER, value.parse().unwrap()));
        headers.collect()
    }

    #[test]
    fn preferences_stand_in_lists_and_several_headers() {
        for values in [
            &["respond-async"][..],
            &["Respond-Async"],
            &["wait=10, respond-async"],
            &["wait=10", "handling=lenient,  respond-async ; foo=\"some\""],
        ] {
            assert!(is_async(&prefer(values)), "{values:?}");
        }
        for values in [&[][..], &[""], &["wait=10"], &["respond-asynchronously"]] {
            assert!(!is_async(&prefer(values)), "{values:?}");
        }
    }

    #[test]
    fn nobody_waits_for_more_than_half_a_minute() {
        let seconds = |value| wait(&prefer(&[value])).as_secs();
        assert_eq!(seconds("wait=10"), 10);
        assert_eq!(seconds("respond-async, Wait = \"7\""), 7);
        assert_eq!(seconds("wait=86400"), 30);
        for none in [
            "wait=-1",
            "wait=1.5",
            "wait",
            "wait=99999999999999999999",
            "wait=x",
        ] {
            assert_eq!(seconds(none), 0, "{none}");
        }
    }
}
