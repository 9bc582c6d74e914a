//! Bodies: read whole up to a limit, and JSON with a pointer to what is wrong with it.

use crate::problem::{FieldError, Problem, codes};
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

/// Requests in JSON are small; large things come as uploads or lines.
const JSON_BYTES_MAX: usize = 4 << 20;

/// A JSON body. A pointer says where something is wrong with it.
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<JsonBody<T>, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(codes::UNSUPPORTED_MEDIA_TYPE, "send application/json"));
        }
        read_json(&read_whole(request.into_body(), JSON_BYTES_MAX).await?).map(JsonBody)
    }
}

/// Whether a request says that its body is JSON.
fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/json"
}

/// The media type of a request's body without its parameters, in lower case.
pub fn media_type(headers: &HeaderMap) -> String {
    let header = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads a body that must not be longer than this.
pub async fn read_whole(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Problem::new(
            codes::BODY_TOO_LARGE,
            format!("the body is longer than {bytes_max} bytes"),
        )),
        Err(error) => Err(Problem::new(codes::BODY_CUT_OFF, "the body could not be read to its end").because(error)),
    }
}

/// Reads JSON.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer_of(error.path());
        match error.inner().classify() {
            serde_json::error::Category::Data => Problem::invalid_body(vec![FieldError::at(pointer, without_place(error.inner()))]),
            _ => Problem::new(codes::MALFORMED_JSON, error.inner().to_string()),
        }
    })?;
    json.end()
        .map_err(|error| Problem::new(codes::MALFORMED_JSON, format!("after the JSON value: {error}")))?;
    Ok(value)
}

/// The pointer says where, so the line and column need not.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => "/?".to_owned(),
    });
    segments.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[expect(dead_code, reason = "only its reading is tested")]
        numbers: Vec<Number>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Number {
        #[expect(dead_code, reason = "only its reading is tested")]
        value: f64,
    }

    fn check(body: &str, code: codes::Code, detail: &str) {
        let problem = read_json::<Wanted>(body.as_bytes()).unwrap_err();
        assert_eq!((problem.code().name, problem.detail()), (code.name, detail));
    }

    #[test]
    fn a_pointer_says_what_is_wrong() {
        check(
            r#"{"numbers": [{"value": 1}, {"value": "x"}]}"#,
            codes::INVALID_BODY,
            "/numbers/1/value: invalid type: string \"x\", expected f64",
        );
        check(
            r#"{"numbers": [], "more": 1}"#,
            codes::INVALID_BODY,
            "/more: unknown field `more`, expected `numbers`",
        );
        check(
            r#"{"numbers": []} x"#,
            codes::MALFORMED_JSON,
            "after the JSON value: trailing characters at line 1 column 17",
        );
    }
}
