//! Request bodies, with limits on their type, length and time.

use crate::error::ApiError;
use crate::options::Limits;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// The field of a form that holds an image.
const IMAGE_FIELD: &str = "image";

/// How long and how far a body is read that nobody wants. A client that still sends when the connection
/// is closed would not see the answer.
const DRAIN_TIME: Duration = Duration::from_secs(3);
const DRAIN_BYTES: usize = 64 << 20;

/// A body that is not read yet.
#[derive(Debug)]
pub(crate) struct Upload {
    content_type: String,
    /// The same in small letters, without parameters.
    media_type: String,
    length: Option<usize>,
    body: Option<Body>,
}

impl<S: Sync> FromRequest<S> for Upload {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let text = |name| text(request.headers(), name);
        Ok(Self {
            media_type: media_type(&text(header::CONTENT_TYPE)),
            content_type: text(header::CONTENT_TYPE),
            length: text(header::CONTENT_LENGTH).parse().ok(),
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
    /// Refuses by the head what is no image, or too long.
    pub(crate) fn expect_image(&self, limits: &Limits) -> Result<(), ApiError> {
        if self.media_type.starts_with("image/") {
            return self.check_length(limits);
        }
        self.expect_bytes(
            limits,
            "send the image file's bytes as image/… or application/octet-stream",
        )
    }

    /// The same for one image or a form of several.
    pub(crate) fn expect_images(&self, limits: &Limits) -> Result<(), ApiError> {
        if self.is_form() {
            return self.check_length(limits);
        }
        self.expect_image(limits).map_err(|error| {
            error.with_help(
                "send one image file's bytes as image/… or application/octet-stream, or several as \
                 multipart/form-data in fields called `image`",
            )
        })
    }

    /// The same for a proof.
    pub(crate) fn expect_proof(&self, limits: &Limits) -> Result<(), ApiError> {
        self.expect_bytes(
            limits,
            "send the .zkp file's bytes as application/octet-stream",
        )
    }

    fn expect_bytes(&self, limits: &Limits, help: &str) -> Result<(), ApiError> {
        match self.media_type.as_str() {
            "" | "application/octet-stream" => self.check_length(limits),
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
    pub(crate) async fn read(
        mut self,
        limits: &Limits,
        deadline: Instant,
    ) -> Result<Bytes, ApiError> {
        let Some(body) = &mut self.body else {
            return Ok(Bytes::new());
        };
        let mut bytes = Vec::new();
        loop {
            let pause = deadline.min(Instant::now() + limits.read_timeout);
            let data = match timeout_at(pause, body.frame()).await {
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
            if bytes.len() + data.len() > limits.max_body {
                return Err(too_long(limits));
            }
            bytes.extend_from_slice(&data);
        }
        self.body = None;
        Ok(bytes.into())
    }

    /// The image files in the body.
    pub(crate) async fn images(
        self,
        limits: &Limits,
        deadline: Instant,
    ) -> Result<Vec<Bytes>, ApiError> {
        let boundary = self.is_form().then(|| self.boundary()).transpose()?;
        let bytes = self.read(limits, deadline).await?;
        match boundary {
            None => Ok(vec![bytes]),
            Some(boundary) => form(bytes, boundary, limits.max_images).await,
        }
    }

    fn boundary(&self) -> Result<String, ApiError> {
        Ok(multer::parse_boundary(&self.content_type)?)
    }
}

/// The images of a form that is in memory.
async fn form(bytes: Bytes, boundary: String, max_images: usize) -> Result<Vec<Bytes>, ApiError> {
    let fields = multer::Constraints::new().allowed_fields(vec![IMAGE_FIELD]);
    let stream = Body::from(bytes).into_data_stream();
    let mut form = multer::Multipart::with_constraints(stream, boundary, fields);
    let mut images = Vec::new();
    while let Some(field) = form.next_field().await? {
        if images.len() == max_images {
            let error = format!("more than {max_images} images");
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, error)
                .with_help("send fewer images at once"));
        }
        images.push(field.bytes().await?);
    }
    if images.is_empty() {
        return Err(ApiError::bad_request(
            "the form has no field called `image`",
        ));
    }
    Ok(images)
}

impl From<multer::Error> for ApiError {
    fn from(error: multer::Error) -> Self {
        Self::bad_request(format!("the form cannot be read: {error}")).with_help(
            "send multipart/form-data with a boundary, and every image in a field called `image`",
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
