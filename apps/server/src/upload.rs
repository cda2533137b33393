//! Request bodies, with limits on their type, length and time.

use crate::app::App;
use crate::client::Client;
use crate::error::{ApiError, Refusal};
use crate::memory::Share;
use crate::options::Limits;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// The names of a form's fields: those of images, and that of the proof.
const IMAGE_FIELD: &str = "image";
const PROOF_FIELD: &str = "proof";

/// How long, and how many bytes of, a refused body is still read. A client that still sends when the connection is
/// closed would not see the answer.
const DRAIN_TIME: Duration = Duration::from_secs(3);
const DRAIN_BYTES: usize = 64 << 20;

/// The client of a request that did not come over a connection, as in tests.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// A request body before it is read.
#[derive(Debug)]
pub(crate) struct Upload {
    content_type: String,
    /// The media type in lower case, without parameters.
    media_type: String,
    length: Option<usize>,
    client: Client,
    body: Option<Body>,
}

impl<S: Sync> FromRequest<S> for Upload {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let text = |name| text(request.headers(), name);
        let client = request.extensions().get::<Client>().copied();
        Ok(Self {
            media_type: media_type(&text(header::CONTENT_TYPE)),
            content_type: text(header::CONTENT_TYPE),
            length: text(header::CONTENT_LENGTH).parse().ok(),
            client: client.unwrap_or_else(|| Client::of(UNKNOWN)),
            body: Some(request.into_body()),
        })
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn media_type(content_type: &str) -> String {
    let media = content_type.split(';').next();
    media.unwrap_or_default().trim().to_ascii_lowercase()
}

impl Upload {
    /// The client that sends it.
    pub(crate) const fn client(&self) -> Client {
        self.client
    }

    /// Looks at the head, and refuses a body that is too long or is neither an image nor a form of images.
    pub(crate) fn expect_images(&self, limits: &Limits) -> Result<(), ApiError> {
        if self.media_type.starts_with("image/") {
            return self.check_length(limits);
        }
        self.expect_bytes(
            limits,
            "send one image file's bytes as image/… or application/octet-stream, or image files as \
             multipart/form-data in fields called `image`",
        )
    }

    /// The same for a proof, or a form with a proof and images.
    pub(crate) fn expect_proof(&self, limits: &Limits) -> Result<(), ApiError> {
        self.expect_bytes(
            limits,
            "send the .zkp file's bytes as application/octet-stream, or as multipart/form-data in a \
             field called `proof`, with image files in fields called `image` to compare them",
        )
    }

    fn expect_bytes(&self, limits: &Limits, help: &str) -> Result<(), ApiError> {
        match self.media_type.as_str() {
            "" | "application/octet-stream" | "multipart/form-data" => self.check_length(limits),
            _ => {
                let error = "bodies of this Content-Type are not read here";
                Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error).with_help(help))
            }
        }
    }

    fn is_form(&self) -> bool {
        self.media_type == "multipart/form-data"
    }

    fn check_length(&self, limits: &Limits) -> Result<(), ApiError> {
        match self.length {
            Some(length) if length > limits.max_body => Err(too_long(limits)),
            _ => Ok(()),
        }
    }

    /// The whole body.
    pub(crate) async fn read(mut self, app: &App, deadline: Instant) -> Result<Sent, ApiError> {
        let limits = &app.limits;
        let mut share = app.share(self.client);
        let Some(body) = &mut self.body else {
            return Ok(Sent::new(Bytes::new(), share));
        };
        let mut bytes = Vec::new();
        let pace = Pace::new(limits, deadline);
        loop {
            let data = match timeout_at(pace.until(bytes.len()), body.frame()).await {
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Ok(None) => break,
                failed => {
                    self.body = None;
                    return Err(if failed.is_err() {
                        too_slow()
                    } else {
                        broken()
                    });
                }
            };
            let length = bytes.len() + data.len();
            if length > limits.max_body {
                return Err(too_long(limits));
            }
            if length > bytes.capacity() {
                let capacity = length.max(2 * bytes.capacity()).min(limits.max_body);
                share.grow(capacity - bytes.capacity())?;
                bytes.reserve_exact(capacity - bytes.len());
            }
            bytes.extend_from_slice(&data);
        }
        self.body = None;
        Ok(Sent::new(bytes.into(), share))
    }

    /// The image files in the body: the whole body, or the images of a form.
    pub(crate) async fn images(self, app: &App, deadline: Instant) -> Result<Sent, ApiError> {
        let Some(boundary) = self.boundary()? else {
            return self.read(app, deadline).await;
        };
        let sent = self.read(app, deadline).await?;
        let sent = sent
            .parts(boundary, &[IMAGE_FIELD], app.limits.max_images)
            .await?;
        if sent.images.is_empty() {
            return Err(ApiError::bad_request(
                "the form has no field called `image`",
            ));
        }
        Ok(sent)
    }

    /// The one image file in the body: the whole body, or the image of a form.
    pub(crate) async fn image(self, app: &App, deadline: Instant) -> Result<Sent, ApiError> {
        let sent = self.images(app, deadline).await?;
        match sent.images.len() {
            1 => Ok(sent),
            count => Err(
                ApiError::bad_request(format!("expected one image, got {count}"))
                    .with_help("send each image in a request of its own"),
            ),
        }
    }

    /// A proof file: the whole body, or the proof of a form, with the images to compare it with.
    pub(crate) async fn proof(self, app: &App, deadline: Instant) -> Result<Sent, ApiError> {
        let Some(boundary) = self.boundary()? else {
            let mut sent = self.read(app, deadline).await?;
            sent.proof = sent.images.pop();
            return Ok(sent);
        };
        let sent = self.read(app, deadline).await?;
        let fields = [PROOF_FIELD, IMAGE_FIELD];
        let sent = sent.parts(boundary, &fields, app.limits.max_images).await?;
        if sent.proof.is_none() {
            return Err(ApiError::bad_request(
                "the form has no field called `proof`",
            ));
        }
        Ok(sent)
    }

    /// The separator of the parts, if the body is a form.
    fn boundary(&self) -> Result<Option<String>, ApiError> {
        let parse = || Ok(multer::parse_boundary(&self.content_type)?);
        self.is_form().then(parse).transpose()
    }
}

/// The time by which more of a body has to arrive.
struct Pace {
    begin: Instant,
    deadline: Instant,
    pause: Duration,
    rate: f64,
}

impl Pace {
    fn new(limits: &Limits, deadline: Instant) -> Self {
        Self {
            begin: Instant::now(),
            deadline,
            pause: limits.read_timeout,
            rate: limits.body_rate as f64,
        }
    }

    /// The deadline after `bytes` bytes have arrived.
    fn until(&self, bytes: usize) -> Instant {
        let longest = self.deadline.saturating_duration_since(self.begin);
        // A rate of zero means no limit.
        let bought = Duration::try_from_secs_f64(bytes as f64 / self.rate).unwrap_or(longest);
        let in_pace = self.begin + self.pause.saturating_add(bought).min(longest);
        in_pace.min(Instant::now() + self.pause)
    }
}

/// A body that is in memory, as a whole or in parts.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) images: Vec<Bytes>,
    pub(crate) proof: Option<Bytes>,
    /// The memory counts as taken until this is dropped.
    share: Share,
}

impl Sent {
    fn new(bytes: Bytes, share: Share) -> Self {
        Self {
            images: vec![bytes],
            proof: None,
            share,
        }
    }

    /// The parts of a form. They are copies of its bytes.
    async fn parts(
        mut self,
        boundary: String,
        fields: &[&'static str],
        max_images: usize,
    ) -> Result<Self, ApiError> {
        let bytes = self.images.pop().unwrap_or_default();
        self.share.grow(bytes.len())?;
        let constraints = multer::Constraints::new().allowed_fields(fields.to_vec());
        let stream = Body::from(bytes).into_data_stream();
        let mut form = multer::Multipart::with_constraints(stream, boundary, constraints);
        while let Some(field) = form.next_field().await? {
            if field.name() == Some(PROOF_FIELD) {
                if self.proof.is_some() {
                    return Err(ApiError::bad_request("the form has more than one proof"));
                }
                self.proof = Some(field.bytes().await?);
                continue;
            }
            if self.images.len() == max_images {
                let error = format!("more than {max_images} images");
                return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, error)
                    .with_help("send fewer images at once"));
            }
            self.images.push(field.bytes().await?);
        }
        Ok(self)
    }
}

impl From<multer::Error> for ApiError {
    fn from(error: multer::Error) -> Self {
        Self::bad_request(format!("the form cannot be read: {error}")).with_help(
            "send multipart/form-data with a boundary, and every image in a field called `image`; \
             /api/verify takes the proof in one called `proof`",
        )
    }
}

fn too_long(limits: &Limits) -> ApiError {
    let error = format!("the body is longer than {} bytes", limits.max_body);
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, error)
        .with_help("send less at once; `zklens serve --max-body` takes more")
}

fn too_slow() -> ApiError {
    ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "the body did not arrive in time",
    )
    .with_help(
        "send it faster, or less; `zklens serve --body-rate` and --read-timeout give more time",
    )
    .because(Refusal::Slow)
}

fn broken() -> ApiError {
    ApiError::bad_request("the body ended early or is not encoded as its head says")
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            tokio::spawn(timeout(DRAIN_TIME, drain(body)));
        }
    }
}

async fn drain(mut body: Body) {
    let mut left = DRAIN_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        if length > left {
            return;
        }
        left -= length;
    }
}
